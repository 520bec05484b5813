package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// DescribeStreamLeases proves ports.StreamLeases; it needs the storage's Streams.
func DescribeStreamLeases(name string, h StorageHarness) bool {
	return describeStorage(name+" as StreamLeases", h, func(w *world) {
		var a, b *domain.BrokerAccount
		all := []domain.BrokerKind{domain.BrokerKindPaper}
		hold := func(ctx context.Context, owner string, limit int) []domain.BrokerAccountID {
			GinkgoHelper()
			given, err := w.Streams.HoldStreams(ctx, owner, all, time.Minute, limit)
			Expect(err).NotTo(HaveOccurred())
			return given
		}
		BeforeEach(func(ctx SpecContext) { a, b = w.account(ctx, w.ada), w.account(ctx, w.bob) })

		It("gives each account to one owner, up to the limit in all", func(ctx SpecContext) {
			one := hold(ctx, "one", 1)
			Expect(one).To(HaveLen(1))
			Expect(hold(ctx, "one", 1)).To(Equal(one), "which it held already")
			two, err := w.again(ctx).Streams.HoldStreams(ctx, "two", all, time.Minute, 9)
			Expect(err).NotTo(HaveOccurred())
			Expect(append(one, two...)).To(ConsistOf(a.ID(), b.ID()))
			Expect(hold(ctx, "three", 9)).To(BeEmpty())
			Expect(hold(ctx, "one", 0)).To(BeEmpty())
		})

		It("gives an account to another owner once the lease ended without renewal", func(ctx SpecContext) {
			Expect(hold(ctx, "one", 9)).To(ConsistOf(a.ID(), b.ID()))
			w.advance(ctx, 40*time.Second)
			Expect(hold(ctx, "one", 9)).To(ConsistOf(a.ID(), b.ID()))
			w.advance(ctx, 40*time.Second)
			Expect(hold(ctx, "two", 9)).To(BeEmpty(), "it was renewed")
			w.advance(ctx, 21*time.Second)
			Expect(hold(ctx, "two", 9)).To(ConsistOf(a.ID(), b.ID()))
			Expect(hold(ctx, "one", 9)).To(BeEmpty())
		})

		It("gives to another owner at once what was given up", func(ctx SpecContext) {
			hold(ctx, "one", 9)
			Expect(w.Streams.LeaveStreams(ctx, "two")).To(Succeed())
			Expect(hold(ctx, "two", 9)).To(BeEmpty())
			Expect(w.Streams.LeaveStreams(ctx, "one")).To(Succeed())
			Expect(hold(ctx, "two", 9)).To(ConsistOf(a.ID(), b.ID()))
		})

		It("leaves out removed accounts and those of other kinds", func(ctx SpecContext) {
			hold(ctx, "one", 9)
			w.removeAccount(ctx, w.ada, a.ID())
			Expect(hold(ctx, "one", 9)).To(ConsistOf(b.ID()))
			Expect(w.Streams.HoldStreams(ctx, "one", []domain.BrokerKind{domain.BrokerKindAlpaca}, time.Minute, 9)).To(BeEmpty())
			Expect(w.Streams.HoldStreams(ctx, "one", nil, time.Minute, 9)).To(BeEmpty())
		})

		It("gives no account to two that ask at once", func(ctx SpecContext) {
			given := make(chan []domain.BrokerAccountID, 4)
			for _, owner := range []string{"one", "two", "three", "four"} {
				go func() {
					defer GinkgoRecover()
					given <- hold(ctx, owner, 9)
				}()
			}
			var together []domain.BrokerAccountID
			for range cap(given) {
				var ids []domain.BrokerAccountID
				Eventually(given).WithContext(ctx).Should(Receive(&ids))
				together = append(together, ids...)
			}
			Expect(together).To(ConsistOf(a.ID(), b.ID()))
		})
	})
}
