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

// mute is a venue that neither takes stop orders nor answers them.
type mute struct{ ports.Broker }

func (v mute) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if r.Type == domain.OrderTypeStop {
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnknownOutcome, Code: "no_answer", Msg: "the answer was lost"}
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
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ContainElements(HaveField("Code", "refused"), HaveField("Code", "protection_restored")))
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
		tookProfit := ContainElement(HaveField("Code", "take_profit_ended"))
		if !brackets {
			tookProfit = Not(tookProfit)
		}
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(tookProfit, "what is not put back is said")

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

var _ = Describe("An exit of a part of a protected position", func() {
	var t *trader
	var hook ports.IssuedWebhook
	const exitFour = `{"ticker":"AAPL","action":"exit","quantity":"4"}`

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		t.venue.declares = noBrackets
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
	})

	// expectProtected expects one stop order, for all that is held.
	expectProtected := func(ctx context.Context, held string) {
		GinkgoHelper()
		Expect(t.held(ctx, "AAPL")).To(Equal(held))
		var working []*domain.Order
		for _, o := range t.orders(ctx) {
			if o.IsWorking() {
				working = append(working, o)
			}
		}
		Expect(working).To(HaveLen(1))
		terms := working[0].Terms()
		Expect([]string{string(terms.Side), string(terms.Type), terms.Quantity.String(), terms.StopPrice.String()}).
			To(Equal([]string{"sell", "stop", held, "95"}))
	}

	It("leaves the rest protected, which still works", func(ctx SpecContext) {
		id := t.send(ctx, hook, exitFour)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		expectProtected(ctx, "6")
		t.quote(ctx, "AAPL", "94")
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	})

	It("is followed by an exit of all also where it is unknown whether its stop-loss was put back", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = mute{exitless{t.venue}}
		part := t.send(ctx, hook, exitFour)
		t.settle(ctx)
		all := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.brokers[domain.BrokerKindPaper] = t.venue
		for range 3 {
			t.later(ctx, time.Minute)
		}
		Expect(t.signal(ctx, part).Tickets[0].State.IsFinal()).To(BeTrue())
		Expect(t.signal(ctx, all).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		for _, o := range t.orders(ctx) {
			Expect(o.IsSettled()).To(BeTrue())
		}
	})

	It("leaves all protected where the broker refuses it", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = exitless{t.venue}
		t.send(ctx, hook, exitFour)
		t.settle(ctx)
		t.later(ctx, time.Second)
		expectProtected(ctx, "10")
	})

	It("puts nothing back where it was of a reversal, whose entry is another position", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"sell","quantity":"14","price":"100"}`)
		t.settle(ctx)
		for range 3 {
			t.later(ctx, time.Second)
		}
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("-4"))
		for _, o := range t.orders(ctx) {
			Expect(o.IsWorking()).To(BeFalse())
		}
		Expect(t.orders(ctx)).To(HaveLen(4))
	})

	It("can be followed by another, and by an exit of all", func(ctx SpecContext) {
		t.send(ctx, hook, exitFour)
		t.settle(ctx)
		t.later(ctx, time.Second)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"3"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		expectProtected(ctx, "3")
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		for _, o := range t.orders(ctx) {
			Expect(o.IsWorking()).To(BeFalse())
		}
	})

	It("is refused where it may rest: the rest would stand without meanwhile", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4","orderType":"limit","limitPrice":"120"}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection_would_end")))
		expectProtected(ctx, "10")
	})

	It("does not enter again where the stop order that was put back ended the position meanwhile", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = &plunging{Broker: t.venue, t: t}
		id := t.send(ctx, hook, exitFour)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.orders(ctx)).To(HaveLen(4))
	})

	DescribeTable("leaves the rest protected once, wherever an executor dies,", func(ctx SpecContext, at step, nth int) {
		t.send(ctx, hook, exitFour)
		diesAt(ctx, t, at, nth)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		t.later(ctx, time.Minute)
		expectProtected(ctx, "6")
		Expect(t.orders(ctx)).To(HaveLen(4))
	},
		Entry("before the exit is written down", beforeIntend, 1), Entry("after", afterIntend, 1),
		Entry("after it is sent", afterSubmit, 1),
		Entry("before the stop order is written down", beforeIntend, 2), Entry("after", afterIntend, 2),
		Entry("after that is sent", afterSubmit, 2), Entry("before the end", beforeFinish, 1),
	)
})

// plunging is a venue whose market falls through every stop as soon as that is
// taken.
type plunging struct {
	ports.Broker
	t *trader
}

func (v *plunging) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if _, err := v.Broker.Submit(ctx, a, r); err != nil {
		return domain.OrderReport{}, err
	}
	if r.Type == domain.OrderTypeStop {
		if _, err := v.t.paper.Push(ctx, a, ports.Quote{Symbol: r.Symbol, LastPrice: new(domain.MustPrice("90"))}); err != nil {
			return domain.OrderReport{}, err
		}
	}
	return v.ByClientOrderID(ctx, a, r.ClientOrderID)
}
