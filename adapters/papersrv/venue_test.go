package papersrv_test

import (
	"context"
	"net/http"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/papersrv"
)

func inSessions(c *papersrv.Config) { c.Sessions = true }

func partly(seed uint64) configure {
	return func(c *papersrv.Config) { c.PartialFills = &seed }
}

func trailing(price, percent string) term {
	return func(r *alpaca.PlaceOrderRequest) {
		r.Type = alpaca.TrailingStop
		if price != "" {
			r.TrailPrice = d(price)
		}
		if percent != "" {
			r.TrailPercent = d(percent)
		}
	}
}

var _ = Describe("A venue with sessions", func() {
	var v *venue
	var closing time.Time
	BeforeEach(func(ctx SpecContext) {
		v, closing = open(inSessions), monday().Add(5*time.Hour)
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		v.quote(ctx, "BTC/USD", "50000", "50010", "50005")
	})

	It("ends orders for the day with it, and no others", func() {
		day, gtc := v.place(buy("1", "AAPL", limit("90"))), v.place(buy("1", "AAPL", limit("90"), during(alpaca.GTC)))
		v.clock.Set(closing.Add(-time.Second))
		Expect(v.now(day).Status).To(Equal("new"))
		v.clock.Set(closing)
		Expect(v.now(day)).To(And(HaveField("Status", "expired"), HaveField("ExpiredAt", Not(BeNil()))))
		Expect(v.now(gtc).Status).To(Equal("new"))
	})

	It("says when an order is going to end", func(ctx SpecContext) {
		for _, row := range []struct{ body, expires string }{
			{`"time_in_force":"day","type":"limit","limit_price":"90"`, "2026-11-23T21:00:00Z"},
			{`"time_in_force":"day","type":"limit","limit_price":"90","extended_hours":true`, "2026-11-24T01:00:00Z"},
			{`"time_in_force":"gtc","type":"limit","limit_price":"90"`, "2027-02-21T21:15:00Z"},
		} {
			got := v.send(ctx, http.MethodPost, "/v2/orders", `{"symbol":"AAPL","qty":"1","side":"buy",`+row.body+`}`)
			Expect(got.body).To(HaveKeyWithValue("expires_at", row.expires), got.text)
		}
	})

	It("ends an order that nobody cancels after 90 days", func() {
		o := v.place(buy("1", "AAPL", limit("90"), during(alpaca.GTC)))
		v.clock.Advance(91 * 24 * time.Hour)
		Expect(v.now(o).Status).To(Equal("expired"))
	})

	It("takes orders while it is closed, and trades them when it opens", func(ctx SpecContext) {
		v.clock.Set(closing)
		Expect(v.GetClock()).To(HaveField("IsOpen", false))
		market, ioc := v.place(buy("1", "AAPL")), v.place(buy("1", "AAPL", limit("101"), during(alpaca.IOC)))
		coin := v.place(buy("0.1", "BTC/USD", during(alpaca.GTC)))
		Expect(v.now(market).Status).To(Equal("accepted"))
		Expect(v.now(ioc).Status).To(Equal("canceled"))
		Expect(v.now(coin).Status).To(Equal("filled"), "coins never sleep")
		v.quote(ctx, "AAPL", "101.90", "102.10", "102")
		Expect(v.now(market).Status).To(Equal("accepted"))
		v.clock.Set(closing.Add(17*time.Hour + 30*time.Minute))
		Expect(v.GetClock()).To(HaveField("IsOpen", true))
		Expect(v.now(market).FilledAvgPrice).To(number("102.1"))
	})

	It("trades limit orders outside the session where they ask for that", func() {
		v.clock.Set(closing)
		within, beyond := v.place(buy("1", "AAPL", limit("101"))), v.place(buy("1", "AAPL", limit("101"), extended()))
		Expect(v.now(within).Status).To(Equal("new"))
		Expect(v.now(beyond)).To(And(HaveField("Status", "filled"), HaveField("ExtendedHours", true)))
	})

	It("takes orders for its opening and its close in their hours, and trades them at the quote", func() {
		Expect(v.PlaceOrder(buy("1", "AAPL", during(alpaca.OPG)))).Error().To(refuse(422, 42210000, "opg orders are not accepted"))
		Expect(v.now(v.place(buy("1", "AAPL", during(alpaca.CLS))))).To(And(HaveField("TimeInForce", alpaca.CLS), HaveField("Status", "filled")))
		v.clock.Set(closing.Add(-10 * time.Minute))
		Expect(v.PlaceOrder(buy("1", "AAPL", during(alpaca.CLS)))).Error().To(refuse(422, 42210000, "cls orders are not accepted"))
		v.clock.Set(closing.Add(3 * time.Hour))
		o, beyond := v.place(buy("1", "AAPL", during(alpaca.OPG))), v.place(buy("1", "AAPL", limit("90"), during(alpaca.OPG)))
		v.clock.Set(closing.Add(17*time.Hour + 30*time.Minute))
		Expect(v.now(o).Status).To(Equal("filled"))
		v.clock.Set(closing.Add(24 * time.Hour))
		Expect(v.now(beyond).Status).To(Equal("expired"))
	})

	It("is closed on holidays", func() {
		v.clock.Set(time.Date(2026, time.November, 26, 16, 0, 0, 0, time.UTC))
		o := v.place(buy("1", "AAPL"))
		Expect(v.now(o).Status).To(Equal("accepted"))
		v.clock.Set(time.Date(2026, time.November, 27, 14, 30, 0, 0, time.UTC))
		Expect(v.now(o).Status).To(Equal("filled"))
	})

	It("lets time go by without being asked", func(ctx SpecContext) {
		running, stop := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			v.server.Run(running)
		}()
		h := &heard{}
		go func() {
			_ = v.StreamTradeUpdates(running, h.take, alpaca.StreamTradeUpdatesRequest{Since: monday()})
		}()
		v.place(buy("1", "AAPL", limit("90")))
		v.clock.Set(closing)
		Eventually(h.words).WithContext(ctx).Should(Equal([]string{"new", "expired"}))
		stop()
		Eventually(ended).WithContext(ctx).Should(BeClosed())
	})

	It("ends the legs of an order for the day with it", func() {
		entry := v.place(buy("1", "AAPL", class(alpaca.Bracket, "120", "90", "")))
		v.clock.Set(closing)
		Expect(v.now(&entry.Legs[0]).Status).To(Equal("expired"))
		Expect(v.now(&entry.Legs[1]).Status).To(Equal("expired"))
		Expect(v.GetPosition("AAPL")).To(HaveField("QtyAvailable", number("1")))
	})
})

