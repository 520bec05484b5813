package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A quantity rounded to an instrument's step", func() {
	type row struct {
		Quantity string
		Step     string
		Is       string
	}
	DescribeTable("is",
		func(r row) {
			i := domain.Instrument{QuantityStep: domain.MustQuantity(r.Step)}
			Expect(i.RoundQuantity(domain.MustQuantity(r.Quantity))).To(Equal(domain.MustQuantity(r.Is)))
		},
		Entry("unchanged without a step", row{Quantity: "1.23456", Step: "0", Is: "1.23456"}),
		Entry("unchanged as a multiple", row{Quantity: "0.29", Step: "0.01", Is: "0.29"}),
		Entry("rounded down", row{Quantity: "1.99", Step: "1", Is: "1"}),
		Entry("rounded down to odd steps", row{Quantity: "1", Step: "0.3", Is: "0.9"}),
		Entry("rounded down to lots", row{Quantity: "199", Step: "100", Is: "100"}),
		Entry("nothing below one step", row{Quantity: "0.9", Step: "1", Is: "0"}),
		Entry("exact for a tiny step", row{Quantity: "123456789012.123456789", Step: "0.000000001", Is: "123456789012.123456789"}),
	)

	It("is a whole number of steps, no more than asked and less than a step short of it", func() {
		steps := rapid.Map(rapid.StringMatching(`[0-9]{0,3}\.[0-9]{0,8}[1-9]`), domain.MustQuantity)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			q, step := quantities().Draw(t, "quantity"), steps.Draw(t, "step")
			i := domain.Instrument{QuantityStep: step}
			rounded := i.RoundQuantity(q)
			g.Expect(rounded.Decimal().Mod(step.Decimal()).IsZero()).To(BeTrue())
			g.Expect(rounded.Cmp(q)).To(BeNumerically("<=", 0))
			g.Expect(q.Less(rounded).Cmp(step)).To(Equal(-1))
			g.Expect(i.RoundQuantity(rounded)).To(Equal(rounded))
		})
	})
})
