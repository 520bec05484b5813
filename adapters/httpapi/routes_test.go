package httpapi_test

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/httpapi"
)

// bodies says what each write takes, so that what is refused is refused for the
// caller and not for the body.
func bodies(account string) map[string]string {
	return map[string]string{
		"POST /v1/broker-accounts":              `{"name":"paper","kind":"paper"}`,
		"PATCH /v1/broker-accounts/{id}":        `{"name":"other"}`,
		"POST /v1/paper/{id}/quotes":            `{"symbol":"AAPL","last":"1"}`,
		"POST /v1/webhook-configs":              `{"name":"w","routes":[{"broker_account_id":"` + account + `"}]}`,
		"PATCH /v1/webhook-configs/{id}":        `{"name":"other"}`,
		"POST /v1/webhook-configs/{id}/rotate":  `{"overlap_seconds":0}`,
		"POST /v1/reviews/{id}/settle":          `{"action":"resend","reason":"asked"}`,
		"POST /v1/signals/{id}/answer":          `{"action":"discard"}`,
		"POST /v1/unmatched-orders/{id}/settle": `{"verdict":"acknowledge","note":"known"}`,
		"POST /v1/signals":                      `{"broker_account_id":"` + account + `","action":"buy","symbol":"AAPL","quantity":"1"}`,
		"PUT /v1/halts":                         `{"scope":"user","mode":"halt"}`,
	}
}

