package portstest

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeBrokerAccountRepository proves ports.BrokerAccountRepository.
func DescribeBrokerAccountRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as a BrokerAccountRepository", h, func(w *world) {
		Describe("Add", func() { describeAddAccount(w) })
		Describe("ByID", func() { describeAccountByID(w) })
		Describe("List", func() { describeAccountList(w) })
		Describe("Update", func() { describeUpdateAccount(w) })
		Describe("Usage", func() { describeUsage(w) })
	})
}

func describeAddAccount(w *world) {
	add := func(ctx context.Context, caller domain.Principal, a *domain.BrokerAccount) error {
		return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error { return r.BrokerAccounts.Add(ctx, a) })
	}

	DescribeTable("stores a new account as it is", func(ctx SpecContext, edit func(*domain.BrokerAccountSnapshot)) {
		a := w.newAccount(w.ada, edit)
		Expect(add(ctx, w.ada, a)).To(Succeed())
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(a.Snapshot()))
	},
		Entry("plain", func(*domain.BrokerAccountSnapshot) {}),
		Entry("with an odd name", func(s *domain.BrokerAccountSnapshot) { s.Name = oddName }),
		Entry("with the longest name", func(s *domain.BrokerAccountSnapshot) { s.Name = strings.Repeat("日", 100) }),
		Entry("with the widest number", func(s *domain.BrokerAccountSnapshot) { s.Paper.Cash = domain.MustMoney(widest) }),
		Entry("with the smallest number", func(s *domain.BrokerAccountSnapshot) { s.Paper.Cash = domain.MustMoney(smallest) }),
		Entry("at Alpaca", func(s *domain.BrokerAccountSnapshot) {
			s.Kind, s.Paper = domain.BrokerKindAlpaca, domain.PaperSettings{}
			s.Alpaca = domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "https://broker.example"}
		}),
		Entry("with no cash", func(s *domain.BrokerAccountSnapshot) { s.Paper.Cash = domain.Money{} }),
		Entry("to the microsecond", func(s *domain.BrokerAccountSnapshot) {
			s.CreatedAt = time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC)
		}),
		Entry("at the end of time", func(s *domain.BrokerAccountSnapshot) {
			s.CreatedAt = time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
		}),
	)

	It("refuses an id already stored as KindConflict, another user's too", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		for _, caller := range []domain.Principal{w.ada, w.bob} {
			again := w.newAccount(caller, func(s *domain.BrokerAccountSnapshot) { s.ID, s.Name = a.ID(), "other" })
			Expect(add(ctx, caller, again)).To(failAs(domain.KindConflict))
		}
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(a.Snapshot()))
	})

	It("lets one of twenty win that add the same id at once", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		var won, lost atomic.Int32
		atOnce(writers, func(int) {
			switch err := add(ctx, w.ada, a); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, domain.KindConflict):
				lost.Add(1)
			}
		})
		Expect(won.Load()).To(BeEquivalentTo(1))
		Expect(lost.Load()).To(BeEquivalentTo(writers - 1))
	})

	It("refuses a NUL character as KindInvalid", func(ctx SpecContext) {
		s := w.newAccount(w.ada).Snapshot()
		s.Name = nulName
		Expect(add(ctx, w.ada, domain.RestoreBrokerAccount(s))).To(failAs(domain.KindInvalid))
		Expect(ask(ctx, w, w.ada, accountByID(s.ID))).Error().To(failAs(domain.KindNotFound))
	})

	It("shares nothing with what it was given", func(ctx SpecContext) {
		a := w.newAccount(w.ada)
		before := a.Snapshot()
		Expect(add(ctx, w.ada, a)).To(Succeed())
		Expect(a.Rename("later", w.mint.now())).To(Succeed())
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(before))
	})
}

