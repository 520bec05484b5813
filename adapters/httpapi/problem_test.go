package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An error of the API", func() {
	var h *harness
	BeforeEach(func() { h = newHarness() })

	type row struct {
		err        error
		status     int
		code       string
		retryAfter string
	}
	DescribeTable("has its status by its kind",
		func(ctx SpecContext, r row) {
			h.world.failWith(r.err)
			got := h.alice(ctx, http.MethodGet, "/v1/broker-accounts", "")
			Expect(got.status).To(Equal(r.status), got.body)
			Expect(got.header.Get("Content-Type")).To(Equal("application/problem+json"))
			Expect(got.header.Get("Retry-After")).To(Equal(r.retryAfter))
			Expect(got.at("type")).To(Equal("about:blank"))
			Expect(got.at("title")).To(Equal(http.StatusText(r.status)))
			Expect(got.at("status")).To(BeEquivalentTo(r.status))
			Expect(got.at("code")).To(Equal(r.code))
			Expect(got.at("detail")).NotTo(BeEmpty())
		},
		Entry("invalid", row{err: domain.Invalid("bad_thing", "thing", "is bad"), status: 422, code: "bad_thing"}),
		Entry("unauthenticated", row{err: domain.KindUnauthenticated, status: 401, code: "unauthenticated"}),
		Entry("forbidden", row{err: domain.KindForbidden, status: 403, code: "forbidden"}),
		Entry("not found", row{err: domain.NotFound("thing"), status: 404, code: "not_found"}),
		Entry("conflict", row{err: domain.Conflict("orders_open", "cancel them first"), status: 409, code: "orders_open"}),
		Entry("rejected", row{err: &domain.Error{Kind: domain.KindRejected, Code: "buying_power", Msg: "too little"}, status: 422, code: "buying_power"}),
		Entry("unavailable", row{err: &domain.Error{Kind: domain.KindUnavailable, RetryAfter: 3 * time.Second}, status: 503, code: "unavailable", retryAfter: "3"}),
		Entry("unavailable at once", row{err: &domain.Error{Kind: domain.KindUnavailable, RetryAfter: time.Millisecond}, status: 503, code: "unavailable", retryAfter: "1"}),
		Entry("unknown outcome, which is not to be repeated blindly", row{err: domain.KindUnknownOutcome, status: 503, code: "unknown_outcome"}),
		Entry("internal", row{err: domain.KindInternal, status: 500, code: "internal"}),
		Entry("a kind nobody knows", row{err: &domain.Error{Kind: "odd", Code: "odd"}, status: 500, code: "internal"}),
		Entry("any other error", row{err: errors.New("boom"), status: 500, code: "internal"}),
		Entry("a wrapped one", row{err: fmt.Errorf("outside: %w", domain.Conflict("inside", "it is")), status: 409, code: "inside"}),
		Entry("a deadline", row{err: fmt.Errorf("asking: %w", context.DeadlineExceeded), status: 503, code: "timeout"}),
		Entry("a deadline taken for internal", row{err: &domain.Error{Kind: domain.KindInternal, Err: context.DeadlineExceeded}, status: 503, code: "timeout"}),
	)

	It("lists every fault with its field", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/webhook-configs", `{"name":"","routes":[]}`)
		Expect(got.status).To(Equal(http.StatusUnprocessableEntity))
		Expect(got.faults()).To(Equal([]string{"invalid_name name", "routes_required routes"}))
		Expect(got.at("code")).To(Equal("invalid_name"))
		Expect(got.at("detail")).To(ContainSubstring("routes: "))
	})

	It("carries the request id as its instance, but for 401 and 404", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, "/v1/broker-accounts", `{}`, "X-Request-ID", "mine-1")
		Expect(got.at("instance")).To(Equal("mine-1"))
		got = h.alice(ctx, http.MethodGet, "/v1/orders/nothing", "", "X-Request-ID", "mine-2")
		Expect(got.status).To(Equal(http.StatusNotFound))
		Expect(got.body).NotTo(ContainSubstring("mine-2"))
		Expect(got.header.Get("X-Request-ID")).To(Equal("mine-2"))
	})

	It("hides the cause of what is ours, and logs it under the request id", func(ctx SpecContext) {
		h.world.failWith(&domain.Error{Kind: domain.KindInternal, Code: "corrupt_order", Msg: "row 7 of orders", Err: errors.New("pq: secret detail")})
		got := h.alice(ctx, http.MethodGet, "/v1/orders", "", "X-Request-ID", "find-me")
		Expect(got.status).To(Equal(http.StatusInternalServerError))
		Expect(got.body).NotTo(Or(ContainSubstring("row 7"), ContainSubstring("secret detail"), ContainSubstring("corrupt_order")))
		Eventually(func() []map[string]any { return h.log.lines("request failed") }).WithContext(ctx).Should(ConsistOf(And(
			HaveKeyWithValue("request_id", "find-me"),
			HaveKeyWithValue("level", "ERROR"),
			HaveKeyWithValue("error", ContainSubstring("secret detail")),
		)))
	})

	It("never shows the cause of an error with a kind either", func(ctx SpecContext) {
		h.world.failWith(&domain.Error{Kind: domain.KindUnavailable, Msg: "the database is away", Err: errors.New("dial 10.0.0.7")})
		got := h.alice(ctx, http.MethodGet, "/v1/orders", "")
		Expect(got.at("detail")).To(Equal("the database is away"))
	})
})
