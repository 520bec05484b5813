package app_test

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// plainVenue takes orders of no kind that protect, and tells what symbols trade at.
type plainVenue struct {
	ports.Broker
	prices ports.Quotes
	blind  atomic.Bool
	asked  atomic.Int64
}

func (v *plainVenue) Quote(ctx context.Context, a *domain.BrokerAccount, symbol domain.Symbol) (ports.Quote, error) {
	v.asked.Add(1)
	if v.blind.Load() {
		return ports.Quote{}, &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "no prices now"}
	}
	return v.prices.Quote(ctx, a, symbol)
}

// priceless is a venue that tells nobody what symbols trade at.
type priceless struct{ ports.Broker }

func withoutProtection(c *ports.Capabilities) {
	c.Brackets = false
	c.OrderTypes = slices.DeleteFunc(slices.Clone(c.OrderTypes), func(t domain.OrderType) bool {
		return t != domain.OrderTypeMarket && t != domain.OrderTypeLimit
	})
}

const (
	buyTenWatched   = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"percent":5},"takeProfit":{"percent":10}}`
	sellTenWatched  = `{"ticker":"AAPL","action":"sell","quantity":"10","price":"100","stopLoss":{"percent":5},"takeProfit":{"percent":10}}`
	buyAt99Watched  = `{"ticker":"AAPL","action":"buy","quantity":"10","orderType":"limit","limitPrice":"99","price":"100","stopLoss":{"stopPrice":95}}`
	buyFourWatched  = `{"ticker":"AAPL","action":"buy","quantity":"4","price":"100","stopLoss":{"stopPrice":90}}`
	buyTenWithLimit = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"type":"stop_limit","stopPrice":95,"limitPrice":94}}`
)

