package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeQuotes proves ports.Quotes; the harness's Broker must be one.
func DescribeQuotes(name string, h BrokerHarness) bool {
	return Describe(name+" as Quotes", Label(LabelContract), func() {
		b := &floor{}
		b.setUp(h)
		quote := func(ctx context.Context, symbol domain.Symbol) (ports.Quote, error) {
			GinkgoHelper()
			quotes, ok := b.Broker.(ports.Quotes)
			Expect(ok).To(BeTrue(), "the broker has quotes")
			return quotes.Quote(ctx, b.account, symbol)
		}

		It("gives what a symbol trades at now, with one price at least", func(ctx SpecContext) {
			q, err := quote(ctx, b.Symbol)
			Expect(err).NotTo(HaveOccurred())
			Expect(q.Symbol).To(Equal(b.Symbol))
			Expect([]*domain.Price{q.Bid, q.Ask, q.LastPrice}).To(ContainElement(Not(BeNil())))
		})

		It("follows the market", func(ctx SpecContext) {
			later := domain.MustPrice(b.Price.Decimal().Shift(-1).String())
			b.trades(ctx, later)
			q, err := quote(ctx, b.Symbol)
			Expect(err).NotTo(HaveOccurred())
			Expect([]*domain.Price{q.Bid, q.Ask, q.LastPrice}).To(HaveEach(HaveValue(sameAs(later))))
			*q.LastPrice = domain.MustPrice("666")
			q, err = quote(ctx, b.Symbol)
			Expect(err).NotTo(HaveOccurred())
			Expect(q.LastPrice).To(HaveValue(sameAs(later)), "it shares nothing with what is known")
		})

		It("is KindNotFound where no price is known", func(ctx SpecContext) {
			Expect(quote(ctx, b.UnknownSymbol)).Error().To(failAs(domain.KindNotFound))
		})

		It("is KindUnavailable while the broker cannot be asked", func(ctx SpecContext) {
			b.cutOff(ctx)
			Expect(quote(ctx, b.Symbol)).Error().To(failAs(domain.KindUnavailable))
		})

		It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
			Expect(quote(ended(ctx), b.Symbol)).Error().To(MatchError(context.Canceled))
		})
	})
}
