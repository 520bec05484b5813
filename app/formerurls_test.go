package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A webhook whose URL was rotated", func() {
	var (
		t             *trader
		former, fresh ports.IssuedWebhook
	)
	const buyTesla = `{"ticker":"TSLA","action":"buy","quantity":"1","price":"100"}`
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		former = t.hook(ctx, func(r *domain.WebhookRules) { r.Dedupe.WindowSeconds = 1 })
		var err error
		fresh, err = t.webhooks.RotateToken(ctx, t.who, former.Config.ID(), 3600, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		t.clock.Advance(10 * time.Second) // what was known of the former token is forgotten
	})
	uses := func(ctx context.Context) (symbols []domain.Symbol) {
		GinkgoHelper()
		t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			found, err := r.WebhookConfigs.FormerURLUses(ctx, former.Config.ID(), ports.PageRequest{})
			for _, u := range found.Items {
				symbols = append(symbols, u.Symbol)
			}
			return err
		})
		return symbols
	}
	told := func() any { return HaveField("Rule", domain.RuleFormerURL) }

	It("trades what comes by the old one, tells so with the signal and the delivery, and lists it until it has moved", func(ctx SpecContext) {
		old, other := t.send(ctx, former, buyTen), t.send(ctx, former, buyTesla)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(t.signal(ctx, old).Decisions).To(ContainElement(told()))
		Expect(t.signal(ctx, other).Decisions).To(ContainElement(told()))
		Expect(uses(ctx)).To(Equal([]domain.Symbol{"TSLA", "AAPL"}))

		t.clock.Advance(2 * time.Second)
		moved := t.send(ctx, fresh, buyTen)
		Expect(t.signal(ctx, moved).Decisions).NotTo(ContainElement(told()))
		Expect(uses(ctx)).To(Equal([]domain.Symbol{"TSLA"}))
	})

	It("ends the old one when told to", func(ctx SpecContext) {
		Expect(t.webhooks.EndFormerTokens(ctx, t.who, former.Config.ID())).To(Succeed())
		t.clock.Advance(10 * time.Second)
		_, err := t.post(ctx, former, buyTen)
		Expect(err).To(MatchError(domain.KindNotFound))
		t.send(ctx, fresh, buyTen)
	})
})
