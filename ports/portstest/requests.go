package portstest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribeRequestRepository proves ports.RequestRepository.
func DescribeRequestRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as a RequestRepository", h, func(w *world) {
		const key = "a key of O'Neil"
		fingerprint := [32]byte{1}

		begin := func(ctx context.Context, key string, fingerprint [32]byte) (*string, error) {
			return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (*string, error) {
				return r.Requests.Begin(ctx, key, fingerprint)
			})
		}
		complete := func(ctx context.Context, key, id string) {
			GinkgoHelper()
			w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
				_, err := r.Requests.Begin(ctx, key, fingerprint)
				return errors.Join(err, r.Requests.Finish(ctx, key, id))
			})
		}

		It("gives nil for the first claim", func(ctx SpecContext) {
			Expect(begin(ctx, key, fingerprint)).To(BeNil())
		})

		It("gives the id Finish stored for a later claim with the same fingerprint", func(ctx SpecContext) {
			complete(ctx, key, "the resource")
			Expect(begin(ctx, key, fingerprint)).To(HaveValue(Equal("the resource")))
			Expect(begin(ctx, key, fingerprint)).To(HaveValue(Equal("the resource")))
		})

		It("refuses a later claim with another fingerprint as KindConflict with code idempotency_key_reused", func(ctx SpecContext) {
			complete(ctx, key, "the resource")
			Expect(begin(ctx, key, [32]byte{2})).Error().To(failWith(domain.KindConflict, "idempotency_key_reused"))
			Expect(begin(ctx, key, fingerprint)).To(HaveValue(Equal("the resource")))
		})

		It("keeps keys apart letter by letter", func(ctx SpecContext) {
			complete(ctx, key, "the resource")
			for _, other := range []string{"A KEY OF O'NEIL", key + " ", "%"} {
				Expect(begin(ctx, other, [32]byte{2})).To(BeNil())
			}
		})

		It("forgets a claim whose work was not kept", func(ctx SpecContext) {
			boom := errors.New("boom")
			err := w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
				_, err := r.Requests.Begin(ctx, key, fingerprint)
				return errors.Join(err, r.Requests.Finish(ctx, key, "never made"), boom)
			})
			Expect(err).To(MatchError(boom))
			Expect(begin(ctx, key, [32]byte{2})).To(BeNil())
		})

		It("refuses a NUL character as KindInvalid", func(ctx SpecContext) {
			Expect(begin(ctx, nulName, fingerprint)).Error().To(failAs(domain.KindInvalid))
		})

		It("remembers for 24 hours", func(ctx SpecContext) {
			complete(ctx, key, "the resource")
			w.advance(ctx, 24*time.Hour-time.Minute)
			Expect(begin(ctx, key, fingerprint)).To(HaveValue(Equal("the resource")))
			w.advance(ctx, 2*time.Minute)
			Expect(begin(ctx, key, [32]byte{2})).To(BeNil())
		})

		It("decides two concurrent claims one after the other: twenty at once make one resource", func(ctx SpecContext) {
			answers := make([]string, writers)
			atOnce(writers, func(i int) {
				w.do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
					known, err := r.Requests.Begin(ctx, key, fingerprint)
					if err != nil {
						return err
					}
					if known != nil {
						answers[i] = *known
						return nil
					}
					a := w.newAccount(w.ada)
					answers[i] = a.ID().String()
					return errors.Join(r.BrokerAccounts.Add(ctx, a), r.Requests.Finish(ctx, key, answers[i]))
				})
			})
			Expect(slices.Compact(answers)).To(HaveLen(1), "all were told of the same resource")
			p := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.BrokerAccount], error) {
				return r.BrokerAccounts.List(ctx, ports.PageRequest{})
			})
			Expect(p.Items).To(HaveLen(1))
			Expect(p.Items[0].ID().String()).To(Equal(answers[0]))
		})
	})
}
