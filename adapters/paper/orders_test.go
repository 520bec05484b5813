package paper_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An order", func() {
	var d *desk

	BeforeEach(func() { d = newDesk("100000") })

	type arrival struct {
		quotes []ports.Quote
		order  ports.OrderRequest
		status domain.OrderStatus
		// price is that of the fill, "" for none.
		price string
	}
	one := func(q ports.Quote) []ports.Quote { return []ports.Quote{q} }

	DescribeTable("when it arrives",
		func(ctx SpecContext, a arrival) {
			for _, q := range a.quotes {
				d.quote(ctx, q)
			}
			report := d.submit(ctx, a.order)
			Expect(report.Status).To(Equal(a.status))
			Expect(at(report)).To(Equal(a.price))
			Expect(report.ClientOrderID).To(Equal(a.order.ClientOrderID))
			Expect(d.order(ctx, a.order.ClientOrderID)).To(Equal(report), "a look-up says the same")
		},
		Entry("market buy takes the ask", arrival{one(quote("99", "101", "100")), buy("a", "1"), domain.StatusFilled, "101"}),
		Entry("market sell takes the bid", arrival{one(quote("99", "101", "100")), sell("a", "1"), domain.StatusFilled, "99"}),
		Entry("market buy without an ask takes the last", arrival{one(quote("99", "", "100")), buy("a", "1"), domain.StatusFilled, "100"}),
		Entry("market sell without a bid takes the last", arrival{one(quote("", "101", "100")), sell("a", "1"), domain.StatusFilled, "100"}),
		Entry("market buy with a bid alone waits", arrival{one(quote("99", "", "")), buy("a", "1"), domain.StatusAccepted, ""}),
		Entry("market sell with an ask alone waits", arrival{one(quote("", "101", "")), sell("a", "1"), domain.StatusAccepted, ""}),
		Entry("market without any price waits", arrival{nil, buy("a", "1"), domain.StatusAccepted, ""}),
		Entry("market with the alert's price", arrival{nil, buy("a", "1", alertAt("50")), domain.StatusFilled, "50"}),
		Entry("the alert's price where a quote is", arrival{one(quote("99", "101", "100")), buy("a", "1", alertAt("50")), domain.StatusFilled, "101"}),
		Entry("the alert's price where a quote lacks the side", arrival{one(quote("99", "", "")), buy("a", "1", alertAt("50")), domain.StatusAccepted, ""}),
		Entry("a quote replaces the one before it whole", arrival{[]ports.Quote{quote("99", "101", ""), quote("99", "", "")}, buy("a", "1"), domain.StatusAccepted, ""}),

		Entry("limit buy below the ask rests", arrival{one(quote("99", "101", "100")), buy("a", "1", limit("100.99")), domain.StatusNew, ""}),
		Entry("limit buy at the ask fills", arrival{one(quote("99", "101", "100")), buy("a", "1", limit("101")), domain.StatusFilled, "101"}),
		Entry("limit buy above the ask fills at the ask", arrival{one(quote("99", "101", "100")), buy("a", "1", limit("105")), domain.StatusFilled, "101"}),
		Entry("limit sell above the bid rests", arrival{one(quote("99", "101", "100")), sell("a", "1", limit("99.01")), domain.StatusNew, ""}),
		Entry("limit sell at the bid fills", arrival{one(quote("99", "101", "100")), sell("a", "1", limit("99")), domain.StatusFilled, "99"}),
		Entry("limit sell below the bid fills at the bid", arrival{one(quote("99", "101", "100")), sell("a", "1", limit("90")), domain.StatusFilled, "99"}),
		Entry("limit without any price rests", arrival{nil, buy("a", "1", limit("100")), domain.StatusNew, ""}),
		Entry("limit with a better price from the alert", arrival{nil, buy("a", "1", limit("100"), alertAt("98")), domain.StatusFilled, "98"}),

		Entry("stop buy above the last rests", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("100.01")), domain.StatusNew, ""}),
		Entry("stop buy at the last fills at the ask", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("100")), domain.StatusFilled, "101"}),
		Entry("stop sell below the last rests", arrival{one(quote("99", "101", "100")), sell("a", "1", stop("99.99")), domain.StatusNew, ""}),
		Entry("stop sell at the last fills at the bid", arrival{one(quote("99", "101", "100")), sell("a", "1", stop("100")), domain.StatusFilled, "99"}),
		Entry("stop buy without a last goes by the ask", arrival{one(quote("99", "101", "")), buy("a", "1", stop("101")), domain.StatusFilled, "101"}),
		Entry("stop sell without a last goes by the bid", arrival{one(quote("99", "101", "")), sell("a", "1", stop("99")), domain.StatusFilled, "99"}),
		Entry("stop buy with a bid alone rests", arrival{one(quote("99", "", "")), buy("a", "1", stop("90")), domain.StatusNew, ""}),
		Entry("stop without any price rests", arrival{nil, buy("a", "1", stop("90")), domain.StatusNew, ""}),

		Entry("stop-limit that is not triggered rests although marketable", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("103"), limit("110")), domain.StatusNew, ""}),
		Entry("stop-limit that is triggered and marketable fills", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("100"), limit("101")), domain.StatusFilled, "101"}),
		Entry("stop-limit that is triggered and not marketable rests", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("100"), limit("100.5")), domain.StatusNew, ""}),
		Entry("stop-limit sell that is triggered and marketable fills", arrival{one(quote("99", "101", "100")), sell("a", "1", stop("100"), limit("98")), domain.StatusFilled, "99"}),

		Entry("IOC that can fill", arrival{one(quote("99", "101", "100")), buy("a", "1", during(domain.TimeInForceIOC)), domain.StatusFilled, "101"}),
		Entry("IOC beyond its limit is canceled", arrival{one(quote("99", "101", "100")), buy("a", "1", limit("100"), during(domain.TimeInForceIOC)), domain.StatusCanceled, ""}),
		Entry("IOC without a price is canceled", arrival{nil, buy("a", "1", during(domain.TimeInForceIOC)), domain.StatusCanceled, ""}),
		Entry("IOC stop that is not triggered is canceled", arrival{one(quote("99", "101", "100")), buy("a", "1", stop("105"), during(domain.TimeInForceIOC)), domain.StatusCanceled, ""}),
		Entry("FOK that can fill", arrival{one(quote("99", "101", "100")), sell("a", "1", limit("99"), during(domain.TimeInForceFOK)), domain.StatusFilled, "99"}),
		Entry("FOK without a price is canceled", arrival{nil, sell("a", "1", during(domain.TimeInForceFOK)), domain.StatusCanceled, ""}),
		Entry("GTC rests as DAY does", arrival{one(quote("99", "101", "100")), buy("a", "1", limit("90"), during(domain.TimeInForceGTC)), domain.StatusNew, ""}),

		Entry("any symbol trades", arrival{nil, buy("a", "0.000000001", in("NQ1!"), alertAt("20000.25")), domain.StatusFilled, "20000.25"}),
	)

	type rest struct {
		order ports.OrderRequest
		// still do nothing to the order, then lets fills it, at price.
		still []ports.Quote
		lets  ports.Quote
		price string
	}

	DescribeTable("while it is open",
		func(ctx SpecContext, r rest) {
			before := d.submit(ctx, r.order)
			for _, q := range r.still {
				d.quote(ctx, q)
				Expect(at(d.order(ctx, "a"))).To(BeEmpty())
			}
			Expect(d.order(ctx, "a").Status).To(Equal(before.Status))
			Expect(d.quote(ctx, r.lets)).To(ConsistOf("a"))
			after := d.order(ctx, "a")
			Expect(after.Status).To(Equal(domain.StatusFilled))
			Expect(at(after)).To(Equal(r.price))
			Expect(after.At).To(BeTemporally(">", before.At))
			Expect(after.BrokerOrderID).To(Equal(before.BrokerOrderID))
		},
		Entry("market takes the first price", rest{buy("a", "1"), []ports.Quote{quote("99", "", "")}, quote("99", "101", ""), "101"}),
		Entry("limit buy waits for the ask", rest{buy("a", "1", limit("95")), []ports.Quote{quote("94", "96", "95"), quote("95", "", "")}, quote("94", "95", "96"), "95"}),
		Entry("limit buy gets a better ask", rest{buy("a", "1", limit("95")), []ports.Quote{quote("94", "96", "95")}, quote("80", "81", ""), "81"}),
		Entry("limit sell waits for the bid", rest{sell("a", "1", limit("105")), []ports.Quote{quote("104", "106", "105")}, quote("107", "108", ""), "107"}),
		Entry("stop buy gaps", rest{buy("a", "1", stop("105")), []ports.Quote{quote("103", "104", "104.99"), quote("104", "106", "104")}, quote("119", "121", "120"), "121"}),
		Entry("stop sell gaps", rest{sell("a", "1", stop("95")), []ports.Quote{quote("94", "96", "96"), quote("95.01", "97", "")}, quote("80", "82", "81"), "80"}),
		Entry("stop-limit stays triggered when the market goes back", rest{
			buy("a", "1", stop("105"), limit("106")),
			[]ports.Quote{quote("99", "101", "100"), quote("107", "109", "108")},
			quote("99", "100.5", "100"), "100.5",
		}),
	)

	It("tells when a stop price was reached and the limit was not", func(ctx SpecContext) {
		d.submit(ctx, buy("a", "1", stop("105"), limit("106")))
		Expect(d.quote(ctx, quote("107", "109", "108"))).To(ConsistOf("a"))
		Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusNew))
		Expect(d.quote(ctx, quote("108", "110", "109"))).To(BeEmpty(), "it is triggered once")
	})

	It("is worked in the order of arrival, the oldest first", func(ctx SpecContext) {
		for _, id := range []string{"z", "a", "m"} {
			d.submit(ctx, buy(id, "1"))
		}
		Expect(d.quote(ctx, quote("", "", "100"))).To(Equal([]string{"z", "a", "m"}))
	})

	It("is not touched by the quote of another symbol", func(ctx SpecContext) {
		d.submit(ctx, buy("a", "1"))
		d.submit(ctx, buy("b", "1", in("MSFT")))
		Expect(d.quote(ctx, quote("", "", "100"))).To(Equal([]string{"a"}))
		Expect(d.order(ctx, "b").Status).To(Equal(domain.StatusAccepted))
	})

	It("is left alone by a quote pushed again", func(ctx SpecContext) {
		d.quote(ctx, quote("99", "101", "100"))
		n := len(d.journal.all(d.account.ID()))
		Expect(d.quote(ctx, quote("99.0", "101.00", "100"))).To(BeEmpty())
		Expect(d.journal.all(d.account.ID())).To(HaveLen(n))
	})

	Describe("by notional", func() {
		It("buys what the money pays for, 9 places, rounded down", func(ctx SpecContext) {
			d.quote(ctx, quote("2.9", "3", ""))
			report := d.submit(ctx, buy("a", "", notional("100")))
			Expect(report.Fills[0].Quantity.String()).To(Equal("33.333333333"))
			Expect(d.summary(ctx).Cash.String()).To(Equal("99900.000000001"))
		})

		It("waits for a price to know its units", func(ctx SpecContext) {
			Expect(d.submit(ctx, buy("a", "", notional("100"))).Status).To(Equal(domain.StatusAccepted))
			d.quote(ctx, quote("", "8", ""))
			Expect(d.order(ctx, "a").Fills[0].Quantity.String()).To(Equal("12.5"))
		})

		It("takes its units from the price it fills at, not from its limit", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "", notional("100"), limit("10")))
			d.quote(ctx, quote("", "8", ""))
			Expect(d.order(ctx, "a").Fills[0].Quantity.String()).To(Equal("12.5"))
		})

		It("is rejected where it pays for nothing", func(ctx SpecContext) {
			d.quote(ctx, quote("", "", "1000000"))
			_, err := d.Submit(ctx, d.account, buy("a", "", notional("0.0001")))
			Expect(err).To(MatchError(domain.KindRejected))
			Expect(err).To(HaveField("Code", "notional_too_small"))
			Expect(d.order(ctx, "a").Status).To(Equal(domain.StatusRejected))
		})

		It("is rejected where nobody could count its units", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "", notional("1000000000")))
			Expect(d.quote(ctx, quote("", "", "0.000000000000000001"))).To(Equal([]string{"a"}))
			Expect(d.order(ctx, "a").Reason).To(Equal("the notional trades more units than can be counted"))
		})
	})

	Describe("and the alert's price", func() {
		It("lets older orders of the symbol fill first, and stays the last price", func(ctx SpecContext) {
			d.submit(ctx, buy("waits", "1"))
			d.submit(ctx, buy("rests", "2", limit("51")))
			d.submit(ctx, buy("elsewhere", "1", in("MSFT")))
			Expect(at(d.submit(ctx, buy("priced", "3", alertAt("50"))))).To(Equal("50"))
			Expect(at(d.order(ctx, "waits"))).To(Equal("50"))
			Expect(at(d.order(ctx, "rests"))).To(Equal("50"))
			Expect(d.order(ctx, "elsewhere").Status).To(Equal(domain.StatusAccepted))
			Expect(at(d.submit(ctx, sell("unpriced", "1")))).To(Equal("50"))
			Expect(d.journal.kinds(d.account.ID())).To(Equal([]string{
				"opened", "submitted", "submitted", "submitted", "priced", "filled", "filled", "submitted", "filled",
				"submitted", "filled",
			}))
		})

		It("is journaled only where it is news", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", alertAt("50")))
			d.submit(ctx, buy("b", "1", alertAt("50.0")))
			Expect(d.journal.kinds(d.account.ID())).To(Equal([]string{
				"opened", "priced", "submitted", "filled", "submitted", "filled",
			}))
		})

		It("triggers stops", func(ctx SpecContext) {
			d.submit(ctx, buy("stop", "1", stop("55"), alertAt("50")))
			d.submit(ctx, buy("b", "1", alertAt("54")))
			Expect(d.order(ctx, "stop").Status).To(Equal(domain.StatusNew))
			d.submit(ctx, buy("c", "1", alertAt("56")))
			Expect(at(d.order(ctx, "stop"))).To(Equal("56"))
		})

		It("is not taken from an order that is refused as a duplicate", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", alertAt("50")))
			_, err := d.Submit(ctx, d.account, buy("a", "1", alertAt("60")))
			Expect(err).To(MatchError(domain.KindConflict))
			Expect(at(d.submit(ctx, buy("b", "1")))).To(Equal("50"))
		})

		It("counts for nothing once the symbol is quoted", func(ctx SpecContext) {
			d.submit(ctx, buy("a", "1", alertAt("50")))
			d.quote(ctx, quote("59", "61", ""))
			Expect(at(d.submit(ctx, buy("b", "1", alertAt("50"))))).To(Equal("61"))
		})
	})
})
