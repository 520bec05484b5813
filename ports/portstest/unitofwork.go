package portstest

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribeUnitOfWork proves ports.UnitOfWork.
func DescribeUnitOfWork(name string, h StorageHarness) bool {
	return describeStorage(name+" as a UnitOfWork", h, func(w *world) {
		Describe("Do", func() { describeDo(w) })
		Describe("repositories that see and change only what the caller owns", func() { describeOwnership(w) })
	})
}

func describeDo(w *world) {
	It("keeps what fn changed as a whole when fn gives nil", func(ctx SpecContext) {
		a, token := w.newAccount(w.ada), w.token()
		c := w.newConfig(w.ada, plainRules(a))
		w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			return errors.Join(r.BrokerAccounts.Add(ctx, a), r.WebhookConfigs.Add(ctx, c, token))
		})
		Expect(ask(ctx, w, w.ada, accountByID(a.ID()))).NotTo(BeNil())
		Expect(ask(ctx, w, w.ada, configByID(c.ID()))).NotTo(BeNil())
	})

	It("lets fn see what it changed", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		seen := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*domain.BrokerAccount, error) {
			if err := r.BrokerAccounts.Add(ctx, a); err != nil {
				return nil, err
			}
			return r.BrokerAccounts.ByID(ctx, a.ID())
		})
		Expect(seen.ID()).To(Equal(a.ID()))
	})

	It("keeps nothing when fn gives an error, and gives it back unchanged", func(ctx SpecContext) {
		kept := w.account(ctx, w.ada)
		a, token, boom := w.newAccount(w.ada), w.token(), errors.New("boom")
		c := w.newConfig(w.ada, plainRules(a))
		err := w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			_, begun := r.Requests.Begin(ctx, "key", [32]byte{1})
			_, renamed := r.BrokerAccounts.Update(ctx, kept.ID(), func(a *domain.BrokerAccount) error { return a.Rename("other", w.mint.now()) })
			if err := errors.Join(begun, renamed, r.Requests.Finish(ctx, "key", "id"), r.BrokerAccounts.Add(ctx, a), r.WebhookConfigs.Add(ctx, c, token)); err != nil {
				return err
			}
			return boom
		})
		Expect(err).To(BeIdenticalTo(boom))
		expectNothingKept(ctx, w, a.ID(), c.ID(), token, kept)
	})

	It("keeps nothing when fn panics", func(ctx SpecContext) {
		kept := w.account(ctx, w.ada)
		a, token := w.newAccount(w.ada), w.token()
		c := w.newConfig(w.ada, plainRules(a))
		Expect(func() {
			_ = w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
				Expect(errors.Join(r.BrokerAccounts.Add(ctx, a), r.WebhookConfigs.Add(ctx, c, token))).To(Succeed())
				panic("boom")
			})
		}).To(PanicWith("boom"))
		expectNothingKept(ctx, w, a.ID(), c.ID(), token, kept)
	})

	It("refuses a caller without a user id as KindUnauthenticated, and fn does not run", func(ctx SpecContext) {
		ran := false
		err := w.UnitOfWork.Do(ctx, domain.Principal{Operator: true}, func(context.Context, ports.Repositories) error {
			ran = true
			return nil
		})
		Expect(err).To(failAs(domain.KindUnauthenticated))
		Expect(ran).To(BeFalse())
	})

	It("gives repositories that are valid only inside it", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		var leaked ports.Repositories
		w.do(ctx, w.ada, func(_ context.Context, r ports.Repositories) error {
			leaked = r
			return nil
		})
		Expect(leaked.BrokerAccounts.Add(ctx, a)).NotTo(Succeed())
		Expect(ask(ctx, w, w.ada, accountByID(a.ID()))).Error().To(failAs(domain.KindNotFound))
	})

	It("is safe for concurrent use", func(ctx SpecContext) {
		atOnce(writers, func(int) { w.account(ctx, w.ada) })
		all := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.BrokerAccount], error) {
			return r.BrokerAccounts.List(ctx, ports.PageRequest{})
		})
		Expect(all.Items).To(HaveLen(writers))
	})

	It("gives an error that wraps context.Canceled when the context ended first, and fn does not run", func(ctx SpecContext) {
		ran := false
		err := w.UnitOfWork.Do(ended(ctx), w.ada, func(context.Context, ports.Repositories) error {
			ran = true
			return nil
		})
		Expect(err).To(MatchError(context.Canceled))
		Expect(ran).To(BeFalse())
	})

	It("keeps nothing when the context ends before fn does", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		within, cancel := context.WithCancel(ctx)
		defer cancel()
		err := w.UnitOfWork.Do(within, w.ada, func(ctx context.Context, r ports.Repositories) error {
			if err := r.BrokerAccounts.Add(ctx, a); err != nil {
				return err
			}
			cancel()
			return nil
		})
		Expect(err).To(MatchError(context.Canceled))
		Expect(ask(ctx, w, w.ada, accountByID(a.ID()))).Error().To(failAs(domain.KindNotFound))
	})

	It("reaches the same rows through a second handle", func(ctx SpecContext) {
		second := w.again(ctx)
		a, b := w.account(ctx, w.ada), second.account(ctx, w.ada)
		Expect(ask(ctx, second, w.ada, accountByID(a.ID()))).NotTo(BeNil())
		Expect(ask(ctx, w, w.ada, accountByID(b.ID()))).NotTo(BeNil())
	})

	It("is KindUnavailable once the storage is closed", func(ctx SpecContext) {
		w.close()
		Expect(ask(ctx, w, w.ada, accountByID(newID[domain.BrokerAccount](w.mint)))).Error().To(failAs(domain.KindUnavailable))
	})
}

