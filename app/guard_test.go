package app_test

import (
	"context"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const buyTenInBrackets = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"percent":5},"takeProfit":{"percent":10}}`

var _ = Describe("A position whose protection its broker ends by itself", func() {
	var (
		t    *trader
		hook ports.IssuedWebhook
	)

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
	})

	// enter builds a position that is protected.
	enter := func(ctx context.Context, body string) {
		GinkgoHelper()
		t.send(ctx, hook, body)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	}
	// loses has the venue end a leg without being asked by us.
	loses := func(ctx context.Context, leg *domain.Order) {
		GinkgoHelper()
		_, err := t.paper.Cancel(ctx, t.account, leg.Terms().ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
	}
	tracked := func(ctx context.Context) {
		GinkgoHelper()
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
	}
	closings := func(ctx context.Context) (found []domain.SignalSnapshot) {
		GinkgoHelper()
		for _, s := range t.signals(ctx) {
			if s.Source == domain.SourceProtection {
				found = append(found, s)
			}
		}
		return found
	}

	DescribeTable("is closed, which its owner reads,", func(ctx SpecContext, brackets bool, leg int) {
		if !brackets {
			t.venue.declares = noBrackets
		}
		body := buyTenWithStop
		if brackets {
			body = buyTenInBrackets
		}
		enter(ctx, body)
		loses(ctx, t.orders(ctx)[leg])
		tracked(ctx)
		Expect(t.bare.Load()).To(BeNumerically("==", 1))
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
		Expect(closings(ctx)).To(HaveLen(1))
		closing := closings(ctx)[0]
		Expect(closing.State).To(Equal(domain.StateDone))
		Expect(closing.Decisions).To(ContainElement(HaveField("Rule", "protection_lost")))
		Expect(closing.WebhookConfigID).To(HaveValue(Equal(hook.Config.ID())))
	},
		Entry("where it was a stop order", false, 1),
		Entry("where it was a bracket's", true, 1),
	)

	It("is kept where only its take-profit was lost, which is told as well", func(ctx SpecContext) {
		enter(ctx, buyTenInBrackets)
		stop, profit := t.orders(ctx)[1], t.orders(ctx)[2]
		t.brokers[domain.BrokerKindPaper] = &ending{Broker: t.venue, id: profit.Terms().ClientOrderID}
		tracked(ctx)
		t.settle(ctx)
		Expect(t.bare.Load()).To(BeNumerically("==", 1))
		Expect(closings(ctx)).To(ConsistOf(HaveField("State", domain.StateRefused)))
		Expect(t.orders(ctx)[1].ID()).To(Equal(stop.ID()))
		Expect(t.orders(ctx)[1].IsWorking()).To(BeTrue())
		Expect(t.orders(ctx)[2].Status()).To(Equal(domain.StatusExpired))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("is closed once, however many learn of it and however often", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		loses(ctx, t.orders(ctx)[1])
		failing := app.NewTracker(unrecorded{t.ledger}, t.brokers, t.guard, t.clock, quietLog(), app.DefaultTrackerConfig())
		for range 3 { // each time cut short before it is recorded
			Expect(failing.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		}
		Expect(t.orders(ctx)[1].IsWorking()).To(BeTrue(), "nobody wrote down that it ended")
		Expect(closings(ctx)).To(HaveLen(1))
		Expect(t.bare.Load()).To(BeNumerically("==", 1))
		t.settle(ctx)
		tracked(ctx)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(closings(ctx)).To(HaveLen(1))
	})

	It("is left alone where its owner had the leg ended", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"cancel"}`)
		t.settle(ctx)
		tracked(ctx)
		Expect(t.orders(ctx)[1].Status()).To(Equal(domain.StatusCanceled))
		Expect(closings(ctx)).To(BeEmpty())
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("is not told of where our cancel is only on its way to being recorded", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		broker := &meddling{Broker: t.venue, after: func() { tracked(ctx) }}
		t.brokers[domain.BrokerKindPaper] = broker
		t.settle(ctx)
		Expect(broker.canceled).To(BeTrue())
		Expect(closings(ctx)).To(BeEmpty())
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("is none where the other leg has ended it", func(ctx SpecContext) {
		enter(ctx, buyTenInBrackets)
		t.fillAtVenue(ctx, "111")
		tracked(ctx)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(closings(ctx)).To(BeEmpty())
		Expect(t.bare.Load()).To(BeZero())
	})

	It("is none where there was nothing left when its turn came", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		loses(ctx, t.orders(ctx)[1])
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		tracked(ctx)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(closings(ctx)).To(ConsistOf(HaveField("State", domain.StateRefused)))
	})

	It("is closed as a whole where a part of it has lost its protection", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"5","price":"100","stopLoss":{"percent":5}}`)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("15"))
		loses(ctx, t.orders(ctx)[1])
		tracked(ctx)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		for _, o := range t.orders(ctx) {
			Expect(o.IsSettled()).To(BeTrue())
		}
	})

	It("is found by a comparison with the broker's books as well", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		enter(ctx, buyTenWithStop)
		loses(ctx, t.orders(ctx)[1])
		b := &listingBroker{Broker: t.venue, books: t.paper}
		t.clock.Advance(time.Second)
		c := app.DefaultReconcilerConfig()
		c.Every = 0
		r := app.NewReconciler(t.ledger, app.Brokers{domain.BrokerKindPaper: b}, t.guard, t.clock, t.ids, quietLog(), c)
		t.clock.Advance(time.Hour)
		Expect(r.Round(ctx)).To(Succeed())
		t.settle(ctx)
		Expect(closings(ctx)).To(HaveLen(1))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})
})

// clientOrderIDs gives those of every order.
func (t *trader) clientOrderIDs(ctx context.Context) (ids []string) {
	GinkgoHelper()
	for _, o := range t.orders(ctx) {
		ids = append(ids, o.Terms().ClientOrderID)
	}
	return ids
}

// unrecorded is a ledger of a process that dies before it records anything.
type unrecorded struct{ ports.Ledger }

func (unrecorded) Record(context.Context, ports.OrderFacts, time.Time) (*domain.Order, error) {
	return nil, errors.New("dead")
}

// ending is a venue that let an order expire.
type ending struct {
	ports.Broker
	id string
}

func (e *ending) ByClientOrderID(ctx context.Context, a *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	report, err := e.Broker.ByClientOrderID(ctx, a, id)
	if id == e.id {
		report.Status, report.At = domain.StatusExpired, report.At.Add(time.Second)
	}
	return report, err
}

// meddling is a venue after whose every cancel something happens before the
// answer arrives.
type meddling struct {
	ports.Broker
	after    func()
	canceled bool
}

func (m *meddling) Cancel(ctx context.Context, a *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	report, err := m.Broker.Cancel(ctx, a, id)
	m.canceled = true
	m.after()
	return report, err
}
