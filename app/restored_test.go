package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A database put back from a backup", func() {
	// Two databases to which the same happened hold the same rows: ids count up.
	var before, restored *trader
	var signal domain.SignalID
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		s, clock := inMemory()
		before = tenant(ctx, s, clock)
		before.open()
		before.send(ctx, before.hook(ctx), buyTen)

		backup, clock := inMemory()
		backup.journal = s.journal
		restored = tenant(ctx, backup, clock)
		restored.open()
		signal = restored.send(ctx, restored.hook(ctx), buyTen)
	})

	It("does not send what was sent after the backup was made", func(ctx SpecContext) {
		before.settle(ctx)
		sent := before.only(ctx)
		Expect(sent.Status()).To(Equal(domain.StatusFilled))

		restored.venue.declare(func(c *ports.Capabilities) { c.Duplicates = ports.DuplicatesAccepted })
		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(BeEmpty())
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
		again := restored.only(ctx)
		Expect(again.Terms().ClientOrderID).To(Equal(sent.Terms().ClientOrderID))
		Expect(again.Status()).To(Equal(domain.StatusFilled))
		Expect(restored.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		Expect(restored.held(ctx, "AAPL")).To(Equal("10"))
		restored.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			page, err := r.Unmatched.List(ctx, ports.UnmatchedQuery{})
			Expect(page.Items).To(HaveExactElements(HaveField("ClientOrderID", sent.Terms().ClientOrderID)), "nothing of it is silent")
			return err
		})
	})

	It("does not repeat an attempt that was made good after the backup was made", func(ctx SpecContext) {
		restored.script.FailBeforeNext()
		restored.settle(ctx)
		Expect(restored.only(ctx).Submission()).To(Equal(domain.SubmissionIntent))
		attempted := len(restored.venue.sent())
		before.settle(ctx)

		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(attempted))
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
		Expect(restored.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("sends what was not sent", func(ctx SpecContext) {
		restored.later(ctx, 10*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(1))
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateDone))
	})

	// forgets has both databases take the same alerts, the venue what came of them,
	// and the backup none of that.
	forgets := func(ctx SpecContext, bodies []string, fns ...func(*domain.WebhookRules)) (ids []domain.SignalID) {
		GinkgoHelper()
		s, clock := inMemory()
		before = tenant(ctx, s, clock)
		before.open()
		backup, clock := inMemory()
		backup.journal = s.journal
		restored = tenant(ctx, backup, clock)
		restored.open()
		first := before.hook(ctx)
		hook = restored.hook(ctx, fns...)
		for _, body := range bodies {
			before.send(ctx, first, body)
			ids = append(ids, restored.send(ctx, hook, body))
		}
		before.settle(ctx)
		return ids
	}
	// owned gives what was bought and sold by each ticket.
	owned := func(ctx context.Context) []string { return sides(restored.orders(ctx)) }
	halted := func(ctx context.Context, mode domain.HaltMode) {
		GinkgoHelper()
		desk := app.NewHalts(restored.work, nil, restored.clock, restored.ids, quietLog())
		Expect(desk.SetHalt(ctx, restored.who, domain.HaltTarget{Scope: domain.HaltScopeUser}, mode, "")).Error().NotTo(HaveOccurred())
	}
	agrees := func(ctx context.Context, position string) {
		GinkgoHelper()
		Expect(restored.venue.sent()).To(BeEmpty(), "nothing is sent")
		Expect(restored.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal(position))
		Expect(restored.held(ctx, "AAPL")).To(Equal(position))
	}

	DescribeTable("gives a ticket its order under a halt", func(ctx SpecContext, mode domain.HaltMode) {
		ids := forgets(ctx, []string{buyTen})
		halted(ctx, mode)
		restored.later(ctx, 10*time.Second)
		Expect(owned(ctx)).To(Equal([]string{"buy 10 filled"}))
		Expect(restored.signal(ctx, ids[0]).State).To(Equal(domain.StateDone))
		Expect(restored.signal(ctx, ids[0]).Tickets[0].Decisions).To(ContainElement(HaveField("Rule", "found_at_broker")))
		agrees(ctx, "10")
	}, Entry("halt", domain.HaltModeHalt), Entry("reduce_only", domain.HaltModeReduceOnly))

	DescribeTable("gives a ticket its order that a rule would refuse by now", func(ctx SpecContext, change func(*domain.WebhookRules)) {
		ids := forgets(ctx, []string{buyTen}, change)
		restored.later(ctx, 10*time.Second)
		Expect(owned(ctx)).To(Equal([]string{"buy 10 filled"}))
		Expect(restored.signal(ctx, ids[0]).State).To(Equal(domain.StateDone))
		agrees(ctx, "10")
	},
		Entry("a rail", func(r *domain.WebhookRules) { r.Risk.MaxOrderQuantity = new(domain.MustQuantity("1")) }),
		Entry("a rail that counts", func(r *domain.WebhookRules) { r.Risk.MaxOpenOrders = new(1); r.Risk.MaxOrdersPerMinute = new(1) }),
		Entry("a side", func(r *domain.WebhookRules) { r.Sides = []domain.Side{domain.SideSell} }),
		Entry("another size", func(r *domain.WebhookRules) {
			r.Sizing = domain.Sizing{Type: domain.SizingFixedQuantity, Value: new(domain.MustQuantity("3"))}
		}),
		Entry("its age", func(r *domain.WebhookRules) { r.Staleness.EntrySeconds = new(5) }),
	)

	It("gives a reversal both of its orders, however late", func(ctx SpecContext) {
		ids := forgets(ctx, []string{buyTen, goShort})
		Expect(sides(before.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled", "sell 10 filled"}))
		halted(ctx, domain.HaltModeHalt)
		restored.later(ctx, 2*time.Hour)
		Expect(owned(ctx)).To(Equal([]string{"buy 10 filled", "sell 10 filled", "sell 10 filled"}))
		Expect(restored.signal(ctx, ids[1]).State).To(Equal(domain.StateDone))
		agrees(ctx, "-10")
	})

	It("gives an entry its order also where an exit waits behind it, which is sized on that", func(ctx SpecContext) {
		forgets(ctx, []string{buyTen})
		exit := restored.send(ctx, hook, exitAll)
		restored.later(ctx, 10*time.Second)
		Expect(owned(ctx)).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
		Expect(restored.signal(ctx, exit).State).To(Equal(domain.StateDone))
		Expect(restored.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("gives a protected entry its order and its legs", func(ctx SpecContext) {
		forgets(ctx, []string{`{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"stopPrice":95}}`})
		halted(ctx, domain.HaltModeHalt)
		restored.later(ctx, 2*time.Hour)
		Expect(owned(ctx)).To(HaveLen(2))
		Expect(restored.orders(ctx)[1].Terms().ClientOrderID).To(Equal(before.orders(ctx)[1].Terms().ClientOrderID))
		Expect(restored.orders(ctx)[1].IsWorking()).To(BeTrue())
		agrees(ctx, "10")
	})

	It("judges what it finds nothing of as always", func(ctx SpecContext) {
		halted(ctx, domain.HaltModeHalt)
		restored.later(ctx, 10*time.Second)
		Expect(owned(ctx)).To(BeEmpty())
		Expect(restored.signal(ctx, signal).State).To(Equal(domain.StateRefused))
	})

	It("sends nothing while the broker cannot be asked", func(ctx SpecContext) {
		restored.clock.Advance(10 * time.Second)
		deaf := &deafBroker{Broker: restored.venue.Broker, failures: 1}
		restored.venue.Broker = deaf
		restored.settle(ctx)
		Expect(restored.venue.sent()).To(BeEmpty())
		Expect(restored.orders(ctx)).To(BeEmpty())
		restored.later(ctx, 2*time.Second)
		Expect(restored.venue.sent()).To(HaveLen(1))
	})
})

var _ = Describe("An executor that has just started", func() {
	It("asks how open orders stand before it trades against the position", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		t.fillAtVenue(ctx, "89")
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"), "nobody has looked")

		t.stay()
		t.send(ctx, hook, exitAll)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.orders(ctx)).To(HaveLen(2))
	})

	It("asks once", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		t.stay()
		before := t.venue.asked()
		for range 2 {
			t.send(ctx, hook, buyTen)
			t.settle(ctx)
			t.clock.Advance(2 * time.Minute)
		}
		Expect(t.venue.asked()).To(Equal(before + 1))
	})
})

// deafBroker cannot be asked for an order so many times.
type deafBroker struct {
	ports.Broker
	failures int
}

func (b *deafBroker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	if b.failures > 0 {
		b.failures--
		return domain.OrderReport{}, &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "the broker cannot be asked"}
	}
	return b.Broker.ByClientOrderID(ctx, account, id)
}
