package app_test

import (
	"context"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const buyTenWithStop = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"percent":5}}`

// stopless is a venue that refuses stop orders.
type stopless struct{ ports.Broker }

func (v stopless) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if r.Type == domain.OrderTypeStop {
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindRejected, Code: "no_stops", Msg: "no stops today"}
	}
	return v.Broker.Submit(ctx, a, r)
}

// stoplessFor is a venue that refuses as many stop orders.
type stoplessFor struct {
	ports.Broker
	left int
}

func (v *stoplessFor) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if r.Type == domain.OrderTypeStop && v.left > 0 {
		v.left--
		return stopless{v.Broker}.Submit(ctx, a, r)
	}
	return v.Broker.Submit(ctx, a, r)
}

var _ = Describe("An entry with a stop-loss at a broker without brackets", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
		t.venue.declares = noBrackets
	})

	// expectProtected expects one entry that is filled and one stop order for it.
	expectProtected := func(ctx context.Context, id domain.SignalID) {
		GinkgoHelper()
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(BeEmpty())
		orders := t.orders(ctx)
		Expect(orders).To(HaveLen(2))
		entry, stop := orders[0], orders[1]
		Expect(entry.Status()).To(Equal(domain.StatusFilled))
		Expect(stop.IsWorking()).To(BeTrue())
		Expect(stop.IsLeg()).To(BeTrue())
		terms := stop.Terms()
		Expect(terms.ParentID).To(HaveValue(Equal(entry.ID())))
		Expect([]string{string(terms.Side), string(terms.Type), string(terms.TimeInForce), terms.Quantity.String(), terms.StopPrice.String()}).
			To(Equal([]string{"sell", "stop", "gtc", "10", "95"}))
		Expect(t.venue.sent()).To(ConsistOf(entry.Terms().ClientOrderID, terms.ClientOrderID))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	}

	It("has a stop order at the venue once it is filled", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		expectProtected(ctx, id)
	})

	It("waits for its fill, and protects what was filled", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"MSFT","action":"buy","quantity":"10","stopLoss":{"stopPrice":95}}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateExecuting))
		Expect(t.orders(ctx)).To(HaveLen(1), "there is no price yet")
		t.quote(ctx, "MSFT", "100")
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.orders(ctx)).To(HaveLen(2))
		Expect(t.orders(ctx)[1].IsWorking()).To(BeTrue())
	})

	It("gives way to a full exit while it is not filled", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"MSFT","action":"buy","quantity":"10","stopLoss":{"stopPrice":95}}`)
		t.settle(ctx)
		exit := t.send(ctx, hook, `{"ticker":"MSFT","action":"exit"}`)
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State.IsFinal()).To(BeTrue())
		Expect(t.signal(ctx, exit).State.IsFinal()).To(BeTrue())
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusCanceled))
	})

	It("is ended by its stop order, in every book", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.quote(ctx, "AAPL", "94")
		Expect(t.tracker.Refresh(ctx, t.venue.sent())).To(Succeed())
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	})

	It("is closed by an exit, which first cancels the stop order", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		Expect(t.orders(ctx)[1].Status()).To(Equal(domain.StatusCanceled))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("is closed again where the stop order is refused, and says so", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = stopless{t.venue}
		id := t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.orders(ctx)).To(HaveLen(3))
		Expect(t.orders(ctx)[1].Submission()).To(Equal(domain.SubmissionRefused))
		s := t.signal(ctx, id)
		Expect(s.State).To(Equal(domain.StateDone))
		Expect(s.Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection_refused")))
	})

	Describe("whose config has a refused leg sent again", func() {
		var refusing *stoplessFor

		BeforeEach(func(ctx SpecContext) {
			hook = t.hook(ctx, func(r *domain.WebhookRules) { r.Protection.OnRefusedLeg = domain.LegRetry })
			refusing = &stoplessFor{Broker: t.venue}
			t.brokers[domain.BrokerKindPaper] = refusing
		})

		It("is protected by the next stop order that is taken, and tells of those that were not", func(ctx SpecContext) {
			refusing.left = 2
			id := t.send(ctx, hook, buyTenWithStop)
			t.settle(ctx)
			Expect(t.signal(ctx, id).State).To(Equal(domain.StateExecuting))
			Expect(t.orders(ctx)).To(HaveLen(2), "not at once")
			t.later(ctx, time.Second)
			Expect(t.orders(ctx)).To(HaveLen(3))
			t.later(ctx, time.Second)
			Expect(t.orders(ctx)).To(HaveLen(3), "not after a second")
			t.later(ctx, 5*time.Second)
			s := t.signal(ctx, id)
			Expect(s.State).To(Equal(domain.StateDone))
			Expect(s.Tickets[0].Reasons).To(BeEmpty())
			Expect(s.Tickets[0].Decisions).To(ContainElements(
				And(HaveField("Rule", "protection_retried"), HaveField("Detail", ContainSubstring(t.orders(ctx)[1].Terms().ClientOrderID))),
				And(HaveField("Rule", "protection_retried"), HaveField("Detail", ContainSubstring(t.orders(ctx)[2].Terms().ClientOrderID))),
			))
			Expect(t.orders(ctx)).To(HaveLen(4))
			Expect(t.orders(ctx)[3].IsWorking()).To(BeTrue())
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
			t.quote(ctx, "AAPL", "94")
			Expect(t.held(ctx, "AAPL")).To(Equal("0"), "it works")
		})

		It("is closed where all are refused", func(ctx SpecContext) {
			refusing.left = 100
			id := t.send(ctx, hook, buyTenWithStop)
			for range 60 {
				t.later(ctx, time.Second)
			}
			s := t.signal(ctx, id)
			Expect(s.State).To(Equal(domain.StateDone))
			Expect(s.Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection_refused")))
			Expect(t.orders(ctx)).To(HaveLen(1 + 4 + 1))
			Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		})

		It("gives way to an exit meanwhile", func(ctx SpecContext) {
			refusing.left = 100
			t.send(ctx, hook, buyTenWithStop)
			t.settle(ctx)
			t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
			t.later(ctx, time.Second)
			t.later(ctx, time.Second)
			Expect(t.held(ctx, "AAPL")).To(Equal("0"))
			Expect(t.orders(ctx)).To(HaveLen(3))
		})

		It("goes on where an executor died in between, and sends none twice", func(ctx SpecContext) {
			refusing.left = 1
			t.send(ctx, hook, buyTenWithStop)
			t.settle(ctx)
			t.clock.Advance(time.Second)
			diesAt(ctx, t, afterIntend, 1)
			for range 40 {
				t.later(ctx, time.Second)
			}
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
			Expect(t.orders(ctx)).To(HaveLen(3))
			Expect(t.orders(ctx)[2].IsWorking()).To(BeTrue())
			Expect(slices.Compact(slices.Sorted(slices.Values(t.venue.sent())))).To(HaveLen(len(t.venue.sent())))
		})
	})

	DescribeTable("is refused where that is not all the protection it asks for, and nobody tells prices,", func(ctx SpecContext, body string) {
		t.brokers[domain.BrokerKindPaper] = priceless{t.venue}
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100",`+body+`}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection")))
		Expect(t.venue.sent()).To(BeEmpty())
	},
		Entry("a take-profit", `"takeProfit":{"percent":5}`),
		Entry("both", `"stopLoss":{"percent":5},"takeProfit":{"percent":5}`),
		Entry("a stop-loss with a limit", `"stopLoss":{"type":"stop_limit","stopPrice":95,"limitPrice":94}`),
		Entry("an entry that rests", `"orderType":"limit","limitPrice":99,"stopLoss":{"percent":5}`),
	)

	type death struct {
		at  step
		nth int
	}
	DescribeTable("is one entry and one stop order, wherever an executor dies,", func(ctx SpecContext, d death) {
		id := t.send(ctx, hook, buyTenWithStop)
		diesAt(ctx, t, d.at, d.nth)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		expectProtected(ctx, id)
	},
		Entry("before the entry is written down", death{beforeIntend, 1}), Entry("after", death{afterIntend, 1}),
		Entry("after it is sent", death{afterSubmit, 1}),
		Entry("before the stop order is written down", death{beforeIntend, 2}), Entry("after that", death{afterIntend, 2}),
		Entry("after that is sent", death{afterSubmit, 2}),
		Entry("before the end", death{beforeFinish, 1}), Entry("after the end", death{afterFinish, 1}),
	)

	DescribeTable("is closed once where the stop order is refused, wherever an executor dies,", func(ctx SpecContext, d death) {
		t.brokers[domain.BrokerKindPaper] = stopless{t.venue}
		t.send(ctx, hook, buyTenWithStop)
		diesAt(ctx, t, d.at, d.nth)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		t.later(ctx, time.Minute)
		Expect(t.orders(ctx)).To(HaveLen(3))
		Expect(t.venue.sent()).To(HaveLen(2), "the stop order does not get there")
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	},
		Entry("before it is closed", death{beforeIntend, 3}), Entry("after that is written down", death{afterIntend, 3}),
		Entry("after that is sent", death{afterSubmit, 2}), Entry("before the end", death{beforeFinish, 1}),
	)
})
