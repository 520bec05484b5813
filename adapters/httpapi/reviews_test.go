package httpapi_test

import (
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Reviews", func() {
	var h *harness
	var path string
	BeforeEach(func() {
		h = newHarness()
		working := h.world.orders[h.world.addOrder(alice())]
		unclear, err := domain.NewOrder(working.Terms())
		Expect(err).NotTo(HaveOccurred())
		for _, kind := range []domain.OrderEventKind{domain.EventAttempted, domain.EventAmbiguous, domain.EventEscalated} {
			_, err := unclear.Apply(domain.OrderEvent{SourceID: string(kind), Kind: kind, At: noon(), Attempt: 1, Reason: "nobody knows"}, noon())
			Expect(err).NotTo(HaveOccurred())
		}
		h.world.orders[unclear.ID()] = unclear
		path = "/v1/reviews/" + unclear.Terms().TicketID.String() + "/settle"
	})

	It("list what waits for a person, why, and what can be said", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, "/v1/reviews?limit=10", "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("items", 0)).To(And(
			HaveKeyWithValue("reason", "nobody knows"), HaveKey("ticket_id"),
			HaveKeyWithValue("actions", Equal([]any{"adopt", "not_placed", "resend"})),
			HaveKeyWithValue("order", HaveKeyWithValue("submission", "needs_review")),
		))
		Expect(h.world.queries).To(Equal([]any{ports.OrderQuery{
			Submission: domain.SubmissionNeedsReview, Page: ports.PageRequest{Limit: 10},
		}}))
	})

	It("are settled by a word", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, path, `{"action":"not_placed","reason":"asked"}`)
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("submission")).To(Equal("not_placed"))
	})

	It("refuse what the broker contradicts", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, path, `{"action":"adopt","reason":"seen","broker_order_id":"1"}`)
		Expect(got.status).To(Equal(http.StatusConflict))
		Expect(got.at("code")).To(Equal("order_not_found"))
	})

	DescribeTable("refuse what is not a word", func(ctx SpecContext, body, fault string) {
		got := h.alice(ctx, http.MethodPost, path, body)
		Expect(got.faults()).To(Equal([]string{fault}))
	},
		Entry("of theirs", `{"action":"forget","reason":"asked"}`, "invalid_action action"),
		Entry("with a reason", `{"action":"resend"}`, "required reason"),
		Entry("they know", `{"action":"adopt","reason":"seen","order_id":"1"}`, "unknown_field order_id"),
	)
})
