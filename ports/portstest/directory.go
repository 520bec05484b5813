package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeWebhookDirectory proves ports.WebhookDirectory.
func DescribeWebhookDirectory(name string, h StorageHarness) bool {
	return describeStorage(name+" as a WebhookDirectory", h, func(w *world) {
		It("gives the config reached by the token with its present rules and status", func(ctx SpecContext) {
			a := w.account(ctx, w.ada)
			c, token := w.config(ctx, w.ada, a)
			w.config(ctx, w.ada, a)
			reached, err := w.Directory.ByToken(ctx, token)
			Expect(err).NotTo(HaveOccurred())
			Expect(reached.Snapshot()).To(sameAs(c.Snapshot()))
			Expect(reached.Former).To(BeFalse())

			now := w.mint.now()
			changed := w.change(ctx, w.ada, c.ID(), func(c *domain.WebhookConfig) error {
				c.Pause(now)
				return c.Revise(fullRules(a), now)
			})
			reached, err = w.Directory.ByToken(ctx, token)
			Expect(err).NotTo(HaveOccurred())
			Expect(reached.Snapshot()).To(sameAs(changed.Snapshot()))
		})

		It("gives a config that shares nothing with the stored one", func(ctx SpecContext) {
			c, token := w.newConfig(w.ada, fullRules(w.account(ctx, w.ada))), w.token()
			w.addConfig(ctx, w.ada, c, token)
			reached, err := w.Directory.ByToken(ctx, token)
			Expect(err).NotTo(HaveOccurred())
			spoilRules(reached.Snapshot().Rules)
			Expect(w.Directory.ByToken(ctx, token)).To(HaveField("Snapshot()", sameAs(must(ctx, w, w.ada, configByID(c.ID())).Snapshot())))
			Expect(*must(ctx, w, w.ada, configByID(c.ID())).Snapshot().Rules.Staleness.EntrySeconds).To(Equal(7))
		})

		It("gives the same KindNotFound for an unknown token, an ended one and one of a removed config", func(ctx SpecContext) {
			a := w.account(ctx, w.ada)
			rotated, ended := w.config(ctx, w.ada, a)
			w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
				return r.WebhookConfigs.AddToken(ctx, rotated.ID(), w.token(), 0)
			})
			removed, orphan := w.config(ctx, w.ada, a)
			w.removeConfig(ctx, w.ada, removed.ID())

			_, unknown := w.Directory.ByToken(ctx, w.token())
			Expect(unknown).To(failAs(domain.KindNotFound))
			for _, token := range []ports.TokenHash{ended, orphan} {
				_, err := w.Directory.ByToken(ctx, token)
				Expect(err).To(failAs(domain.KindNotFound))
				Expect(err.Error()).To(Equal(unknown.Error()))
			}
		})

		It("gives a config by its id, whosever it is, and KindNotFound for an unknown and a removed one", func(ctx SpecContext) {
			a := w.account(ctx, w.ada)
			c, _ := w.config(ctx, w.ada, a)
			Expect(w.Directory.ByID(ctx, c.ID())).To(HaveField("Snapshot()", sameAs(c.Snapshot())))
			w.removeConfig(ctx, w.ada, c.ID())
			Expect(w.Directory.ByID(ctx, c.ID())).Error().To(failAs(domain.KindNotFound))
			Expect(w.Directory.ByID(ctx, newID[domain.WebhookConfig](w.mint))).Error().To(failAs(domain.KindNotFound))
		})

		It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
			_, token := w.config(ctx, w.ada, w.account(ctx, w.ada))
			Expect(w.Directory.ByToken(ended(ctx), token)).Error().To(MatchError(context.Canceled))
		})

		It("is KindUnavailable once the storage is closed", func(ctx SpecContext) {
			_, token := w.config(ctx, w.ada, w.account(ctx, w.ada))
			w.close()
			Expect(w.Directory.ByToken(ctx, token)).Error().To(failAs(domain.KindUnavailable))
		})
	})
}
