package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const buyTenProtected = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100",
	"stopLoss":{"type":"stop","percent":5},"takeProfit":{"limitPrice":120}}`

func noBrackets(c *ports.Capabilities) { c.Brackets = false }

// legless is a venue that loses the legs it took.
type legless struct{ ports.Broker }

func (v legless) Submit(ctx context.Context, a *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	r.Legs = nil
	return v.Broker.Submit(ctx, a, r)
}

var _ = Describe("An entry with take-profit and stop-loss", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
	})

	follow := func(ctx context.Context) {
		GinkgoHelper()
		var ids []string
		for _, o := range t.orders(ctx) {
			ids = append(ids, o.Terms().ClientOrderID)
		}
		Expect(t.tracker.Refresh(ctx, ids)).To(Succeed())
	}
	// bracketOf gives entry, stop-loss and take-profit.
	bracketOf := func(ctx context.Context) (entry, stop, profit *domain.Order) {
		GinkgoHelper()
		for _, o := range t.orders(ctx) {
			switch terms := o.Terms(); {
			case !o.IsLeg():
				entry = o
			case terms.Type == domain.OrderTypeStop:
				stop = o
			case terms.Type == domain.OrderTypeLimit:
				profit = o
			}
		}
		Expect([]*domain.Order{entry, stop, profit}).NotTo(ContainElement(BeNil()))
		return entry, stop, profit
	}

	It("is one order at the broker with its legs, which work once it is filled", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		s := t.signal(ctx, id)
		Expect(s.State).To(Equal(domain.StateDone))
		Expect(s.Tickets[0].Decisions).To(ContainElements(
			domain.Decision{Rule: "protection", Verdict: domain.VerdictPass, Detail: "stop-loss at 95"},
			domain.Decision{Rule: "protection", Verdict: domain.VerdictPass, Detail: "take-profit at 120"},
		))
		follow(ctx)
		entry, stop, profit := bracketOf(ctx)
		Expect(t.orders(ctx)).To(HaveLen(3))
		Expect(t.venue.sent()).To(Equal([]string{entry.Terms().ClientOrderID}))
		Expect(entry.Status()).To(Equal(domain.StatusFilled))
		for _, leg := range []*domain.Order{stop, profit} {
			Expect(leg.Status()).To(Equal(domain.StatusNew))
			Expect(leg.Terms().Side).To(Equal(domain.SideSell))
			Expect(leg.Terms().ParentID).To(HaveValue(Equal(entry.ID())))
			Expect(leg.Anomalies()).To(BeEmpty())
		}
	})

	It("ends the position by its stop-loss, in every book, and the other leg with it", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		t.quote(ctx, "AAPL", "94")
		follow(ctx)
		_, stop, profit := bracketOf(ctx)
		Expect(stop.Status()).To(Equal(domain.StatusFilled))
		Expect(profit.Status()).To(Equal(domain.StatusCanceled))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
		t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			usage, err := r.WebhookConfigs.Usage(ctx, hook.Config.ID())
			Expect(usage.ProfitToday).To(Equal(domain.MustMoney("-60")))
			Expect(usage.OrdersLastMinute).To(Equal(1), "legs are counted by no rail")
			return err
		})
	})

	It("holds what it protects, once, and leaves the rest to the exit of another webhook", func(ctx SpecContext) {
		other := t.hook(ctx)
		t.send(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"7","price":"100"}`)
		t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("17"))
		exit := t.send(ctx, other, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		Expect(t.signal(ctx, exit).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("is closed by an exit, which first cancels what protects it", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		exit := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		Expect(t.signal(ctx, exit).State).To(Equal(domain.StateDone))
		for _, o := range t.orders(ctx) {
			if o.IsLeg() {
				Expect(o.Status()).To(Equal(domain.StatusCanceled))
			}
		}
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("is turned round by a protected entry of the other side", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"sell","quantity":"20","price":"100","stopLoss":{"amount":"5"}}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("-10"))
		var open []string
		for _, o := range t.orders(ctx) {
			if o.IsWorking() {
				open = append(open, string(o.Terms().Side)+" "+o.Terms().Quantity.String()+" at "+o.Terms().StopPrice.String())
			}
		}
		Expect(open).To(Equal([]string{"buy 10 at 105"}))
	})

	It("refuses the exit of a part, which would leave the rest without protection", func(ctx SpecContext) {
		t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4"}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection_would_end")))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		_, stop, _ := bracketOf(ctx)
		Expect(stop.IsWorking()).To(BeTrue())
	})

	It("is refused where the broker takes no brackets and tells no prices", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		t.brokers[domain.BrokerKindPaper] = priceless{t.venue}
		id := t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection")))
		Expect(t.venue.sent()).To(BeEmpty())
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(buyTenProtected))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Intents[0].Routes[0].Plan.Reasons).To(ConsistOf(HaveField("Code", "protection")))
	})

	It("shows its legs in a preview", func(ctx SpecContext) {
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(buyTenProtected))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Intents[0].Routes[0].Plan.Legs).To(HaveLen(2))
	})

	It("leaves nothing open where the broker refuses it", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10000000","price":"100","stopLoss":{"percent":5}}`)
		t.settle(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateRefused))
		Expect(t.orders(ctx)).To(HaveLen(2))
		Expect(t.orders(ctx)).To(HaveEach(Satisfy((*domain.Order).IsSettled)))
	})

	It("is taken back where the broker lost a leg, and says so", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = legless{t.venue}
		id := t.send(ctx, hook, buyTenProtected)
		t.settle(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateExecuting), "a look-up may lag")
		t.later(ctx, time.Minute)
		t.later(ctx, time.Minute)
		s := t.signal(ctx, id)
		Expect(s.State).To(Equal(domain.StateDone))
		Expect(s.Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection_refused")))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
		orders := t.orders(ctx)
		Expect(orders).To(HaveLen(4))
		for _, leg := range orders[1:3] {
			Expect(leg.Submission()).To(Equal(domain.SubmissionRefused))
			Expect(leg.RejectReason()).To(ContainSubstring("does not have this leg"))
		}
		Expect(t.venue.sent()).To(HaveLen(2))
	})

	It("is taken back at the market where it had a limit", func(ctx SpecContext) {
		t.brokers[domain.BrokerKindPaper] = legless{t.venue}
		t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10","orderType":"limit","limitPrice":"101","stopLoss":{"percent":5}}`)
		t.settle(ctx)
		t.quote(ctx, "AAPL", "80")
		t.later(ctx, time.Minute)
		t.later(ctx, time.Minute)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.orders(ctx)[2].Terms().Type).To(Equal(domain.OrderTypeMarket))
	})

	DescribeTable("is one bracket, whatever step an executor dies at,", func(ctx SpecContext, at step) {
		id := t.send(ctx, hook, buyTenProtected)
		diesAt(ctx, t, at, 1)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		follow(ctx)
		entry, stop, profit := bracketOf(ctx)
		Expect(t.orders(ctx)).To(HaveLen(3))
		Expect(t.venue.sent()).To(Equal([]string{entry.Terms().ClientOrderID}))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(stop.IsWorking()).To(BeTrue())
		Expect(profit.IsWorking()).To(BeTrue())
	},
		func(at step) string { return string(at) },
		Entry(nil, beforeIntend), Entry(nil, afterIntend), Entry(nil, afterSubmit), Entry(nil, beforeFinish), Entry(nil, afterFinish),
	)

	DescribeTable("is not made again when its stop-loss ends it while an executor is dead,", func(ctx SpecContext, at step) {
		id := t.send(ctx, hook, buyTenProtected)
		diesAt(ctx, t, at, 1)
		t.quote(ctx, "AAPL", "94")
		follow(ctx)
		t.settle(ctx)
		t.later(ctx, time.Minute)
		follow(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.orders(ctx)).To(HaveLen(3))
		Expect(t.venue.sent()).To(HaveLen(1))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	},
		func(at step) string { return string(at) },
		Entry(nil, afterSubmit), Entry(nil, beforeFinish), Entry(nil, afterFinish),
	)
})

// diesAt runs an executor that loses its context and grace at a step, when it gets
// there for the nth time.
func diesAt(ctx SpecContext, t *trader, at step, nth int) {
	GinkgoHelper()
	reached, killed := make(chan struct{}), make(chan struct{})
	var arrive func()
	arrive = func() {
		if nth--; nth > 0 {
			t.moment.plan(at, arrive)
			return
		}
		close(reached)
		<-killed
	}
	t.moment.plan(at, arrive)
	c := executorConfig()
	c.Grace = time.Nanosecond
	dying, kill := context.WithCancel(ctx)
	defer kill()
	over := make(chan struct{})
	work := &workOver{Ledger: t.ledger, over: over}
	e := t.executorOn(work, c)
	stop := running(func(context.Context) { e.Run(dying) })
	Eventually(reached).WithContext(ctx).Should(BeClosed())
	work.end()
	kill()
	close(killed)
	stop()
}
