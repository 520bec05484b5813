package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// keptEntry writes an entry down whose stop-loss is at the broker. The lane is free
// and idle afterwards, and the broker has the order.
func (l *ledgerSpecs) keptEntry(ctx context.Context, symbol domain.Symbol, edit ...func(*ports.TicketPlan)) trade {
	GinkgoHelper()
	s := l.w.queue(ctx, l.config, symbol)[0]
	t := trade{owner: l.w.ada, signal: s, ticket: s.Tickets[0]}
	t.lease = l.w.lease(ctx, t.ticket)
	t.order = l.w.newOrder(s, t.ticket, 1)
	p := plan("10")
	p.Protected = true
	for _, e := range edit {
		e(&p)
	}
	Expect(l.w.Ledger.Intend(ctx, t.lease, t.order, l.w.attempt(1), p)).To(Succeed())
	t.order = l.w.record(ctx, t.order.ID(), l.w.acknowledged(t.order))
	Expect(l.w.finish(ctx, t.lease, t.ticket, domain.StateDone)).To(Succeed())
	Expect(l.w.Lanes.Release(ctx, t.lease, 0)).To(Succeed())
	return t
}

// legOf has a further ticket write down an order of an entry that ends it, for a
// quantity: a leg with a stop price, or, where edit says so, another order.
func (l *ledgerSpecs) legOf(ctx context.Context, entry trade, quantity string, edit ...func(*domain.OrderTerms)) *domain.Order {
	GinkgoHelper()
	s := l.w.queue(ctx, l.config, entry.ticket.Symbol)[0]
	ticket := s.Tickets[0]
	lease := l.w.lease(ctx, ticket)
	terms := l.w.newOrder(s, ticket, 1).Terms()
	terms.Side, terms.Type, terms.Class = domain.SideSell, domain.OrderTypeStop, domain.OrderClassOTO
	terms.ParentID = new(entry.order.ID())
	terms.StopPrice, terms.Quantity = new(domain.MustPrice("90")), new(domain.MustQuantity(quantity))
	for _, e := range edit {
		e(&terms)
	}
	o, err := domain.NewOrder(terms)
	Expect(err).NotTo(HaveOccurred())
	Expect(l.w.Ledger.Intend(ctx, lease, o, l.w.attempt(1), plan("10"))).To(Succeed())
	o = l.w.record(ctx, o.ID(), l.w.acknowledged(o))
	Expect(l.w.finish(ctx, lease, ticket, domain.StateDone)).To(Succeed())
	Expect(l.w.Lanes.Release(ctx, lease, 0)).To(Succeed())
	return o
}

func asExit(t *domain.OrderTerms) {
	t.Type, t.Class, t.ParentID, t.StopPrice = domain.OrderTypeMarket, domain.OrderClassSimple, nil, nil
}

// kept gives the protected positions that this spec made.
func (l *ledgerSpecs) kept(ctx context.Context) (found []ports.ProtectedPosition) {
	GinkgoHelper()
	all, err := l.w.Ledger.ProtectedPositions(ctx, domain.OrderID{}, 10_000)
	Expect(err).NotTo(HaveOccurred())
	for _, p := range all {
		if p.BrokerAccountID == l.account.ID() {
			found = append(found, p)
		}
	}
	return found
}