var _ = Describe("A stop that trails", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open(inSessions)
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		v.place(buy("10", "AAPL"))
	})

	It("follows the market up, stays when it falls, and sells where it is reached", func(ctx SpecContext) {
		o := v.place(sell("10", "AAPL", trailing("2", "")))
		Expect(o).To(HaveValue(And(HaveField("Type", alpaca.TrailingStop), HaveField("HWM", number("100")), HaveField("StopPrice", number("98")), HaveField("TrailPrice", number("2")))))
		v.quote(ctx, "AAPL", "104.90", "105.10", "105")
		v.quote(ctx, "AAPL", "103.90", "104.10", "104")
		Expect(v.now(o)).To(HaveValue(And(HaveField("HWM", number("105")), HaveField("StopPrice", number("103")), HaveField("Status", "new"))))
		v.quote(ctx, "AAPL", "102.90", "103.10", "103")
		Expect(v.now(o)).To(HaveValue(And(HaveField("Status", "filled"), HaveField("FilledAvgPrice", number("102.9")))))
	})

	It("follows by a share of the price, downwards where it buys", func(ctx SpecContext) {
		_, err := v.ClosePosition("AAPL", alpaca.ClosePositionRequest{})
		Expect(err).NotTo(HaveOccurred())
		v.place(sell("10", "AAPL"))
		o := v.place(buy("10", "AAPL", trailing("", "10")))
		Expect(o.StopPrice).To(number("110"))
		v.quote(ctx, "AAPL", "79.90", "80.10", "80")
		Expect(v.now(o)).To(HaveValue(And(HaveField("HWM", number("80")), HaveField("StopPrice", number("88")), HaveField("LimitPrice", BeNil()))))
	})

	It("does not follow outside the session", func(ctx SpecContext) {
		o := v.place(sell("10", "AAPL", trailing("2", ""), during(alpaca.GTC)))
		v.clock.Advance(6 * time.Hour)
		v.quote(ctx, "AAPL", "119.90", "120.10", "120")
		Expect(v.now(o).HWM).To(number("100"))
	})

	It("keeps another distance after it was replaced", func() {
		o := v.place(sell("10", "AAPL", trailing("2", "")))
		closer, err := v.ReplaceOrder(o.ID, alpaca.ReplaceOrderRequest{Trail: d("1")})
		Expect(err).NotTo(HaveOccurred())
		Expect(closer).To(HaveValue(And(HaveField("TrailPrice", number("1")), HaveField("StopPrice", number("99")), HaveField("HWM", number("100")))))
	})

	DescribeTable("needs one distance and no price",
		func(r alpaca.PlaceOrderRequest, message string) {
			Expect(v.PlaceOrder(r)).Error().To(refuse(422, 42210000, message))
		},
		Entry("no distance", sell("1", "AAPL", trailing("", "")), "one of trail_price or trail_percent"),
		Entry("two", sell("1", "AAPL", trailing("1", "1")), "one of trail_price or trail_percent"),
		Entry("a stop price", sell("1", "AAPL", stop("90"), trailing("1", "")), "must not have"),
		Entry("all of the price", sell("1", "AAPL", trailing("", "100")), "less than 100"),
		Entry("another type with a distance", sell("1", "AAPL", func(r *alpaca.PlaceOrderRequest) { r.TrailPrice = d("1") }), "only trailing_stop orders"),
		Entry("legs", sell("1", "AAPL", trailing("1", ""), class(alpaca.OTO, "80", "", "")), "must be simple"),
		Entry("no time to follow", sell("1", "AAPL", trailing("1", ""), during(alpaca.IOC)), "must be DAY or GTC"),
		Entry("a market", buy("1", "MSFT", trailing("1", "")), "no price is known"),
	)
})

