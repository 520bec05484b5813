package portstest

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func (l *ledgerSpecs) describeIntend() {
	w := l.w
	It("writes an order down together with its first attempt, which becomes the event domain.AttemptedEvent", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		o, first := w.newOrder(s, t, 1), w.attempt(1)
		Expect(w.Ledger.Intend(ctx, lease, o, first, plan("10"))).To(Succeed())

		got := w.order(ctx, o.ID(), w.ada.UserID)
		Expect(got.Terms()).To(sameAs(o.Terms()))
		Expect(got.Submission()).To(Equal(domain.SubmissionInFlight))
		Expect(got.Status()).To(Equal(domain.StatusPendingNew))
		Expect(got.Attempts()).To(Equal(1))
		Expect(got.Events()).To(sameAs([]domain.OrderEvent{domain.AttemptedEvent(1, first.At)}))
	})

	It("writes its ticket's plan down as Plan does", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), w.attempt(1), plan("-10", decision("one")))).To(Succeed())
		Expect(w.signal(ctx, w.ada, s.ID).State).To(Equal(domain.StateExecuting))
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 2), w.attempt(1), plan("666", decision("two")))).To(Succeed())
		got := l.ticket(ctx, t)
		Expect(got.State).To(Equal(domain.StateExecuting))
		Expect(got.Target).To(HaveValue(Equal(domain.MustNet("-10"))))
		Expect(got.Decisions).To(Equal([]domain.Decision{decision("one"), decision("two")}))
	})

	It("refuses a second order for the same ticket, step and revision as KindConflict with code order_exists, and changes nothing", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		before := l.seen(ctx, t.ticket.ID)
		again := w.newOrder(t.signal, t.ticket, 1)
		Expect(w.Ledger.Intend(ctx, t.lease, again, w.attempt(1), plan("666", decision("late")))).To(failWith(domain.KindConflict, "order_exists"))
		Expect(l.seen(ctx, t.ticket.ID)).To(Equal(before))

		revised := w.newOrder(t.signal, t.ticket, 1, func(t *domain.OrderTerms) { t.Revision = 1 })
		Expect(w.Ledger.Intend(ctx, t.lease, revised, w.attempt(1), plan("10"))).To(Succeed())
	})

	It("lets one of twenty win that intend the same step at once", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		var won, lost atomic.Int32
		atOnce(writers, func(int) {
			err := w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), w.attempt(1), plan("10"))
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, domain.KindConflict) && codeOf(err) == "order_exists":
				lost.Add(1)
			}
		})
		Expect(won.Load()).To(BeEquivalentTo(1))
		Expect(lost.Load()).To(BeEquivalentTo(writers - 1))
		Expect(l.brief(ctx, t.ID).Orders).To(HaveLen(1))
	})

	It("shares nothing with what it was given", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		o := w.newOrder(s, t, 1)
		Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(Succeed())
		*o.Terms().Quantity = domain.MustQuantity("666")
		Expect(*w.order(ctx, o.ID(), w.ada.UserID).Terms().Quantity).To(Equal(domain.MustQuantity("10")))
	})
}

