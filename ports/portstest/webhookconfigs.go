package portstest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeWebhookConfigRepository proves ports.WebhookConfigRepository.
func DescribeWebhookConfigRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as a WebhookConfigRepository", h, func(w *world) {
		Describe("Add", func() { describeAddConfig(w) })
		Describe("ByID", func() { describeConfigByID(w) })
		Describe("List", func() { describeConfigList(w) })
		Describe("Update", func() { describeUpdateConfig(w) })
		Describe("Versions", func() { describeVersions(w) })
		Describe("AddToken", func() { describeAddToken(w) })
		Describe("EndFormerTokens", func() { describeEndFormerTokens(w) })
		Describe("FormerURLUses", func() { describeFormerURLUses(w) })
		Describe("OpenOrders", func() { describeOpenOrders(w) })
		Describe("Usage", func() { describeConfigUsage(w) })
		Describe("Refusals", func() { describeRefusals(w) })
	})
}

func addConfig(ctx context.Context, w *world, caller domain.Principal, c *domain.WebhookConfig, token ports.TokenHash) error {
	return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return r.WebhookConfigs.Add(ctx, c, token)
	})
}

func describeAddConfig(w *world) {
	DescribeTable("stores a new config as it is", func(ctx SpecContext, rules func(...*domain.BrokerAccount) domain.WebhookRules) {
		first, second := w.account(ctx, w.ada), w.account(ctx, w.ada)
		c := w.newConfig(w.ada, rules(second, first))
		Expect(addConfig(ctx, w, w.ada, c, w.token())).To(Succeed())
		Expect(must(ctx, w, w.ada, configByID(c.ID())).Snapshot()).To(sameAs(c.Snapshot()))
	},
		Entry("with rules that say nothing but the routes", plainRules),
		Entry("with rules that say something everywhere", fullRules),
		Entry("with entries that never get stale", func(accounts ...*domain.BrokerAccount) domain.WebhookRules {
			r := plainRules(accounts...)
			r.Staleness.EntrySeconds = nil
			return r
		}),
	)

	It("lets the token reach it", func(ctx SpecContext) {
		c, token := w.config(ctx, w.ada, w.account(ctx, w.ada))
		reached, err := w.Directory.ByToken(ctx, token)
		Expect(err).NotTo(HaveOccurred())
		Expect(reached.ID()).To(Equal(c.ID()))
	})

	It("takes odd strings, and refuses a NUL character as KindInvalid", func(ctx SpecContext) {
		s := w.newConfig(w.ada, plainRules(w.account(ctx, w.ada))).Snapshot()
		s.Name = oddName
		Expect(addConfig(ctx, w, w.ada, domain.RestoreWebhookConfig(s), w.token())).To(Succeed())
		Expect(must(ctx, w, w.ada, configByID(s.ID)).Snapshot()).To(sameAs(s))

		s.ID, s.Name = newID[domain.WebhookConfig](w.mint), nulName
		Expect(addConfig(ctx, w, w.ada, domain.RestoreWebhookConfig(s), w.token())).To(failAs(domain.KindInvalid))
		s.Name, s.Rules.Dedupe.KeyFields = "plain", []string{nulName}
		Expect(addConfig(ctx, w, w.ada, domain.RestoreWebhookConfig(s), w.token())).To(failAs(domain.KindInvalid))
		Expect(ask(ctx, w, w.ada, configByID(s.ID))).Error().To(failAs(domain.KindNotFound))
	})

	itChecksRoutes(w, func(ctx context.Context, rules domain.WebhookRules) error {
		c, token := w.newConfig(w.ada, rules), w.token()
		err := addConfig(ctx, w, w.ada, c, token)
		Expect(ask(ctx, w, w.ada, configByID(c.ID()))).Error().To(failAs(domain.KindNotFound))
		Expect(w.Directory.ByToken(ctx, token)).Error().To(failAs(domain.KindNotFound))
		return err
	})

	It("refuses an id already stored as KindConflict", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		s := w.newConfig(w.ada, plainRules(a)).Snapshot()
		s.ID = c.ID()
		token := w.token()
		Expect(addConfig(ctx, w, w.ada, domain.RestoreWebhookConfig(s), token)).To(failAs(domain.KindConflict))
		Expect(w.Directory.ByToken(ctx, token)).Error().To(failAs(domain.KindNotFound))
	})

	It("refuses a token already stored as KindConflict, another user's too", func(ctx SpecContext) {
		c, token := w.config(ctx, w.ada, w.account(ctx, w.ada))
		for _, caller := range []domain.Principal{w.ada, w.bob} {
			again := w.newConfig(caller, plainRules(w.account(ctx, caller)))
			Expect(addConfig(ctx, w, caller, again, token)).To(failAs(domain.KindConflict))
			Expect(ask(ctx, w, caller, configByID(again.ID()))).Error().To(failAs(domain.KindNotFound))
		}
		reached, err := w.Directory.ByToken(ctx, token)
		Expect(err).NotTo(HaveOccurred())
		Expect(reached.ID()).To(Equal(c.ID()))
	})

	It("lets one of twenty win that add the same token at once", func(ctx SpecContext) {
		a, token := w.account(ctx, w.ada), w.token()
		var won, lost atomic.Int32
		atOnce(writers, func(int) {
			switch err := addConfig(ctx, w, w.ada, w.newConfig(w.ada, plainRules(a)), token); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, domain.KindConflict):
				lost.Add(1)
			}
		})
		Expect(won.Load()).To(BeEquivalentTo(1))
		Expect(lost.Load()).To(BeEquivalentTo(writers - 1))
	})

	It("shares nothing with what it was given", func(ctx SpecContext) {
		c := w.newConfig(w.ada, fullRules(w.account(ctx, w.ada)))
		before := c.Snapshot()
		Expect(addConfig(ctx, w, w.ada, c, w.token())).To(Succeed())
		spoilRules(c.Snapshot().Rules)
		Expect(c.Rename("later", w.mint.now())).To(Succeed())
		after := must(ctx, w, w.ada, configByID(before.ID)).Snapshot()
		Expect(after.Name).To(Equal("momentum"))
		Expect(*after.Rules.Sizing.Value).To(Equal(domain.MustQuantity("1500.25")))
		Expect(*after.Rules.Staleness.EntrySeconds).To(Equal(7))
		Expect(after.Rules).To(sameAs(before.Rules))
	})
}

