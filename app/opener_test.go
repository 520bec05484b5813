package app_test

import (
	"context"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// openerOn is an opener that queues somewhere else.
func (h *house) openerOn(inbox ports.SignalInbox) *app.Opener {
	return app.NewOpener(h.directory, h.ledger, inbox, h.clock, h.ids, h.bell, quietLog(), app.DefaultOpenerConfig())
}

// turnsAway is an inbox that cannot take one symbol.
type turnsAway struct {
	ports.SignalInbox
	symbol domain.Symbol
}

func (a turnsAway) Submit(ctx context.Context, s *domain.Signal) error {
	if s.Symbol() == a.symbol {
		return &domain.Error{Kind: domain.KindInternal, Code: "internal", Msg: "it breaks"}
	}
	return a.SignalInbox.Submit(ctx, s)
}

// cutAtResuming is a ledger that is gone when a ticket is told that it was resumed.
type cutAtResuming struct{ ports.Ledger }

func (c cutAtResuming) Answer(ctx context.Context, id domain.TicketID, code string, answer domain.Reason) ([]domain.Reason, error) {
	if code == domain.ReasonResuming {
		return nil, &domain.Error{Kind: domain.KindUnavailable, Code: "gone", Msg: "the database is away"}
	}
	return c.Ledger.Answer(ctx, id, code, answer)
}

var _ = Describe("An alert that waits for its session", func() {
	const (
		evening = 7 * time.Hour
		night   = 17 * time.Hour
		tesla   = `{"ticker":"TSLA","action":"buy","quantity":"1","price":"100"}`
		target  = `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100","market_position":"long","market_position_size":"%"}`
	)
	var (
		t    *trader
		hook ports.IssuedWebhook
	)
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx) // on a Monday at the opening
		hook = t.hook(ctx, waitForExchange(entriesAlone))
		t.clock.Advance(evening)
	})
	ticket := func(ctx SpecContext, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}
	sends := func(ctx SpecContext, bodies ...string) (ids []domain.SignalID) {
		GinkgoHelper()
		for _, body := range bodies {
			ids = append(ids, t.send(ctx, hook, body))
			t.settle(ctx)
		}
		return ids
	}
	opens := func(ctx SpecContext) {
		GinkgoHelper()
		t.clock.Advance(night)
		Expect(t.opener.Round(ctx)).To(Succeed())
		t.settle(ctx)
	}
	wants := func(size string) string { return strings.Replace(target, "%", size, 1) }

	It("is gone on for at the opening, once, and its age counts from then", func(ctx SpecContext) {
		id := sends(ctx, buyTen)[0]
		Expect(ticket(ctx, id).WaitsUntil).To(HaveValue(Equal(time.Date(2026, 3, 3, 14, 30, 0, 0, time.UTC))))
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(And(
			HaveField("Code", domain.ReasonWaits), HaveField("Message", ContainSubstring("2026-03-03T14:30:00Z")))))
		Expect(t.opener.Round(ctx)).To(Succeed())
		t.settle(ctx)
		Expect(t.orders(ctx)).To(BeEmpty(), "the night is not over")
		opens(ctx)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled"}))
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(HaveField("Code", domain.ReasonResumed)))
		Expect(ticket(ctx, id).WaitsUntil).To(BeNil())
		opens(ctx)
		Expect(t.orders(ctx)).To(HaveLen(1))
	})

	It("holds up no exit, and no alert of another webhook", func(ctx SpecContext) {
		always := t.hook(ctx)
		t.send(ctx, always, buyTen)
		t.settle(ctx)
		sends(ctx, buyTen)
		t.send(ctx, always, exitAll)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("is superseded by an exit that came later", func(ctx SpecContext) {
		id := sends(ctx, buyTen, exitAll)[0]
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
		all := t.signals(ctx)
		Expect(all[len(all)-1].State).To(Equal(domain.StateSuperseded))
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(HaveField("Message", ContainSubstring(all[len(all)-1].ID.String()))))
	})

	It("is superseded by an exit that comes at the opening before it is resumed", func(ctx SpecContext) {
		sends(ctx, buyTen)
		t.clock.Advance(night)
		sends(ctx, exitAll)
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("comes before an exit that comes after it was resumed", func(ctx SpecContext) {
		sends(ctx, buyTen)
		opens(ctx)
		sends(ctx, exitAll)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
	})

	DescribeTable("goes on together with what its webhook says later, to where all of it leads", func(ctx SpecContext, later []string, orders ...string) {
		sends(ctx, append([]string{buyTen}, later...)...)
		opens(ctx)
		Expect(sides(t.orders(ctx))).To(Equal(orders))
	},
		Entry("another entry", []string{`{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`}, "buy 13 filled"),
		Entry("two more", []string{
			`{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`, `{"ticker":"AAPL","action":"buy","quantity":"2","price":"100"}`,
		}, "buy 15 filled"),
		Entry("less of it", []string{`{"ticker":"AAPL","action":"sell","quantity":"4","price":"100"}`}, "buy 6 filled"),
		Entry("another side", []string{goShort}, "sell 10 filled"),
		Entry("a position", []string{strings.Replace(target, "%", "4", 1)}, "buy 4 filled"),
	)

	DescribeTable("is not gone on for once its webhook sent", func(ctx SpecContext, later string) {
		sends(ctx, buyTen, later)
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
	},
		Entry("an exit of a part", `{"ticker":"AAPL","action":"exit","quantity":"4","price":"100"}`),
		Entry("a cancel", `{"ticker":"AAPL","action":"cancel"}`),
	)

	It("is carried on by what comes at the opening before it is resumed, and not traded twice", func(ctx SpecContext) {
		sends(ctx, buyTen)
		t.clock.Advance(night)
		sends(ctx, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 13 filled"}))
		opens(ctx)
		Expect(t.orders(ctx)).To(HaveLen(1))
	})

	It("leaves a reversal its exit, and enters at the opening", func(ctx SpecContext) {
		t.clock.Advance(night)
		sends(ctx, buyTen)
		t.clock.Advance(evening)
		id := sends(ctx, goShort)[0]
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(ticket(ctx, id).State).To(Equal(domain.StateDone))
		opens(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("-10"))
	})

	It("is an exit where the session binds exits", func(ctx SpecContext) {
		hook = t.hook(ctx, waitForExchange(everything))
		t.clock.Advance(night)
		sends(ctx, buyTen)
		t.clock.Advance(evening)
		sends(ctx, exitAll)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		opens(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("goes on to the position it wanted, whatever became of that meanwhile", func(ctx SpecContext) {
		sends(ctx, wants("8"))
		opens(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("8"))
	})

	It("is judged by the rules of the opening", func(ctx SpecContext) {
		id := sends(ctx, buyTen)[0]
		paused := domain.WebhookPaused
		Expect(t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{Status: &paused}, ports.Idempotency{})).Error().NotTo(HaveOccurred())
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(And(
			HaveField("Code", domain.ReasonDiscarded), HaveField("Message", HavePrefix("refused as signal ")))))
	})

	It("is discarded with its webhook", func(ctx SpecContext) {
		id := sends(ctx, buyTen)[0]
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, hook.Config.ID())).To(Succeed())
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(HaveField("Code", domain.ReasonDiscarded)))
	})

	It("can be discarded by its owner, and not executed before", func(ctx SpecContext) {
		id := sends(ctx, buyTen)[0]
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogExecute)).Error().To(MatchError(domain.KindConflict))
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogDiscard)).Error().NotTo(HaveOccurred())
		Expect(t.desk.Answer(ctx, t.who, id, ports.BacklogDiscard)).Error().NotTo(HaveOccurred(), "the same answer again")
		opens(ctx)
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("holds up no other, where it cannot be gone on for", func(ctx SpecContext) {
		sends(ctx, buyTen)
		other := t.send(ctx, hook, tesla)
		t.settle(ctx)
		t.clock.Advance(night)
		opener := t.openerOn(turnsAway{t.inbox, "AAPL"})
		Expect(opener.Round(ctx)).To(MatchError(domain.KindInternal))
		t.settle(ctx)
		Expect(ticket(ctx, other).Reasons).To(ConsistOf(HaveField("Code", domain.ReasonResumed)))
		Expect(t.held(ctx, "TSLA")).NotTo(Equal("0"))
	})

	DescribeTable("is gone on for once, whatever cut the first round short", func(ctx SpecContext, opener func() *app.Opener) {
		sends(ctx, buyTen)
		t.clock.Advance(night)
		Expect(opener().Round(ctx)).To(MatchError(domain.KindUnavailable))
		t.settle(ctx)
		Expect(t.opener.Round(ctx)).To(Succeed())
		Expect(t.opener.Round(ctx)).To(Succeed())
		t.settle(ctx)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled"}))
	},
		Entry("before the signal was queued", func() *app.Opener { return t.openerOn(away{t.inbox}) }),
		Entry("after it", func() *app.Opener {
			h := *t.house
			h.ledger = cutAtResuming{h.ledger}
			return h.openerOn(t.inbox)
		}),
	)
})
