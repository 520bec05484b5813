package main_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// notary vouches for certificates, and keeps them in files.
type notary struct {
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newNotary() *notary {
	GinkgoHelper()
	n := &notary{dir: newDataDir()}
	Expect(os.MkdirAll(n.dir, 0o700)).To(Succeed())
	n.certificate, n.key = n.issue("notary", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return n
}

// issue makes a certificate and its key, and files named for them.
func (n *notary) issue(name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	GinkgoHelper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if c.Subject.CommonName == "" {
		c.Subject.CommonName = name
	}
	parent, by := n.certificate, n.key
	if parent == nil {
		parent, by = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, by)
	Expect(err).NotTo(HaveOccurred())
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	Expect(err).NotTo(HaveOccurred())
	for file, block := range map[string]*pem.Block{".pem": {Type: "CERTIFICATE", Bytes: der}, ".key": {Type: "PRIVATE KEY", Bytes: secret}} {
		Expect(os.WriteFile(n.file(name+file), pem.EncodeToMemory(block), 0o600)).To(Succeed())
	}
	issued, err := x509.ParseCertificate(der)
	Expect(err).NotTo(HaveOccurred())
	return issued, key
}

func (n *notary) file(name string) string { return filepath.Join(n.dir, name) }

// from gives a client that connects from an address of this machine, trusts the
// notary, and shows the certificate of that name, if any.
func (n *notary) from(address, certificate string) *http.Client {
	GinkgoHelper()
	trust := x509.NewCertPool()
	trust.AddCert(n.certificate)
	shown := &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS12}
	if certificate != "" {
		pair, err := tls.LoadX509KeyPair(n.file(certificate+".pem"), n.file(certificate+".key"))
		Expect(err).NotTo(HaveOccurred())
		shown.Certificates = []tls.Certificate{pair}
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{TLSClientConfig: shown, DialContext: dialer.DialContext}
	DeferCleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

var _ = Describe("A server that ends TLS", Ordered, func() {
	var (
		n    *notary
		s    *server
		ada  *user
		hook webhookRecord
	)
	BeforeAll(func(ctx SpecContext) {
		n = newNotary()
		n.issue("server", &x509.Certificate{IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}})
		n.issue("tradingview", &x509.Certificate{
			Subject: pkix.Name{CommonName: "TradingView Webhooks"}, EmailAddresses: []string{"webhook-server@tradingview.com"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		})
		n.issue("mallory", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		s = launch(ctx, newDataDir(), []string{
			"HOOKFILL_DATABASE_URL=" + standing.database, "HOOKFILL_TLS_CERT=" + n.file("server.pem"), "HOOKFILL_TLS_KEY=" + n.file("server.key"),
			"HOOKFILL_TRUSTED_PROXIES=127.0.0.2/32", "SSL_CERT_FILE=" + n.file("notary.pem"), "SSL_CERT_DIR=/nowhere",
		}, "--role", "intake")
		s.waitUntilStarted(ctx)
		s.url = strings.Replace(s.url, "http:", "https:", 1)

		ada = standing.newUser(ctx)
		hook = made[webhookRecord](ctx, ada, "/v1/webhook-configs", map[string]any{
			"name": "guarded", "routes": []any{map[string]any{"broker_account_id": ada.account(ctx)}}, "senders": map[string]any{"preset": "tradingview"},
		})
	})
	post := func(ctx context.Context, by *http.Client, header ...string) (status int) {
		GinkgoHelper()
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at(hook.URL),
			strings.NewReader(`{"ticker":"AAPL","action":"buy","quantity":"1","extras":{"nonce":"`+rand.Text()+`"}}`))
		Expect(err).NotTo(HaveOccurred())
		for i := 0; i < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := by.Do(request)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		return response.StatusCode
	}

	type sender struct {
		address, certificate string
		header               []string
		status               int
	}
	forwarded := func(address string) []string { return []string{"X-Forwarded-For", address} }
	DescribeTable("takes a guarded webhook's alerts from TradingView alone, known",
		func(ctx SpecContext, from sender) {
			Expect(post(ctx, n.from(from.address, from.certificate), from.header...)).To(Equal(from.status))
		},
		Entry("by its certificate", sender{"127.0.0.1", "tradingview", nil, http.StatusOK}),
		Entry("by its address, behind the trusted proxy", sender{"127.0.0.2", "", forwarded("52.89.214.238"), http.StatusOK}),
		Entry("not by another's certificate", sender{"127.0.0.1", "mallory", nil, http.StatusForbidden}),
		Entry("not by nothing", sender{"127.0.0.1", "", nil, http.StatusForbidden}),
		Entry("not by an address anybody may write", sender{"127.0.0.1", "", forwarded("52.89.214.238"), http.StatusForbidden}),
		Entry("not by another's address behind the trusted proxy", sender{"127.0.0.2", "", forwarded("52.89.214.238, 198.51.100.1"), http.StatusForbidden}),
		Entry("not by the proxy's own certificate", sender{"127.0.0.2", "tradingview", nil, http.StatusForbidden}),
	)

	It("tells the owner whom it turned away, and traded the rest", func(ctx SpecContext) {
		Expect(list[signalRecord](ctx, ada, "/v1/webhook-configs/"+hook.ID+"/refusals")).To(ContainElement(
			HaveField("Reasons", HaveExactElements(HaveField("Code", "sender_not_allowed")))))
	})

	It("serves a renewed certificate without being started again", func(ctx SpecContext) {
		serial := func() (text string, err error) {
			conn, err := (&tls.Dialer{Config: n.from("127.0.0.1", "").Transport.(*http.Transport).TLSClientConfig}).
				DialContext(ctx, "tcp", strings.TrimPrefix(s.url, "https://"))
			if err != nil {
				return "", err
			}
			defer conn.Close()
			return conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.String(), nil
		}
		renewed, _ := n.issue("server", &x509.Certificate{IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}})
		Eventually(serial).WithContext(ctx).Should(Equal(renewed.SerialNumber.String()))
		Expect(os.WriteFile(n.file("server.pem"), []byte("half a file"), 0o600)).To(Succeed())
		Expect(serial()).To(Equal(renewed.SerialNumber.String()))
	})
})