// spoilRules writes through every pointer rules hold.
func spoilRules(r domain.WebhookRules) {
	*r.Sizing.Value, *r.Staleness.EntrySeconds = domain.MustQuantity("666"), 666
	*r.Risk.MaxOrderQuantity, *r.Risk.MaxPositionQuantity = domain.MustQuantity("666"), domain.MustQuantity("666")
	*r.Risk.MaxOrderNotional, *r.Risk.MaxDailyLoss = domain.MustMoney("666"), domain.MustMoney("666")
	*r.Risk.MaxOpenOrders, *r.Risk.MaxOrdersPerMinute, *r.Staleness.ExitSeconds = 666, 666, 666
	*r.Staleness.MaxPriceDriftPercent, r.Sides[0] = domain.MustQuantity("666"), domain.SideBuy
}

// itChecksRoutes proves what Add and Update say of routes; store stores the
// rules as ada.
func itChecksRoutes(w *world, store func(context.Context, domain.WebhookRules) error) {
	DescribeTable("refuses a route to an account that cannot be used, as KindInvalid with code broker_account_not_found",
		func(ctx SpecContext, target func(context.Context) *domain.BrokerAccount) {
			bad := target(ctx)
			Expect(store(ctx, plainRules(w.account(ctx, w.ada), bad))).To(failWith(domain.KindInvalid, "broker_account_not_found"))
		},
		Entry("missing", func(context.Context) *domain.BrokerAccount { return w.newAccount(w.ada) }),
		Entry("removed", func(ctx context.Context) *domain.BrokerAccount {
			a := w.account(ctx, w.ada)
			w.removeAccount(ctx, w.ada, a.ID())
			return a
		}),
		Entry("another user's", func(ctx context.Context) *domain.BrokerAccount { return w.account(ctx, w.bob) }),
	)
}