func (l *ledgerSpecs) describeRetry() {
	w := l.w
	It("writes a further attempt of an order down and gives the order", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.ambiguous())
		second := w.attempt(2)
		got, err := w.Ledger.Retry(ctx, t.lease, t.order.ID(), second)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Submission()).To(Equal(domain.SubmissionInFlight))
		Expect(got.Attempts()).To(Equal(2))
		Expect(got.Terms().ClientOrderID).To(Equal(t.order.Terms().ClientOrderID), "every attempt carries the same")
		Expect(got.Events()[2]).To(sameAs(domain.AttemptedEvent(2, second.At)))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(got.Snapshot()))
	})

	DescribeTable("is a conflict where the order's submission admits no attempt", func(ctx SpecContext, facts func(trade) []domain.OrderEvent) {
		t := w.placed(ctx, l.config, "AAPL")
		before := w.record(ctx, t.order.ID(), facts(t)...)
		_, err := w.Ledger.Retry(ctx, t.lease, t.order.ID(), w.attempt(2))
		Expect(err).To(failAs(domain.KindConflict))
		Expect(codeOf(err)).NotTo(Equal("lease_lost"))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(before.Snapshot()))
	},
		Entry("in flight", func(trade) []domain.OrderEvent { return nil }),
		Entry("acknowledged", func(t trade) []domain.OrderEvent { return []domain.OrderEvent{w.acknowledged(t.order)} }),
		Entry("refused", func(trade) []domain.OrderEvent { return []domain.OrderEvent{w.refused()} }),
	)

	It("lets one of twenty win that retry at once", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.ambiguous())
		var won atomic.Int32
		atOnce(writers, func(int) {
			if _, err := w.Ledger.Retry(ctx, t.lease, t.order.ID(), w.attempt(2)); err == nil {
				won.Add(1)
			} else {
				Expect(err).To(failAs(domain.KindConflict))
			}
		})
		Expect(won.Load()).To(BeEquivalentTo(1))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Attempts()).To(Equal(2))
	})
}

func (l *ledgerSpecs) describeRecord() {
	w := l.w
	It("adds facts to an order and gives what it is now", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		at := w.mint.now()
		got, err := w.Ledger.Record(ctx, ports.OrderFacts{
			OrderID: t.order.ID(), Events: []domain.OrderEvent{w.acknowledged(t.order), w.fill(1, "4", "100")},
		}, at)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Submission()).To(Equal(domain.SubmissionAcknowledged))
		Expect(got.Status()).To(Equal(domain.StatusPartiallyFilled))
		Expect(got.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
		Expect(got.UpdatedAt()).To(Equal(at))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(got.Snapshot()))
	})

	It("changes nothing for a fact already known, by its source id", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		ack, fill := w.acknowledged(t.order), w.fill(1, "4", "100")
		before := w.record(ctx, t.order.ID(), ack, fill, fill)
		Expect(before.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
		told := fill
		told.Quantity = domain.MustQuantity("5")
		after := w.record(ctx, t.order.ID(), told, ack, fill)
		Expect(after.Snapshot()).To(sameAs(before.Snapshot()))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(before.Snapshot()))
	})

	It("raises the order's version with every change", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		first := w.record(ctx, t.order.ID(), w.acknowledged(t.order))
		Expect(first.Version()).To(BeNumerically(">", t.order.Version()))
		Expect(w.record(ctx, t.order.ID(), w.fill(1, "4", "100")).Version()).To(BeNumerically(">", first.Version()))
	})

	It("records facts whatever the lease", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		w.reclaim(ctx, t.lease, t.ticket)
		Expect(w.record(ctx, t.order.ID(), w.acknowledged(t.order)).Submission()).To(Equal(domain.SubmissionAcknowledged))
	})

	It("records what has no place in the state machine too", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.canceled())
		late := w.record(ctx, t.order.ID(), w.fill(1, "4", "100"))
		Expect(late.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
		Expect(late.Anomalies()).To(ContainElement(HaveField("Kind", domain.AnomalyLateFill)))
	})

	It("is KindNotFound for a missing order", func(ctx SpecContext) {
		Expect(w.Ledger.Record(ctx, ports.OrderFacts{OrderID: newID[domain.Order](w.mint), Events: []domain.OrderEvent{w.fill(1, "1", "1")}}, w.mint.now())).
			Error().To(failAs(domain.KindNotFound))
	})

	It("keeps every fact of twenty that record at once", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL", func(t *domain.OrderTerms) { t.Quantity = pointer(domain.MustQuantity("1000")) })
		atOnce(writers, func(i int) { w.record(ctx, t.order.ID(), w.fill(i, "1.5", "100")) })
		got := w.order(ctx, t.order.ID(), w.ada.UserID)
		Expect(got.Fills()).To(HaveLen(writers))
		Expect(got.FilledQuantity()).To(Equal(domain.MustQuantity("30")))
		Expect(l.held(ctx)).To(Equal([]string{"30", "30"}))
	})
}

