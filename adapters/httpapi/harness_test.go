package httpapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/hookfill/hookfill/adapters/httpapi"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	aliceToken = "canary-bearer-alice"
	bobToken   = "canary-bearer-bob"
	hookToken  = "hf_canary-hook-token-0123456789abcdefghijklmnop"
)

func alice() domain.UserID {
	return domain.UserID{UUID: uuid.MustParse("0a11ce00-0000-4000-8000-000000000001")}
}

func bob() domain.UserID {
	return domain.UserID{UUID: uuid.MustParse("00000b0b-0000-4000-8000-000000000002")}
}

// harness is an API on real sockets, over a world of fakes.
type harness struct {
	world  *world
	intake *intake
	log    *syncBuffer
	api    *httpapi.API
	deps   httpapi.Deps
	public *httptest.Server
	admin  *httptest.Server
	ready  error
}

func newHarness() *harness {
	GinkgoHelper()
	return newHarnessWith(everything())
}

func newHarnessWith(cfg httpapi.Config) *harness {
	GinkgoHelper()
	h := &harness{world: newWorld(), intake: &intake{}, log: &syncBuffer{}}
	h.intake.gives(ports.Receipt{Result: ports.ReceiptAccepted}, nil)
	h.deps = httpapi.Deps{
		Intake: h.intake, Brokers: h.world, Webhooks: h.world, Desk: h.world, Halts: h.world, Work: h.world,
		Tokens: keyring{aliceToken: {UserID: alice()}, bobToken: {UserID: bob()}, "nobody": {}},
		Clock:  h.world, IDs: randomIDs{},
		Log:     slog.New(slog.NewJSONHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: prometheus.NewRegistry(),
		Ready:   func(context.Context) error { return h.ready },
	}
	api, err := httpapi.New(h.deps, cfg)
	Expect(err).NotTo(HaveOccurred())
	h.api = api
	h.public = httptest.NewServer(api.Public())
	DeferCleanup(h.public.Close)
	h.admin = httptest.NewServer(api.Admin())
	DeferCleanup(h.admin.Close)
	return h
}

func everything() httpapi.Config {
	return httpapi.Config{PublicURL: "https://hooks.example.com/", Hooks: true, API: true}
}

// reply is an answer read whole.
type reply struct {
	status int
	header http.Header
	body   string
}

// at reads one value of a JSON answer by keys and indexes.
func (r reply) at(path ...any) any {
	GinkgoHelper()
	var v any
	Expect(json.Unmarshal([]byte(r.body), &v)).To(Succeed(), r.body)
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, isObject := v.(map[string]any)
			Expect(isObject).To(BeTrue(), "%v in %s", path, r.body)
			Expect(m).To(HaveKey(s))
			v = m[s]
		case int:
			l, isList := v.([]any)
			Expect(isList).To(BeTrue(), "%v in %s", path, r.body)
			Expect(len(l)).To(BeNumerically(">", s), r.body)
			v = l[s]
		}
	}
	return v
}

// faults gives code and field of each error of a problem.
func (r reply) faults() []string {
	GinkgoHelper()
	var p struct {
		Errors []struct{ Code, Field, Message string }
	}
	Expect(json.Unmarshal([]byte(r.body), &p)).To(Succeed(), r.body)
	var out []string
	for _, e := range p.Errors {
		Expect(e.Message).NotTo(BeEmpty(), r.body)
		out = append(out, e.Code+" "+e.Field)
	}
	return out
}

func (h *harness) send(ctx context.Context, method, path string, body io.Reader, header ...string) reply {
	GinkgoHelper()
	return exchange(ctx, method, h.public.URL+path, body, header...)
}

// exchange sends one request with header names and values in turn.
func exchange(ctx context.Context, method, url string, body io.Reader, header ...string) reply {
	GinkgoHelper()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	Expect(err).NotTo(HaveOccurred())
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	Expect(err).NotTo(HaveOccurred())
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	Expect(err).NotTo(HaveOccurred())
	return reply{resp.StatusCode, resp.Header, string(got)}
}

// as calls the API as somebody; an empty body is none.
func (h *harness) as(ctx context.Context, token, method, path, body string, header ...string) reply {
	GinkgoHelper()
	header = append(header, "Authorization", "Bearer "+token)
	if body == "" {
		return h.send(ctx, method, path, nil, header...)
	}
	return h.send(ctx, method, path, strings.NewReader(body), append(header, "Content-Type", "application/json")...)
}

func (h *harness) alice(ctx context.Context, method, path, body string, header ...string) reply {
	GinkgoHelper()
	return h.as(ctx, aliceToken, method, path, body, header...)
}

// account opens a paper account of alice's and gives its id.
func (h *harness) account(ctx context.Context) string {
	GinkgoHelper()
	got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts", `{"name":"paper","kind":"paper"}`)
	Expect(got.status).To(Equal(http.StatusCreated), got.body)
	return got.at("id").(string)
}

// webhook makes a config of alice's that routes to account and gives its id.
func (h *harness) webhook(ctx context.Context, account string) string {
	GinkgoHelper()
	got := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", `{"name":"momentum","routes":[{"broker_account_id":"`+account+`"}]}`)
	Expect(got.status).To(Equal(http.StatusCreated), got.body)
	return got.at("id").(string)
}

type randomIDs struct{}

func (randomIDs) New() uuid.UUID { return uuid.New() }

// syncBuffer is a log that handlers may write while a spec reads.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// lines gives the log lines with a message, parsed.
func (b *syncBuffer) lines(msg string) []map[string]any {
	var out []map[string]any
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if json.Unmarshal([]byte(line), &m) == nil && m["msg"] == msg {
			out = append(out, m)
		}
	}
	return out
}
