package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An order type", func() {
	type row struct {
		Type        domain.OrderType
		Limit, Stop bool
	}
	DescribeTable("names the prices it needs",
		func(r row) {
			Expect(r.Type.NeedsLimitPrice()).To(Equal(r.Limit))
			Expect(r.Type.NeedsStopPrice()).To(Equal(r.Stop))
		},
		Entry(nil, row{Type: domain.OrderTypeMarket}),
		Entry(nil, row{Type: domain.OrderTypeLimit, Limit: true}),
		Entry(nil, row{Type: domain.OrderTypeStop, Stop: true}),
		Entry(nil, row{Type: domain.OrderTypeStopLimit, Limit: true, Stop: true}),
	)
})

var _ = It("The sides are each other's opposite", func() {
	Expect(domain.SideBuy.Opposite()).To(Equal(domain.SideSell))
	Expect(domain.SideSell.Opposite()).To(Equal(domain.SideBuy))
})