var _ = Describe("Every route", func() {
	var (
		h   *harness
		ids map[string]string
	)
	BeforeEach(func(ctx SpecContext) {
		h = newHarness()
		account := h.account(ctx)
		signal := h.alice(ctx, http.MethodPost, "/v1/signals", `{"broker_account_id":"`+account+`","action":"buy","symbol":"AAPL","quantity":"1"}`)
		Expect(signal.status).To(Equal(http.StatusCreated), signal.body)
		order := h.world.addOrder(alice())
		ids = map[string]string{
			"/v1/broker-accounts/": account, "/v1/paper/": account, "/v1/webhook-configs/": h.webhook(ctx, account),
			"/v1/signals/": signal.at("id").(string), "/v1/orders/": order.String(),
			"/v1/reviews/": h.world.orders[order].Terms().TicketID.String(), "/v1/unmatched-orders/": h.world.addUnmatched(alice()).String(),
		}
	})

	call := func(ctx context.Context, r httpapi.Route, id string, header ...string) reply {
		GinkgoHelper()
		path := strings.ReplaceAll(r.Path, "{id}", id)
		body := bodies(ids["/v1/paper/"])[r.Method+" "+r.Path]
		if body != "" {
			header = append(header, "Content-Type", "application/json")
		}
		return h.send(ctx, r.Method, path, strings.NewReader(body), header...)
	}
	idOf := func(r httpapi.Route) string {
		for prefix, id := range ids {
			if strings.HasPrefix(r.Path, prefix) {
				return id
			}
		}
		return ""
	}
	guarded := func() []httpapi.Route {
		var out []httpapi.Route
		for _, r := range h.api.Routes() {
			if r.Auth {
				out = append(out, r)
			}
		}
		return out
	}

	It("needs a bearer token, but for the hooks", func() {
		for _, r := range h.api.Routes() {
			Expect(r.Auth).To(Equal(!strings.HasPrefix(r.Path, "/hooks/")), r.Path)
		}
		Expect(guarded()).To(HaveLen(34))
	})

	It("answers every way not to be signed in with the same 401", func(ctx SpecContext) {
		first := call(ctx, guarded()[0], "")
		for _, r := range guarded() {
			for _, authorization := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Bearer nobody", "Basic " + aliceToken, aliceToken} {
				var header []string
				if authorization != "" {
					header = []string{"Authorization", authorization}
				}
				got := call(ctx, r, idOf(r), header...)
				Expect(got.status).To(Equal(http.StatusUnauthorized), "%s %s with %q", r.Method, r.Path, authorization)
				Expect(got.header.Get("WWW-Authenticate")).To(Equal("Bearer"))
				Expect(got.body).To(Equal(first.body))
			}
		}
	})

	It("says so when tokens cannot be judged at the moment", func(ctx SpecContext) {
		got := call(ctx, guarded()[0], "", "Authorization", "Bearer outage")
		Expect(got.status).To(Equal(http.StatusServiceUnavailable))
		Expect(got.header.Get("Retry-After")).To(Equal("1"))
	})

	It("serves its owner", func(ctx SpecContext) {
		for _, r := range guarded() {
			if r.Method == http.MethodDelete {
				continue
			}
			got := call(ctx, r, idOf(r), "Authorization", "bearer "+aliceToken)
			Expect(got.status).To(BeElementOf(http.StatusOK, http.StatusCreated, http.StatusNoContent), "%s %s: %s", r.Method, r.Path, got.body)
		}
	})

	It("answers for another's id as for one that nobody has and one that is none", func(ctx SpecContext) {
		checked := 0
		for _, r := range guarded() {
			if !strings.Contains(r.Path, "{id}") {
				continue
			}
			checked++
			foreign := call(ctx, r, idOf(r), "Authorization", "Bearer "+bobToken)
			Expect(foreign.status).To(Equal(http.StatusNotFound), "%s %s: %s", r.Method, r.Path, foreign.body)
			for _, id := range []string{"01942681-ffff-7000-8000-000000000000", "nonsense"} {
				missing := call(ctx, r, id, "Authorization", "Bearer "+bobToken)
				Expect(missing.status).To(Equal(http.StatusNotFound))
				Expect(missing.body).To(Equal(foreign.body), "%s %s", r.Method, r.Path)
			}
		}
		Expect(checked).To(Equal(21))
	})

	It("shows nothing of another's in a list", func(ctx SpecContext) {
		for _, path := range []string{"/v1/broker-accounts", "/v1/webhook-configs", "/v1/signals", "/v1/orders", "/v1/positions"} {
			got := h.as(ctx, bobToken, http.MethodGet, path, "")
			Expect(got.status).To(Equal(http.StatusOK), path)
			Expect(got.body).To(MatchJSON(`{"items":[],"next_cursor":null}`), path)
		}
	})

	It("refuses other methods and names those it has", func(ctx SpecContext) {
		for _, r := range h.api.Routes() {
			got := h.alice(ctx, "BREW", strings.ReplaceAll(r.Path, "{id}", "x"), "")
			Expect(got.status).To(Equal(http.StatusMethodNotAllowed), r.Path)
			Expect(got.header.Get("Allow")).To(ContainSubstring(r.Method), r.Path)
			Expect(got.at("code")).To(Equal("method_not_allowed"))
		}
		Expect(h.alice(ctx, http.MethodPut, "/v1/signals", "").header.Get("Allow")).To(Equal("GET, HEAD, POST"))
	})

	It("answers HEAD where it answers GET", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodHead, "/v1/orders", "")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(BeEmpty())
		Expect(got.header.Get("Content-Length")).NotTo(Equal("0"))
	})

	It("is served only where it is asked for", func(ctx SpecContext) {
		for _, only := range []httpapi.Config{{Hooks: true}, {API: true}, {}} {
			only.PublicURL = "http://127.0.0.1:8080"
			other := newHarnessWith(only)
			hooks := other.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("{}"))
			api := other.alice(ctx, http.MethodGet, "/v1/orders", "")
			Expect(hooks.status).To(Equal(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[only.Hooks]))
			Expect(api.status).To(Equal(map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[only.API]))
			for _, private := range []string{"/metrics", "/livez", "/readyz"} {
				Expect(other.alice(ctx, http.MethodGet, private, "").status).To(Equal(http.StatusNotFound))
			}
		}
	})
})
