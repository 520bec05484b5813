package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// cutShort is a ledger that fails when an answer is to be marked as carried out.
type cutShort struct{ ports.Ledger }

func (c cutShort) Answer(ctx context.Context, id domain.TicketID, code string, answer domain.Reason) ([]domain.Reason, error) {
	if code == domain.ReasonGranted {
		return nil, &domain.Error{Kind: domain.KindUnavailable, Code: "gone", Msg: "the database is away"}
	}
	return c.Ledger.Answer(ctx, id, code, answer)
}

// away is an inbox that takes nothing.
type away struct{ ports.SignalInbox }

func (away) Submit(context.Context, *domain.Signal) error {
	return &domain.Error{Kind: domain.KindUnavailable, Code: "gone", Msg: "the database is away"}
}

var _ = Describe("A backlog that asks", func() {
	var t *trader
	var hook ports.IssuedWebhook
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.Ask, r.Staleness.BySender = true, true })
	})
	ticket := func(ctx SpecContext, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}

	It("asks about entries only, and holds up nothing behind them", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		entry := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		part := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4","price":"100"}`)
		t.later(ctx, 2*time.Minute)
		Expect(ticket(ctx, entry).Reasons).To(ConsistOf(HaveField("Code", domain.ReasonAsks)))
		Expect(ticket(ctx, part).State).To(Equal(domain.StateDone))
		fresh := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
		t.settle(ctx)
		Expect(ticket(ctx, fresh).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("7"))
	})

	It("does not ask about the entry of a reversal whose exit was placed", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		id := t.send(ctx, hook, goShort)
		t.later(ctx, 2*time.Minute)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(ticket(ctx, id).Asks()).To(BeFalse())
	})

	It("executes however old the alert is by its sender's time", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100","time":"2026-03-02T14:00:00Z"}`)
		t.settle(ctx)
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogExecute)).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("3"))
	})

	It("judges by the rules as they are now", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.later(ctx, 2*time.Minute)
		paused := domain.WebhookPaused
		_, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{Status: &paused}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogExecute)).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		all := t.signals(ctx)
		Expect(all[len(all)-1].Reasons).To(ConsistOf(HaveField("Code", "paused")))
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	DescribeTable("goes on with an answer that was cut short, and executes once", func(ctx SpecContext, desk func() ports.OrderDesk) {
		id := t.send(ctx, hook, buyTen)
		t.later(ctx, 2*time.Minute)
		Expect(desk().Answer(ctx, t.who, id, ports.BacklogExecute)).Error().To(MatchError(domain.KindUnavailable))
		t.settle(ctx)
		Expect(ticket(ctx, id).Asks()).To(BeTrue(), "the answer is still to be carried out")
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogDiscard)).Error().To(MatchError(domain.KindConflict))
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogExecute)).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		Expect(ticket(ctx, id).Asks()).To(BeFalse())
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled"}))
	},
		Entry("before the signal was queued", func() ports.OrderDesk { return t.deskOn(away{t.inbox}) }),
		Entry("after it", func() ports.OrderDesk {
			h := *t.house
			h.ledger = cutShort{h.ledger}
			return h.deskOn(t.inbox)
		}),
	)
})