// held gives ada's holdings, by account and then by config.
func (l *ledgerSpecs) held(ctx context.Context) []string {
	GinkgoHelper()
	var out []string
	for _, by := range []ports.PositionScope{ports.PositionsByAccount, ports.PositionsByWebhook} {
		for _, p := range l.w.positions(ctx, l.w.ada, by) {
			out = append(out, p.Position.Quantity.String())
		}
	}
	return out
}

func (l *ledgerSpecs) describeMovements() {
	w := l.w
	It("moves the position of the order's config and of its account with every new fill, once", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL")
		first, second := w.fill(1, "4", "100"), w.fill(2, "6", "110.5")
		w.record(ctx, t.order.ID(), first)
		w.record(ctx, t.order.ID(), first, second)
		w.record(ctx, t.order.ID(), second)
		want := domain.Position{}.
			Apply(domain.SideBuy, first.Quantity, first.Price).
			Apply(domain.SideBuy, second.Quantity, second.Price)
		for _, by := range []ports.PositionScope{ports.PositionsByAccount, ports.PositionsByWebhook} {
			positions := w.positions(ctx, w.ada, by)
			Expect(positions).To(HaveLen(1))
			Expect(positions[0].Position).To(sameAs(want))
		}
	})

	It("moves nothing for what is no fill", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL")
		w.record(ctx, t.order.ID(), w.canceled())
		Expect(l.held(ctx)).To(BeEmpty())
	})

	It("moves down with a sell, through zero too, and realizes profit", func(ctx SpecContext) {
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "10", "100"))
		w.record(ctx, w.working(ctx, l.config, "AAPL", func(t *domain.OrderTerms) { t.Side = domain.SideSell }).order.ID(), w.fill(1, "25", "101.5"))
		Expect(w.positions(ctx, w.ada, ports.PositionsByWebhook)[0].Position).To(sameAs(domain.Position{
			Quantity: domain.MustNet("-15"), AveragePrice: pointer(domain.MustPrice("101.5")), RealizedProfit: domain.MustMoney("15"),
		}))
	})

	It("moves the position that orders by hand built, and the account's, with an order by hand", func(ctx SpecContext) {
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "10", "100"))
		hand := w.place(ctx, w.byHand(ctx, w.ada, "AAPL", l.account))
		w.record(ctx, hand.order.ID(), w.acknowledged(hand.order), w.fill(1, "1", "100"))
		Expect(l.held(ctx)).To(ConsistOf("11", "10", "1"))
	})

	It("counts a fill once though twenty tell of it at once", func(ctx SpecContext) {
		t := w.working(ctx, l.config, "AAPL")
		fill := w.fill(1, "10", "100")
		atOnce(writers, func(int) { w.record(ctx, t.order.ID(), fill) })
		Expect(l.held(ctx)).To(Equal([]string{"10", "10"}))
	})

	It("adds up the fills of many orders that are told at once", func(ctx SpecContext) {
		other, _ := w.config(ctx, w.ada, l.account)
		orders := make([]domain.OrderID, writers)
		for i := range orders {
			orders[i] = w.working(ctx, []*domain.WebhookConfig{l.config, other}[i%2], "AAPL").order.ID()
		}
		atOnce(writers, func(i int) { w.record(ctx, orders[i], w.fill(1, "0.5", "100")) })
		Expect(l.held(ctx)).To(Equal([]string{"10", "5", "5"}))
	})

	It("counts the same execution id of two orders twice: it names a fill of its order", func(ctx SpecContext) {
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "10", "100"))
		w.record(ctx, w.working(ctx, l.config, "AAPL").order.ID(), w.fill(1, "10", "100"))
		Expect(l.held(ctx)).To(Equal([]string{"20", "20"}))
	})
}