func describeConfigByID(w *world) {
	It("gives the present rules", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		revised := w.revise(ctx, w.ada, c.ID(), fullRules(a))
		Expect(must(ctx, w, w.ada, configByID(c.ID())).Snapshot()).To(sameAs(revised.Snapshot()))
	})

	It("gives a config that shares nothing with the stored one", func(ctx SpecContext) {
		c := w.newConfig(w.ada, fullRules(w.account(ctx, w.ada)))
		w.addConfig(ctx, w.ada, c, w.token())
		spoilRules(must(ctx, w, w.ada, configByID(c.ID())).Snapshot().Rules)
		after := must(ctx, w, w.ada, configByID(c.ID())).Snapshot()
		Expect(*after.Rules.Sizing.Value).To(Equal(domain.MustQuantity("1500.25")))
	})

	It("gives the same KindNotFound for a missing one, another user's and a removed one", func(ctx SpecContext) {
		theirs, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		removed, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		w.removeConfig(ctx, w.ada, removed.ID())
		_, missing := ask(ctx, w, w.ada, configByID(newID[domain.WebhookConfig](w.mint)))
		Expect(missing).To(failAs(domain.KindNotFound))
		for _, id := range []domain.WebhookConfigID{theirs.ID(), removed.ID()} {
			_, err := ask(ctx, w, w.ada, configByID(id))
			Expect(err).To(failAs(domain.KindNotFound))
			Expect(err.Error()).To(Equal(missing.Error()))
		}
	})
}

func describeConfigList(w *world) {
	itComesInPages(pagedList{
		more: func(ctx context.Context, n int) []string {
			a := w.account(ctx, w.ada)
			made := make([]string, n)
			for i := range made {
				c, _ := w.config(ctx, w.ada, a)
				made[i] = c.ID().String()
			}
			return made
		},
		page: func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error) {
			return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[string], error) {
				p, err := r.WebhookConfigs.List(ctx, q)
				return idsOf(p, (*domain.WebhookConfig).ID), err
			})
		},
	})

	It("gives the configs that are not removed, with their present rules", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		kept, _ := w.config(ctx, w.ada, a)
		removed, _ := w.config(ctx, w.ada, a)
		w.config(ctx, w.bob, w.account(ctx, w.bob))
		w.removeConfig(ctx, w.ada, removed.ID())
		revised := w.revise(ctx, w.ada, kept.ID(), fullRules(a))
		p := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.WebhookConfig], error) {
			return r.WebhookConfigs.List(ctx, ports.PageRequest{})
		})
		Expect(p.Items).To(HaveLen(1))
		Expect(p.Items[0].Snapshot()).To(sameAs(revised.Snapshot()))
	})
}

