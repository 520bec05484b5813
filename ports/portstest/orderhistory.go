package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeOrderHistory proves ports.OrderHistory; the harness's Broker must be
// one.
func DescribeOrderHistory(name string, h BrokerHarness) bool {
	return Describe(name+" as an OrderHistory", Label(LabelContract), func() {
		b := &floor{}
		b.setUp(h)
		changed := func(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
			GinkgoHelper()
			history, ok := b.Broker.(ports.OrderHistory)
			Expect(ok).To(BeTrue(), "the broker lists orders")
			return history.ChangedOrders(ctx, account, since, limit)
		}
		idsOf := func(listed []ports.ListedOrder) (ids []string) {
			for _, o := range listed {
				ids = append(ids, o.Report.ClientOrderID)
			}
			return ids
		}

		It("gives every order whatever its status, as a look-up gives it", func(ctx SpecContext) {
			filled, open := b.request(), b.resting(domain.OrderTypeLimit)
			b.submit(ctx, filled)
			b.submit(ctx, open)
			listed, err := changed(ctx, b.account, time.Time{}, 10)
			Expect(err).NotTo(HaveOccurred())
			Expect(idsOf(listed)).To(ConsistOf(filled.ClientOrderID, open.ClientOrderID))
			for _, o := range listed {
				Expect(o.Symbol).To(Equal(b.Symbol))
				Expect(o.Report).To(sameAs(b.find(ctx, o.Report.ClientOrderID)))
			}
		})

		It("gives those that changed at the time or after it, and up to the limit all of one time", func(ctx SpecContext) {
			for range 3 {
				b.submit(ctx, b.request())
			}
			all, err := changed(ctx, b.account, time.Time{}, 10)
			Expect(err).NotTo(HaveOccurred())
			var walked []string
			since := time.Time{}
			for range 5 {
				part, err := changed(ctx, b.account, since, 1)
				Expect(err).NotTo(HaveOccurred())
				if len(part) == 0 {
					break
				}
				walked = append(walked, idsOf(part)...)
				last := part[len(part)-1].Report.At
				Expect(part).To(HaveEach(HaveField("Report.At", Equal(last))), "one, and those of its time")
				Expect(last.Before(since)).To(BeFalse())
				since = last.Add(time.Microsecond)
			}
			Expect(walked).To(Equal(idsOf(all)))
			Expect(changed(ctx, b.account, time.Time{}, 0)).To(BeEmpty())
		})

		It("gives an account's own alone", func(ctx SpecContext) {
			b.submit(ctx, b.request())
			Expect(changed(ctx, b.open(ctx), time.Time{}, 10)).To(BeEmpty())
		})

		It("is KindUnavailable while the broker cannot be asked", func(ctx SpecContext) {
			b.cutOff(ctx)
			Expect(changed(ctx, b.account, time.Time{}, 10)).Error().To(failAs(domain.KindUnavailable))
		})
	})
}
