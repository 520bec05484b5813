package portstest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeCredentials proves ports.CredentialRepository and ports.AccountCare over
// the same rows; it needs the storage's Care.
func DescribeCredentials(name string, h StorageHarness) bool {
	return describeStorage(name+" as a CredentialRepository and AccountCare", h, func(w *world) {
		keep := func(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, version int, sealed string) error {
			return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
				return r.Credentials.Keep(ctx, id, version, []byte(sealed))
			})
		}
		sealed := func(ctx context.Context, id domain.BrokerAccountID) string {
			GinkgoHelper()
			_, s, err := w.Care.Sealed(ctx, id)
			Expect(err).NotTo(HaveOccurred())
			return string(s)
		}
		known := func(ctx context.Context, id domain.BrokerAccountID) domain.BrokerAccountSnapshot {
			GinkgoHelper()
			return must(ctx, w, w.ada, accountByID(id)).Snapshot()
		}
		trouble := func() *domain.AccountTrouble {
			now := w.mint.now()
			return &domain.AccountTrouble{Code: ports.CodeCredentialsRefused, Message: "give it others", Since: now, RetryAt: now.Add(time.Minute)}
		}

		Describe("Keep", func() {
			It("stores credentials of a version in place of the former, and the account counts that version", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				for version, word := range []string{"one", "two"} {
					Expect(keep(ctx, w.ada, a.ID(), version+1, word)).To(Succeed())
					Expect(sealed(ctx, a.ID())).To(Equal(word))
					Expect(known(ctx, a.ID()).CredentialsVersion).To(Equal(version + 1))
					kept, _, err := w.Care.Sealed(ctx, a.ID())
					Expect(err).NotTo(HaveOccurred())
					Expect(kept).To(Equal(version + 1))
				}
				account, err := w.Ledger.Account(ctx, a.ID())
				Expect(err).NotTo(HaveOccurred())
				Expect(account.Snapshot()).To(sameAs(known(ctx, a.ID())), "and whoever trades knows it")
			})

			It("ends what trouble the account has", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				Expect(w.Care.Mark(ctx, a.ID(), 0, trouble())).To(Succeed())
				Expect(keep(ctx, w.ada, a.ID(), 1, "one")).To(Succeed())
				Expect(known(ctx, a.ID()).Trouble).To(BeNil())
			})

			It("is KindConflict with code credentials_changed for a version that is not the next, and one of twenty wins", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				for _, version := range []int{0, 2} {
					Expect(keep(ctx, w.ada, a.ID(), version, "x")).To(failWith(domain.KindConflict, "credentials_changed"))
				}
				var won atomic.Int32
				atOnce(writers, func(int) {
					if err := keep(ctx, w.ada, a.ID(), 1, "one"); err == nil {
						won.Add(1)
					} else {
						Expect(err).To(failWith(domain.KindConflict, "credentials_changed"))
					}
				})
				Expect(won.Load()).To(BeEquivalentTo(1))
			})

			It("is the same KindNotFound for a missing account and another user's", func(ctx SpecContext) {
				theirs := w.account(ctx, w.bob)
				sameNotFound(
					func() error { return keep(ctx, w.ada, newID[domain.BrokerAccount](w.mint), 1, "x") },
					func() error { return keep(ctx, w.ada, theirs.ID(), 1, "x") })
			})

			It("is undone with the rest of its work", func(ctx SpecContext) {
				a, changed := w.account(ctx, w.ada), errors.New("changed my mind")
				Expect(w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
					Expect(r.Credentials.Keep(ctx, a.ID(), 1, []byte("one"))).To(Succeed())
					return changed
				})).To(MatchError(changed))
				_, _, err := w.Care.Sealed(ctx, a.ID())
				Expect(err).To(failAs(domain.KindNotFound))
				Expect(known(ctx, a.ID()).CredentialsVersion).To(BeZero())
			})
		})

		Describe("Forget", func() {
			forget := func(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) error {
				return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
					return r.Credentials.Forget(ctx, id)
				})
			}

			It("deletes an account's credentials, and leaves one that has none", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				Expect(forget(ctx, w.ada, a.ID())).To(Succeed())
				Expect(keep(ctx, w.ada, a.ID(), 1, "one")).To(Succeed())
				Expect(forget(ctx, w.ada, a.ID())).To(Succeed())
				_, _, err := w.Care.Sealed(ctx, a.ID())
				Expect(err).To(failAs(domain.KindNotFound))
			})

			It("touches nobody else's", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				Expect(keep(ctx, w.ada, a.ID(), 1, "one")).To(Succeed())
				Expect(forget(ctx, w.bob, a.ID())).To(Succeed())
				Expect(sealed(ctx, a.ID())).To(Equal("one"))
			})
		})

		Describe("Mark", func() {
			It("writes down what trouble an account has, for its owner and for whoever trades, and takes it away", func(ctx SpecContext) {
				a, mark := w.account(ctx, w.ada), trouble()
				Expect(w.Care.Mark(ctx, a.ID(), 0, mark)).To(Succeed())
				Expect(known(ctx, a.ID()).Trouble).To(HaveValue(Equal(*mark)))
				account, err := w.Ledger.Account(ctx, a.ID())
				Expect(err).NotTo(HaveOccurred())
				Expect(account.Trouble()).To(HaveValue(Equal(*mark)))
				Expect(w.Care.Mark(ctx, a.ID(), 0, nil)).To(Succeed())
				Expect(known(ctx, a.ID()).Trouble).To(BeNil())
			})

			It("does nothing where the account has other credentials by now", func(ctx SpecContext) {
				a := w.account(ctx, w.ada)
				Expect(keep(ctx, w.ada, a.ID(), 1, "one")).To(Succeed())
				Expect(w.Care.Mark(ctx, a.ID(), 0, trouble())).To(Succeed())
				Expect(known(ctx, a.ID()).Trouble).To(BeNil())
			})
		})
	})
}
