package papersrv_test

import (
	"net/http"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("Orders, through Alpaca's own SDK", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})

	It("are answered pending, fill at once where the market is, and are told in full", func() {
		taken := v.place(buy("10", "AAPL", named("mine")))
		Expect(taken.Status).To(Equal("pending_new"))
		Expect(taken.FilledQty).To(number("0"))
		Expect(taken.FilledAvgPrice).To(BeNil())

		o := v.now(taken)
		Expect(o.Status).To(Equal("filled"))
		Expect(o.ClientOrderID).To(Equal("mine"))
		Expect(o.FilledQty).To(number("10"))
		Expect(o.FilledAvgPrice).To(number("100.1"))
		Expect(o.FilledAt).To(HaveValue(BeTemporally("==", monday())))
		Expect(o.PositionIntent).To(Equal(alpaca.BuyToOpen))
		Expect(o.AssetClass).To(Equal(alpaca.USEquity))
		Expect(o.OrderClass).To(BeEmpty())
		Expect(o.Type).To(Equal(alpaca.Market))
	})

	It("are found by the client's id in any state, and only the account's own", func() {
		v.place(buy("1", "AAPL", named("mine")))
		Expect(v.GetOrderByClientOrderID("mine")).To(HaveField("Status", "filled"))
		Expect(v.as("another", "pair").GetOrderByClientOrderID("mine")).Error().To(refuse(404, 40410000, "^order not found$"))
		Expect(v.GetOrderByClientOrderID("nobody's")).Error().To(refuse(404, 40410000, "^order not found$"))
	})

	It("get an id where the client sends none", func() {
		Expect(uuid.Parse(v.place(buy("1", "AAPL")).ClientOrderID)).Error().NotTo(HaveOccurred())
	})

	It("rest until the market reaches them, and end where they are canceled", func(ctx SpecContext) {
		first, second := v.place(buy("1", "AAPL", limit("99"))), v.place(buy("1", "AAPL", limit("98")))
		Expect(v.now(first).Status).To(Equal("new"))
		v.quote(ctx, "AAPL", "98.80", "98.90", "98.85")
		Expect(v.now(first)).To(HaveField("FilledAvgPrice", number("98.9")))

		Expect(v.CancelOrder(second.ID)).To(Succeed())
		Expect(v.now(second)).To(And(HaveField("Status", "canceled"), HaveField("CanceledAt", Not(BeNil()))))
		Expect(v.CancelOrder(second.ID)).To(Succeed(), "as it was seen at the venue")
		Expect(v.CancelOrder(first.ID)).To(refuse(422, 42210000, `^order is already in "filled" state$`))
		Expect(v.CancelOrder(uuid.NewString())).To(refuse(404, 40410000, "^order not found$"))
		Expect(v.CancelOrder("nonsense")).To(refuse(422, 40010001, "^order_id is missing$"))
	})

	It("end all at once", func(ctx SpecContext) {
		v.place(buy("1", "AAPL", limit("99")))
		v.place(buy("1", "AAPL", limit("98")))
		Expect(v.CancelAllOrders()).To(Succeed())
		Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())
		v.place(buy("1", "AAPL", limit("97")))
		got := v.send(ctx, http.MethodDelete, "/v2/orders", "")
		Expect(got.status).To(Equal(http.StatusMultiStatus))
		Expect(got.text).To(MatchRegexp(`^\[\{"id":"[-0-9a-f]{36}","status":200\}\]$`))
	})

	It("by notional keep no quantity", func() {
		o := v.now(v.place(buy("", "AAPL", worth("500"))))
		Expect(o.Qty).To(BeNil())
		Expect(o.Notional).To(number("500"))
		Expect(o.FilledQty).To(number("4.995004995"))
	})

	It("that stop a loss upwards are given a limit, those downwards none", func(ctx SpecContext) {
		up := v.place(buy("1", "AAPL", stop("110")))
		Expect(up.Type).To(Equal(alpaca.StopLimit))
		Expect(up.LimitPrice).To(number("112.75"))
		v.quote(ctx, "F", "11", "11.02", "11.01")
		Expect(v.place(buy("1", "F", stop("12.01"))).LimitPrice).To(number("12.5"))

		v.place(buy("3", "F"))
		Expect(v.CancelAllOrders()).To(Succeed())
		v.place(buy("3", "F"))
		down := v.place(sell("3", "F", stop("10")))
		Expect(down.LimitPrice).To(BeNil())
		v.quote(ctx, "F", "9.50", "9.52", "9.51")
		Expect(v.now(down).FilledAvgPrice).To(number("9.5"))
	})

	Describe("listed", func() {
		var first, second, third *alpaca.Order
		BeforeEach(func(ctx SpecContext) {
			first = v.place(buy("1", "AAPL"))
			v.clock.Advance(time.Second)
			second = v.place(buy("1", "AAPL", limit("90")))
			v.clock.Advance(time.Second)
			v.quote(ctx, "BTC/USD", "50000", "50010", "50005")
			third = v.place(buy("0.1", "BTCUSD", limit("40000"), during(alpaca.GTC)))
		})

		ids := func(request alpaca.GetOrdersRequest) []string {
			GinkgoHelper()
			orders, err := v.GetOrders(request)
			Expect(err).NotTo(HaveOccurred())
			found := []string{}
			for _, o := range orders {
				found = append(found, o.ID)
			}
			return found
		}

		It("are the open ones, the latest first, unless others are asked for", func() {
			Expect(ids(alpaca.GetOrdersRequest{})).To(Equal([]string{third.ID, second.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "closed"})).To(Equal([]string{first.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Direction: "asc"})).To(Equal([]string{first.ID, second.ID, third.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Limit: 2})).To(Equal([]string{third.ID, second.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Symbols: []string{"BTC/USD"}})).To(Equal([]string{third.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Symbols: []string{"BTCUSD"}})).To(Equal([]string{third.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Side: "sell"})).To(BeEmpty())
		})

		It("are those after and until a time, both exclusive", func() {
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", After: monday()})).To(Equal([]string{third.ID, second.ID}))
			Expect(ids(alpaca.GetOrdersRequest{Status: "all", Until: monday().Add(time.Second)})).To(Equal([]string{first.ID}))
		})

		It("are those before or after another one, which is no part of them", func(ctx SpecContext) {
			Expect(v.send(ctx, http.MethodGet, "/v2/orders?status=all&before_order_id="+second.ID, "").text).To(And(
				ContainSubstring(first.ID), Not(ContainSubstring(second.ID)), Not(ContainSubstring(third.ID))))
			Expect(v.send(ctx, http.MethodGet, "/v2/orders?status=all&after_order_id="+second.ID, "").text).To(And(
				ContainSubstring(third.ID), Not(ContainSubstring(second.ID)), Not(ContainSubstring(first.ID))))
			for query, status := range map[string]int{
				"before_order_id=x": 422, "after_order_id=" + uuid.NewString(): 404,
				"before_order_id=" + first.ID + "&after_order_id=" + first.ID: 422, "after=2026-11-23&before_order_id=" + first.ID: 422,
			} {
				Expect(v.send(ctx, http.MethodGet, "/v2/orders?"+query, "").status).To(Equal(status), query)
			}
		})

		It("must be asked for in words that are known", func() {
			Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "sleeping"})).Error().To(refuse(422, 42210000, "status must be"))
			Expect(v.GetOrders(alpaca.GetOrdersRequest{Limit: -1})).Error().To(refuse(422, 42210000, "limit must be"))
		})
	})

	Describe("with legs", func() {
		It("hold them until they fill, then arm them, and one that fills cancels the other", func(ctx SpecContext) {
			entry := v.place(buy("10", "AAPL", limit("99"), class(alpaca.Bracket, "105", "95", "94.50")))
			Expect(entry.OrderClass).To(Equal(alpaca.Bracket))
			Expect(entry.Legs).To(HaveLen(2))
			profit, loss := &entry.Legs[0], &entry.Legs[1]
			Expect(profit).To(HaveValue(And(HaveField("Status", "held"), HaveField("Type", alpaca.Limit), HaveField("Side", alpaca.Sell), HaveField("TimeInForce", alpaca.Day))))
			Expect(loss).To(HaveValue(And(HaveField("Status", "held"), HaveField("Type", alpaca.StopLimit), HaveField("StopPrice", number("95")))))
			Expect(v.now(profit).Status).To(Equal("held"))

			v.quote(ctx, "AAPL", "98.80", "98.90", "98.85")
			Expect(v.now(entry).Status).To(Equal("filled"))
			Expect(v.now(profit).Status).To(Equal("new"))
			Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(HaveLen(2))
			Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "all", Nested: true})).To(ConsistOf(HaveField("Legs", HaveLen(2))))

			v.quote(ctx, "AAPL", "105.50", "105.60", "105.55")
			Expect(v.now(profit)).To(And(HaveField("Status", "filled"), HaveField("PositionIntent", alpaca.SellToClose)))
			Expect(v.now(loss).Status).To(Equal("canceled"))
			Expect(v.GetPositions()).To(BeEmpty())
		})

		It("end as one, whichever is canceled", func() {
			entry := v.place(buy("10", "AAPL", limit("99"), class(alpaca.Bracket, "105", "95", "")))
			Expect(v.CancelOrder(entry.Legs[1].ID)).To(Succeed())
			Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())

			entry = v.place(buy("10", "AAPL", class(alpaca.Bracket, "105", "95", "")))
			Expect(v.CancelOrder(entry.Legs[0].ID)).To(Succeed())
			Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())
			Expect(v.now(entry).Status).To(Equal("filled"))
		})

		It("trigger a single one", func(ctx SpecContext) {
			entry := v.place(buy("10", "AAPL", class(alpaca.OTO, "", "95", "")))
			Expect(entry.OrderClass).To(Equal(alpaca.OTO))
			v.quote(ctx, "AAPL", "94", "94.10", "94.05")
			Expect(v.now(&entry.Legs[0]).FilledAvgPrice).To(number("94"))
		})
	})

	It("take numbers and strings, and fields that are null or empty", func(ctx SpecContext) {
		for _, qty := range []string{`1`, `"1"`} {
			got := v.send(ctx, http.MethodPost, "/v2/orders", `{"symbol":"aapl","qty":`+qty+
				`,"notional":null,"side":"buy","type":"limit","limit_price":99.50,"stop_price":"","time_in_force":"day","order_class":"simple"}`)
			Expect(got.status).To(Equal(http.StatusOK), got.text)
			Expect(got.body).To(And(HaveKeyWithValue("qty", "1"), HaveKeyWithValue("limit_price", "99.5"), HaveKeyWithValue("notional", BeNil())))
			Expect(got.body).To(HaveKeyWithValue("order_class", ""))
			Expect(uuid.Parse(got.header.Get("X-Request-ID"))).Error().NotTo(HaveOccurred())
		}
	})
})

var _ = Describe("A server that takes prices from orders", func() {
	It("fills a limit order of a symbol nobody quoted at its limit, and later ones there too", func() {
		v := open(withPricesFromOrders)
		Expect(v.now(v.place(buy("1", "MSFT", limit("400")))).FilledAvgPrice).To(number("400"))
		Expect(v.now(v.place(buy("1", "MSFT"))).FilledAvgPrice).To(number("400"))
	})

	It("waits for a quote otherwise", func(ctx SpecContext) {
		v := open()
		first, second := v.place(buy("1", "MSFT", limit("400"))), v.place(buy("1", "MSFT"))
		Expect(v.now(first).Status).To(Equal("new"))
		Expect(v.now(second).Status).To(Equal("accepted"))
		v.quote(ctx, "MSFT", "399", "399.50", "399.20")
		Expect(v.now(first).FilledAvgPrice).To(number("399.5"))
		Expect(v.now(second).FilledAvgPrice).To(number("399.5"))
	})
})
