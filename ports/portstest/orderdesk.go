package portstest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeOrderDesk proves ports.OrderDesk.
func DescribeOrderDesk(name string, h ApplicationHarness) bool {
	return describeApplication(name+" as an OrderDesk", h, func(a *house) {
		var (
			account *domain.BrokerAccount
			hook    ports.IssuedWebhook
		)
		BeforeEach(func(ctx SpecContext) {
			account = a.account(ctx, a.ada)
			hook = a.webhook(ctx, a.ada, account)
		})
		Describe("Trade", func() { describeTrade(a, &account, &hook) })
		Describe("Replay", func() { describeReplay(a, &account, &hook) })
		Describe("Answer", func() { describeAnswer(a, &account) })
		Describe("CancelOrder", func() { describeCancelOrder(a, &hook) })
	})
}

// byHand is a trade by hand that needs no price but its own.
func byHand(account *domain.BrokerAccount, action domain.Action, quantity string) ports.ManualSignal {
	m := ports.ManualSignal{BrokerAccountID: account.ID(), Intent: domain.Intent{
		Action: action, Symbol: "AAPL", ReferencePrice: new(domain.MustPrice("100")),
	}}
	if quantity != "" {
		m.Intent.Quantity = new(domain.MustQuantity(quantity))
	}
	return m
}

func describeTrade(a *house, account **domain.BrokerAccount, hook *ports.IssuedWebhook) {
	It("queues an intent of the caller's own", func(ctx SpecContext) {
		s, err := a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "7"), unmarked())
		Expect(err).NotTo(HaveOccurred())
		queued := a.signal(ctx, a.ada, s.ID())
		Expect(queued.Source).To(Equal(domain.SourceOperator))
		Expect(queued.WebhookConfigID).To(BeNil())
		Expect(queued.Tickets).To(HaveExactElements(HaveField("BrokerAccountID", (*account).ID())))
		a.drain(ctx)
		o := a.only(ctx, a.ada)
		Expect(o.Status()).To(Equal(domain.StatusFilled))
		Expect(o.Terms().SignalID).To(Equal(s.ID()))
		Expect(o.FilledQuantity()).To(sameAs(domain.MustQuantity("7")))
	})

	It("trades against the account's whole position", func(ctx SpecContext) {
		a.send(ctx, hook.Token, buyTen)
		_, err := a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "7"), unmarked())
		Expect(err).NotTo(HaveOccurred())
		a.drain(ctx)
		_, err = a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionExit, ""), unmarked())
		Expect(err).NotTo(HaveOccurred())
		a.drain(ctx)
		exit := a.orders(ctx, a.ada)[0]
		Expect(exit.Terms().Side).To(Equal(domain.SideSell))
		Expect(exit.FilledQuantity()).To(sameAs(domain.MustQuantity("17")))
	})

	It("is KindInvalid for an intent that can mean nothing", func(ctx SpecContext) {
		Expect(a.Desk.Trade(ctx, a.ada, byHand(*account, "juggle", "7"), unmarked())).Error().To(failAs(domain.KindInvalid))
		Expect(a.signals(ctx, a.ada)).To(BeEmpty())
	})

	It("queues one signal for a request that is sent again, and for twenty at once", func(ctx SpecContext) {
		once := a.marked()
		first, err := a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "7"), once)
		Expect(err).NotTo(HaveOccurred())
		atOnce(writers, func(int) {
			again, err := a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "7"), once)
			Expect(err).NotTo(HaveOccurred())
			Expect(again.ID()).To(Equal(first.ID()))
		})
		Expect(a.signals(ctx, a.ada)).To(HaveLen(1))
		Expect(a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "8"), reused(once))).Error().
			To(failWith(domain.KindConflict, "idempotency_key_reused"))
		a.drain(ctx)
		Expect(a.orders(ctx, a.ada)).To(HaveLen(1))
	})

	It("gives the same KindNotFound for a missing account and another user's", func(ctx SpecContext) {
		theirs := a.account(ctx, a.bob)
		missing := byHand(*account, domain.ActionBuy, "7")
		missing.BrokerAccountID = newID[domain.BrokerAccount](a.mint)
		sameNotFound(
			func() error { _, err := a.Desk.Trade(ctx, a.ada, missing, unmarked()); return err },
			func() error {
				_, err := a.Desk.Trade(ctx, a.ada, byHand(theirs, domain.ActionBuy, "7"), unmarked())
				return err
			})
		Expect(a.signals(ctx, a.bob)).To(BeEmpty())
	})
}

