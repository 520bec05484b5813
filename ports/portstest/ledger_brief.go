package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

func (l *ledgerSpecs) describeBrief() {
	w := l.w
	It("gathers the ticket, its signal and the rules of the config version that judged it", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		w.revise(ctx, w.ada, l.config.ID(), fullRules(l.account))
		b := l.brief(ctx, t.ID)
		Expect(b.Ticket).To(sameAs(t))
		Expect(b.Signal.Snapshot()).To(sameAs(s))
		Expect(b.Account.Snapshot()).To(sameAs(l.account.Snapshot()))
		Expect(b.Rules).To(sameAs(plainRules(l.account)), "not the present ones")
		Expect(b.ConfigPosition).To(sameAs(domain.Position{}))
		Expect(b.AccountPosition).To(sameAs(domain.Position{}))
		Expect(b.Orders).To(BeEmpty())
		Expect(b.Working).To(BeEmpty())
	})

	It("gives no rules for a signal by hand", func(ctx SpecContext) {
		s := w.byHand(ctx, w.ada, "AAPL", l.account)
		b := l.brief(ctx, s.Tickets[0].ID)
		Expect(b.Rules).To(BeNil())
		Expect(b.Signal.Snapshot()).To(sameAs(s))
	})

	It("gives the account also where it was removed", func(ctx SpecContext) {
		_, t := l.queued(ctx)
		w.removeAccount(ctx, w.ada, l.account.ID())
		Expect(l.brief(ctx, t.ID).Account.Snapshot().DeletedAt).NotTo(BeNil())
	})

	It("is KindNotFound for a missing ticket", func(ctx SpecContext) {
		Expect(w.Ledger.Brief(ctx, newID[domain.Ticket](w.mint))).Error().To(failAs(domain.KindNotFound))
	})

	It("tells what this config's fills built in the lane, by hand what orders by hand built, and the account's whole", func(ctx SpecContext) {
		other, _ := w.config(ctx, w.ada, l.account)
		elsewhere, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "10", "100"))
		w.record(ctx, w.working(ctx, other, "AAPL").order.ID(), w.fill(1, "5", "130"))
		w.record(ctx, w.working(ctx, l.config, "MSFT").order.ID(), w.fill(1, "3", "50"))
		w.record(ctx, w.working(ctx, elsewhere, "AAPL").order.ID(), w.fill(1, "7", "60"))
		hand := w.place(ctx, w.byHand(ctx, w.ada, "AAPL", l.account))
		w.record(ctx, hand.order.ID(), w.acknowledged(hand.order), w.fill(1, "1", "160"))

		_, t := l.queued(ctx)
		b := l.brief(ctx, t.ID)
		Expect(b.ConfigPosition).To(sameAs(domain.Position{Quantity: domain.MustNet("10"), AveragePrice: new(domain.MustPrice("100"))}))
		Expect(b.AccountPosition).To(sameAs(domain.Position{Quantity: domain.MustNet("16"), AveragePrice: new(domain.MustPrice("113.125"))}))

		b = l.brief(ctx, hand.ticket.ID)
		Expect(b.ConfigPosition).To(sameAs(domain.Position{Quantity: domain.MustNet("1"), AveragePrice: new(domain.MustPrice("160"))}))
		Expect(b.AccountPosition.Quantity).To(Equal(domain.MustNet("16")))
	})

	It("gives the ticket's own orders by step and revision, with their events", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		revision := func(n int) func(*domain.OrderTerms) { return func(t *domain.OrderTerms) { t.Revision = n } }
		entry := w.intend(ctx, lease, s, t, 2)
		replaced := w.intend(ctx, lease, s, t, 1, revision(1))
		exit := w.intend(ctx, lease, s, t, 1)
		b := l.brief(ctx, t.ID)
		Expect(ids(b.Orders)).To(Equal([]domain.OrderID{exit.ID(), replaced.ID(), entry.ID()}))
		Expect(b.Orders[0].Snapshot()).To(sameAs(exit.Snapshot()))
		Expect(b.Working).To(BeEmpty(), "but for the ticket's own")
	})

	Describe("and the working orders", func() {
		It("of the same config in the lane that are acknowledged and not terminal", func(ctx SpecContext) {
			other, _ := w.config(ctx, w.ada, l.account)
			elsewhere, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
			open := w.working(ctx, l.config, "AAPL")
			over := w.working(ctx, l.config, "AAPL")
			w.record(ctx, over.order.ID(), w.canceled())
			w.working(ctx, l.config, "MSFT")
			others := w.working(ctx, other, "AAPL")
			w.working(ctx, other, "MSFT")
			w.working(ctx, elsewhere, "AAPL")
			_, t := l.queued(ctx)
			b := l.brief(ctx, t.ID)
			Expect(ids(b.Working)).To(Equal([]domain.OrderID{open.order.ID()}))
			Expect(b.Working[0].Snapshot()).To(sameAs(open.order.Snapshot()))
			Expect(b.Orders).To(BeEmpty())
			Expect(ids(b.Others)).To(Equal([]domain.OrderID{others.order.ID()}))
			Expect(b.Others[0].Snapshot()).To(sameAs(others.order.Snapshot()))
		})

		DescribeTable("of the same config in the lane that are unsettled", func(ctx SpecContext, facts func() []domain.OrderEvent, there bool) {
			t := w.placed(ctx, l.config, "AAPL")
			w.record(ctx, t.order.ID(), facts()...)
			_, next := l.queued(ctx)
			if there {
				Expect(ids(l.brief(ctx, next.ID).Working)).To(Equal([]domain.OrderID{t.order.ID()}))
			} else {
				Expect(l.brief(ctx, next.ID).Working).To(BeEmpty())
			}
		},
			Entry("in flight", func() []domain.OrderEvent { return nil }, true),
			Entry("unknown", func() []domain.OrderEvent { return []domain.OrderEvent{w.ambiguous()} }, true),
			Entry("needs_review", func() []domain.OrderEvent {
				return []domain.OrderEvent{w.ambiguous(), {
					SourceID: domain.SubmissionSourceID(1, domain.EventEscalated), Kind: domain.EventEscalated, At: w.mint.now(), Attempt: 1,
				}}
			}, true),
			Entry("not refused ones", func() []domain.OrderEvent { return []domain.OrderEvent{w.refused()} }, false),
		)

		It("by hand, of those by hand", func(ctx SpecContext) {
			theirs := w.working(ctx, l.config, "AAPL")
			first := w.place(ctx, w.byHand(ctx, w.ada, "AAPL", l.account))
			second := w.byHand(ctx, w.ada, "AAPL", l.account)
			Expect(ids(l.brief(ctx, second.Tickets[0].ID).Working)).To(Equal([]domain.OrderID{first.order.ID()}))
			Expect(ids(l.brief(ctx, second.Tickets[0].ID).Others)).To(Equal([]domain.OrderID{theirs.order.ID()}))
		})
	})

	It("shares nothing with what is stored", func(ctx SpecContext) {
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "4", "100"))
		_, t := l.queued(ctx)
		before := l.seen(ctx, t.ID)
		b := l.brief(ctx, t.ID)
		*b.ConfigPosition.AveragePrice = domain.MustPrice("666")
		*b.Rules.Staleness.EntrySeconds = 666
		b.Rules.Routes[0].Multiplier = domain.MustQuantity("666")
		*b.Signal.Snapshot().Intent.Quantity = domain.MustQuantity("666")
		*b.Working[0].Terms().Quantity = domain.MustQuantity("666")
		Expect(l.seen(ctx, t.ID)).To(Equal(before))
	})
}

