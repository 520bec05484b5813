package portstest

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// bracketed skips where the broker takes no legs.
func (b *floor) bracketed() {
	GinkgoHelper()
	if !b.Broker.Capabilities().Brackets {
		Skip("the broker declares no brackets")
	}
	b.lookedUp()
}

// withLegs gives a buy at the price or below with a stop-loss at half and a
// take-profit at twice the price.
func (b *floor) withLegs() ports.OrderRequest {
	GinkgoHelper()
	low, err := domain.NewPrice(b.Price.Decimal().Div(domain.MustQuantity("2").Decimal()))
	Expect(err).NotTo(HaveOccurred())
	high, err := domain.NewPrice(b.Price.Decimal().Mul(domain.MustQuantity("2").Decimal()))
	Expect(err).NotTo(HaveOccurred())
	return b.request(func(r *ports.OrderRequest) {
		r.Legs = []ports.OrderLeg{
			{ClientOrderID: r.ClientOrderID[:len(r.ClientOrderID)-1] + "8", Type: domain.OrderTypeStop, StopPrice: &low},
			{ClientOrderID: r.ClientOrderID[:len(r.ClientOrderID)-1] + "9", Type: domain.OrderTypeLimit, LimitPrice: &high},
		}
	})
}

// withLegsResting is withLegs where the present price does not fill the order.
func (b *floor) withLegsResting() ports.OrderRequest {
	GinkgoHelper()
	r := b.withLegs()
	below, err := domain.NewPrice(b.Price.Decimal().Mul(domain.MustQuantity("0.9").Decimal()))
	Expect(err).NotTo(HaveOccurred())
	r.Type, r.LimitPrice = domain.OrderTypeLimit, &below
	return r
}

func (b *floor) describeLegs(without bool) {
	It("takes an order with legs where the broker declares brackets; elsewhere it is KindInvalid", func(ctx SpecContext) {
		if without {
			Expect(b.Broker.Capabilities().Brackets).To(BeFalse(), "set WithoutLegs of the harness to false")
		}
		r := b.withLegs()
		_, err := b.Broker.Submit(ctx, b.account, r)
		if b.Broker.Capabilities().Brackets {
			Expect(err).NotTo(HaveOccurred())
			return
		}
		Expect(err).To(failAs(domain.KindInvalid))
		b.expectNotPlaced(ctx, r.ClientOrderID)
	})

	if !without {
		b.describeBrackets()
	}
}

func (b *floor) describeBrackets() {
	It("takes legs with their order, which wait as held and can be looked up", func(ctx SpecContext) {
		b.bracketed()
		r := b.withLegsResting()
		b.submit(ctx, r)
		for _, leg := range r.Legs {
			report := b.find(ctx, leg.ClientOrderID)
			Expect(report.Status).To(Equal(domain.StatusHeld))
			Expect(report.BrokerOrderID).NotTo(BeEmpty())
		}
	})

	It("lets the legs work once the order is filled, and cancels one when the other fills", func(ctx SpecContext) {
		b.bracketed()
		b.trades(ctx, b.Price)
		for _, fills := range []int{0, 1} {
			r := b.withLegs()
			b.submit(ctx, r)
			Expect(b.find(ctx, r.ClientOrderID).Status).To(Equal(domain.StatusFilled))
			for _, leg := range r.Legs {
				Expect(b.find(ctx, leg.ClientOrderID).Status).To(Equal(domain.StatusNew))
			}
			at := r.Legs[fills].StopPrice
			if at == nil {
				at = r.Legs[fills].LimitPrice
			}
			changed := b.trades(ctx, *at)
			Expect(changed).To(ConsistOf(r.Legs[0].ClientOrderID, r.Legs[1].ClientOrderID))
			Expect(filled(b.find(ctx, r.Legs[fills].ClientOrderID))).To(sameAs(domain.MustQuantity("1")))
			Expect(b.find(ctx, r.Legs[1-fills].ClientOrderID).Status).To(Equal(domain.StatusCanceled))
			b.trades(ctx, b.Price)
		}
	})

	It("cancels the legs of an order that ends unfilled", func(ctx SpecContext) {
		b.bracketed()
		r := b.withLegsResting()
		b.submit(ctx, r)
		_, err := b.Broker.Cancel(ctx, b.account, r.ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		for _, leg := range r.Legs {
			Expect(b.find(ctx, leg.ClientOrderID).Status).To(Equal(domain.StatusCanceled))
		}
	})

	It("cancels a leg by itself", func(ctx SpecContext) {
		b.bracketed()
		b.trades(ctx, b.Price)
		r := b.withLegs()
		b.submit(ctx, r)
		report, err := b.Broker.Cancel(ctx, b.account, r.Legs[1].ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Status).To(Equal(domain.StatusCanceled))
		Expect(b.find(ctx, r.Legs[0].ClientOrderID).Status).To(Equal(domain.StatusNew))
	})

	It("opens no position by a leg", func(ctx SpecContext) {
		b.bracketed()
		b.trades(ctx, b.Price)
		r := b.withLegs()
		b.submit(ctx, r)
		b.submit(ctx, b.request(func(exit *ports.OrderRequest) { exit.Side = domain.SideSell }))
		b.trades(ctx, *r.Legs[0].StopPrice)
		leg := b.find(ctx, r.Legs[0].ClientOrderID)
		Expect(leg.Fills).To(BeEmpty())
		Expect(leg.Status.IsTerminal()).To(BeTrue())
		summary, err := b.Broker.Summary(ctx, b.account)
		Expect(err).NotTo(HaveOccurred())
		Expect(summary.Positions).To(BeEmpty())
	})

	It("takes an order with its legs as a whole or not at all", func(ctx SpecContext) {
		b.bracketed()
		r := b.withLegsResting()
		r.Legs[1].ClientOrderID = r.Legs[0].ClientOrderID
		_, err := b.Broker.Submit(ctx, b.account, r)
		Expect(err).To(failAs(domain.KindInvalid))
		b.expectNotPlaced(ctx, r.ClientOrderID)
		b.expectNotPlaced(ctx, r.Legs[0].ClientOrderID)
	})
}
