package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// watchedEntry writes an entry down together with what watches over it. The lane
// is free afterwards, and the broker has the order.
func (l *ledgerSpecs) watchedEntry(ctx context.Context, symbol domain.Symbol, edit ...func(*ports.TicketPlan)) (trade, domain.SyntheticStop) {
	GinkgoHelper()
	s := l.w.queue(ctx, l.config, symbol)[0]
	t := trade{owner: l.w.ada, signal: s, ticket: s.Tickets[0]}
	t.lease = l.w.lease(ctx, t.ticket)
	t.order = l.w.newOrder(s, t.ticket, 1)
	stop := domain.SyntheticStopFor(t.order.Terms(), []domain.Leg{
		{Type: domain.OrderTypeStop, StopPrice: new(domain.MustPrice("90.5"))},
		{Type: domain.OrderTypeLimit, LimitPrice: new(domain.MustPrice("120"))},
	})
	p := plan("10")
	p.Synthetic = &stop
	for _, e := range edit {
		e(&p)
	}
	Expect(l.w.Ledger.Intend(ctx, t.lease, t.order, l.w.attempt(1), p)).To(Succeed())
	t.order = l.w.record(ctx, t.order.ID(), l.w.acknowledged(t.order))
	Expect(l.w.finish(ctx, t.lease, t.ticket, domain.StateDone)).To(Succeed())
	Expect(l.w.Lanes.Release(ctx, t.lease, 0)).To(Succeed())
	return t, stop
}

// watched gives the stops in force that this spec made.
func (l *ledgerSpecs) watched(ctx context.Context) (found []ports.WatchedStop) {
	GinkgoHelper()
	all, err := l.w.Ledger.WatchedStops(ctx, domain.OrderID{}, 10_000)
	Expect(err).NotTo(HaveOccurred())
	for _, s := range all {
		if s.BrokerAccountID == l.account.ID() {
			found = append(found, s)
		}
	}
	return found
}

func (l *ledgerSpecs) stop(ctx context.Context, entry domain.OrderID) domain.SyntheticStop {
	GinkgoHelper()
	s, err := l.w.Ledger.SyntheticStop(ctx, entry)
	Expect(err).NotTo(HaveOccurred())
	return s
}

