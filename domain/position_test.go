package domain_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

// trade is one execution, for short.
type trade struct {
	Side     domain.Side
	Quantity string
	Price    string
}

func after(trades ...trade) domain.Position {
	var pos domain.Position
	for _, t := range trades {
		pos = pos.Apply(t.Side, domain.MustQuantity(t.Quantity), domain.MustPrice(t.Price))
	}
	return pos
}

var _ = Describe("A position", func() {
	type row struct {
		Trades   []trade
		Quantity string
		Average  string // empty for none
		Realized string
	}
	DescribeTable("is what executions make of it",
		func(r row) {
			pos := after(r.Trades...)
			Expect(pos.Quantity).To(Equal(domain.MustNet(r.Quantity)))
			Expect(pos.RealizedProfit).To(Equal(domain.MustMoney(r.Realized)))
			if r.Average == "" {
				Expect(pos.AveragePrice).To(BeNil())
			} else {
				Expect(pos.AveragePrice).To(HaveValue(Equal(domain.MustPrice(r.Average))))
			}
		},
		Entry("flat before any", row{Quantity: "0", Realized: "0"}),
		Entry("long by buying", row{[]trade{{"buy", "10", "100"}}, "10", "100", "0"}),
		Entry("short by selling", row{[]trade{{"sell", "10", "100"}}, "-10", "100", "0"}),
		Entry("at the mean price when added to", row{[]trade{{"buy", "10", "100"}, {"buy", "30", "120"}}, "40", "115", "0"}),
		Entry("at the mean price when a short is added to", row{[]trade{{"sell", "1", "1"}, {"sell", "2", "2"}}, "-3", "1.6666666667", "0"}),
		Entry("at ten digits of a mean price below 1", row{
			[]trade{{"buy", "1", "0.00001"}, {"buy", "2", "0.00002"}}, "3", "0.00001666666667", "0",
		}),
		Entry("at the smallest price there is", row{[]trade{{"buy", "3", "0.000000000000000001"}}, "3", "0.000000000000000001", "0"}),
		Entry("at the same price when reduced", row{[]trade{{"buy", "10", "100"}, {"sell", "4", "110"}}, "6", "100", "40"}),
		Entry("at the same price when a short is reduced", row{[]trade{{"sell", "10", "100"}, {"buy", "4", "110"}}, "-6", "100", "-40"}),
		Entry("flat when closed, with what it earned", row{[]trade{{"buy", "10", "100"}, {"sell", "10", "90"}}, "0", "", "-100"}),
		Entry("turned from long to short at the price of the crossing", row{[]trade{{"buy", "10", "100"}, {"sell", "25", "110"}}, "-15", "110", "100"}),
		Entry("turned from short to long at the price of the crossing", row{[]trade{{"sell", "10", "100"}, {"buy", "25", "90"}}, "15", "90", "100"}),
		Entry("opened anew after it was flat, what it earned before kept", row{
			[]trade{{"buy", "1", "100"}, {"sell", "1", "105"}, {"sell", "2", "50"}}, "-2", "50", "5",
		}),
	)

	DescribeTable("would earn, closed at 110,",
		func(trades []trade, profit string) {
			Expect(after(trades...).UnrealizedProfit(domain.MustPrice("110"))).To(Equal(domain.MustMoney(profit)))
		},
		Entry("nothing while flat", nil, "0"),
		Entry("the rise when long", []trade{{"buy", "10", "100"}}, "100"),
		Entry("the fall, below 0, when short", []trade{{"sell", "10", "100"}}, "-100"),
	)

	// The money that went out and came in is all there is: what is held, valued
	// at any price, and the cash make exactly the profit, realized and not.
	identity := func(prices, sizes string, within func(turnover decimal.Decimal) decimal.Decimal) {
		GinkgoHelper()
		price, size := rapid.Map(rapid.StringMatching(prices), domain.MustPrice), rapid.Map(rapid.StringMatching(sizes), domain.MustQuantity)
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			var pos domain.Position
			held, cash, turnover := decimal.Zero, decimal.Zero, decimal.Zero
			for i := range rapid.IntRange(1, 20).Draw(t, "fills") {
				side := rapid.SampledFrom(domain.Sides()).Draw(t, fmt.Sprint("side ", i))
				q, p := size.Draw(t, "quantity"), price.Draw(t, "price")
				signed := q.Decimal()
				if side == domain.SideSell {
					signed = signed.Neg()
				}
				held, cash = held.Add(signed), cash.Sub(signed.Mul(p.Decimal()))
				turnover = turnover.Add(q.Decimal().Mul(p.Decimal()))
				pos = pos.Apply(side, q, p)

				g.Expect(pos.Quantity.Decimal().Equal(held)).To(BeTrue(), "the quantity is the sum of the fills, exactly")
				g.Expect(pos.AveragePrice == nil).To(Equal(pos.Quantity.IsFlat()))
				if pos.AveragePrice != nil {
					g.Expect(domain.ParsePrice(pos.AveragePrice.String())).To(Equal(*pos.AveragePrice))
				}
			}
			now := price.Draw(t, "the price now")
			equity := cash.Add(held.Mul(now.Decimal()))
			profit := pos.RealizedProfit.Add(pos.UnrealizedProfit(now)).Decimal()
			off := equity.Sub(profit).Abs()
			g.Expect(off.LessThanOrEqual(within(turnover))).To(BeTrue(), "equity %s, profit %s, off by %s", equity, profit, off)
		})
	}

	It("earns what the cash and the holding come to", func() {
		identity(`[1-9][0-9]{0,3}\.[0-9]{0,2}`, `[0-9]{0,2}\.[0-9]{0,3}[1-9]`,
			func(decimal.Decimal) decimal.Decimal { return decimal.New(1, -6) })
	})

	It("earns it of millions of a token that costs next to nothing too", func() {
		// To a hundred-millionth of what was traded: the average keeps ten digits
		// however small it is.
		identity(`0\.0000000[1-9][0-9]{0,3}`, `[1-9][0-9]{6,12}`,
			func(turnover decimal.Decimal) decimal.Decimal { return turnover.Mul(decimal.New(1, -8)) })
	})
})
