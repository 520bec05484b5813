package portstest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// legsOf gives a stop-loss and a take-profit of an entry that nobody was told of.
func (w *world) legsOf(s domain.SignalSnapshot, t domain.Ticket, entry *domain.Order) []*domain.Order {
	GinkgoHelper()
	leg := func(step int, edit func(*domain.OrderTerms)) *domain.Order {
		return w.newOrder(s, t, step, func(t *domain.OrderTerms) {
			t.Class, t.ParentID, t.Side = domain.OrderClassBracket, new(entry.ID()), domain.SideSell
			t.TimeInForce = domain.TimeInForceGTC
			edit(t)
		})
	}
	step := entry.Terms().Step
	return []*domain.Order{
		leg(step+1, func(t *domain.OrderTerms) { t.Type, t.StopPrice = domain.OrderTypeStop, new(domain.MustPrice("90")) }),
		leg(step+2, func(t *domain.OrderTerms) { t.Type, t.LimitPrice = domain.OrderTypeLimit, new(domain.MustPrice("120")) }),
	}
}

func bracket(t *domain.OrderTerms) { t.Class = domain.OrderClassBracket }

func (l *ledgerSpecs) describeLegs() {
	w := l.w
	It("writes the plan's legs down with the order, each with the same first attempt", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		entry := w.newOrder(s, t, 1, bracket)
		p := plan("10")
		p.Legs = w.legsOf(s, t, entry)
		first := w.attempt(1)
		Expect(w.Ledger.Intend(ctx, lease, entry, first, p)).To(Succeed())

		b := l.brief(ctx, t.ID)
		Expect(ids(b.Orders)).To(Equal([]domain.OrderID{entry.ID()}))
		Expect(ids(b.Legs)).To(Equal(ids(p.Legs)))
		for i, leg := range b.Legs {
			Expect(leg.Terms()).To(sameAs(p.Legs[i].Terms()))
			Expect(leg.Events()).To(sameAs([]domain.OrderEvent{domain.AttemptedEvent(1, first.At)}))
			Expect(w.order(ctx, leg.ID(), w.ada.UserID).Snapshot()).To(sameAs(leg.Snapshot()))
		}
	})

	It("writes nothing down where a leg is there already", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		p := plan("10")
		entry := w.newOrder(s, t, 1, bracket)
		p.Legs = w.legsOf(s, t, entry)
		w.intend(ctx, lease, s, t, p.Legs[1].Terms().Step)
		before := l.seen(ctx, t.ID)
		Expect(w.Ledger.Intend(ctx, lease, entry, w.attempt(1), p)).To(failWith(domain.KindConflict, "order_exists"))
		Expect(l.seen(ctx, t.ID)).To(Equal(before))
	})

	It("gives the legs of other tickets among the working orders, and moves positions by their fills", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		entry := w.newOrder(s, t, 1, bracket)
		p := plan("10")
		p.Legs = w.legsOf(s, t, entry)
		Expect(w.Ledger.Intend(ctx, lease, entry, w.attempt(1), p)).To(Succeed())
		w.record(ctx, entry.ID(), w.acknowledged(entry), w.fill(1, "10", "100"))
		for _, leg := range p.Legs {
			w.record(ctx, leg.ID(), w.acknowledged(leg))
		}
		Expect(w.finish(ctx, lease, t, domain.StateDone)).To(Succeed())
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())

		_, next := l.queued(ctx)
		Expect(ids(l.brief(ctx, next.ID).Working)).To(ConsistOf(ids(p.Legs)))
		w.record(ctx, p.Legs[0].ID(), w.fill(2, "10", "90"))
		b := l.brief(ctx, next.ID)
		Expect(ids(b.Working)).To(Equal([]domain.OrderID{p.Legs[1].ID()}))
		Expect(b.ConfigPosition.Quantity.IsFlat()).To(BeTrue())
		Expect(b.ConfigPosition.RealizedProfit).To(sameAs(domain.MustMoney("-100")))
	})

	It("counts no leg against a limit", func(ctx SpecContext) {
		config := w.counting(ctx, l.account)
		s := w.queue(ctx, config, "AAPL")[0]
		lease := w.lease(ctx, s.Tickets[0])
		entry := w.newOrder(s, s.Tickets[0], 1, bracket)
		p := plan("10")
		p.Legs = w.legsOf(s, s.Tickets[0], entry)
		Expect(w.Ledger.Intend(ctx, lease, entry, w.attempt(1), p)).To(Succeed())
		usage := l.brief(ctx, s.Tickets[0].ID).Usage
		Expect(usage.OpenOrders).To(Equal(1))
		Expect(usage.OrdersLastMinute).To(Equal(1))
	})
}