func (l *ledgerSpecs) describeSyntheticStops() {
	w := l.w
	It("are written down with their entry, and give what that filled and what is held", func(ctx SpecContext) {
		t, stop := l.watchedEntry(ctx, "AAPL")
		Expect(l.stop(ctx, t.order.ID())).To(sameAs(stop))
		Expect(l.watched(ctx)).To(sameAs([]ports.WatchedStop{{SyntheticStop: stop}}))

		w.record(ctx, t.order.ID(), w.fill(1, "4", "100"))
		otherConfig, _ := w.config(ctx, w.ada, l.account)
		other := w.working(ctx, otherConfig, "AAPL")
		w.record(ctx, other.order.ID(), w.fill(2, "10", "100"))
		Expect(l.watched(ctx)).To(sameAs([]ports.WatchedStop{{
			SyntheticStop: stop, Filled: domain.MustQuantity("4"), ConfigPosition: domain.MustNet("4"), AccountPosition: domain.MustNet("14"),
		}}))
		w.record(ctx, t.order.ID(), w.fill(3, "6", "100"))
		Expect(l.watched(ctx)).To(ConsistOf(HaveField("Over", BeTrue())))
	})

	It("are not written down where their entry is not", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		void := ports.Lease{LaneID: lease.LaneID, Epoch: lease.Epoch - 1}
		o := w.newOrder(s, t, 1)
		p := plan("10")
		p.Synthetic = new(domain.SyntheticStopFor(o.Terms(), []domain.Leg{{Type: domain.OrderTypeStop, StopPrice: new(domain.MustPrice("90"))}}))
		Expect(w.Ledger.Intend(ctx, void, o, w.attempt(1), p)).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(l.watched(ctx)).To(BeEmpty())
		Expect(w.Ledger.SyntheticStop(ctx, o.ID())).Error().To(failAs(domain.KindNotFound))
	})

	It("are given by entry, in pages", func(ctx SpecContext) {
		var made []domain.OrderID
		for _, symbol := range []domain.Symbol{"AAPL", "MSFT", "NVDA"} {
			t, _ := l.watchedEntry(ctx, symbol)
			made = append(made, t.order.ID())
		}
		page, err := w.Ledger.WatchedStops(ctx, made[0], 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(page).To(ConsistOf(HaveField("EntryID", made[1])))
		rest, err := w.Ledger.WatchedStops(ctx, made[1], 10_000)
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(ContainElement(HaveField("EntryID", made[2])))
		Expect(rest).NotTo(ContainElement(HaveField("EntryID", made[0])))
		Expect(w.Ledger.WatchedStops(ctx, domain.OrderID{}, 0)).To(BeEmpty())
	})

	It("keep the first price that triggered them, and the highest number of exits", func(ctx SpecContext) {
		t, stop := l.watchedEntry(ctx, "AAPL")
		at := w.mint.now()
		Expect(w.Ledger.Trigger(ctx, t.order.ID(), domain.MustPrice("90"), at)).To(Succeed())
		Expect(w.Ledger.Trigger(ctx, t.order.ID(), domain.MustPrice("80"), at.Add(time.Second))).To(Succeed())
		Expect(w.Ledger.Exited(ctx, t.order.ID(), 2)).To(Succeed())
		Expect(w.Ledger.Exited(ctx, t.order.ID(), 1)).To(Succeed())
		stop.TriggeredAt, stop.TriggerPrice, stop.Exits = &at, new(domain.MustPrice("90")), 2
		Expect(l.stop(ctx, t.order.ID())).To(sameAs(stop))
		Expect(l.watched(ctx)).To(HaveLen(1), "they are in force until they end")
	})

	It("end once, and then nothing changes them", func(ctx SpecContext) {
		t, stop := l.watchedEntry(ctx, "AAPL")
		at := w.mint.now()
		Expect(w.Ledger.EndStop(ctx, t.order.ID(), domain.SyntheticStopFailed, at)).To(Succeed())
		Expect(w.Ledger.EndStop(ctx, t.order.ID(), domain.SyntheticStopClosed, at.Add(time.Second))).To(Succeed())
		Expect(w.Ledger.Trigger(ctx, t.order.ID(), domain.MustPrice("90"), at)).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.Exited(ctx, t.order.ID(), 1)).To(failAs(domain.KindNotFound))
		stop.EndedAt, stop.EndReason = &at, domain.SyntheticStopFailed
		Expect(l.stop(ctx, t.order.ID())).To(sameAs(stop))
		Expect(l.watched(ctx)).To(BeEmpty())
	})

	It("are KindNotFound where there are none", func(ctx SpecContext) {
		nobody := newID[domain.Order](w.mint)
		Expect(w.Ledger.Trigger(ctx, nobody, domain.MustPrice("90"), w.mint.now())).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.Exited(ctx, nobody, 1)).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.EndStop(ctx, nobody, domain.SyntheticStopClosed, w.mint.now())).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.SyntheticStop(ctx, nobody)).Error().To(failAs(domain.KindNotFound))
	})

	It("end with an entry made afresh, of the same config in the lane, unless theirs may still fill", func(ctx SpecContext) {
		over, _ := l.watchedEntry(ctx, "AAPL")
		w.record(ctx, over.order.ID(), w.fill(1, "10", "100"))
		fills, _ := l.watchedEntry(ctx, "AAPL")
		elsewhere, _ := l.watchedEntry(ctx, "MSFT")
		w.record(ctx, elsewhere.order.ID(), w.fill(2, "10", "100"))

		unasked, _ := l.watchedEntry(ctx, "AAPL")
		Expect(l.stop(ctx, over.order.ID()).EndedAt).To(BeNil(), "the entry was not made afresh")
		afresh, _ := l.watchedEntry(ctx, "AAPL", func(p *ports.TicketPlan) { p.Afresh = true })
		Expect(l.stop(ctx, over.order.ID()).EndReason).To(Equal(domain.SyntheticStopClosed))
		for _, stays := range []trade{fills, elsewhere, unasked, afresh} {
			Expect(l.stop(ctx, stays.order.ID()).EndedAt).To(BeNil())
		}
	})
}
