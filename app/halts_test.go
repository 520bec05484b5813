package app_test

import (
	"context"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A halt", func() {
	var (
		t    *trader
		hook ports.IssuedWebhook
		desk *app.Halts
		mine domain.HaltTarget
	)
	BeforeEach(func(ctx SpecContext) {
		t, mine = newTrader(ctx), domain.HaltTarget{Scope: domain.HaltScopeUser}
		hook = t.hook(ctx)
		board, ok := t.work.(ports.HaltBoard)
		Expect(ok).To(BeTrue())
		desk = app.NewHalts(t.work, app.NewFlattener(board, t.inbox, t.clock, t.ids, t.bell, quietLog()), t.clock, t.ids, quietLog())
	})
	set := func(ctx context.Context, mode domain.HaltMode) {
		GinkgoHelper()
		_, err := desk.SetHalt(ctx, t.who, mine, mode, "")
		Expect(err).NotTo(HaveOccurred())
	}
	ticket := func(ctx context.Context, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}

	It("refuses entries, and nothing is sent", func(ctx SpecContext) {
		set(ctx, domain.HaltModeHalt)
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(ticket(ctx, id)).To(And(HaveField("State", domain.StateRefused), HaveField("Reasons", ConsistOf(HaveField("Code", "halted")))))
		Expect(ticket(ctx, id).Decisions).To(ContainElement(HaveField("Rule", "halted")))
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("keeps a stop order waiting until it is lifted, and says that the position stands without", func(ctx SpecContext) {
		t.venue.declares = noBrackets
		id := t.send(ctx, hook, `{"ticker":"MSFT","action":"buy","quantity":"10","stopLoss":{"stopPrice":95}}`)
		t.settle(ctx)
		set(ctx, domain.HaltModeHalt)
		t.quote(ctx, "MSFT", "100")
		for range 3 {
			t.later(ctx, time.Second)
		}
		Expect(t.held(ctx, "MSFT")).To(Equal("10"))
		Expect(t.orders(ctx)).To(HaveLen(1))
		told := []string{}
		for _, d := range ticket(ctx, id).Decisions {
			if d.Rule == "protection_halted" {
				told = append(told, d.Detail)
			}
		}
		Expect(told).To(HaveLen(1), "told once")
		Expect(desk.LiftHalt(ctx, t.who, mine)).To(Succeed())
		t.later(ctx, time.Second)
		Expect(t.orders(ctx)).To(HaveLen(2))
		Expect(t.orders(ctx)[1].IsWorking()).To(BeTrue())
	})

	It("keeps an exit waiting until it is lifted", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		set(ctx, domain.HaltModeHalt)
		id := t.send(ctx, hook, exitAll)
		t.settle(ctx)
		t.later(ctx, time.Hour)
		Expect(ticket(ctx, id).State.IsFinal()).To(BeFalse())
		Expect(ticket(ctx, id).Decisions).To(HaveExactElements(And(HaveField("Rule", "halted"), HaveField("Verdict", domain.VerdictNote))), "told once")
		Expect(t.orders(ctx)).To(HaveLen(1))
		Expect(desk.LiftHalt(ctx, t.who, mine)).To(Succeed())
		t.later(ctx, time.Second)
		Expect(ticket(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("lets an exit through in reduce_only, and of a reversal its exit only", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		set(ctx, domain.HaltModeReduceOnly)
		id := t.send(ctx, hook, goShort)
		t.settle(ctx)
		Expect(ticket(ctx, id)).To(And(HaveField("State", domain.StateDone), HaveField("Reasons", ConsistOf(HaveField("Code", "reduce_only")))))
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("ends every order and position once in flatten, and no entry follows", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		set(ctx, domain.HaltModeFlatten)
		set(ctx, domain.HaltModeFlatten)
		late := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "buy 10 canceled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(ticket(ctx, late).State).To(Equal(domain.StateRefused))
		exits := slices.DeleteFunc(t.signals(ctx), func(s domain.SignalSnapshot) bool { return s.Source != domain.SourceHalt })
		Expect(exits).To(ConsistOf(HaveField("WebhookConfigID", HaveValue(Equal(hook.Config.ID()))), HaveField("WebhookConfigID", BeNil())),
			"of what the webhook holds, and of what is left")
	})

	It("ends in flatten what is held by a webhook outside of the session that binds its exits", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx, exchangeHoursFor(everything)), buyTen)
		t.settle(ctx)
		t.clock.Advance(7 * time.Hour)
		set(ctx, domain.HaltModeFlatten)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("ends what one webhook built and ordered, and leaves what another has in the account", func(ctx SpecContext) {
		other := t.hook(ctx)
		t.send(ctx, hook, buyTen)
		t.send(ctx, hook, buyAt90)
		t.send(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"4","price":"100"}`)
		t.send(ctx, other, `{"ticker":"AAPL","action":"buy","quantity":"2","orderType":"limit","limitPrice":"80"}`)
		t.settle(ctx)
		mine = domain.HaltTarget{Scope: domain.HaltScopeWebhook, WebhookConfigID: new(hook.Config.ID())}
		set(ctx, domain.HaltModeFlatten)
		set(ctx, domain.HaltModeFlatten)
		late := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "buy 10 canceled", "buy 4 filled", "buy 2 new", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("4"))
		Expect(ticket(ctx, late).State).To(Equal(domain.StateRefused))
		t.send(ctx, other, exitAll)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"), "the other goes on")
	})

	It("cancels what works where there is no position", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		set(ctx, domain.HaltModeFlatten)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusCanceled))
	})

	It("shows in a preview as it is judged", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		plan := func(body string) domain.Plan {
			GinkgoHelper()
			preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
			Expect(err).NotTo(HaveOccurred())
			return preview.Intents[0].Routes[0].Plan
		}
		elsewhere := domain.HaltTarget{Scope: domain.HaltScopeSymbol, Symbol: "TSLA"}
		_, err := desk.SetHalt(ctx, t.who, elsewhere, domain.HaltModeHalt, "")
		Expect(err).NotTo(HaveOccurred())
		Expect(plan(goShort).Steps).To(HaveLen(2))
		set(ctx, domain.HaltModeReduceOnly)
		Expect(plan(goShort).Steps).To(HaveExactElements(HaveField("Effect", domain.EffectExit)))
		Expect(plan(goShort).Decisions).To(ContainElement(HaveField("Rule", "reduce_only")))
		set(ctx, domain.HaltModeHalt)
		Expect(plan(exitAll).Steps).To(HaveLen(1), "it waits")
		Expect(plan(exitAll).Decisions).To(ContainElement(HaveField("Rule", "halted")))
		Expect(plan(buyTen)).To(And(HaveField("State", domain.StateRefused), HaveField("Reasons", ConsistOf(HaveField("Code", "halted")))))
	})

	It("is judged again before a further attempt", func(ctx SpecContext) {
		t.script.FailBeforeNext()
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionIntent))
		set(ctx, domain.HaltModeReduceOnly)
		t.later(ctx, time.Minute)
		Expect(ticket(ctx, id)).To(And(HaveField("State", domain.StateRefused), HaveField("Reasons", ConsistOf(HaveField("Code", "reduce_only")))))
		Expect(t.only(ctx).Attempts()).To(Equal(1))
	})

	It("that comes between the reading and the writing down is judged all the same", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.ledger = haltingLedger{Ledger: t.ledger, halt: func() { set(ctx, domain.HaltModeHalt) }}
		t.settle(ctx)
		Expect(ticket(ctx, id).State).To(Equal(domain.StateRefused))
		Expect(t.orders(ctx)).To(BeEmpty())
		Expect(t.venue.sent()).To(BeEmpty())
	})
})

// haltingLedger has a halt set at the last moment before an order is written.
type haltingLedger struct {
	ports.Ledger
	halt func()
}

func (l haltingLedger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	l.halt()
	return l.Ledger.Intend(ctx, lease, o, first, plan)
}
