package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeReconciliations proves ports.Reconciliations, ports.Recalls and
// ports.UnmatchedOrderRepository.
func DescribeReconciliations(name string, h StorageHarness) bool {
	return describeStorage(name+" as Reconciliations", h, func(w *world) {
		var a, b *domain.BrokerAccount
		compare := func(ctx context.Context, age time.Duration, limit int) (due []domain.BrokerAccountID) {
			GinkgoHelper()
			found, err := w.Ledger.Compare(ctx, age, time.Minute, limit)
			Expect(err).NotTo(HaveOccurred())
			for _, c := range found {
				due = append(due, c.BrokerAccountID)
			}
			return due
		}
		BeforeEach(func(ctx SpecContext) { a, b = w.account(ctx, w.ada), w.account(ctx, w.bob) })

		It("gives every account once, and to nobody else for the lease", func(ctx SpecContext) {
			Expect(append(compare(ctx, time.Hour, 1), compare(ctx, time.Hour, 9)...)).To(ConsistOf(a.ID(), b.ID()))
			Expect(compare(ctx, time.Hour, 9)).To(BeEmpty())
			other := w.again(ctx)
			Expect(other.Ledger.Compare(ctx, time.Hour, time.Minute, 9)).To(BeEmpty())
			w.advance(ctx, 61*time.Second)
			Expect(compare(ctx, time.Hour, 9)).To(ConsistOf(a.ID(), b.ID()), "whoever was at it did not finish")
		})

		It("gives an account again once it was not compared for the age, the longest first", func(ctx SpecContext) {
			compare(ctx, time.Hour, 9)
			Expect(w.Ledger.Compared(ctx, b.ID())).To(Succeed())
			w.advance(ctx, time.Minute)
			Expect(w.Ledger.Compared(ctx, a.ID())).To(Succeed())
			Expect(compare(ctx, time.Hour, 9)).To(BeEmpty())
			w.advance(ctx, time.Hour+time.Second)
			Expect(compare(ctx, time.Hour, 9)).To(Equal([]domain.BrokerAccountID{b.ID(), a.ID()}))
		})

		It("leaves removed accounts out", func(ctx SpecContext) {
			w.removeAccount(ctx, w.ada, a.ID())
			Expect(compare(ctx, time.Hour, 9)).To(Equal([]domain.BrokerAccountID{b.ID()}))
			Expect(compare(ctx, time.Hour, 0)).To(BeEmpty())
		})

		It("tells when the newest order was written down", func(ctx SpecContext) {
			config, _ := w.config(ctx, w.ada, a)
			w.placed(ctx, config, "AAPL")
			newest := w.placed(ctx, config, "MSFT").order.Terms().CreatedAt
			Expect(w.Ledger.Compare(ctx, time.Hour, time.Minute, 9)).To(ConsistOf(
				ports.Comparison{BrokerAccountID: a.ID(), LastOrderAt: newest}, ports.Comparison{BrokerAccountID: b.ID()}))
		})

		It("is KindNotFound for a missing account that was compared", func(ctx SpecContext) {
			Expect(w.Ledger.Compared(ctx, newID[domain.BrokerAccount](w.mint))).To(failAs(domain.KindNotFound))
		})

		Describe("Unmatched", func() { describeUnmatched(w, &a, &b) })
		Describe("Unwanted", func() { describeUnwanted(w, &a, &b) })
	})
}
