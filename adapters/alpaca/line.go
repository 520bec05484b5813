package alpaca

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/hookfill/hookfill/domain"
)

const (
	maxAnswer      = 4 << 20
	maxHeader      = 64 << 10
	dialTimeout    = 5 * time.Second
	idleTimeout    = 90 * time.Second
	idlePerAddress = 16
)

// line sends requests, each once.
type line struct {
	guard  guard
	client *resty.Client
	// socket opens WebSockets, which HTTP/2 does not.
	socket *http.Client
	idle   func()
}

func newLine(c Config) *line {
	g := guard{c.AllowAddresses}
	dialer := &net.Dialer{Timeout: dialTimeout, Control: g.control}
	transport := &http.Transport{
		// No proxy: it would dial for us, and the guard would judge its address.
		DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTimeout, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, MaxResponseHeaderBytes: maxHeader, DisableCompression: true,
		IdleConnTimeout: idleTimeout, MaxIdleConnsPerHost: idlePerAddress,
	}
	client := resty.NewWithClient(&http.Client{
		Transport: transport, Timeout: c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	upright := transport.Clone()
	upright.ForceAttemptHTTP2, upright.TLSNextProto = false, map[string]func(string, *tls.Conn) http.RoundTripper{}
	socket := &http.Client{
		Transport: upright, Timeout: c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	client.SetRetryCount(0).SetResponseBodyLimit(maxAnswer).SetHeader("User-Agent", "hookfill").SetLogger(silent{})
	return &line{g, client, socket, func() { transport.CloseIdleConnections(); upright.CloseIdleConnections() }}
}

func (l *line) close() { l.idle() }

// site is where an account is, and its keys.
type site struct {
	base string
	keys domain.BrokerCredentials
}

type request struct {
	method, path, query string
	body                []byte
}

// answer is what came of a request. Without an error it is a whole HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
	// wait is how long nothing more is to be sent, where the answer is about that.
	wait time.Duration
	// sent reports that there was a connection to write on: whether anything
	// arrived cannot be told any more.
	sent bool
}

func (l *line) send(ctx context.Context, s site, r request) answer {
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	ask := l.client.R().SetContext(ctx)
	if s.keys.OAuthToken != "" {
		ask.SetHeader("Authorization", "Bearer "+s.keys.OAuthToken)
	} else {
		ask.SetHeader("Apca-Api-Key-Id", s.keys.KeyID).SetHeader("Apca-Api-Secret-Key", s.keys.SecretKey)
	}
	if r.body != nil {
		ask.SetHeader("Content-Type", "application/json").SetBody(r.body)
	}
	to := s.base + r.path
	if r.query != "" {
		to += "?" + r.query
	}
	got, err := ask.Execute(r.method, to)
	a := answer{err: err, sent: connected.Load()}
	if err == nil {
		a.status, a.header, a.body = got.StatusCode(), got.Header(), got.Body()
	}
	return a
}

// segment writes a word so that it means nothing else in a path.
func segment(s string) string { return url.PathEscape(s) }

// silent keeps resty from logging: what went wrong is in the answer.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