func (l *ledgerSpecs) describeProtections() {
	w := l.w
	// laneOf names the entries of a trade's config in its lane.
	laneOf := func(t trade) ports.ProtectedLane {
		return ports.ProtectedLane{BrokerAccountID: l.account.ID(), Symbol: t.ticket.Symbol, WebhookConfigID: new(l.config.ID())}
	}

	It("are kept with their entry, and give what that built and what is held", func(ctx SpecContext) {
		t := l.keptEntry(ctx, "AAPL")
		want := ports.ProtectedPosition{
			EntryID: t.order.ID(), TicketID: t.ticket.ID, BrokerAccountID: l.account.ID(), WebhookConfigID: new(l.config.ID()),
			Symbol: "AAPL", Side: domain.SideSell, Idle: true, Open: true,
		}
		Expect(l.kept(ctx)).To(sameAs([]ports.ProtectedPosition{want}))
		Expect(w.Ledger.ProtectedPosition(ctx, t.order.ID())).To(sameAs(want))

		w.record(ctx, t.order.ID(), w.fill(1, "4", "100"))
		otherConfig, _ := w.config(ctx, w.ada, l.account)
		other := w.working(ctx, otherConfig, "AAPL")
		w.record(ctx, other.order.ID(), w.fill(2, "10", "100"))
		kept := l.kept(ctx)[0]
		Expect([]any{kept.Built, kept.Over, kept.ConfigPosition, kept.AccountPosition}).To(sameAs([]any{
			domain.MustQuantity("4"), false, domain.MustNet("4"), domain.MustNet("14"),
		}))
		w.record(ctx, t.order.ID(), w.fill(3, "6", "100"))
		Expect(l.kept(ctx)[0].Over).To(BeTrue())
	})

	It("are not kept where their entry is not, nor where it has no stop-loss at the broker", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		o := w.newOrder(s, t, 1)
		p := plan("10")
		p.Protected = true
		void := ports.Lease{LaneID: lease.LaneID, Epoch: lease.Epoch - 1}
		Expect(w.Ledger.Intend(ctx, void, o, w.attempt(1), p)).To(failWith(domain.KindConflict, "lease_lost"))
		l.keptEntry(ctx, "MSFT", func(p *ports.TicketPlan) { p.Protected = false })
		Expect(l.kept(ctx)).To(BeEmpty())
		Expect(w.Ledger.ProtectedPosition(ctx, o.ID())).Error().To(failAs(domain.KindNotFound))
	})

	It("are one position for all entries of a config in a lane, less what their legs filled", func(ctx SpecContext) {
		first, second := l.keptEntry(ctx, "AAPL"), l.keptEntry(ctx, "AAPL")
		w.record(ctx, first.order.ID(), w.fill(1, "10", "100"))
		w.record(ctx, second.order.ID(), w.fill(2, "10", "100"))
		leg := l.legOf(ctx, first, "10")
		w.record(ctx, leg.ID(), w.fill(3, "4", "90"))
		Expect(l.kept(ctx)).To(HaveLen(1))
		kept := l.kept(ctx)[0]
		Expect(kept.EntryID).To(Equal(first.order.ID()))
		Expect([]domain.Quantity{kept.Built, kept.Covered, kept.Bare()}).To(sameAs([]domain.Quantity{
			domain.MustQuantity("16"), domain.MustQuantity("6"), domain.MustQuantity("10"),
		}))
		Expect(w.Ledger.ProtectedPosition(ctx, second.order.ID())).To(sameAs(kept))
	})

	It("tell whether an exit is open, and whether anything waits in the lane", func(ctx SpecContext) {
		t := l.keptEntry(ctx, "AAPL")
		Expect(l.kept(ctx)[0].Exiting).To(BeFalse())
		exit := l.legOf(ctx, t, "10", asExit)
		Expect(l.kept(ctx)[0].Exiting).To(BeTrue())
		Expect(l.kept(ctx)[0].Covered.IsZero()).To(BeTrue())
		w.record(ctx, exit.ID(), w.fill(1, "10", "100"))
		Expect([]bool{l.kept(ctx)[0].Exiting, l.kept(ctx)[0].Open}).To(Equal([]bool{false, true}), "the entry is open")
		w.record(ctx, t.order.ID(), w.fill(2, "10", "100"))
		Expect(l.kept(ctx)[0].Open).To(BeFalse())
		w.queue(ctx, l.config, "AAPL")
		Expect(l.kept(ctx)[0].Idle).To(BeFalse())
	})

	It("are given by their first entry, in pages", func(ctx SpecContext) {
		var made []domain.OrderID
		for _, symbol := range []domain.Symbol{"AAPL", "MSFT", "NVDA"} {
			made = append(made, l.keptEntry(ctx, symbol).order.ID())
		}
		page, err := w.Ledger.ProtectedPositions(ctx, made[0], 1)
		Expect(err).NotTo(HaveOccurred())
		Expect(page).To(ConsistOf(HaveField("EntryID", made[1])))
		rest, err := w.Ledger.ProtectedPositions(ctx, made[1], 10_000)
		Expect(err).NotTo(HaveOccurred())
		Expect(rest).To(ContainElement(HaveField("EntryID", made[2])))
		Expect(rest).NotTo(ContainElement(HaveField("EntryID", made[0])))
		Expect(w.Ledger.ProtectedPositions(ctx, domain.OrderID{}, 0)).To(BeEmpty())
	})

	It("keep the highest number of times they were found bare, and when that was", func(ctx SpecContext) {
		t := l.keptEntry(ctx, "AAPL")
		at := w.mint.now()
		Expect(w.Ledger.Protecting(ctx, t.order.ID(), 2, at)).To(Succeed())
		Expect(w.Ledger.Protecting(ctx, t.order.ID(), 1, at.Add(time.Second))).To(Succeed())
		Expect(w.Ledger.Protecting(ctx, t.order.ID(), 2, at.Add(time.Second))).To(Succeed())
		kept := l.kept(ctx)[0]
		Expect(kept.Tries).To(Equal(2))
		Expect(kept.TriedAt).To(HaveValue(BeTemporally("==", at)))
	})

	It("keep after how many of those they were last found protected", func(ctx SpecContext) {
		t := l.keptEntry(ctx, "AAPL")
		Expect(w.Ledger.Protecting(ctx, t.order.ID(), 2, w.mint.now())).To(Succeed())
		Expect(l.kept(ctx)[0].Settled).To(BeZero())
		for _, tries := range []int{2, 1, 3} {
			Expect(w.Ledger.Protected(ctx, t.order.ID(), tries)).To(Succeed())
			Expect(l.kept(ctx)[0].Settled).To(Equal(2))
		}
	})

	It("end for a config in a lane, and of one side where that is said", func(ctx SpecContext) {
		t, elsewhere := l.keptEntry(ctx, "AAPL"), l.keptEntry(ctx, "MSFT")
		lane := laneOf(t)
		lane.Side = domain.SideBuy
		Expect(w.Ledger.EndProtection(ctx, lane, domain.ProtectionCanceled, w.mint.now())).To(Succeed())
		Expect(l.kept(ctx)).To(HaveLen(2), "theirs is a sell")
		byHand := laneOf(t)
		byHand.WebhookConfigID = nil
		Expect(w.Ledger.EndProtection(ctx, byHand, domain.ProtectionCanceled, w.mint.now())).To(Succeed())
		Expect(l.kept(ctx)).To(HaveLen(2), "theirs is not by hand")
		lane.Side = domain.SideSell
		for range 2 {
			Expect(w.Ledger.EndProtection(ctx, lane, domain.ProtectionClosed, w.mint.now())).To(Succeed())
		}
		Expect(l.kept(ctx)).To(ConsistOf(HaveField("EntryID", elsewhere.order.ID())))
		Expect(w.Ledger.Protecting(ctx, t.order.ID(), 1, w.mint.now())).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.Protected(ctx, t.order.ID(), 1)).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.ProtectedPosition(ctx, t.order.ID())).Error().To(failAs(domain.KindNotFound))
	})

	It("are KindNotFound where there are none", func(ctx SpecContext) {
		nobody := newID[domain.Order](w.mint)
		Expect(w.Ledger.Protecting(ctx, nobody, 1, w.mint.now())).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.Protected(ctx, nobody, 1)).To(failAs(domain.KindNotFound))
		Expect(w.Ledger.ProtectedPosition(ctx, nobody)).Error().To(failAs(domain.KindNotFound))
	})

	It("end with an entry made afresh, of the same config in the lane, unless theirs may still fill", func(ctx SpecContext) {
		over := l.keptEntry(ctx, "AAPL")
		w.record(ctx, over.order.ID(), w.fill(1, "10", "100"))
		fills := l.keptEntry(ctx, "AAPL")
		Expect(l.kept(ctx)).To(ConsistOf(HaveField("EntryID", over.order.ID())), "the entry was not made afresh")
		l.keptEntry(ctx, "AAPL", func(p *ports.TicketPlan) { p.Afresh = true })
		Expect(l.kept(ctx)).To(ConsistOf(HaveField("EntryID", fills.order.ID())))
	})
}
