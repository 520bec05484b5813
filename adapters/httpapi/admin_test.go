package httpapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("The admin handler", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })
	get := func(ctx context.Context, path string) reply {
		GinkgoHelper()
		return exchange(ctx, http.MethodGet, h.admin.URL+path, nil)
	}

	It("says that the process lives, even when it is not ready", func(ctx SpecContext) {
		h.ready = errors.New("no database")
		got := get(ctx, "/livez")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(Equal("ok\n"))
	})

	It("says whether the server can work, and the log why not", func(ctx SpecContext) {
		got := get(ctx, "/readyz")
		Expect(got.status).To(Equal(http.StatusOK))
		Expect(got.body).To(Equal("ready\n"))

		h.ready = errors.New("dial 10.0.0.7: refused")
		got = get(ctx, "/readyz")
		Expect(got.status).To(Equal(http.StatusServiceUnavailable))
		Expect(got.header.Get("Retry-After")).To(Equal("1"))
		Expect(got.at("code")).To(Equal("not_ready"))
		Expect(got.body).NotTo(ContainSubstring("10.0.0.7"))
		Eventually(func() []map[string]any { return h.log.lines("request failed") }).WithContext(ctx).
			Should(ConsistOf(HaveKeyWithValue("error", ContainSubstring("10.0.0.7"))))
	})

	It("shows the metrics of its registry", func(ctx SpecContext) {
		Expect(get(ctx, "/metrics").body).To(ContainSubstring("hookfill_http_request_duration_seconds"))
	})

	It("has nothing else, and takes nothing but GET", func(ctx SpecContext) {
		Expect(get(ctx, "/v1/orders").status).To(Equal(http.StatusNotFound))
		Expect(exchange(ctx, http.MethodPost, h.admin.URL+"/hooks/"+hookToken, strings.NewReader("{}")).status).To(Equal(http.StatusNotFound))
		got := exchange(ctx, http.MethodPost, h.admin.URL+"/readyz", nil)
		Expect(got.status).To(Equal(http.StatusMethodNotAllowed))
		Expect(got.header.Get("Allow")).To(Equal("GET, HEAD"))
	})

	It("leaves no lines in the access log", func(ctx SpecContext) {
		get(ctx, "/livez")
		Expect(h.log.lines("request")).To(BeEmpty())
	})
})