func describeAccountByID(w *world) {
	It("gives an account that shares nothing with the stored one", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		read := must(ctx, w, w.ada, accountByID(a.ID()))
		Expect(read.Rename("mine alone", w.mint.now())).To(Succeed())
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(a.Snapshot()))
	})

	It("gives the same KindNotFound for a missing one, another user's and a removed one", func(ctx SpecContext) {
		theirs, removed := w.account(ctx, w.bob), w.account(ctx, w.ada)
		w.removeAccount(ctx, w.ada, removed.ID())
		_, missing := ask(ctx, w, w.ada, accountByID(newID[domain.BrokerAccount](w.mint)))
		Expect(missing).To(failAs(domain.KindNotFound))
		for _, id := range []domain.BrokerAccountID{theirs.ID(), removed.ID()} {
			_, err := ask(ctx, w, w.ada, accountByID(id))
			Expect(err).To(failAs(domain.KindNotFound))
			Expect(err.Error()).To(Equal(missing.Error()))
		}
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		Expect(ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*domain.BrokerAccount, error) {
			return r.BrokerAccounts.ByID(ended(ctx), a.ID())
		})).Error().To(MatchError(context.Canceled))
	})
}

func describeAccountList(w *world) {
	list := func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error) {
		return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[string], error) {
			p, err := r.BrokerAccounts.List(ctx, q)
			return idsOf(p, (*domain.BrokerAccount).ID), err
		})
	}

	itComesInPages(pagedList{
		more: func(ctx context.Context, n int) []string {
			made := make([]string, n)
			for i := range made {
				made[i] = w.account(ctx, w.ada).ID().String()
			}
			return made
		},
		page: list,
	})

	It("gives up to 500", func(ctx SpecContext) {
		accounts := make([]*domain.BrokerAccount, ports.MaxPageLimit+1)
		for i := range accounts {
			accounts[i] = w.newAccount(w.ada)
		}
		w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			var errs error
			for _, a := range accounts {
				errs = errors.Join(errs, r.BrokerAccounts.Add(ctx, a))
			}
			return errs
		})
		p, err := list(ctx, ports.PageRequest{Limit: ports.MaxPageLimit})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Items).To(HaveLen(ports.MaxPageLimit))
		Expect(p.Next).NotTo(BeEmpty())
	})

	It("gives the accounts that are not removed, the caller's alone", func(ctx SpecContext) {
		kept, removed := w.account(ctx, w.ada), w.account(ctx, w.ada)
		w.account(ctx, w.bob)
		w.removeAccount(ctx, w.ada, removed.ID())
		p := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.BrokerAccount], error) {
			return r.BrokerAccounts.List(ctx, ports.PageRequest{})
		})
		Expect(p.Items).To(HaveLen(1))
		Expect(p.Items[0].Snapshot()).To(sameAs(kept.Snapshot()))
	})
}