func (l *ledgerSpecs) describePlan() {
	w := l.w
	It("writes down what a ticket was understood to want and the ticket as executing", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		at := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, at, t.ID, plan(widest, decision("one"), decision("two")))).To(Succeed())
		got := l.ticket(ctx, t)
		Expect(got.Target).To(HaveValue(Equal(domain.MustNet(widest))))
		Expect(got.State).To(Equal(domain.StateExecuting))
		Expect(got.Decisions).To(Equal([]domain.Decision{decision("one"), decision("two")}))
		Expect(w.signal(ctx, w.ada, s.ID).State).To(Equal(domain.StateExecuting), "the signal's state is in line")
	})

	It("lets the target of the first call stay, flat too, and adds decisions to those before", func(ctx SpecContext) {
		_, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("0", decision("one")))).To(Succeed())
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("-5", decision("two")))).To(Succeed())
		got := l.ticket(ctx, t)
		Expect(got.Target).To(HaveValue(sameAs(domain.Net{})))
		Expect(got.Decisions).To(Equal([]domain.Decision{decision("one"), decision("two")}))
	})
}

func (l *ledgerSpecs) describeWorking() {
	w := l.w
	working := func(ctx context.Context, account *domain.BrokerAccountID, limit int) []domain.OrderID {
		GinkgoHelper()
		orders, err := w.Ledger.Working(ctx, account, leaseTime, limit)
		Expect(err).NotTo(HaveOccurred())
		return ids(orders)
	}

	It("gives orders that are acknowledged and not terminal, with their events", func(ctx SpecContext) {
		open := w.working(ctx, l.config, "AAPL")
		over := w.working(ctx, l.config, "MSFT")
		w.record(ctx, over.order.ID(), w.canceled())
		w.placed(ctx, l.config, "NVDA")
		w.advance(ctx, 2*leaseTime)
		orders, err := w.Ledger.Working(ctx, nil, leaseTime, 10)
		Expect(err).NotTo(HaveOccurred())
		Expect(ids(orders)).To(Equal([]domain.OrderID{open.order.ID()}))
		Expect(orders[0].Snapshot()).To(sameAs(w.order(ctx, open.order.ID(), w.ada.UserID).Snapshot()))
	})

	It("gives those last asked about before the given age by the storage's clock, and counts them as asked about now", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL")
		w.advance(ctx, 2*leaseTime)
		Expect(working(ctx, nil, 10)).To(Equal([]domain.OrderID{t.order.ID()}))
		Expect(working(ctx, nil, 10)).To(BeEmpty())
		w.advance(ctx, leaseTime-10*time.Second)
		Expect(working(ctx, nil, 10)).To(BeEmpty())
		w.advance(ctx, 20*time.Second)
		Expect(working(ctx, nil, 10)).To(Equal([]domain.OrderID{t.order.ID()}))
	})

	It("gives up to limit, oldest first", func(ctx SpecContext) {
		var orders []domain.OrderID
		for _, symbol := range []domain.Symbol{"NVDA", "AAPL", "MSFT"} {
			orders = append(orders, w.working(ctx, l.config, symbol).order.ID())
			w.advance(ctx, time.Second)
		}
		w.advance(ctx, 2*leaseTime)
		Expect(working(ctx, nil, 2)).To(Equal(orders[:2]))
		w.advance(ctx, time.Second)
		Expect(working(ctx, nil, 2)).To(Equal(orders[2:]))
		w.advance(ctx, 2*leaseTime)
		Expect(working(ctx, nil, 3)).To(HaveExactElements(BeElementOf(orders[:2]), BeElementOf(orders[:2]), Equal(orders[2])))
	})

	It("gives those of one account where one is named, those of every owner where none is", func(ctx SpecContext) {
		theirs, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		mine, other := w.working(ctx, l.config, "AAPL"), w.working(ctx, theirs, "AAPL")
		w.advance(ctx, 2*leaseTime)
		Expect(working(ctx, &other.ticket.BrokerAccountID, 10)).To(Equal([]domain.OrderID{other.order.ID()}))
		Expect(working(ctx, nil, 10)).To(Equal([]domain.OrderID{mine.order.ID()}))
	})

	It("hands an order to one of many that ask at once", func(ctx SpecContext) {
		w.working(ctx, l.config, "AAPL")
		w.advance(ctx, 2*leaseTime)
		given := make([][]domain.OrderID, writers)
		atOnce(writers, func(i int) { given[i] = working(ctx, nil, 10) })
		var n int
		for _, g := range given {
			n += len(g)
		}
		Expect(n).To(Equal(1))
	})
}
