package httpapi

import (
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/hookfill/hookfill/ports"
)

// The headers in which a proxy passes on whom it speaks for. The certificate's are
// those of RFC 9440.
const (
	forwardedFor      = "X-Forwarded-For"
	clientCertificate = "Client-Cert"
	certificateChain  = "Client-Cert-Chain"
)

// maxCertificates bounds a chain a proxy passes on, the client's own among them.
const maxCertificates = 8

// proxies are the networks whose word about a client is believed.
type proxies []netip.Prefix

func (p proxies) trust(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(a) })
}

// sender tells where a request comes from: whoever connected, unless that is a
// trusted proxy. Then it is the last address of its list that is no trusted proxy,
// because what stands before it anybody may have written. It is not valid where a
// trusted proxy says nothing that can be read.
func (p proxies) sender(r *http.Request) netip.Addr {
	address := peer(r)
	if !p.trust(address) {
		return address
	}
	told := strings.Split(strings.Join(r.Header.Values(forwardedFor), ","), ",")
	for _, hop := range slices.Backward(told) {
		address = addressIn(strings.TrimSpace(hop))
		if !address.IsValid() || !p.trust(address) {
			break
		}
	}
	return address
}

func peer(r *http.Request) netip.Addr { return addressIn(r.RemoteAddr) }

// addressIn reads an address with or without a port; not valid where there is none.
func addressIn(s string) netip.Addr {
	host, _, err := net.SplitHostPort(s)
	if err != nil {
		host = strings.Trim(s, "[]")
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap().WithZone("")
}

// certificates gives what a client showed of itself, its own certificate first: to
// this server, or to a trusted proxy that passes it on. Nobody has looked at
// whether it is genuine.
func (p proxies) certificates(r *http.Request) [][]byte {
	if p.trust(peer(r)) {
		return passedOn(r.Header)
	}
	if r.TLS == nil {
		return nil
	}
	var chain [][]byte
	for _, c := range r.TLS.PeerCertificates {
		chain = append(chain, c.Raw)
	}
	return chain
}

func passedOn(h http.Header) [][]byte {
	var chain [][]byte
	for _, name := range []string{clientCertificate, certificateChain} {
		for field := range strings.SplitSeq(strings.Join(h.Values(name), ","), ",") {
			// A byte sequence of RFC 9651: base64 between colons.
			text, ok := strings.CutPrefix(strings.TrimSpace(field), ":")
			text, closed := strings.CutSuffix(text, ":")
			der, err := base64.StdEncoding.DecodeString(text)
			if ok && closed && err == nil && len(chain) < maxCertificates {
				chain = append(chain, der)
			}
		}
		if len(chain) == 0 {
			return nil // a chain without a certificate at its start
		}
	}
	return chain
}

// signatureIn gives what headers say of an alert's signature: those of Standard
// Webhooks, or the plain one of WebSub, which many senders can write.
func signatureIn(h http.Header) ports.AlertSignature {
	s := ports.AlertSignature{
		ID: h.Get("Webhook-Id"), Timestamp: h.Get("Webhook-Timestamp"), Signatures: h.Get("Webhook-Signature"), HMAC: h.Get("X-Hub-Signature-256"),
	}
	if s.Signatures == "" && s.HMAC == "" {
		return ports.AlertSignature{}
	}
	return s
}
