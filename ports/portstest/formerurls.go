package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// rotate adds a token to a config, the former ones working on for an hour.
func (w *world) rotate(ctx context.Context, id domain.WebhookConfigID) ports.TokenHash {
	GinkgoHelper()
	token := w.token()
	w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
		return r.WebhookConfigs.AddToken(ctx, id, token, 3600)
	})
	return token
}

func describeEndFormerTokens(w *world) {
	end := func(ctx context.Context, id domain.WebhookConfigID) error {
		return w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			return r.WebhookConfigs.EndFormerTokens(ctx, id)
		})
	}

	It("ends every token but the last one added, at once", func(ctx SpecContext) {
		c, first := w.config(ctx, w.ada, w.account(ctx, w.ada))
		other, untouched := w.config(ctx, w.ada, w.account(ctx, w.ada))
		w.rotate(ctx, other.ID())
		second, last := w.rotate(ctx, c.ID()), w.rotate(ctx, c.ID())
		for token, former := range map[ports.TokenHash]bool{first: true, second: true, last: false} {
			Expect(w.Directory.ByToken(ctx, token)).To(HaveField("Former", former))
		}
		Expect(end(ctx, c.ID())).To(Succeed())
		Expect(w.Directory.ByToken(ctx, first)).Error().To(failAs(domain.KindNotFound))
		Expect(w.Directory.ByToken(ctx, second)).Error().To(failAs(domain.KindNotFound))
		Expect(w.Directory.ByToken(ctx, last)).To(HaveField("Former", false))
		Expect(w.Directory.ByToken(ctx, untouched)).To(HaveField("Former", true))
	})

	It("is KindNotFound for a missing config", func(ctx SpecContext) {
		Expect(end(ctx, newID[domain.WebhookConfig](w.mint))).To(failAs(domain.KindNotFound))
	})
}

func describeFormerURLUses(w *world) {
	page := func(ctx context.Context, id domain.WebhookConfigID, q ports.PageRequest) (ports.Page[ports.FormerURLUse], error) {
		return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[ports.FormerURLUse], error) {
			return r.WebhookConfigs.FormerURLUses(ctx, id, q)
		})
	}
	uses := func(ctx context.Context, id domain.WebhookConfigID) ([]ports.FormerURLUse, error) {
		all, err := page(ctx, id, ports.PageRequest{})
		return all.Items, err
	}
	// comes stores an alert to buy a symbol, by a former token or by the last one.
	comes := func(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol, former bool) ports.FormerURLUse {
		GinkgoHelper()
		a := w.alert(c, symbol)
		signal := a.Signals[0].Snapshot()
		if former {
			signal.Decisions = append(signal.Decisions, domain.Decision{Rule: domain.RuleFormerURL, Verdict: domain.VerdictNote})
			a.Signals[0] = domain.RestoreSignal(signal)
		}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		return ports.FormerURLUse{Symbol: symbol, Action: signal.Intent.Action, SignalID: signal.ID, ReceivedAt: signal.ReceivedAt}
	}

	It("gives which alerts still come by a former token, the latest first", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		other, _ := w.config(ctx, w.ada, a)
		Expect(uses(ctx, c.ID())).To(BeEmpty())
		comes(ctx, c, "AAPL", true)
		aapl := comes(ctx, c, "AAPL", true)
		comes(ctx, c, "MSFT", true)
		tsla := comes(ctx, c, "TSLA", true)
		comes(ctx, c, "MSFT", false)
		comes(ctx, c, "NVDA", false)
		comes(ctx, other, "AAPL", false)
		Expect(uses(ctx, c.ID())).To(sameAs([]ports.FormerURLUse{tsla, aapl}), "MSFT has moved")
		first, err := page(ctx, c.ID(), ports.PageRequest{Limit: 1})
		Expect(err).NotTo(HaveOccurred())
		Expect(first.Items).To(sameAs([]ports.FormerURLUse{tsla}))
		rest, err := page(ctx, c.ID(), ports.PageRequest{Limit: 1, Cursor: first.Next})
		Expect(err).NotTo(HaveOccurred())
		Expect(rest.Items).To(sameAs([]ports.FormerURLUse{aapl}))
		Expect(rest.Next).To(BeEmpty())
	})

	It("is KindNotFound for a missing config", func(ctx SpecContext) {
		Expect(uses(ctx, newID[domain.WebhookConfig](w.mint))).Error().To(failAs(domain.KindNotFound))
	})
}
