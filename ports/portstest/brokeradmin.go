package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeBrokerAdmin proves ports.BrokerAdmin.
func DescribeBrokerAdmin(name string, h ApplicationHarness) bool {
	return describeApplication(name+" as a BrokerAdmin", h, func(a *house) {
		stored := func(ctx context.Context, owner domain.Principal) []*domain.BrokerAccount {
			GinkgoHelper()
			return read(ctx, a, owner, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.BrokerAccount], error) {
				return r.BrokerAccounts.List(ctx, ports.PageRequest{})
			}).Items
		}
		// notFound expects the same KindNotFound for a missing account, another
		// user's and a removed one.
		notFound := func(ctx context.Context, call func(id domain.BrokerAccountID) error) {
			GinkgoHelper()
			theirs, removed := a.account(ctx, a.bob), a.account(ctx, a.ada)
			Expect(a.Brokers.RemoveAccount(ctx, a.ada, removed.ID())).To(Succeed())
			sameNotFound(
				func() error { return call(newID[domain.BrokerAccount](a.mint)) },
				func() error { return call(theirs.ID()) },
				func() error { return call(removed.ID()) })
		}

		Describe("OpenAccount", func() {
			It("stores a new account", func(ctx SpecContext) {
				account, err := a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount(oddName), unmarked())
				Expect(err).NotTo(HaveOccurred())
				Expect(account.UserID()).To(Equal(a.ada.UserID))
				all := stored(ctx, a.ada)
				Expect(all).To(HaveLen(1))
				Expect(all[0].Snapshot()).To(sameAs(account.Snapshot()))
			})

			It("is KindInvalid for what domain.NewBrokerAccount refuses", func(ctx SpecContext) {
				n := newPaperAccount(" ")
				n.Kind = "nobody"
				_, err := a.Brokers.OpenAccount(ctx, a.ada, n, unmarked())
				Expect(err).To(failAs(domain.KindInvalid))
				Expect(reasonsOf(err)).To(HaveLen(2), "every fault at once")
				Expect(stored(ctx, a.ada)).To(BeEmpty())
			})

			It("does nothing more when the same request is sent again", func(ctx SpecContext) {
				once := a.marked()
				first, err := a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount("one"), once)
				Expect(err).NotTo(HaveOccurred())
				again, err := a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount("one"), once)
				Expect(err).NotTo(HaveOccurred())
				Expect(again.Snapshot()).To(sameAs(first.Snapshot()))
				Expect(stored(ctx, a.ada)).To(HaveLen(1))
			})

			It("makes one account of twenty equal requests at once", func(ctx SpecContext) {
				once := a.marked()
				atOnce(writers, func(int) {
					Expect(a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount("one"), once)).Error().NotTo(HaveOccurred())
				})
				Expect(stored(ctx, a.ada)).To(HaveLen(1))
			})

			It("is KindConflict with code idempotency_key_reused for another request with the same key", func(ctx SpecContext) {
				once := a.marked()
				Expect(a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount("one"), once)).Error().NotTo(HaveOccurred())
				Expect(a.Brokers.OpenAccount(ctx, a.ada, newPaperAccount("two"), reused(once))).Error().
					To(failWith(domain.KindConflict, "idempotency_key_reused"))
				Expect(stored(ctx, a.ada)).To(HaveLen(1))
			})

			It("marks nothing with an empty key", func(ctx SpecContext) {
				a.account(ctx, a.ada)
				a.account(ctx, a.ada)
				Expect(stored(ctx, a.ada)).To(HaveLen(2))
			})
		})

		Describe("RenameAccount", func() {
			It("gives an account another name", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				renamed, err := a.Brokers.RenameAccount(ctx, a.ada, account.ID(), oddName, unmarked())
				Expect(err).NotTo(HaveOccurred())
				Expect(renamed.Snapshot().Name).To(Equal(oddName))
				Expect(stored(ctx, a.ada)[0].Snapshot()).To(sameAs(renamed.Snapshot()))
			})

			It("does nothing more when the same request is sent again", func(ctx SpecContext) {
				account, once := a.account(ctx, a.ada), a.marked()
				for _, name := range []string{"one", "between"} {
					i := once
					if name == "between" {
						i = unmarked()
					}
					Expect(a.Brokers.RenameAccount(ctx, a.ada, account.ID(), name, i)).Error().NotTo(HaveOccurred())
				}
				again, err := a.Brokers.RenameAccount(ctx, a.ada, account.ID(), "one", once)
				Expect(err).NotTo(HaveOccurred())
				Expect(again.Snapshot().Name).To(Equal("between"))
			})

			It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
				notFound(ctx, func(id domain.BrokerAccountID) error {
					_, err := a.Brokers.RenameAccount(ctx, a.ada, id, "taken", unmarked())
					return err
				})
			})
		})

		Describe("RemoveAccount", func() {
			It("closes an account; removing it again is KindNotFound", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(Succeed())
				Expect(stored(ctx, a.ada)).To(BeEmpty())
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(failAs(domain.KindNotFound))
			})

			It("is a conflict while a webhook routes to it", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				hook := a.webhook(ctx, a.ada, account)
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(failAs(domain.KindConflict))
				Expect(a.Webhooks.RemoveWebhook(ctx, a.ada, hook.Config.ID())).To(Succeed())
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(Succeed())
			})

			It("is a conflict while orders are open", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				elsewhere := a.account(ctx, a.ada)
				hook := a.webhook(ctx, a.ada, account)
				o := a.resting(ctx, a.ada, hook.Token)
				_, err := a.Webhooks.ChangeWebhook(ctx, a.ada, hook.Config.ID(), ports.WebhookChange{
					Revise: func(domain.WebhookRules) (domain.WebhookRules, error) { return plainRules(elsewhere), nil },
				}, unmarked())
				Expect(err).NotTo(HaveOccurred())
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(failWith(domain.KindConflict, "orders_open"))
				Expect(a.Desk.CancelOrder(ctx, a.ada, o.ID())).Error().NotTo(HaveOccurred())
				Expect(a.Brokers.RemoveAccount(ctx, a.ada, account.ID())).To(Succeed())
			})

			It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
				notFound(ctx, func(id domain.BrokerAccountID) error { return a.Brokers.RemoveAccount(ctx, a.ada, id) })
			})
		})

		Describe("CheckAccount", func() {
			It("asks the broker for the account's summary", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				hook := a.webhook(ctx, a.ada, account)
				a.send(ctx, hook.Token, buyTen)
				a.drain(ctx)
				summary, err := a.Brokers.CheckAccount(ctx, a.ada, account.ID())
				Expect(err).NotTo(HaveOccurred())
				Expect(summary.Cash).To(sameAs(domain.MustMoney("99000")))
				Expect(summary.Positions).To(HaveExactElements(HaveField("Position.Quantity", sameAs(domain.MustNet("10")))))
			})

			It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
				notFound(ctx, func(id domain.BrokerAccountID) error {
					_, err := a.Brokers.CheckAccount(ctx, a.ada, id)
					return err
				})
			})
		})

		Describe("PushQuote", func() {
			quote := func(price string) ports.Quote {
				return ports.Quote{Symbol: "AAPL", LastPrice: new(domain.MustPrice(price))}
			}

			It("tells a paper account what a symbol trades at, and records the fills that follow before it returns", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				o := a.resting(ctx, a.ada, a.webhook(ctx, a.ada, account).Token)
				Expect(a.Brokers.PushQuote(ctx, a.ada, account.ID(), quote("95"))).To(Succeed())
				Expect(a.only(ctx, a.ada).Status()).To(Equal(o.Status()))
				Expect(a.Brokers.PushQuote(ctx, a.ada, account.ID(), quote("89.5"))).To(Succeed())
				filled := a.only(ctx, a.ada)
				Expect(filled.Status()).To(Equal(domain.StatusFilled))
				Expect(filled.AverageFillPrice()).To(HaveValue(sameAs(domain.MustPrice("89.5"))))
			})

			It("is KindInvalid for a quote without a price", func(ctx SpecContext) {
				account := a.account(ctx, a.ada)
				Expect(a.Brokers.PushQuote(ctx, a.ada, account.ID(), ports.Quote{Symbol: "AAPL"})).To(failAs(domain.KindInvalid))
			})

			It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
				notFound(ctx, func(id domain.BrokerAccountID) error { return a.Brokers.PushQuote(ctx, a.ada, id, quote("1")) })
			})
		})
	})
}
