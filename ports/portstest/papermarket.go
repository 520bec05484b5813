package portstest

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribePaperMarket proves ports.PaperMarket; the harness's Market must be
// set.
func DescribePaperMarket(name string, h BrokerHarness) bool {
	return Describe(name+" as a PaperMarket", Label(LabelContract), func() {
		b := &floor{}
		b.setUp(h)
		lower := func() domain.Price { return domain.MustPrice(b.Price.Decimal().Shift(-2).String()) }

		It("makes the quote what the account's symbol trades at from now on", func(ctx SpecContext) {
			b.trades(ctx, lower())
			for range 2 {
				report := b.submit(ctx, b.request(func(r *ports.OrderRequest) { r.ReferencePrice = nil }))
				Expect(report.Status).To(Equal(domain.StatusFilled))
				Expect(report.Fills).To(HaveEach(HaveField("Price", sameAs(lower()))))
			}
		})

		It("fills what the quote lets fill, and gives the client order ids of the orders it changed", func(ctx SpecContext) {
			first, second := b.resting(domain.OrderTypeLimit), b.resting(domain.OrderTypeLimit)
			b.submit(ctx, first)
			b.submit(ctx, second)
			stays := b.resting(domain.OrderTypeStop)
			b.submit(ctx, stays)

			Expect(b.trades(ctx, b.Price)).To(BeEmpty(), "nothing changes at the price it has")
			Expect(b.trades(ctx, lower())).To(ConsistOf(first.ClientOrderID, second.ClientOrderID))
			for _, r := range []ports.OrderRequest{first, second} {
				Expect(b.find(ctx, r.ClientOrderID).Status).To(Equal(domain.StatusFilled))
			}
			Expect(b.find(ctx, stays.ClientOrderID).Status.IsOpen()).To(BeTrue())
			Expect(b.trades(ctx, b.Price)).To(BeEmpty(), "what is filled does not change again")
		})

		It("quotes for one account alone", func(ctx SpecContext) {
			other := b.open(ctx)
			r := b.resting(domain.OrderTypeLimit)
			Expect(b.Broker.Submit(ctx, other, r)).Error().NotTo(HaveOccurred())
			Expect(b.trades(ctx, lower())).To(BeEmpty())
			report, err := b.Broker.ByClientOrderID(ctx, other, r.ClientOrderID)
			Expect(err).NotTo(HaveOccurred())
			Expect(report.Status.IsOpen()).To(BeTrue())
		})

		DescribeTable("takes a quote with any price set", func(ctx SpecContext, q func(domain.Price) ports.Quote) {
			r := b.resting(domain.OrderTypeLimit)
			b.submit(ctx, r)
			quote := q(lower())
			quote.Symbol = b.Symbol
			Expect(b.Market.Push(ctx, b.account, quote)).Error().NotTo(HaveOccurred())
		},
			Entry("bid", func(p domain.Price) ports.Quote { return ports.Quote{Bid: &p} }),
			Entry("ask", func(p domain.Price) ports.Quote { return ports.Quote{Ask: &p} }),
			Entry("last", func(p domain.Price) ports.Quote { return ports.Quote{LastPrice: &p} }),
		)

		DescribeTable("refuses as KindInvalid, and nothing changes,", func(ctx SpecContext, q func(low, high domain.Price) ports.Quote) {
			b.trades(ctx, b.Price)
			r := b.resting(domain.OrderTypeLimit)
			b.submit(ctx, r)
			quote := q(lower(), b.Price)
			quote.Symbol = b.Symbol
			Expect(b.Market.Push(ctx, b.account, quote)).Error().To(failAs(domain.KindInvalid))
			Expect(b.find(ctx, r.ClientOrderID).Status.IsOpen()).To(BeTrue())
			Expect(b.submit(ctx, b.request()).Fills).To(HaveEach(HaveField("Price", sameAs(b.Price))))
		},
			Entry("a quote without a price", func(domain.Price, domain.Price) ports.Quote { return ports.Quote{} }),
			Entry("a quote with a bid above its ask", func(low, high domain.Price) ports.Quote { return ports.Quote{Bid: &high, Ask: &low} }),
		)

		It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
			Expect(b.Market.Push(ended(ctx), b.account, ports.Quote{Symbol: b.Symbol, LastPrice: &b.Price})).Error().To(MatchError(context.Canceled))
		})
	})
}