var _ = Describe("One order cancels the other", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})
	exit := func() *alpaca.Order {
		GinkgoHelper()
		v.place(buy("10", "AAPL"))
		return v.place(sell("10", "AAPL", class(alpaca.OCO, "105", "95", ""), func(r *alpaca.PlaceOrderRequest) { r.Type = alpaca.Limit }))
	}

	It("when it fills: both work from the start and hold the shares once", func(ctx SpecContext) {
		profit := exit()
		Expect(profit).To(HaveValue(And(HaveField("OrderClass", alpaca.OCO), HaveField("LimitPrice", number("105")), HaveField("Legs", HaveLen(1)))))
		loss := &profit.Legs[0]
		Expect(v.now(loss)).To(HaveValue(And(HaveField("Status", "new"), HaveField("StopPrice", number("95")), HaveField("Side", alpaca.Sell))))
		Expect(v.GetPosition("AAPL")).To(HaveField("QtyAvailable", number("0")))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{Nested: true})).To(ConsistOf(HaveField("Legs", HaveLen(1))))
		v.quote(ctx, "AAPL", "94.90", "95.10", "95")
		Expect(v.now(loss)).To(And(HaveField("Status", "filled"), HaveField("FilledAvgPrice", number("94.9"))))
		Expect(v.now(profit).Status).To(Equal("canceled"))
		Expect(v.GetPositions()).To(BeEmpty())
	})

	It("when it is canceled", func() {
		profit := exit()
		Expect(v.CancelOrder(profit.Legs[0].ID)).To(Succeed())
		Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())
		Expect(v.now(profit).Status).To(Equal("canceled"))
	})

	It("also where one was replaced", func(ctx SpecContext) {
		profit := exit()
		other, err := v.ReplaceOrder(profit.ID, alpaca.ReplaceOrderRequest{LimitPrice: d("102")})
		Expect(err).NotTo(HaveOccurred())
		v.quote(ctx, "AAPL", "102", "102.10", "102.05")
		Expect(v.now(other).Status).To(Equal("filled"))
		Expect(v.now(&profit.Legs[0]).Status).To(Equal("canceled"))
	})

	It("only to leave a position, with a limit, the profit on its right side", func() {
		limited := func(r *alpaca.PlaceOrderRequest) { r.Type = alpaca.Limit }
		Expect(v.PlaceOrder(sell("10", "AAPL", class(alpaca.OCO, "105", "95", ""), limited))).Error().To(refuse(422, 42210000, "oco orders must exit a position"))
		v.place(buy("10", "AAPL"))
		Expect(v.PlaceOrder(sell("10", "AAPL", class(alpaca.OCO, "105", "95", "")))).Error().To(refuse(422, 42210000, "must"))
		Expect(v.PlaceOrder(sell("10", "AAPL", class(alpaca.OCO, "95", "105", ""), limited))).Error().To(refuse(422, 42210000, "take_profit.limit_price must be > stop_loss.stop_price"))
		Expect(v.PlaceOrder(sell("10", "AAPL", class(alpaca.OCO, "105", "", ""), limited))).Error().To(refuse(422, 42210000, "oco orders require"))
		Expect(v.PlaceOrder(sell("11", "AAPL", class(alpaca.OCO, "105", "95", ""), limited))).Error().To(refuse(403, 40310000, "requested: 11, available: 10"))
	})
})

var _ = Describe("A venue that fills in part", func() {
	It("fills about one order in ten in two or more pieces, the same ones for a seed, and all of it in the end", func(ctx SpecContext) {
		run := func(seed uint64) (pieces []int) {
			v := open(partly(seed))
			v.quote(ctx, "AAPL", "99.90", "100.10", "100")
			h := &heard{}
			streaming, stop := context.WithCancel(ctx)
			defer stop()
			go func() {
				_ = v.StreamTradeUpdates(streaming, h.take, alpaca.StreamTradeUpdatesRequest{Since: monday()})
			}()
			const orders = 60
			for range orders {
				v.place(buy("7", "AAPL"))
			}
			Eventually(func() ([]alpaca.Order, error) { return v.GetOrders(alpaca.GetOrdersRequest{}) }).WithContext(ctx).Should(BeEmpty())
			Expect(v.GetPosition("AAPL")).To(HaveField("Qty", number("420")))
			count := func() (fills int) {
				pieces = nil
				for _, event := range h.words() {
					switch event {
					case "partial_fill":
						pieces = append(pieces, fills)
					case "fill":
						fills++
					}
				}
				return fills
			}
			Eventually(count).WithContext(ctx).Should(Equal(orders))
			return pieces
		}
		first := run(1)
		Expect(len(first)).To(BeNumerically("~", 7, 6))
		Expect(run(1)).To(Equal(first))
		Expect(run(2)).NotTo(Equal(first))
	})
})
