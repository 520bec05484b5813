package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A net holding", func() {
	type row struct {
		Net               string
		Long, Short, Flat bool
		Size              string
		ExitSide          domain.Side
		Opposite          string
	}
	DescribeTable("answers for itself",
		func(r row) {
			n := domain.MustNet(r.Net)
			Expect(n.IsLong()).To(Equal(r.Long))
			Expect(n.IsShort()).To(Equal(r.Short))
			Expect(n.IsFlat()).To(Equal(r.Flat))
			Expect(n.Size()).To(Equal(domain.MustQuantity(r.Size)))
			Expect(n.ExitSide()).To(Equal(r.ExitSide))
			Expect(n.Opposite()).To(Equal(domain.MustNet(r.Opposite)))
		},
		Entry("long", row{Net: "10", Long: true, Size: "10", ExitSide: domain.SideSell, Opposite: "-10"}),
		Entry("short", row{Net: "-2.5", Short: true, Size: "2.5", ExitSide: domain.SideBuy, Opposite: "2.5"}),
		Entry("flat", row{Net: "0", Flat: true, Size: "0", ExitSide: "", Opposite: "0"}),
	)

	DescribeTable("is left, of what built it, as far as the positions it is part of are",
		func(built string, positions []string, left string) {
			of := make([]domain.Net, 0, len(positions))
			for _, position := range positions {
				of = append(of, domain.MustNet(position))
			}
			Expect(domain.MustNet(built).LeftIn(of...)).To(Equal(domain.MustQuantity(left)))
		},
		Entry("by none of them", "-10", nil, "10"),
		Entry("by the least", "10", []string{"7", "12"}, "7"),
		Entry("where there is more", "-10", []string{"-15", "-12"}, "10"),
		Entry("not where one is flat", "10", []string{"10", "0"}, "0"),
		Entry("not where one is on the other side", "10", []string{"-10", "10"}, "0"),
		Entry("not where nothing was built", "0", []string{"10"}, "0"),
	)

	DescribeTable("is on the same side as another",
		func(a, b string, same bool) {
			Expect(domain.MustNet(a).SameSide(domain.MustNet(b))).To(Equal(same))
			Expect(domain.MustNet(b).SameSide(domain.MustNet(a))).To(Equal(same))
		},
		Entry("when both are long", "1", "20", true),
		Entry("when both are short", "-1", "-20", true),
		Entry("never across", "1", "-1", false),
		Entry("never when one is flat", "1", "0", false),
		Entry("never when both are flat", "0", "0", false),
	)

	It("is its size in the direction of its side", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			n := nets().Draw(t, "net")
			if !n.IsFlat() {
				g.Expect(domain.NetOf(n.ExitSide().Opposite(), n.Size())).To(Equal(n))
				g.Expect(n.After(n.ExitSide(), n.Size())).To(Equal(domain.Net{}), "selling what is held leaves nothing")
			}
			g.Expect(n.Plus(n.Opposite())).To(Equal(domain.Net{}))
		})
	})

	It("ends where it began when what was bought is sold", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			n, q := nets().Draw(t, "net"), quantities().Draw(t, "quantity")
			bought := n.After(domain.SideBuy, q)
			g.Expect(bought.After(domain.SideSell, q)).To(Equal(n))
			g.Expect(bought).To(Equal(n.Plus(domain.NetOf(domain.SideBuy, q))))
			g.Expect(bought.Cmp(n)).To(Equal(q.Cmp(domain.Quantity{})))
		})
	})
})
