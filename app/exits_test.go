package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// deafToCancel is a broker that hears cancels and does not follow them.
type deafToCancel struct{ ports.Broker }

func (d deafToCancel) Cancel(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	return d.ByClientOrderID(ctx, account, id)
}

// fillsInPart is a broker that has filled four of an order when it cancels it.
type fillsInPart struct{ ports.Broker }

func (f fillsInPart) Cancel(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	report, err := f.Broker.Cancel(ctx, account, id)
	report.Fills = append(report.Fills, domain.Fill{
		ExecutionID: "in part", Quantity: domain.MustQuantity("4"), Price: domain.MustPrice("90"), At: report.At,
	})
	return report, err
}

var _ = Describe("An exit", func() {
	var t *trader
	BeforeEach(func(ctx SpecContext) { t = newTrader(ctx) })

	byHand := func(ctx SpecContext, i domain.Intent) {
		GinkgoHelper()
		i.Symbol, i.ReferencePrice = "AAPL", new(domain.MustPrice("100"))
		_, err := t.desk.Trade(ctx, t.who, ports.ManualSignal{BrokerAccountID: t.account.ID(), Intent: i}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		t.settle(ctx)
	}
	sends := func(ctx SpecContext, hook ports.IssuedWebhook, body string) domain.SignalID {
		GinkgoHelper()
		id := t.send(ctx, hook, body)
		t.settle(ctx)
		return id
	}
	const sellAllAt110 = `{"ticker":"AAPL","action":"exit","price":"100","orderType":"limit","limitPrice":"110"}`

	It("sells what its own webhook's fills built, whatever else the account holds", func(ctx SpecContext) {
		one, other := t.hook(ctx), t.hook(ctx)
		sends(ctx, one, buyTen)
		sends(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		sends(ctx, other, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "buy 3 filled", "sell 3 filled"}))
	})

	It("sells no more than the account has, less what others' open orders hold of it", func(ctx SpecContext) {
		one, other := t.hook(ctx), t.hook(ctx)
		sends(ctx, one, buyTen)
		sends(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"6","price":"100"}`)
		byHand(ctx, domain.Intent{Action: domain.ActionSell, Quantity: new(domain.MustQuantity("4"))})
		sends(ctx, one, sellAllAt110)
		id := sends(ctx, other, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "buy 6 filled", "sell 4 filled", "sell 10 new", "sell 2 filled"}))
		Expect(t.signal(ctx, id).Tickets[0].Decisions).To(ContainElement(And(
			HaveField("Rule", "available"), HaveField("Detail", "the account has 2 of 6"))))
		t.quote(ctx, "AAPL", "111")
		Expect(t.held(ctx, "AAPL")).To(Equal("0"), "nothing was sold twice")
	})

	It("by hand ends what others have open that holds the quantity, and only that, before it sells", func(ctx SpecContext) {
		hook := t.hook(ctx)
		sends(ctx, hook, buyTen)
		sends(ctx, hook, sellAllAt110)
		sends(ctx, t.hook(ctx), buyAt90)
		byHand(ctx, domain.Intent{Action: domain.ActionExit})
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 canceled", "buy 10 new", "sell 10 filled"}))
	})

	It("sells what an entry that it ends had filled in part", func(ctx SpecContext) {
		hook := t.hook(ctx)
		sends(ctx, hook, buyAt90)
		t.venue.Broker = fillsInPart{t.venue.Broker}
		sends(ctx, hook, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 canceled", "sell 4 filled"}))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	})

	It("of a webhook that holds nothing ends the entries it has open", func(ctx SpecContext) {
		hook := t.hook(ctx)
		sends(ctx, hook, buyAt90)
		id := sends(ctx, hook, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 canceled"}))
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateRefused))
		t.quote(ctx, "AAPL", "80")
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("sells what an entry filled that nobody was told of", func(ctx SpecContext) {
		hook := t.hook(ctx)
		sends(ctx, hook, buyAt90)
		Expect(t.paper.Push(ctx, t.account, ports.Quote{Symbol: "AAPL", LastPrice: new(domain.MustPrice("89"))})).NotTo(BeEmpty())
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 new"}))
		sends(ctx, hook, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("that is too old ends nothing", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.ExitSeconds = new(5) })
		sends(ctx, hook, buyAt90)
		t.send(ctx, hook, exitAll)
		t.later(ctx, 6*time.Second)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 new"}))
	})

	It("of a reversal is waited for however long it takes, and the entry then made on what it filled", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.EntrySeconds = nil })
		sends(ctx, hook, buyTen)
		id := sends(ctx, hook, flipAt110)
		for range 3 {
			t.later(ctx, 24*time.Hour)
			Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 new"}))
		}
		t.quote(ctx, "AAPL", "111")
		t.later(ctx, time.Second)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled", "sell 10 filled"}))
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
	})

	It("waits for the end of what holds the quantity, and is sized on what that filled meanwhile", func(ctx SpecContext) {
		hook := t.hook(ctx)
		sends(ctx, hook, buyTen)
		sends(ctx, hook, sellAllAt110)
		t.venue.Broker = deafToCancel{t.venue.Broker}
		exit := sends(ctx, hook, exitAll)
		Expect(t.signal(ctx, exit).State).NotTo(Equal(domain.StateDone))
		t.quote(ctx, "AAPL", "111")
		t.later(ctx, time.Second)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})
})
