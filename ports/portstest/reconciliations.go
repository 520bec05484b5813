package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeReconciliations proves ports.Reconciliations and
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

		Describe("Unmatched", func() {
			found := func(account *domain.BrokerAccount, owner domain.Principal, id string) domain.UnmatchedOrder {
				return domain.UnmatchedOrder{
					ID: newID[domain.UnmatchedOrder](w.mint), UserID: owner.UserID, BrokerAccountID: account.ID(),
					ClientOrderID: "hfspec" + id, BrokerOrderID: id, Symbol: "AAPL", Status: domain.StatusFilled,
					FilledQuantity: domain.MustNet("10.5"), FoundAt: w.mint.now(),
				}
			}
			list := func(ctx context.Context, caller domain.Principal, req ports.PageRequest) (got ports.Page[domain.UnmatchedOrder]) {
				GinkgoHelper()
				w.do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
					got, err = r.Unmatched.List(ctx, req)
					return err
				})
				return got
			}

			It("keeps an order once, and says whether it was new", func(ctx SpecContext) {
				first := found(a, w.ada, "b-1")
				Expect(w.Ledger.Unmatched(ctx, first)).To(BeTrue())
				Expect(w.Ledger.Unmatched(ctx, found(a, w.ada, "b-1"))).To(BeFalse())
				Expect(w.Ledger.Unmatched(ctx, found(b, w.bob, "b-1"))).To(BeTrue(), "another account's")
				Expect(list(ctx, w.ada, ports.PageRequest{}).Items).To(sameAs([]domain.UnmatchedOrder{first}))
			})

			It("shows a caller their own, newest first, a page at a time", func(ctx SpecContext) {
				first, second := found(a, w.ada, "b-1"), found(a, w.ada, "b-2")
				for _, o := range []domain.UnmatchedOrder{first, second, found(b, w.bob, "b-3")} {
					Expect(w.Ledger.Unmatched(ctx, o)).To(BeTrue())
				}
				page := list(ctx, w.ada, ports.PageRequest{Limit: 1})
				Expect(page.Items).To(HaveExactElements(HaveField("ID", second.ID)))
				rest := list(ctx, w.ada, ports.PageRequest{Limit: 1, Cursor: page.Next})
				Expect(rest.Items).To(HaveExactElements(HaveField("ID", first.ID)))
				Expect(rest.Next).To(BeEmpty())
			})
		})
	})
}