func describeUpdateConfig(w *world) {
	It("stores what fn made of the config, and gives it", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		now := w.mint.now()
		updated := w.change(ctx, w.ada, c.ID(), func(c *domain.WebhookConfig) error {
			c.Pause(now)
			return errors.Join(c.Rename(oddName, now), c.Revise(fullRules(a), now))
		})
		stored := must(ctx, w, w.ada, configByID(c.ID())).Snapshot()
		Expect(updated.Snapshot()).To(sameAs(stored))
		Expect(stored.Name).To(Equal(oddName))
		Expect(stored.Status).To(Equal(domain.WebhookPaused))
		Expect(stored.Version).To(Equal(2))
		Expect(stored.Rules).To(sameAs(fullRules(a)))
		Expect(stored.UpdatedAt).To(Equal(now))
		Expect(stored.CreatedAt).To(Equal(c.Snapshot().CreatedAt))
	})

	It("locks the config's row meanwhile: none of twenty writers is lost", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		atOnce(writers, func(int) { w.revise(ctx, w.ada, c.ID(), plainRules(a)) })
		Expect(must(ctx, w, w.ada, configByID(c.ID())).Version()).To(Equal(1 + writers))
	})

	itChecksRoutes(w, func(ctx context.Context, rules domain.WebhookRules) error {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		now := w.mint.now()
		_, err := ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*domain.WebhookConfig, error) {
			return r.WebhookConfigs.Update(ctx, c.ID(), func(c *domain.WebhookConfig) error { return c.Revise(rules, now) })
		})
		Expect(must(ctx, w, w.ada, configByID(c.ID())).Snapshot()).To(sameAs(c.Snapshot()))
		return err
	})

	It("gives an error of fn back unchanged, and nothing is stored", func(ctx SpecContext) {
		a, boom := w.account(ctx, w.ada), errors.New("boom")
		c, _ := w.config(ctx, w.ada, a)
		var err error
		w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			_, err = r.WebhookConfigs.Update(ctx, c.ID(), func(c *domain.WebhookConfig) error {
				Expect(c.Revise(fullRules(a), w.mint.now())).To(Succeed())
				return boom
			})
			return nil
		})
		Expect(err).To(BeIdenticalTo(boom))
		Expect(must(ctx, w, w.ada, configByID(c.ID())).Snapshot()).To(sameAs(c.Snapshot()))
	})

	It("is KindNotFound for a missing config, and fn does not run", func(ctx SpecContext) {
		removed, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		w.removeConfig(ctx, w.ada, removed.ID())
		theirs, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		for _, id := range []domain.WebhookConfigID{newID[domain.WebhookConfig](w.mint), theirs.ID(), removed.ID()} {
			ran := false
			Expect(ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*domain.WebhookConfig, error) {
				return r.WebhookConfigs.Update(ctx, id, func(*domain.WebhookConfig) error {
					ran = true
					return nil
				})
			})).Error().To(failAs(domain.KindNotFound))
			Expect(ran).To(BeFalse())
		}
	})
}

func describeVersions(w *world) {
	versions := func(id domain.WebhookConfigID) func(context.Context, ports.Repositories) ([]*domain.WebhookConfig, error) {
		return func(ctx context.Context, r ports.Repositories) ([]*domain.WebhookConfig, error) {
			return r.WebhookConfigs.Versions(ctx, id)
		}
	}

	It("gives a config in every version it had, newest first, each with the rules it had", func(ctx SpecContext) {
		a, b := w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		w.revise(ctx, w.ada, c.ID(), fullRules(b))
		w.revise(ctx, w.ada, c.ID(), plainRules(b, a))
		had := must(ctx, w, w.ada, versions(c.ID()))
		Expect(had).To(HaveLen(3))
		for i, rules := range []domain.WebhookRules{plainRules(b, a), fullRules(b), plainRules(a)} {
			Expect(had[i].ID()).To(Equal(c.ID()))
			Expect(had[i].Version()).To(Equal(3 - i))
			Expect(had[i].Snapshot().Rules).To(sameAs(rules))
		}
	})

	It("keeps no version where only the name or status changed", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		now := w.mint.now()
		w.change(ctx, w.ada, c.ID(), func(c *domain.WebhookConfig) error {
			c.Pause(now)
			return c.Rename(strings.ToUpper(oddName), now)
		})
		Expect(must(ctx, w, w.ada, versions(c.ID()))).To(HaveLen(1))
	})

	It("keeps the rules of a version though the account they route to is removed since", func(ctx SpecContext) {
		a, b := w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		w.revise(ctx, w.ada, c.ID(), plainRules(b))
		w.removeAccount(ctx, w.ada, a.ID())
		had := must(ctx, w, w.ada, versions(c.ID()))
		Expect(had).To(HaveLen(2))
		Expect(had[1].Snapshot().Rules).To(sameAs(plainRules(a)))
	})

	It("is KindNotFound for a missing config", func(ctx SpecContext) {
		Expect(ask(ctx, w, w.ada, versions(newID[domain.WebhookConfig](w.mint)))).Error().To(failAs(domain.KindNotFound))
	})
}