func describeUpdateAccount(w *world) {
	update := func(id domain.BrokerAccountID, fn func(*domain.BrokerAccount) error) func(context.Context, ports.Repositories) (*domain.BrokerAccount, error) {
		return func(ctx context.Context, r ports.Repositories) (*domain.BrokerAccount, error) {
			return r.BrokerAccounts.Update(ctx, id, fn)
		}
	}

	It("stores what fn made of the account, and gives it", func(ctx SpecContext) {
		a, now := w.account(ctx, w.ada), w.mint.now()
		updated := must(ctx, w, w.ada, update(a.ID(), func(a *domain.BrokerAccount) error { return a.Rename(oddName, now) }))
		stored := must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()
		Expect(updated.Snapshot()).To(sameAs(stored))
		Expect(stored.Name).To(Equal(oddName))
		Expect(stored.UpdatedAt).To(Equal(now))
		Expect(stored.CreatedAt).To(Equal(a.Snapshot().CreatedAt))
		Expect(stored.Paper).To(sameAs(a.Snapshot().Paper))
	})

	It("locks the account's row meanwhile: none of twenty writers is lost", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		atOnce(writers, func(int) {
			Expect(ask(ctx, w, w.ada, update(a.ID(), func(a *domain.BrokerAccount) error {
				return a.Rename(a.Snapshot().Name+"+", w.mint.now())
			}))).Error().NotTo(HaveOccurred())
		})
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot().Name).To(Equal("paper" + strings.Repeat("+", writers)))
	})

	It("gives an error of fn back unchanged, and nothing is stored", func(ctx SpecContext) {
		a, boom := w.account(ctx, w.ada), errors.New("boom")
		var err error
		w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			_, err = r.BrokerAccounts.Update(ctx, a.ID(), func(a *domain.BrokerAccount) error {
				Expect(a.Rename("half", w.mint.now())).To(Succeed())
				return boom
			})
			return nil
		})
		Expect(err).To(BeIdenticalTo(boom))
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot()).To(sameAs(a.Snapshot()))
	})

	It("is KindNotFound for a missing account, and fn does not run", func(ctx SpecContext) {
		removed := w.account(ctx, w.ada)
		w.removeAccount(ctx, w.ada, removed.ID())
		for _, id := range []domain.BrokerAccountID{newID[domain.BrokerAccount](w.mint), w.account(ctx, w.bob).ID(), removed.ID()} {
			ran := false
			Expect(ask(ctx, w, w.ada, update(id, func(*domain.BrokerAccount) error {
				ran = true
				return nil
			}))).Error().To(failAs(domain.KindNotFound))
			Expect(ran).To(BeFalse())
		}
	})

	It("shares nothing with what fn was given or what it gave", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		var leaked *domain.BrokerAccount
		given := must(ctx, w, w.ada, update(a.ID(), func(a *domain.BrokerAccount) error {
			leaked = a
			return a.Rename("kept", w.mint.now())
		}))
		Expect(leaked.Rename("lost", w.mint.now())).To(Succeed())
		Expect(given.Rename("lost", w.mint.now())).To(Succeed())
		Expect(must(ctx, w, w.ada, accountByID(a.ID())).Snapshot().Name).To(Equal("kept"))
	})
}

func describeUsage(w *world) {
	type usage struct{ orders, routes int }
	of := func(ctx context.Context, id domain.BrokerAccountID) usage {
		GinkgoHelper()
		return must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (usage, error) {
			orders, routes, err := r.BrokerAccounts.Usage(ctx, id)
			return usage{orders, routes}, err
		})
	}

	It("counts nothing for an account nobody uses", func(ctx SpecContext) {
		a, other := w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, other)
		w.working(ctx, c, "AAPL")
		Expect(of(ctx, a.ID())).To(Equal(usage{}))
	})

	It("counts the webhook configs that route to it, by their present rules and not removed", func(ctx SpecContext) {
		a, other := w.account(ctx, w.ada), w.account(ctx, w.ada)
		w.config(ctx, w.ada, a)
		w.config(ctx, w.ada, other, a)
		rerouted, _ := w.config(ctx, w.ada, a)
		w.revise(ctx, w.ada, rerouted.ID(), plainRules(other))
		removed, _ := w.config(ctx, w.ada, a)
		w.removeConfig(ctx, w.ada, removed.ID())
		Expect(of(ctx, a.ID())).To(Equal(usage{routes: 2}))
	})

	It("counts the account's working or unsettled orders", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		t := w.placed(ctx, c, "AAPL")
		Expect(of(ctx, a.ID()).orders).To(Equal(1), "in flight")
		w.record(ctx, t.order.ID(), w.ambiguous())
		Expect(of(ctx, a.ID()).orders).To(Equal(1), "unknown")
		w.record(ctx, t.order.ID(), w.acknowledged(t.order))
		Expect(of(ctx, a.ID()).orders).To(Equal(1), "working")
		w.working(ctx, c, "MSFT")
		Expect(of(ctx, a.ID()).orders).To(Equal(2))
		w.record(ctx, t.order.ID(), w.canceled())
		Expect(of(ctx, a.ID()).orders).To(Equal(1), "canceled")
	})
}
