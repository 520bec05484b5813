package app_test

import (
	"context"
	"crypto/sha256"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Webhooks", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})

	It("hand storage the hash of a token and nothing else", func(ctx SpecContext) {
		Expect(hook.Token).To(MatchRegexp(`^hf_[A-Za-z0-9_-]{43}$`))
		found, err := t.directory.ByToken(ctx, sha256.Sum256([]byte(hook.Token)))
		Expect(err).NotTo(HaveOccurred())
		Expect(found.ID()).To(Equal(hook.Config.ID()))
	})

	It("never give a token out twice", func(ctx SpecContext) {
		n := ports.NewWebhookConfig{Name: "again", Rules: hook.Config.Snapshot().Rules}
		first, err := t.webhooks.CreateWebhook(ctx, t.who, n, once("w"))
		Expect(err).NotTo(HaveOccurred())
		again, err := t.webhooks.CreateWebhook(ctx, t.who, n, once("w"))
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Config.ID()).To(Equal(first.Config.ID()))
		Expect(again.Token).To(BeEmpty())
		t.send(ctx, first, buyTen)
	})

	It("let the former token work for the overlap", func(ctx SpecContext) {
		rotated, err := t.webhooks.RotateToken(ctx, t.who, hook.Config.ID(), 60, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		t.send(ctx, hook, numbered(1))
		t.send(ctx, rotated, numbered(2))
		t.clock.Advance(61e9)
		_, err = t.post(ctx, hook, numbered(3))
		Expect(err).To(MatchError(domain.KindNotFound))
		t.send(ctx, rotated, numbered(3))
	})

	It("are not removed while their orders are open", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, hook.Config.ID())).To(MatchError(domain.KindConflict))
		Expect(t.desk.CancelOrder(ctx, t.who, t.only(ctx).ID())).Error().NotTo(HaveOccurred())
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, hook.Config.ID())).To(Succeed())
	})

	// held10 is what every preview starts from.
	held10 := func(ctx SpecContext) {
		GinkgoHelper()
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
	}

	DescribeTable("preview what then happens, and do nothing themselves, for",
		func(ctx SpecContext, body string) {
			held10(ctx)
			before := len(t.orders(ctx))
			preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
			Expect(err).NotTo(HaveOccurred())
			Expect(t.signals(ctx)).To(HaveLen(1))
			Expect(t.orders(ctx)).To(HaveLen(before))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))

			plan := preview.Intents[0].Routes[0].Plan
			var foretold []string
			for _, s := range plan.Steps {
				foretold = append(foretold, string(s.Side)+" "+s.Quantity.String()+" filled")
			}
			t.send(ctx, hook, body)
			t.settle(ctx)
			Expect(sides(t.orders(ctx)[before:])).To(Equal(foretold))
			Expect(t.held(ctx, "AAPL")).To(Equal(plan.Target.String()))
		},
		Entry("an entry", numbered(4)),
		Entry("an exit", exitAll),
		Entry("a reversal", goShort),
		Entry("a partial exit", `{"ticker":"AAPL","action":"sell","quantity":"4","price":"100"}`),
	)

	It("preview with the errors of the intake", func(ctx SpecContext) {
		_, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(`{"ticker":`))
		Expect(err).To(HaveField("Code", "not_understood"))
		Expect(t.refusals(ctx, hook)).To(BeEmpty())
	})
})

var _ = Describe("Accounts", func() {
	var t *trader
	BeforeEach(func(ctx SpecContext) { t = newTrader(ctx) })

	It("record the fills of a quote before they return", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx), buyAt90)
		t.settle(ctx)
		t.quote(ctx, "AAPL", "89")
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusFilled))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("stay while a webhook routes to them", func(ctx SpecContext) {
		hook := t.hook(ctx)
		Expect(t.accounts.RemoveAccount(ctx, t.who, t.account.ID())).To(MatchError(domain.KindConflict))
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, hook.Config.ID())).To(Succeed())
		Expect(t.accounts.RemoveAccount(ctx, t.who, t.account.ID())).To(Succeed())
		Expect(t.accounts.RemoveAccount(ctx, t.who, t.account.ID())).To(MatchError(domain.KindNotFound))
	})

	It("open once for one key", func(ctx SpecContext) {
		open := func(ctx context.Context) (*domain.BrokerAccount, error) {
			return t.accounts.OpenAccount(ctx, t.who, ports.NewBrokerAccount{
				Name: "second", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()},
			}, once("o"))
		}
		first, err := open(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(open(ctx)).To(HaveField("ID()", first.ID()))
	})

	It("say what the broker's books say", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		summary, err := t.accounts.CheckAccount(ctx, t.who, t.account.ID())
		Expect(err).NotTo(HaveOccurred())
		Expect(summary.Positions).To(ConsistOf(HaveField("Position.Quantity", domain.MustNet("10"))))
	})
})