var _ = Describe("A synthetic stop", func() {
	var (
		t     *trader
		hook  ports.IssuedWebhook
		venue *plainVenue
		rings *atomic.Int64
	)

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		t.venue.declares = withoutProtection
		venue = &plainVenue{Broker: t.venue, prices: t.paper}
		t.brokers[domain.BrokerKindPaper] = venue
		hook = t.hook(ctx)
		rings = &atomic.Int64{}
		t.quote(ctx, "AAPL", "100")
	})

	watchOn := func(ledger ports.Ledger, inbox ports.SignalInbox) *app.StopWatch {
		c := app.DefaultStopWatchConfig()
		c.Page, c.Alarm = 1, func() { rings.Add(1) }
		return app.NewStopWatch(ledger, inbox, t.brokers, t.clock, t.bell, quietLog(), c)
	}
	// round has the market looked at once, and acted on.
	round := func(ctx context.Context) {
		GinkgoHelper()
		Expect(watchOn(t.ledger, t.inbox).Round(ctx)).To(Succeed())
		t.settle(ctx)
	}
	trades := func(ctx context.Context, bid, ask string) {
		GinkgoHelper()
		q := ports.Quote{Symbol: "AAPL", Bid: new(domain.MustPrice(bid)), Ask: new(domain.MustPrice(ask))}
		_, err := t.paper.Push(ctx, t.account, q)
		Expect(err).NotTo(HaveOccurred())
	}
	enter := func(ctx context.Context, body string) domain.SignalID {
		GinkgoHelper()
		id := t.send(ctx, hook, body)
		t.settle(ctx)
		return id
	}
	exits := func(ctx context.Context) (found []domain.SignalSnapshot) {
		GinkgoHelper()
		for _, s := range t.signals(ctx) {
			if s.Source == domain.SourceProtection {
				found = append(found, s)
			}
		}
		return found
	}
	stop := func(ctx context.Context, entry int) domain.SyntheticStop {
		GinkgoHelper()
		s, err := t.ledger.SyntheticStop(ctx, t.orders(ctx)[entry].ID())
		Expect(err).NotTo(HaveOccurred())
		return s
	}

	It("closes a position outside of the session that binds its webhook's exits", func(ctx SpecContext) {
		hook = t.hook(ctx, exchangeHoursFor(everything))
		enter(ctx, buyTenWatched)
		t.clock.Advance(7 * time.Hour)
		trades(ctx, "94", "95")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	type row struct {
		body     string
		held     string
		bid, ask string
		closes   bool
	}
	DescribeTable("closes a position where the price that its exit would trade at is reached,", func(ctx SpecContext, r row) {
		id := enter(ctx, r.body)
		Expect(t.held(ctx, "AAPL")).To(Equal(r.held))
		Expect(t.signal(ctx, id).Tickets[0].Decisions).To(ContainElement(And(
			HaveField("Rule", "protection"), HaveField("Detail", ContainSubstring("watched")))))
		Expect(t.venue.sent()).To(HaveLen(1), "the broker is told of the entry alone")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal(r.held), "at 100")

		trades(ctx, r.bid, r.ask)
		round(ctx)
		if !r.closes {
			Expect(t.held(ctx, "AAPL")).To(Equal(r.held))
			Expect(exits(ctx)).To(BeEmpty())
			return
		}
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
		Expect(exits(ctx)).To(ConsistOf(And(
			HaveField("State", domain.StateDone), HaveField("WebhookConfigID", HaveValue(Equal(hook.Config.ID()))),
			HaveField("Decisions", ContainElement(HaveField("Rule", "synthetic_stop"))))))
		round(ctx)
		Expect(stop(ctx, 0).EndReason).To(Equal(domain.SyntheticStopClosed))
		Expect(exits(ctx)).To(HaveLen(1))
		Expect(rings.Load()).To(BeZero())
	},
		Entry("a long at its stop-loss", row{body: buyTenWatched, held: "10", bid: "95", ask: "95.2", closes: true}),
		Entry("a long below it", row{body: buyTenWatched, held: "10", bid: "90", ask: "99", closes: true}),
		Entry("a long at its take-profit", row{body: buyTenWatched, held: "10", bid: "110", ask: "111", closes: true}),
		Entry("not a long before", row{body: buyTenWatched, held: "10", bid: "95.01", ask: "111"}),
		Entry("a short at its stop-loss", row{body: sellTenWatched, held: "-10", bid: "104", ask: "105", closes: true}),
		Entry("a short at its take-profit", row{body: sellTenWatched, held: "-10", bid: "89", ask: "90", closes: true}),
		Entry("not a short before", row{body: sellTenWatched, held: "-10", bid: "80", ask: "104.99"}),
	)

	It("is refused by name where its stop-loss has a limit, and where nobody tells prices", func(ctx SpecContext) {
		id := enter(ctx, buyTenWithLimit)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(And(HaveField("Code", "protection"), HaveField("Field", "stop_loss"))))
		t.brokers[domain.BrokerKindPaper] = priceless{t.venue}
		id = enter(ctx, buyTenWatched)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", "protection")))
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("protects what an entry that rests has filled, though nobody knew of it, and ends the entry", func(ctx SpecContext) {
		enter(ctx, buyAt99Watched)
		trades(ctx, "98", "99")
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"), "it is not known yet")
		trades(ctx, "95", "95.5")
		round(ctx)
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("10"))
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(exits(ctx)).To(HaveLen(1))
	})

	It("closes nothing where its entry has filled nothing, and ends with it", func(ctx SpecContext) {
		enter(ctx, `{"ticker":"AAPL","action":"buy","quantity":"10","orderType":"limit","limitPrice":"50","price":"100","stopLoss":{"stopPrice":49}}`)
		round(ctx)
		Expect(stop(ctx, 0).EndedAt).To(BeNil())
		enter(ctx, `{"ticker":"AAPL","action":"cancel"}`)
		round(ctx)
		Expect(stop(ctx, 0).EndReason).To(Equal(domain.SyntheticStopClosed))
		Expect(exits(ctx)).To(BeEmpty())
	})

	It("watches over what a partial exit leaves", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		enter(ctx, `{"ticker":"AAPL","action":"exit","quantity":"4"}`)
		Expect(t.held(ctx, "AAPL")).To(Equal("6"))
		round(ctx)
		trades(ctx, "94", "94.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("closes what its own entry filled, and leaves what another entry did", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		enter(ctx, buyFourWatched)
		trades(ctx, "94", "94.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("4"))
		trades(ctx, "90", "90.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(2))
	})

	It("is over with its position, also where another was entered before anybody looked", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		enter(ctx, `{"ticker":"AAPL","action":"exit"}`)
		enter(ctx, buyFourWatched)
		trades(ctx, "94", "94.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("4"))
		Expect(exits(ctx)).To(BeEmpty())
	})

	It("closes nothing of a later position, though it was reached in time for the former", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		trades(ctx, "94", "94.1")
		Expect(watchOn(t.ledger, t.inbox).Round(ctx)).To(Succeed())
		t.settle(ctx)
		Expect(exits(ctx)).To(ConsistOf(HaveField("State", domain.StateRefused)))
		enter(ctx, buyFourWatched)
		round(ctx)
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("4"))
	})

	DescribeTable("closes once, however often whoever watches is killed,", func(ctx SpecContext, kill func(*fragile)) {
		enter(ctx, buyTenWatched)
		trades(ctx, "94", "94.1")
		f := &fragile{Ledger: t.ledger, SignalInbox: t.inbox}
		kill(f)
		Expect(watchOn(f, f).Round(ctx)).To(Succeed())
		Expect(f.died).To(BeTrue())
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		round(ctx)
		t.later(ctx, time.Hour)
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(1))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(stop(ctx, 0).Exits).To(Equal(1))
	},
		Entry("before it is written down", func(f *fragile) { f.beforeTrigger = true }),
		Entry("after", func(f *fragile) { f.afterTrigger = true }),
		Entry("before its exit is stored", func(f *fragile) { f.beforeSubmit = true }),
		Entry("after", func(f *fragile) { f.afterSubmit = true }),
	)

	It("closes at a price that was seen, though the market has come back", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		trades(ctx, "94", "94.1")
		f := &fragile{Ledger: t.ledger, SignalInbox: t.inbox, afterTrigger: true}
		Expect(watchOn(f, f).Round(ctx)).To(Succeed())
		trades(ctx, "100", "100.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("is seen to by several at once, and closes once", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		trades(ctx, "94", "94.1")
		var stops []func()
		for range 3 {
			c := app.DefaultStopWatchConfig()
			c.Every = time.Millisecond
			stops = append(stops, running(app.NewStopWatch(t.ledger, t.inbox, t.brokers, t.clock, t.bell, quietLog(), c).Run))
		}
		Eventually(func(ctx context.Context) string { t.settle(ctx); return t.held(ctx, "AAPL") }).WithContext(ctx).Should(Equal("0"))
		Eventually(func(ctx context.Context) domain.SyntheticStopEnd { return stop(ctx, 0).EndReason }).WithContext(ctx).
			Should(Equal(domain.SyntheticStopClosed))
		for _, end := range stops {
			end()
		}
		Expect(exits(ctx)).To(HaveLen(1))
	})

	It("tries again where its exit came to nothing, alarms each time, and then leaves it to a person", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		venue.Broker = exitless{t.venue}
		trades(ctx, "94", "94.1")
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(1))
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(1), "not at once")
		t.later(ctx, 31*time.Second)
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(2))
		Expect(rings.Load()).To(BeNumerically("==", 1))
		t.later(ctx, 5*time.Minute)
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(3))
		t.later(ctx, time.Hour)
		round(ctx)
		Expect(exits(ctx)).To(HaveLen(3))
		Expect(rings.Load()).To(BeNumerically("==", 3))
		Expect(stop(ctx, 0).EndReason).To(Equal(domain.SyntheticStopFailed))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("closes with a later exit where the first one came to nothing", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		venue.Broker = exitless{t.venue}
		trades(ctx, "94", "94.1")
		round(ctx)
		venue.Broker = t.venue
		t.later(ctx, 31*time.Second)
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("alarms where prices stay unknown, once in a while, and goes on when they are back", func(ctx SpecContext) {
		enter(ctx, buyTenWatched)
		venue.blind.Store(true)
		w := watchOn(t.ledger, t.inbox)
		for range 35 { // seconds
			Expect(w.Round(ctx)).To(Succeed())
			t.clock.Advance(time.Second)
		}
		Expect(rings.Load()).To(BeNumerically("==", 1))
		for range 30 {
			Expect(w.Round(ctx)).To(Succeed())
			t.clock.Advance(time.Second)
		}
		Expect(rings.Load()).To(BeNumerically("==", 2))
		venue.blind.Store(false)
		trades(ctx, "94", "94.1")
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("asks for nothing where nothing is watched", func(ctx SpecContext) {
		enter(ctx, `{"ticker":"AAPL","action":"buy","quantity":"10"}`)
		before := venue.asked.Load()
		round(ctx)
		Expect(venue.asked.Load()).To(Equal(before))
	})
})

// fragile dies at one step of a stop watch: from then on it does nothing.
type fragile struct {
	ports.Ledger
	ports.SignalInbox

	beforeTrigger, afterTrigger, beforeSubmit, afterSubmit bool
	died                                                   bool
}

func (f *fragile) dies(here bool) error {
	if f.died = f.died || here; f.died {
		return context.Canceled
	}
	return nil
}

func (f *fragile) Trigger(ctx context.Context, entry domain.OrderID, price domain.Price, at time.Time) error {
	if err := f.dies(f.beforeTrigger); err != nil {
		return err
	}
	if err := f.Ledger.Trigger(ctx, entry, price, at); err != nil {
		return err
	}
	return f.dies(f.afterTrigger)
}

func (f *fragile) Submit(ctx context.Context, s *domain.Signal) error {
	if err := f.dies(f.beforeSubmit); err != nil {
		return err
	}
	if err := f.SignalInbox.Submit(ctx, s); err != nil {
		return err
	}
	return f.dies(f.afterSubmit)
}
