package app_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// listingBroker lists the orders of its books, and more that it is told to have.
type listingBroker struct {
	ports.Broker
	books  ports.OrderHistory
	extra  []ports.ListedOrder
	listed atomic.Int64
	fails  error
}

func (b *listingBroker) ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
	b.listed.Add(1)
	if b.fails != nil {
		return nil, b.fails
	}
	found, err := b.books.ChangedOrders(ctx, account, since, limit)
	for _, o := range b.extra {
		if !o.Report.At.Before(since) {
			found = append(found, o)
		}
	}
	return found, err
}

// pagedHistory lists orders and cuts a page off wherever its limit is. Once it
// has listed some, another turns up.
type pagedHistory struct {
	ports.Broker
	orders []ports.ListedOrder
	late   *ports.ListedOrder
}

func (h *pagedHistory) ChangedOrders(_ context.Context, _ *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
	var found []ports.ListedOrder
	for _, o := range h.orders {
		if !o.Report.At.Before(since) {
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, func(a, b ports.ListedOrder) int { return a.Report.At.Compare(b.Report.At) })
	found = found[:min(limit, len(found))]
	if h.late != nil && len(found) > 2 {
		h.orders, h.late = append(h.orders, *h.late), nil
	}
	return found, nil
}

// countedLedger tells what was taken for unmatched, and how often.
type countedLedger struct {
	ports.Ledger
	unmatched []string
}

func (l *countedLedger) Unmatched(ctx context.Context, o domain.UnmatchedOrder) (bool, error) {
	l.unmatched = append(l.unmatched, o.BrokerOrderID)
	return l.Ledger.Unmatched(ctx, o)
}

var _ = Describe("The reconciler", func() {
	var (
		t      *trader
		b      *listingBroker
		r      *app.Reconciler
		alarms atomic.Int64
	)

	reconcilerOf := func(t *trader, b ports.Broker) *app.Reconciler {
		c := app.DefaultReconcilerConfig()
		c.Page, c.Batch = 2, 1
		c.Found = func() { alarms.Add(1) }
		return app.NewReconciler(t.ledger, app.Brokers{domain.BrokerKindPaper: b}, t.guard, t.clock, t.ids, quietLog(), c)
	}
	round := func(ctx SpecContext) {
		GinkgoHelper()
		Expect(r.Round(ctx)).To(Succeed())
	}
	unmatched := func(ctx SpecContext) (ids []string) {
		GinkgoHelper()
		t.read(ctx, func(ctx context.Context, repos ports.Repositories) error {
			page, err := repos.Unmatched.List(ctx, ports.UnmatchedQuery{})
			for _, o := range page.Items {
				ids = append(ids, o.BrokerOrderID)
			}
			return err
		})
		return ids
	}
	// stranger is an order the broker has under a client order id.
	stranger := func(clientOrderID, brokerOrderID string) ports.ListedOrder {
		return ports.ListedOrder{Symbol: "AAPL", Report: domain.OrderReport{
			ClientOrderID: clientOrderID, BrokerOrderID: brokerOrderID, Status: domain.StatusNew, At: t.clock.Now(),
		}}
	}
	marked := func(ctx SpecContext) string {
		GinkgoHelper()
		mark, err := t.ledger.Installation(ctx)
		Expect(err).NotTo(HaveOccurred())
		return domain.NewClientOrderID(mark, domain.TicketID{UUID: t.ids.New()}, 1, 0)
	}

	BeforeEach(func(ctx SpecContext) {
		alarms.Store(0)
		t = newTrader(ctx)
		b = &listingBroker{Broker: t.paper, books: t.paper}
		r = reconcilerOf(t, b)
	})

	It("raises an alarm for an order with our mark and without a row, once, and adopts nothing", func(ctx SpecContext) {
		b.extra = []ports.ListedOrder{stranger(marked(ctx), "b-1")}
		round(ctx)
		t.clock.Advance(25 * time.Hour)
		round(ctx)
		Expect(unmatched(ctx)).To(Equal([]string{"b-1"}))
		Expect(alarms.Load()).To(BeEquivalentTo(1))
		Expect(t.orders(ctx)).To(BeEmpty())
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"))
	})

	It("raises an alarm for a second order under an id of ours", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		b.extra = []ports.ListedOrder{stranger(t.only(ctx).Terms().ClientOrderID, "b-2")}
		round(ctx)
		Expect(unmatched(ctx)).To(Equal([]string{"b-2"}))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("meets every order once, also those of the very time at which a page ends, and that turn up there meanwhile", func(ctx SpecContext) {
		counted := &countedLedger{Ledger: t.ledger}
		h := &pagedHistory{Broker: t.paper}
		for n := range 7 {
			o := stranger(marked(ctx), fmt.Sprintf("b-%d", n))
			o.Report.At = t.clock.Now().Add(time.Duration(n/5) * time.Microsecond)
			h.orders = append(h.orders, o)
		}
		late := stranger(marked(ctx), "late")
		late.Report.At = h.orders[4].Report.At
		h.late = &late
		c := app.DefaultReconcilerConfig()
		c.Page = 2
		r = app.NewReconciler(counted, app.Brokers{domain.BrokerKindPaper: h}, t.guard, t.clock, t.ids, quietLog(), c)
		round(ctx)
		Expect(unmatched(ctx)).To(ConsistOf("b-0", "b-1", "b-2", "b-3", "b-4", "b-5", "b-6", "late"))
		Expect(counted.unmatched).To(HaveLen(8), "none is met twice")
	})

	It("leaves the orders of others alone", func(ctx SpecContext) {
		elsewhere := domain.NewClientOrderID(domain.NewInstallation([]byte{1, 2, 3}), domain.TicketID{UUID: t.ids.New()}, 1, 0)
		b.extra = []ports.ListedOrder{stranger("by-hand", "b-1"), stranger(elsewhere, "b-2"), stranger("", "b-3")}
		round(ctx)
		Expect(unmatched(ctx)).To(BeEmpty())
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("learns what became of orders while nobody looked, however many there are", func(ctx SpecContext) {
		hook := t.hook(ctx)
		for _, body := range []string{buyTen, buyAt90} {
			t.send(ctx, hook, body)
			t.settle(ctx)
			t.clock.Advance(2 * time.Minute)
		}
		t.fillAtVenue(ctx, "89")
		round(ctx)
		Expect(t.orders(ctx)).To(HaveEach(HaveField("Status()", domain.StatusFilled)))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("20"))
		Expect(unmatched(ctx)).To(BeEmpty())
	})

	It("puts right what was taken for not placed", func(ctx SpecContext) {
		t.script.RejectNext("no money")
		t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		o := t.only(ctx)
		Expect(o.Submission()).To(Equal(domain.SubmissionRefused))
		b.extra = []ports.ListedOrder{stranger(o.Terms().ClientOrderID, "b-1")}
		round(ctx)
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionAcknowledged))
		Expect(unmatched(ctx)).To(BeEmpty())
	})

	It("compares at the start and then daily, and shares the accounts with others", func(ctx SpecContext) {
		t.clock.Advance(time.Second)
		round(ctx)
		t.clock.Advance(time.Hour)
		first := b.listed.Load()
		round(ctx)
		Expect(b.listed.Load()).To(Equal(first))

		started := reconcilerOf(t, b)
		t.clock.Advance(time.Second)
		Expect(started.Round(ctx)).To(Succeed())
		second := b.listed.Load()
		Expect(second).To(BeNumerically(">", first), "a process that starts compares")
		t.clock.Advance(23 * time.Hour)
		round(ctx)
		Expect(started.Round(ctx)).To(Succeed())
		Expect(b.listed.Load()).To(Equal(second))
		t.clock.Advance(time.Hour + time.Second)
		round(ctx)
		third := b.listed.Load()
		Expect(third).To(BeNumerically(">", second))
		Expect(started.Round(ctx)).To(Succeed())
		Expect(b.listed.Load()).To(Equal(third), "one of them is enough")
	})

	It("tries again where the broker could not be asked", func(ctx SpecContext) {
		b.extra = []ports.ListedOrder{stranger(marked(ctx), "b-1")}
		b.fails = &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "the broker cannot be asked"}
		round(ctx)
		b.fails = nil
		round(ctx)
		Expect(unmatched(ctx)).To(BeEmpty(), "somebody may still be at it")
		t.clock.Advance(app.DefaultReconcilerConfig().Lease)
		round(ctx)
		Expect(unmatched(ctx)).To(Equal([]string{"b-1"}))
	})

	It("finds what a database put back from a backup has forgotten", func(ctx SpecContext) {
		s, clock := inMemory()
		before := tenant(ctx, s, clock)
		before.open()
		hook := before.hook(ctx)
		before.send(ctx, hook, buyTen)
		before.settle(ctx)
		before.clock.Advance(2 * time.Minute)
		before.send(ctx, hook, buyTen)
		before.settle(ctx)
		Expect(before.orders(ctx)).To(HaveLen(2))

		backup, clock := inMemory()
		backup.journal = s.journal
		t = tenant(ctx, backup, clock)
		t.open()
		t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		clock.Advance(72 * time.Hour)
		r = reconcilerOf(t, t.paper)
		round(ctx)
		Expect(unmatched(ctx)).To(Equal([]string{before.orders(ctx)[1].BrokerOrderID()}))
	})
})
