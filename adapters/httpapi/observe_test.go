package httpapi_test

import (
	"context"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Every request", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })
	accessLog := func() []map[string]any { return h.log.lines("request") }

	DescribeTable("has an id, its own where that is sane",
		func(ctx SpecContext, sent string, kept bool) {
			got := h.alice(ctx, http.MethodGet, "/v1/orders", "", "X-Request-ID", sent)
			id := got.header.Get("X-Request-ID")
			if kept {
				Expect(id).To(Equal(sent))
			} else {
				Expect(id).To(MatchRegexp(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`))
			}
			Eventually(accessLog).WithContext(ctx).Should(ConsistOf(HaveKeyWithValue("request_id", id)))
		},
		Entry("a UUID", "01942681-aaaa-7000-8000-000000000001", true),
		Entry("words", "Deploy_7.test-3", true),
		Entry("none", "", false),
		Entry("too long", strings.Repeat("a", 65), false),
		Entry("with a space", "a b", false),
		Entry("with a quote", `a"b`, false),
		Entry("beyond ASCII", "é", false),
	)

	It("leaves one line that names its route and not its path", func(ctx SpecContext) {
		got := h.send(ctx, http.MethodPost, "/hooks/"+hookToken+"?next=/secret", strings.NewReader("{}"), "X-Request-ID", "r1")
		Eventually(accessLog).WithContext(ctx).Should(HaveLen(1))
		Expect(accessLog()[0]).To(And(
			HaveKeyWithValue("level", "INFO"),
			HaveKeyWithValue("method", "POST"), HaveKeyWithValue("route", "/hooks/{token}"), HaveKeyWithValue("status", 200.0),
			HaveKeyWithValue("bytes", BeEquivalentTo(len(got.body))), HaveKeyWithValue("duration_ms", 0.0),
			HaveKeyWithValue("request_id", "r1"), HaveKeyWithValue("remote", "127.0.0.1"),
		))
		Expect(h.log.String()).NotTo(Or(ContainSubstring(hookToken), ContainSubstring("secret")))
	})

	It("is logged as a warning where it failed here", func(ctx SpecContext) {
		h.intake.gives(ports.Receipt{}, domain.KindInternal)
		h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("{}"))
		Eventually(accessLog).WithContext(ctx).Should(ConsistOf(And(HaveKeyWithValue("level", "WARN"), HaveKeyWithValue("status", 500.0))))
	})

	It("is logged and counted under no invented name", func(ctx SpecContext) {
		h.send(ctx, "CANARYMETHOD", "/canary/path", nil)
		Eventually(accessLog).WithContext(ctx).Should(ConsistOf(And(HaveKeyWithValue("method", "OTHER"), HaveKeyWithValue("route", "unmatched"))))
		Expect(h.log.String() + h.metrics(ctx)).NotTo(Or(ContainSubstring("CANARYMETHOD"), ContainSubstring("canary")))
	})

	It("is answered with headers that keep it private", func(ctx SpecContext) {
		for _, got := range []reply{
			h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("{}")),
			h.alice(ctx, http.MethodGet, "/v1/orders", ""),
			h.send(ctx, http.MethodGet, "/v1/orders", nil),
			h.send(ctx, http.MethodGet, "/nowhere", nil),
			exchange(ctx, http.MethodGet, h.admin.URL+"/livez", nil),
		} {
			Expect(got.header.Get("X-Content-Type-Options")).To(Equal("nosniff"))
			Expect(got.header.Get("Referrer-Policy")).To(Equal("no-referrer"))
			Expect(got.header.Get("Cache-Control")).To(Equal("no-store"))
		}
	})

	It("is counted and timed by its route", func(ctx SpecContext) {
		for range 3 {
			h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("{}"))
		}
		h.alice(ctx, http.MethodGet, "/v1/orders/x", "")
		Eventually(h.metrics).WithContext(ctx).WithArguments(ctx).Should(And(
			ContainSubstring(`hookfill_http_requests_total{method="POST",route="/hooks/{token}",status="200"} 3`),
			ContainSubstring(`hookfill_http_requests_total{method="GET",route="/v1/orders/{id}",status="404"} 1`),
			ContainSubstring(`hookfill_http_request_duration_seconds_count{route="/hooks/{token}"} 3`),
		))
	})

	Describe("that makes a handler panic", func() {
		It("gets a 500, and the log the stack", func(ctx SpecContext) {
			h.intake.answer = func(context.Context, ports.Alert) (ports.Receipt, error) { panic("out of luck") }
			got := h.send(ctx, http.MethodPost, "/hooks/"+hookToken, strings.NewReader("{}"), "X-Request-ID", "r1")
			Expect(got.status).To(Equal(http.StatusInternalServerError))
			Expect(got.at("code")).To(Equal("internal"))
			Expect(got.at("instance")).To(Equal("r1"))
			Expect(got.body).NotTo(ContainSubstring("luck"))
			Eventually(func() []map[string]any { return h.log.lines("panic in a handler") }).WithContext(ctx).Should(ConsistOf(And(
				HaveKeyWithValue("panic", "out of luck"), HaveKeyWithValue("request_id", "r1"),
				HaveKeyWithValue("stack", ContainSubstring("observe_test.go")),
			)))
			Eventually(accessLog).WithContext(ctx).Should(ConsistOf(HaveKeyWithValue("status", 500.0)))
		})

		It("is cut off where the handler asks for that", func(ctx SpecContext) {
			h.intake.answer = func(context.Context, ports.Alert) (ports.Receipt, error) { panic(http.ErrAbortHandler) }
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.public.URL+"/hooks/"+hookToken, strings.NewReader("{}"))
			Expect(err).NotTo(HaveOccurred())
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			Expect(err).To(HaveOccurred())
			Eventually(accessLog).WithContext(ctx).Should(HaveLen(1))
			Expect(h.log.lines("panic in a handler")).To(BeEmpty())
		})
	})

	It("whose client left is logged as that and as no failure", func(ctx SpecContext) {
		entered := make(chan struct{})
		h.world.waitFor = func(ctx context.Context) error {
			close(entered)
			<-ctx.Done()
			return ctx.Err()
		}
		leaving, leave := context.WithCancel(ctx)
		go func() {
			<-entered
			leave()
		}()
		req, err := http.NewRequestWithContext(leaving, http.MethodGet, h.public.URL+"/v1/orders", nil)
		Expect(err).NotTo(HaveOccurred())
		req.Header.Set("Authorization", "Bearer "+aliceToken)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		Expect(err).To(MatchError(context.Canceled))
		Eventually(accessLog).WithContext(ctx).Should(ConsistOf(And(HaveKeyWithValue("status", 499.0), HaveKeyWithValue("level", "INFO"))))
		Expect(h.log.lines("request failed")).To(BeEmpty())
	})
})

// metrics gives what /metrics shows.
func (h *harness) metrics(ctx context.Context) string {
	GinkgoHelper()
	return exchange(ctx, http.MethodGet, h.admin.URL+"/metrics", nil).body
}
