package httpapi_test

import (
	"context"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type unmatchedRows struct {
	ports.UnmatchedOrderRepository
	rows
}

func (r unmatchedRows) List(_ context.Context, q ports.UnmatchedQuery) (ports.Page[domain.UnmatchedOrder], error) {
	var mine []domain.UnmatchedOrder
	for _, o := range r.w.unmatched {
		if o.UserID == r.owner && (q.Settled == nil || *q.Settled == (o.Settlement != nil)) {
			mine = append(mine, o)
		}
	}
	return pageOf(mine, func(o domain.UnmatchedOrder) string { return o.ID.String() }, q.Page)
}

func (w *world) SettleUnmatched(
	ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID, verdict domain.UnmatchedVerdict, note string,
) (got domain.UnmatchedOrder, err error) {
	err = w.do(ctx, func() error {
		for i, o := range w.unmatched {
			if o.ID == id && o.UserID == caller.UserID {
				got, err = o.Settled(domain.UnmatchedSettlement{Verdict: verdict, Note: note, By: caller.UserID, At: noon()})
				w.unmatched[i] = got
				return err
			}
		}
		return domain.NotFound("unmatched order")
	})
	return got, err
}

// addUnmatched gives somebody an order that no row accounts for.
func (w *world) addUnmatched(owner domain.UserID) domain.UnmatchedOrderID {
	id := domain.UnmatchedOrderID{UUID: w.nextID()}
	w.unmatched = append(w.unmatched, domain.UnmatchedOrder{
		ID: id, UserID: owner, BrokerAccountID: domain.BrokerAccountID{UUID: w.nextID()},
		ClientOrderID: "hfaaaab", BrokerOrderID: "b-1", Symbol: "AAPL", Status: domain.StatusPartiallyFilled,
		FilledQuantity: domain.MustNet("10"), FoundAt: noon(),
	})
	return id
}

var _ = Describe("Unmatched orders", func() {
	const list = "/v1/unmatched-orders"
	var (
		h    *harness
		path string
	)
	BeforeEach(func() {
		h = newHarness()
		path = list + "/" + h.world.addUnmatched(alice()).String() + "/settle"
	})

	It("are listed for their owner", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, list, "")
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.at("items", 0)).To(And(
			HaveKeyWithValue("client_order_id", "hfaaaab"), HaveKeyWithValue("broker_order_id", "b-1"), HaveKeyWithValue("symbol", "AAPL"),
			HaveKeyWithValue("status", "partially_filled"), HaveKeyWithValue("filled_quantity", "10"), HaveKey("found_at"), HaveKey("id"),
			HaveKey("broker_account_id"), Not(HaveKey("user_id")),
		))
		for _, unsaid := range []string{"verdict", "note", "settled_at", "settled_by", "outcome", "ended_at"} {
			Expect(got.at("items", 0)).To(HaveKeyWithValue(unsaid, BeNil()))
		}
		theirs := h.as(ctx, bobToken, http.MethodGet, list, "")
		Expect(theirs.at("items")).To(BeEmpty())
	})

	It("are settled by a verdict and a note, and then told from those that are open", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodPost, path, `{"verdict":"acknowledge","note":"sent by hand"}`)
		Expect(got.status).To(Equal(http.StatusOK), got.body)
		Expect(got.body).To(MatchJSON(golden("unmatchedorder")))
		Expect(h.alice(ctx, http.MethodGet, list+"?settled=false", "").at("items")).To(BeEmpty())
		Expect(h.alice(ctx, http.MethodGet, list+"?settled=true", "").at("items")).To(HaveLen(1))
	})

	It("tell what came of a cancel", func(ctx SpecContext) {
		Expect(h.alice(ctx, http.MethodPost, path, `{"verdict":"cancel","note":"not wanted"}`).at("verdict")).To(Equal("cancel"))
		h.world.unmatched[0].Outcome = &domain.UnmatchedOutcome{Detail: "canceled", At: noon()}
		Expect(h.alice(ctx, http.MethodGet, list, "").at("items", 0)).To(And(
			HaveKeyWithValue("outcome", "canceled"), HaveKeyWithValue("ended_at", "2026-01-02T12:00:00.123456Z")))
		again := h.alice(ctx, http.MethodPost, path, `{"verdict":"acknowledge","note":"after all"}`)
		Expect(again.status).To(Equal(http.StatusConflict))
		Expect(again.at("code")).To(Equal("already_settled"))
	})

	DescribeTable("refuse what is not a word", func(ctx SpecContext, body, fault string) {
		got := h.alice(ctx, http.MethodPost, path, body)
		Expect(got.faults()).To(Equal([]string{fault}))
	},
		Entry("of theirs", `{"verdict":"adopt","note":"asked"}`, "invalid_verdict verdict"),
		Entry("at all", `{"note":"asked"}`, "required verdict"),
		Entry("with a note", `{"verdict":"cancel"}`, "required note"),
		Entry("they know", `{"verdict":"cancel","note":"asked","broker_order_id":"1"}`, "unknown_field broker_order_id"),
	)

	It("refuse a filter that is neither true nor false", func(ctx SpecContext) {
		got := h.alice(ctx, http.MethodGet, list+"?settled=maybe", "")
		Expect(got.faults()).To(Equal([]string{"invalid_parameter settled"}))
	})
})