func describeReplay(a *house, account **domain.BrokerAccount, hook *ports.IssuedWebhook) {
	It("queues the intent of an alert's signal again, as a new signal judged by the config's present version", func(ctx SpecContext) {
		first := a.send(ctx, hook.Token, buyTen).SignalIDs[0]
		a.drain(ctx)
		_, err := a.Webhooks.ChangeWebhook(ctx, a.ada, hook.Config.ID(), ports.WebhookChange{
			Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
				r.Sizing = domain.Sizing{Type: domain.SizingFixedQuantity, Value: new(domain.MustQuantity("3"))}
				return r, nil
			},
		}, unmarked())
		Expect(err).NotTo(HaveOccurred())

		again, err := a.Desk.Replay(ctx, a.ada, first, unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(again.ID()).NotTo(Equal(first))
		queued := a.signal(ctx, a.ada, again.ID())
		Expect(queued.WebhookConfigVersion).To(Equal(2))
		Expect(queued.Intent).To(sameAs(a.signal(ctx, a.ada, first).Intent))
		a.drain(ctx)
		Expect(a.orders(ctx, a.ada)[0].FilledQuantity()).To(sameAs(domain.MustQuantity("3")))
	})

	It("needs the config of the signal to exist still", func(ctx SpecContext) {
		first := a.send(ctx, hook.Token, buyTen).SignalIDs[0]
		a.drain(ctx)
		Expect(a.Webhooks.RemoveWebhook(ctx, a.ada, hook.Config.ID())).To(Succeed())
		Expect(a.Desk.Replay(ctx, a.ada, first, unmarked())).Error().To(failAs(domain.KindNotFound))
		Expect(a.signals(ctx, a.ada)).To(HaveLen(1))
	})

	It("replays an alert's signal alone", func(ctx SpecContext) {
		s, err := a.Desk.Trade(ctx, a.ada, byHand(*account, domain.ActionBuy, "7"), unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(a.Desk.Replay(ctx, a.ada, s.ID(), unmarked())).Error().To(HaveOccurred())
	})

	It("queues one signal for a request that is sent again", func(ctx SpecContext) {
		first, once := a.send(ctx, hook.Token, buyTen).SignalIDs[0], a.marked()
		one, err := a.Desk.Replay(ctx, a.ada, first, once)
		Expect(err).NotTo(HaveOccurred())
		two, err := a.Desk.Replay(ctx, a.ada, first, once)
		Expect(err).NotTo(HaveOccurred())
		Expect(two.ID()).To(Equal(one.ID()))
		Expect(a.signals(ctx, a.ada)).To(HaveLen(2))
	})

	It("gives the same KindNotFound for a missing signal and another user's", func(ctx SpecContext) {
		theirs := a.webhook(ctx, a.bob, a.account(ctx, a.bob))
		foreign := a.send(ctx, theirs.Token, buyTen).SignalIDs[0]
		sameNotFound(
			func() error {
				_, err := a.Desk.Replay(ctx, a.ada, newID[domain.Signal](a.mint), unmarked())
				return err
			},
			func() error { _, err := a.Desk.Replay(ctx, a.ada, foreign, unmarked()); return err })
	})
}

func describeCancelOrder(a *house, hook *ports.IssuedWebhook) {
	It("asks the broker to end a working order and records its answer", func(ctx SpecContext) {
		o := a.resting(ctx, a.ada, hook.Token)
		canceled, err := a.Desk.CancelOrder(ctx, a.ada, o.ID())
		Expect(err).NotTo(HaveOccurred())
		Expect(canceled.Status()).To(Equal(domain.StatusCanceled))
		Expect(a.only(ctx, a.ada).Snapshot()).To(sameAs(canceled.Snapshot()))
	})

	It("is KindConflict with code order_not_open for an order that is not working", func(ctx SpecContext) {
		o := a.resting(ctx, a.ada, hook.Token)
		Expect(a.Desk.CancelOrder(ctx, a.ada, o.ID())).Error().NotTo(HaveOccurred())
		Expect(a.Desk.CancelOrder(ctx, a.ada, o.ID())).Error().To(failWith(domain.KindConflict, "order_not_open"))

		a.send(ctx, hook.Token, buyTen)
		a.drain(ctx)
		filled := a.orders(ctx, a.ada)[0]
		Expect(filled.Status()).To(Equal(domain.StatusFilled))
		Expect(a.Desk.CancelOrder(ctx, a.ada, filled.ID())).Error().To(failWith(domain.KindConflict, "order_not_open"))
	})

	It("gives the same KindNotFound for a missing order and another user's", func(ctx SpecContext) {
		theirs := a.webhook(ctx, a.bob, a.account(ctx, a.bob))
		foreign := a.resting(ctx, a.bob, theirs.Token)
		sameNotFound(
			func() error { _, err := a.Desk.CancelOrder(ctx, a.ada, newID[domain.Order](a.mint)); return err },
			func() error { _, err := a.Desk.CancelOrder(ctx, a.ada, foreign.ID()); return err })
		Expect(a.only(ctx, a.bob).IsWorking()).To(BeTrue())
	})
}
