package portstest

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func (l *ledgerSpecs) describeFinish() {
	w := l.w
	DescribeTable("ends the ticket at the head of its lane and brings the signal's state in line", func(ctx SpecContext, state domain.State) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("10", decision("one")))).To(Succeed())
		at := w.mint.now()
		reasons := []domain.Reason{{Code: "because", Field: "symbol", Message: oddName}}
		Expect(w.Ledger.Finish(ctx, lease, ports.TicketEnd{
			TicketID: t.ID, LaneSeq: t.LaneSeq, State: state, Reasons: reasons, Decisions: []domain.Decision{decision("two")},
		}, nil, at)).To(Succeed())

		got := w.signal(ctx, w.ada, s.ID)
		Expect(got.State).To(Equal(state))
		Expect(got.UpdatedAt).To(Equal(at))
		Expect(got.Tickets[0].State).To(Equal(state))
		Expect(got.Tickets[0].UpdatedAt).To(Equal(at))
		Expect(got.Tickets[0].Reasons).To(Equal(reasons))
		Expect(got.Tickets[0].Decisions).To(Equal([]domain.Decision{decision("one"), decision("two")}))
	},
		Entry(nil, domain.StateDone), Entry(nil, domain.StateRefused), Entry(nil, domain.StateExpired),
		Entry(nil, domain.StateSuperseded), Entry(nil, domain.StateNeedsReview),
	)

	It("ends a ticket that was never planned", func(ctx SpecContext) {
		_, t := l.queued(ctx)
		Expect(w.finish(ctx, w.lease(ctx, t), t, domain.StateExpired)).To(Succeed())
		got := l.ticket(ctx, t)
		Expect(got.State).To(Equal(domain.StateExpired))
		Expect(got.Target).To(BeNil())
	})

	DescribeTable("brings the state of a signal with two tickets in line", func(ctx SpecContext, first, second, both domain.State) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada), w.account(ctx, w.ada))
		s := w.queue(ctx, c, "AAPL")[0]
		Expect(w.finish(ctx, w.lease(ctx, s.Tickets[0]), s.Tickets[0], first)).To(Succeed())
		Expect(w.signal(ctx, w.ada, s.ID).State).To(Equal(domain.SignalState([]domain.State{first, domain.StateQueued})))
		Expect(w.finish(ctx, w.lease(ctx, s.Tickets[1]), s.Tickets[1], second)).To(Succeed())
		Expect(w.signal(ctx, w.ada, s.ID).State).To(Equal(both))
	},
		Entry(nil, domain.StateDone, domain.StateDone, domain.StateDone),
		Entry(nil, domain.StateRefused, domain.StateDone, domain.StateDone),
		Entry(nil, domain.StateNeedsReview, domain.StateDone, domain.StateNeedsReview),
		Entry(nil, domain.StateExpired, domain.StateRefused, domain.StateExpired),
	)

	It("moves the lane on, and the lane stays leased", func(ctx SpecContext) {
		_, first := l.queued(ctx)
		_, second := l.queued(ctx)
		lease := w.lease(ctx, first)
		Expect(w.finish(ctx, lease, first, domain.StateDone)).To(Succeed())
		Expect(w.claim(ctx)).To(BeEmpty())
		Expect(w.Lanes.Renew(ctx, []ports.Lease{lease}, leaseTime)).To(ConsistOf(lease))
		Expect(w.finish(ctx, lease, second, domain.StateDone)).To(Succeed())
	})

	It("does not move the lane on with needs_review: the ticket stays its head", func(ctx SpecContext) {
		_, first := l.queued(ctx)
		_, second := l.queued(ctx)
		lease := w.lease(ctx, first)
		Expect(w.finish(ctx, lease, first, domain.StateNeedsReview)).To(Succeed())
		Expect(w.finish(ctx, lease, second, domain.StateDone)).To(failWith(domain.KindConflict, "not_head"))

		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
		lanes := w.claim(ctx)
		Expect(lanes).To(HaveLen(1))
		Expect(lanes[0].Tickets).To(HaveExactElements(
			And(HaveField("ID", first.ID), HaveField("State", domain.StateNeedsReview)),
			And(HaveField("ID", second.ID), HaveField("State", domain.StateQueued))))
		Expect(w.finish(ctx, lanes[0].Lease, first, domain.StateDone)).To(Succeed())
		Expect(w.finish(ctx, lanes[0].Lease, second, domain.StateDone)).To(Succeed())
	})

	It("refuses a ticket that is not the lane's head as KindConflict with code not_head", func(ctx SpecContext) {
		_, first := l.queued(ctx)
		_, second := l.queued(ctx)
		lease := w.lease(ctx, first)
		Expect(w.finish(ctx, lease, second, domain.StateDone)).To(failWith(domain.KindConflict, "not_head"))
		Expect(l.ticket(ctx, second).State).To(Equal(domain.StateQueued))
		Expect(w.finish(ctx, lease, first, domain.StateDone)).To(Succeed())
		Expect(w.finish(ctx, lease, first, domain.StateRefused)).To(failWith(domain.KindConflict, "not_head"))
		Expect(l.ticket(ctx, first).State).To(Equal(domain.StateDone))
	})
}

