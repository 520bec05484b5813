package paper_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An account", func() {
	var d *desk

	BeforeEach(func() { d = newDesk("1000") })

	rejects := func(ctx SpecContext, r ports.OrderRequest) {
		GinkgoHelper()
		_, err := d.Submit(ctx, d.account, r)
		Expect(err).To(MatchError(domain.KindRejected))
		Expect(err).To(HaveField("Code", "insufficient_buying_power"))
		Expect(err).To(MatchError("insufficient buying power"))
	}
	buyingPower := func(ctx SpecContext) string { return d.summary(ctx).BuyingPower.String() }

	It("has its starting cash before it is used, and nothing is journaled for that", func(ctx SpecContext) {
		Expect(d.summary(ctx)).To(Equal(ports.AccountSummary{
			Cash: domain.MustMoney("1000"), Equity: domain.MustMoney("1000"), BuyingPower: domain.MustMoney("2000"),
		}))
		Expect(d.journal.all(d.account.ID())).To(BeEmpty())
	})

	It("keeps the cash it was opened with", func(ctx SpecContext) {
		d.quote(ctx, quote("", "", "100"))
		snapshot := d.account.Snapshot()
		snapshot.Paper.Cash = domain.MustMoney("7")
		d.account = domain.RestoreBrokerAccount(snapshot)
		Expect(d.summary(ctx).Cash).To(Equal(domain.MustMoney("1000")))
	})

	It("averages what it adds, realizes what it reduces, and turns through zero", func(ctx SpecContext) {
		d = newDesk("100000")
		for _, step := range []struct {
			price, average, realized, net string
			order                         ports.OrderRequest
		}{
			{"100", "100", "0", "10", buy("1", "10")},
			{"110", "105", "0", "20", buy("2", "10")},
			{"120", "105", "75", "15", sell("3", "5")},
			{"100", "100", "0", "-5", sell("4", "20")},
			{"90", "95", "0", "-10", sell("5", "5")},
			{"80", "95", "75", "-5", buy("6", "5")},
			{"85", "", "125", "0", buy("7", "5")},
		} {
			d.quote(ctx, quote("", "", step.price))
			d.submit(ctx, step.order)
			p := d.position(ctx)
			Expect(p.Quantity.String()).To(Equal(step.net), "after order %s", step.order.ClientOrderID)
			if step.average == "" {
				Expect(p).To(Equal(domain.Position{}), "a flat holding is not listed")
				continue
			}
			Expect(p.AveragePrice.String()).To(Equal(step.average), "after order %s", step.order.ClientOrderID)
			Expect(p.RealizedProfit.String()).To(Equal(step.realized), "after order %s", step.order.ClientOrderID)
		}
		Expect(d.summary(ctx).Cash).To(Equal(d.summary(ctx).Equity))
		Expect(d.summary(ctx).Cash.String()).To(Equal("100125"), "75 and -75 long, 75 and 50 short")
	})

	It("lists its holdings by symbol, and hands out nothing of its own", func(ctx SpecContext) {
		for _, symbol := range []domain.Symbol{"MSFT", "AAPL", "BTC/USD"} {
			d.submit(ctx, buy(string(symbol), "1", in(symbol), alertAt("10")))
		}
		s := d.summary(ctx)
		Expect(s.Positions).To(HaveLen(3))
		Expect(s.Positions[0].Symbol).To(Equal(domain.Symbol("AAPL")))
		Expect(s.Positions[1].Symbol).To(Equal(domain.Symbol("BTC/USD")))
		*s.Positions[0].Position.AveragePrice = domain.MustPrice("666")
		s.Positions[1].Symbol = "XXX"
		Expect(d.position(ctx).AveragePrice.String()).To(Equal("10"))
	})

	type valuation struct {
		quote ports.Quote
		worth string
	}
	DescribeTable("values what it holds at",
		func(ctx SpecContext, v valuation) {
			d.submit(ctx, buy("a", "1", alertAt("100")))
			d.quote(ctx, v.quote)
			Expect(d.summary(ctx).Equity.Sub(d.summary(ctx).Cash).String()).To(Equal(v.worth))
		},
		Entry("the last price", valuation{quote("90", "92", "95"), "95"}),
		Entry("the middle of bid and ask", valuation{quote("90", "91", ""), "90.5"}),
		Entry("the bid", valuation{quote("90", "", ""), "90"}),
		Entry("the ask", valuation{quote("", "92", ""), "92"}),
	)

	Describe("with buying power", func() {
		BeforeEach(func(ctx SpecContext) { d.quote(ctx, quote("", "", "100")) })

		It("opens up to twice its equity, long", func(ctx SpecContext) {
			rejects(ctx, buy("a", "20.000000001"))
			d.submit(ctx, buy("b", "20"))
			Expect(buyingPower(ctx)).To(Equal("0"))
			rejects(ctx, buy("c", "0.000000001"))
		})

		It("opens up to twice its equity, short", func(ctx SpecContext) {
			rejects(ctx, sell("a", "20.000000001"))
			d.submit(ctx, sell("b", "20"))
			Expect(d.summary(ctx).Cash.String()).To(Equal("3000"))
			Expect(d.summary(ctx).Equity.String()).To(Equal("1000"))
			Expect(buyingPower(ctx)).To(Equal("0"))
		})

		It("closes without any, even deep in loss", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "20"))
			d.quote(ctx, quote("", "", "10"))
			Expect(d.summary(ctx).Equity.String()).To(Equal("-800"))
			Expect(buyingPower(ctx)).To(Equal("0"), "it is never below 0")
			rejects(ctx, buy("b", "1"))
			d.submit(ctx, sell("c", "5"))
			Expect(d.submit(ctx, sell("d", "15", limit("11"))).Status).To(Equal(domain.StatusNew))
			d.quote(ctx, quote("", "", "11"))
			Expect(d.summary(ctx).Positions).To(BeEmpty())
		})

		It("judges only the part of an order that opens, and the order as a whole", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "20"))
			rejects(ctx, sell("b", "40.000000001"))
			Expect(d.position(ctx).Quantity.String()).To(Equal("20"), "nothing of it filled")
		})

		It("lets an exit that fills at once go before a resting one", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "20"))
			d.submit(ctx, sell("stop", "20", stop("90")))
			Expect(d.submit(ctx, sell("exit", "20")).Status).To(Equal(domain.StatusFilled))
			Expect(buyingPower(ctx)).To(Equal("200"), "the stop would open a short now: 2 x 1000 - 20 x 90")
		})

		It("reserves the limit price of what would open", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "10", limit("90")))
			Expect(buyingPower(ctx)).To(Equal("1100"))
			rejects(ctx, buy("b", "11.01"))
			d.submit(ctx, sell("c", "10", limit("110")))
			Expect(buyingPower(ctx)).To(Equal("0"), "both sides count, whichever fills first")
			_, err := d.Cancel(ctx, d.account, "a")
			Expect(err).NotTo(HaveOccurred())
			Expect(buyingPower(ctx)).To(Equal("900"))
		})

		It("reserves the stop price where there is no limit, the limit where there is", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", stop("110")))
			Expect(buyingPower(ctx)).To(Equal("1890"))
			d.submit(ctx, buy("b", "1", stop("110"), limit("120")))
			Expect(buyingPower(ctx)).To(Equal("1770"))
		})

		It("reserves a resting notional as it is", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "", notional("700"), limit("90")))
			Expect(buyingPower(ctx)).To(Equal("1300"))
		})

		It("reserves nothing for what rests to close", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "10"))
			d.submit(ctx, sell("b", "10", limit("120")))
			Expect(buyingPower(ctx)).To(Equal("1000"))
			d.submit(ctx, sell("c", "5", stop("90")))
			Expect(buyingPower(ctx)).To(Equal("450"), "5 of the 15 would open, at 110 on average")
		})

		It("fills what rested without judging it again, whatever the gap", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "15", stop("110")))
			d.quote(ctx, quote("", "", "300"))
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusFilled))
			Expect(buyingPower(ctx)).To(Equal("0"))
		})

		It("cancels what it cannot fill at once before it judges it", func(ctx SpecContext) {
			Expect(d.submit(ctx, buy("a", "1000", limit("90"), during(domain.TimeInForceIOC))).Status).To(Equal(domain.StatusCanceled))
		})

		It("sees what the alert's price does to the account first", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "15", in("MSFT"), alertAt("100")))
			rejects(ctx, buy("b", "6", in("MSFT")))
			d.submit(ctx, buy("c", "6", in("MSFT"), alertAt("200")))
		})
	})

	Describe("with an order that waits for its first price", func() {
		It("reserves nothing for it", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1000000"))
			Expect(buyingPower(ctx)).To(Equal("2000"))
		})

		It("rejects it at that price where it opens too much", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "15"))
			d.submit(ctx, buy("b", "10"))
			d.submit(ctx, buy("c", "5"))
			Expect(d.quote(ctx, quote("", "", "100"))).To(Equal([]string{"a", "b", "c"}))
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusFilled))
			Expect(d.order(ctx, "b")).To(And(
				HaveField("Status", domain.StatusRejected),
				HaveField("Reason", "insufficient buying power"),
				HaveField("Fills", BeEmpty()),
			))
			Expect(d.order(ctx, "c").Status).To(Equal(domain.StatusFilled))
		})
	})

	It("remembers an order it rejected: it can be looked up and its id is used up", func(ctx SpecContext) {
		rejects(ctx, buy("a", "21", alertAt("100")))
		Expect(d.order(ctx, "a")).To(And(
			HaveField("Status", domain.StatusRejected), HaveField("Reason", "insufficient buying power"),
		))
		_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("100")))
		Expect(err).To(MatchError(domain.KindConflict))
	})

	It("opens nothing without cash", func(ctx SpecContext) {
		d = newDesk("0")
		rejects(ctx, buy("a", "0.000000001", alertAt("0.01")))
	})
})
