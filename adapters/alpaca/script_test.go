package alpaca_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// told is one answer in the venue's words.
type told struct {
	status int
	body   string
	header map[string]string
}

// script is a venue that answers what it is told to, by method and path; what it
// was told nothing about is not there.
type script struct {
	*httptest.Server

	mu    sync.Mutex
	lines map[string]told
	asked []string
	heads []http.Header
}

func newScript() *script {
	s := &script{lines: map[string]told{}}
	s.Server = httptest.NewServer(s)
	DeferCleanup(s.Close)
	return s
}

func (s *script) on(methodAndPath string, status int, body string, header ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := told{status, body, map[string]string{}}
	for i := 0; i+1 < len(header); i += 2 {
		t.header[header[i]] = header[i+1]
	}
	s.lines[methodAndPath] = t
}

// requests gives what was asked, as method and path.
func (s *script) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Method + " " + r.URL.EscapedPath()
	s.asked, s.heads = append(s.asked, key), append(s.heads, r.Header)
	t, known := s.lines[key+"?"+r.URL.RawQuery]
	if !known {
		t, known = s.lines[key]
	}
	if !known {
		fail(w, http.StatusNotFound, 40410000, "order not found")
		return
	}
	for name, value := range t.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(t.status)
	_, _ = w.Write([]byte(t.body))
}

func fail(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"code":%d,"message":%q}`, code, message)
}

// recorded reads a body of testdata.
func recorded(name string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	Expect(err).NotTo(HaveOccurred())
	return string(text)
}

// orderIn gives the recorded order with other words in it.
func orderIn(replacements ...string) string {
	GinkgoHelper()
	return strings.NewReplacer(replacements...).Replace(recorded("order.json"))
}

const (
	submitting = "POST /v2/orders"
	lookingUp  = "GET /v2/orders:by_client_order_id"
	executions = "GET /v2/account/activities/FILL"
)

func scripted() (*script, *alpaca.Broker, *domain.BrokerAccount) {
	GinkgoHelper()
	s := newScript()
	return s, newBroker(alpaca.Config{AllowAddresses: loopback()}), accountAt(s.URL)
}

// one gives a market order for a share of AAPL.
func one(edit ...func(*ports.OrderRequest)) ports.OrderRequest {
	r := ports.OrderRequest{
		ClientOrderID: "hfabcdone", Symbol: "AAPL", Side: domain.SideBuy, Type: domain.OrderTypeMarket,
		TimeInForce: domain.TimeInForceDay, Quantity: new(domain.MustQuantity("1")),
	}
	for _, e := range edit {
		e(&r)
	}
	return r
}