func (l *ledgerSpecs) describeFinishFacts() {
	w := l.w
	facts := func(id domain.OrderID, events ...domain.OrderEvent) ports.OrderFacts {
		return ports.OrderFacts{OrderID: id, Events: events}
	}
	filled := func(ctx context.Context, t trade) {
		GinkgoHelper()
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Status()).To(Equal(domain.StatusFilled))
		Expect(l.held(ctx)).To(Equal([]string{"10", "10"}))
	}

	It("records the facts with the end of the ticket", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone,
			facts(t.order.ID(), w.acknowledged(t.order), w.fill(1, "10", "100")))).To(Succeed())
		filled(ctx, t)
		Expect(l.ticket(ctx, t.ticket).State).To(Equal(domain.StateDone))
	})

	It("records nothing and ends nothing where one of the facts cannot be recorded: it is one transaction", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone,
			facts(t.order.ID(), w.acknowledged(t.order), w.fill(1, "10", "100")),
			facts(newID[domain.Order](w.mint), w.fill(1, "1", "1")))).To(failAs(domain.KindNotFound))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(t.order.Snapshot()))
		Expect(l.ticket(ctx, t.ticket).State).To(Equal(domain.StateExecuting))
		Expect(l.held(ctx)).To(BeEmpty())
		Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone)).To(Succeed())
	})

	It("records the facts even under a void lease", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		w.reclaim(ctx, t.lease, t.ticket)
		Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone,
			facts(t.order.ID(), w.acknowledged(t.order), w.fill(1, "10", "100")))).To(failWith(domain.KindConflict, "lease_lost"))
		filled(ctx, t)
		Expect(l.ticket(ctx, t.ticket).State).To(Equal(domain.StateExecuting))
	})

	It("counts facts that are known already once", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		known := []domain.OrderEvent{w.acknowledged(t.order), w.fill(1, "10", "100")}
		w.record(ctx, t.order.ID(), known...)
		Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone, facts(t.order.ID(), known...))).To(Succeed())
		filled(ctx, t)
	})

	It("lets one of twenty win that finish the same ticket at once, and the facts count once", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		known := []domain.OrderEvent{w.acknowledged(t.order), w.fill(1, "10", "100")}
		errs := make([]error, writers)
		atOnce(writers, func(i int) {
			errs[i] = w.finish(ctx, t.lease, t.ticket, domain.StateDone, facts(t.order.ID(), known...))
		})
		var won int
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				Expect(err).To(failWith(domain.KindConflict, "not_head"))
			}
		}
		Expect(won).To(Equal(1))
		filled(ctx, t)
	})
}
