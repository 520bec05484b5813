package httpapi_test

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type unmatchedRows struct{ rows }

func (r unmatchedRows) List(_ context.Context, page ports.PageRequest) (ports.Page[domain.UnmatchedOrder], error) {
	var mine []domain.UnmatchedOrder
	for _, o := range r.w.unmatched {
		if o.UserID == r.owner {
			mine = append(mine, o)
		}
	}
	return pageOf(mine, func(o domain.UnmatchedOrder) string { return o.ID.String() }, page)
}

var _ = Describe("Unmatched orders", func() {
	It("are listed for their owner", func(ctx SpecContext) {
		h := newHarness()
		h.world.unmatched = []domain.UnmatchedOrder{{
			ID: domain.UnmatchedOrderID{UUID: h.world.nextID()}, UserID: alice(), BrokerAccountID: domain.BrokerAccountID{UUID: h.world.nextID()},
			ClientOrderID: "hfaaaab", BrokerOrderID: "b-1", Symbol: "AAPL", Status: domain.StatusFilled,
			FilledQuantity: domain.MustNet("10"), FoundAt: noon(),
		}}
		got := h.alice(ctx, http.MethodGet, "/v1/unmatched-orders", "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("items", 0)).To(And(
			HaveKeyWithValue("client_order_id", "hfaaaab"), HaveKeyWithValue("broker_order_id", "b-1"), HaveKeyWithValue("symbol", "AAPL"),
			HaveKeyWithValue("status", "filled"), HaveKeyWithValue("filled_quantity", "10"), HaveKey("found_at"), HaveKey("id"),
			HaveKey("broker_account_id"), Not(HaveKey("user_id")),
		))
		theirs := h.as(ctx, bobToken, http.MethodGet, "/v1/unmatched-orders", "")
		Expect(theirs.at("items")).To(BeEmpty())
	})
})