func expectNothingKept(ctx context.Context, w *world, a domain.BrokerAccountID, c domain.WebhookConfigID, token ports.TokenHash, kept *domain.BrokerAccount) {
	GinkgoHelper()
	Expect(ask(ctx, w, w.ada, accountByID(a))).Error().To(failAs(domain.KindNotFound))
	Expect(ask(ctx, w, w.ada, configByID(c))).Error().To(failAs(domain.KindNotFound))
	Expect(w.Directory.ByToken(ctx, token)).Error().To(failAs(domain.KindNotFound))
	Expect(must(ctx, w, w.ada, accountByID(kept.ID())).Snapshot()).To(sameAs(kept.Snapshot()))
	Expect(must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*string, error) {
		return r.Requests.Begin(ctx, "key", [32]byte{2})
	})).To(BeNil(), "the key is free")
}

// describeOwnership lets ada own one of everything and bob look for it.
func describeOwnership(w *world) {
	var (
		account *domain.BrokerAccount
		config  *domain.WebhookConfig
		t       trade
	)
	BeforeEach(func(ctx SpecContext) {
		account = w.account(ctx, w.ada)
		config, _ = w.config(ctx, w.ada, account)
		Expect(w.appendAll(ctx, w.refusedAlert(config))).To(HaveExactElements(beStored()))
		t = w.working(ctx, config, "AAPL")
		w.record(ctx, t.order.ID(), w.fill(1, "10", "100"))
	})

	type look struct {
		// do looks for ada's row, or touches it, and gives what was found.
		do func(context.Context, ports.Repositories) (any, error)
		// empty is set where nothing is found rather than KindNotFound.
		empty bool
	}
	first := ports.PageRequest{}
	DescribeTable("do not show or change another's", func(ctx SpecContext, l look) {
		check := func(caller domain.Principal) {
			GinkgoHelper()
			found, err := ask(ctx, w, caller, l.do)
			if l.empty {
				Expect(err).NotTo(HaveOccurred())
				Expect(found).To(BeEmpty())
				return
			}
			Expect(err).To(failAs(domain.KindNotFound))
		}
		check(w.bob)
		check(domain.Principal{UserID: w.bob.UserID, Operator: true})
		Expect(must(ctx, w, w.ada, accountByID(account.ID())).Snapshot()).To(sameAs(account.Snapshot()))
		Expect(must(ctx, w, w.ada, configByID(config.ID())).Snapshot()).To(sameAs(config.Snapshot()))
	},
		Entry("account", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.BrokerAccounts.ByID(ctx, account.ID())
		}}),
		Entry("list of accounts", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			page, err := r.BrokerAccounts.List(ctx, first)
			return page.Items, err
		}}),
		Entry("account that is updated", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.BrokerAccounts.Update(ctx, account.ID(), func(a *domain.BrokerAccount) error { return a.Rename("taken", w.mint.now()) })
		}}),
		Entry("account's usage", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			_, _, err := r.BrokerAccounts.Usage(ctx, account.ID())
			return nil, err
		}}),
		Entry("config", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.WebhookConfigs.ByID(ctx, config.ID())
		}}),
		Entry("list of configs", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			page, err := r.WebhookConfigs.List(ctx, first)
			return page.Items, err
		}}),
		Entry("config's versions", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.WebhookConfigs.Versions(ctx, config.ID())
		}}),
		Entry("config that is updated", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.WebhookConfigs.Update(ctx, config.ID(), func(c *domain.WebhookConfig) error { return c.Rename("taken", w.mint.now()) })
		}}),
		Entry("config that is given a token", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return nil, r.WebhookConfigs.AddToken(ctx, config.ID(), w.token(), 0)
		}}),
		Entry("config's open orders", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.WebhookConfigs.OpenOrders(ctx, config.ID())
		}}),
		Entry("config's refusals", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.WebhookConfigs.Refusals(ctx, config.ID(), first)
		}}),
		Entry("signal", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.Signals.ByID(ctx, t.signal.ID)
		}}),
		Entry("list of signals", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			page, err := r.Signals.List(ctx, ports.SignalQuery{WebhookConfigID: pointer(config.ID())})
			return page.Items, err
		}}),
		Entry("order", look{do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.Orders.ByID(ctx, t.order.ID())
		}}),
		Entry("list of orders", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			page, err := r.Orders.List(ctx, ports.OrderQuery{SignalID: &t.signal.ID})
			return page.Items, err
		}}),
		Entry("list of account positions", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.Positions.List(ctx, ports.PositionsByAccount)
		}}),
		Entry("list of webhook positions", look{empty: true, do: func(ctx context.Context, r ports.Repositories) (any, error) {
			return r.Positions.List(ctx, ports.PositionsByWebhook)
		}}),
	)

	It("keep the keys of two callers apart", func(ctx SpecContext) {
		w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			_, err := r.Requests.Begin(ctx, "key", [32]byte{1})
			return errors.Join(err, r.Requests.Finish(ctx, "key", "hers"))
		})
		Expect(must(ctx, w, w.bob, func(ctx context.Context, r ports.Repositories) (*string, error) {
			return r.Requests.Begin(ctx, "key", [32]byte{2})
		})).To(BeNil())
	})

	It("do not add for another", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		c, token := w.newConfig(w.ada, plainRules(account)), w.token()
		Expect(w.UnitOfWork.Do(ctx, w.bob, func(ctx context.Context, r ports.Repositories) error {
			return r.BrokerAccounts.Add(ctx, a)
		})).To(failAs(domain.KindForbidden))
		Expect(w.UnitOfWork.Do(ctx, w.bob, func(ctx context.Context, r ports.Repositories) error {
			return r.WebhookConfigs.Add(ctx, c, token)
		})).NotTo(Succeed())
		Expect(ask(ctx, w, w.ada, accountByID(a.ID()))).Error().To(failAs(domain.KindNotFound))
		Expect(ask(ctx, w, w.ada, configByID(c.ID()))).Error().To(failAs(domain.KindNotFound))
		Expect(w.Directory.ByToken(ctx, token)).Error().To(failAs(domain.KindNotFound))
	})
}
