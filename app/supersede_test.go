package app_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A full exit", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})
	ticket := func(ctx SpecContext, id domain.SignalID) domain.Ticket { return t.signal(ctx, id).Tickets[0] }
	gaveWay := func(ctx SpecContext, id, exit domain.SignalID) {
		GinkgoHelper()
		Expect(ticket(ctx, id).State).To(Equal(domain.StateSuperseded))
		Expect(ticket(ctx, id).Reasons).To(ConsistOf(And(
			HaveField("Code", "superseded"), HaveField("Message", ContainSubstring(exit.String())))))
	}
	byHand := func(ctx SpecContext, i domain.Intent) domain.SignalID {
		GinkgoHelper()
		i, err := domain.NewIntent(i)
		Expect(err).NotTo(HaveOccurred())
		now := t.clock.Now()
		s, err := domain.NewSignal(domain.SignalSnapshot{
			ID: domain.SignalID{UUID: t.ids.New()}, UserID: t.who.UserID, Source: domain.SourceOperator, Intent: i, ReceivedAt: now,
			Tickets: []domain.Ticket{{
				ID: domain.TicketID{UUID: t.ids.New()}, BrokerAccountID: t.account.ID(), Symbol: i.Symbol, Multiplier: domain.MustQuantity("1"),
			}},
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.inbox.Submit(ctx, s)).To(Succeed())
		return s.ID()
	}

	It("supersedes entries that wait before it, and they send nothing", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		first, second := t.send(ctx, hook, buyAt90), t.send(ctx, hook, goShort)
		exit := t.send(ctx, hook, exitAll)
		after := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		t.settle(ctx)
		gaveWay(ctx, first, exit)
		gaveWay(ctx, second, exit)
		Expect(ticket(ctx, exit).State).To(Equal(domain.StateDone))
		Expect(ticket(ctx, after).State).To(Equal(domain.StateDone), "what comes after an exit is not before it")
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled", "buy 3 filled"}))
	})

	It("leaves exits and cancels before it alone", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		part := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4","price":"100"}`)
		cancel := t.send(ctx, hook, cancelAll)
		t.send(ctx, hook, exitAll)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(ticket(ctx, part).State).To(Equal(domain.StateDone))
		Expect(ticket(ctx, cancel).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("leaves the entries of other webhooks alone", func(ctx SpecContext) {
		other := t.send(ctx, t.hook(ctx), buyTen)
		t.send(ctx, hook, exitAll)
		t.settle(ctx)
		Expect(ticket(ctx, other).State).To(Equal(domain.StateDone))
	})

	It("of a part of the position supersedes nothing", func(ctx SpecContext) {
		entry := t.send(ctx, hook, buyTen)
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"4","price":"100"}`)
		t.settle(ctx)
		Expect(ticket(ctx, entry).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("6"))
	})

	It("by the operator reaches the head whatever config waits before it", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		first, second := t.send(ctx, hook, buyAt90), t.send(ctx, t.hook(ctx), buyTen)
		exit := byHand(ctx, domain.Intent{Action: domain.ActionExit, Symbol: "AAPL", ReferencePrice: new(domain.MustPrice("100"))})
		t.settle(ctx)
		gaveWay(ctx, first, exit)
		gaveWay(ctx, second, exit)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	DescribeTable("is not trapped by a reversal that waits for its exit's fill, whose order it ends first: an exit",
		func(ctx SpecContext, send func(SpecContext) domain.SignalID) {
			t.send(ctx, hook, buyTen)
			t.settle(ctx)
			reversal := t.send(ctx, hook, flipAt110)
			t.settle(ctx)
			Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 new"}))

			exit := send(ctx)
			t.later(ctx, time.Second)
			t.later(ctx, time.Second)
			gaveWay(ctx, reversal, exit)
			Expect(ticket(ctx, exit).State).To(Equal(domain.StateDone))
			Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 canceled", "sell 10 filled"}))
			t.quote(ctx, "AAPL", "120")
			Expect(t.held(ctx, "AAPL")).To(Equal("0"), "nothing is left that could fill")
		},
		Entry("of the same webhook", func(ctx SpecContext) domain.SignalID { return t.send(ctx, hook, exitAll) }),
		Entry("by the operator", func(ctx SpecContext) domain.SignalID {
			return byHand(ctx, domain.Intent{Action: domain.ActionExit, Symbol: "AAPL", ReferencePrice: new(domain.MustPrice("100"))})
		}),
	)

	It("is sized on what an exit before it filled meanwhile", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		reversal := t.send(ctx, hook, flipAt110)
		t.settle(ctx)
		exit := t.send(ctx, hook, exitAll)
		t.quote(ctx, "AAPL", "111")
		t.later(ctx, time.Second)
		gaveWay(ctx, reversal, exit)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("keeps an entry from being sent again that provably is not at the broker", func(ctx SpecContext) {
		t.script.FailBeforeNext()
		entry := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(ticket(ctx, entry).State).To(Equal(domain.StateExecuting))
		exit := t.send(ctx, hook, exitAll)
		t.later(ctx, time.Second)
		gaveWay(ctx, entry, exit)
		Expect(t.venue.sent()).To(HaveLen(1))
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNotPlaced))
	})

	It("waits for an entry nobody knows the fate of, and closes what it built", func(ctx SpecContext) {
		t.venue.declare(func(c *ports.Capabilities) { c.VisibleWithin = 5 * time.Second })
		t.script.DelayVisibility(1)
		t.script.LoseReplyNext()
		entry := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		exit := t.send(ctx, hook, exitAll)
		t.later(ctx, 5*time.Second)
		Expect(ticket(ctx, entry).State).To(Equal(domain.StateDone))
		Expect(ticket(ctx, exit).State).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})
})
