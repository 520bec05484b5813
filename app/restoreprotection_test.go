package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// exitless is a venue that refuses to sell at the market.
type exitless struct{ ports.Broker }

func (v exitless) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if r.Side == domain.SideSell && r.Type == domain.OrderTypeMarket {
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindRejected, Code: "no_exits", Msg: "no exits today"}
	}
	return v.Broker.Submit(ctx, a, r)
}

var _ = Describe("An exit of a protected position that the broker refuses", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
	})

	// expectRestored expects one stop order that protects all that is held.
	expectRestored := func(ctx context.Context, id domain.SignalID) {
		GinkgoHelper()
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateRefused))
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(HaveExactElements(HaveField("Code", "refused"), HaveField("Code", "protection_restored")))
		var working []*domain.Order
		for _, o := range t.orders(ctx) {
			if o.IsWorking() {
				working = append(working, o)
			}
		}
		Expect(working).To(HaveLen(1))
		terms := working[0].Terms()
		Expect([]string{string(terms.Side), string(terms.Type), terms.Quantity.String(), terms.StopPrice.String()}).
			To(Equal([]string{"sell", "stop", "10", "95"}))
	}

	DescribeTable("has its stop-loss put back,", func(ctx SpecContext, brackets bool, body string) {
		if !brackets {
			t.venue.declares = noBrackets
		}
		t.send(ctx, hook, body)
		t.settle(ctx)
		t.brokers[domain.BrokerKindPaper] = exitless{t.venue}
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		expectRestored(ctx, id)

		t.brokers[domain.BrokerKindPaper] = t.venue
		t.quote(ctx, "AAPL", "94")
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		Expect(t.held(ctx, "AAPL")).To(Equal("0"), "it works")
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	},
		Entry("as the stop order it was", false, buyTenWithStop),
		Entry("as a stop order where it was a bracket's", true, buyTenInBrackets),
	)

	It("says so where the stop-loss is refused as well", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.brokers[domain.BrokerKindPaper] = stopless{exitless{t.venue}}
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ContainElement(HaveField("Code", "protection_refused")))
	})

	DescribeTable("has it put back once, wherever an executor dies,", func(ctx SpecContext, at step, nth int) {
		t.venue.declares = noBrackets
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.brokers[domain.BrokerKindPaper] = exitless{t.venue}
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		diesAt(ctx, t, at, nth)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		t.later(ctx, time.Minute)
		expectRestored(ctx, id)
	},
		Entry("before the exit is written down", beforeIntend, 1), Entry("after", afterIntend, 1),
		Entry("before the stop order is written down", beforeIntend, 2), Entry("after", afterIntend, 2),
		Entry("after it is sent", afterSubmit, 1), Entry("before the end", beforeFinish, 1),
	)
})
