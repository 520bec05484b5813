package papersrv_test

import (
	"net/http"
	"strings"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/papersrv"
)

func withPricesFromOrders(c *papersrv.Config) { c.PricesFromOrders = true }

func only(keys ...papersrv.KeyPair) configure {
	return func(c *papersrv.Config) { c.Keys = keys }
}

var _ = Describe("What the venue refuses", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		v.quote(ctx, "BTC/USD", "50000", "50010", "50005")
	})

	type row struct {
		Order   alpaca.PlaceOrderRequest
		Status  int
		Code    int
		Message string
	}
	const fine = ""
	DescribeTable("before it looks at the account:",
		func(r row) {
			_, err := v.PlaceOrder(r.Order)
			if r.Message == fine {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(refuse(r.Status, r.Code, r.Message))
			Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "all"})).To(BeEmpty(), "nothing is kept")
		},
		Entry("a limit between the cents", row{buy("1", "AAPL", limit("290.123")), 422, 42210000, `^invalid limit_price 290\.123\. sub-penny increment does not fulfill minimum pricing criteria$`}),
		Entry("a stop between the cents", row{sell("1", "AAPL", stop("90.001")), 422, 42210000, `^invalid stop_price 90\.001\. sub-penny`}),
		Entry("a take-profit between the cents", row{buy("1", "AAPL", class(alpaca.Bracket, "120.005", "90", "")), 422, 42210000, `^invalid take_profit\.limit_price 120\.005\. sub-penny`}),
		Entry("no: below a dollar there are four places", row{Order: buy("1", "F", limit("0.9999"))}),
		Entry("five places below a dollar", row{buy("1", "F", limit("0.99999")), 422, 42210000, "sub-penny"}),
		Entry("no: crypto has its own places", row{Order: buy("1", "BTC/USD", limit("20.123456"), during(alpaca.GTC))}),
		Entry("parts of shares that live on", row{buy("0.5", "AAPL", limit("99"), during(alpaca.GTC)), 422, 42210000, "^fractional orders must be DAY orders$"}),
		Entry("parts of shares with legs", row{buy("0.5", "AAPL", class(alpaca.Bracket, "120", "90", "")), 422, 42210000, "^fractional orders must be simple orders$"}),
		Entry("parts of shares that cannot be parted", row{buy("0.5", "OCGN"), 403, 40310000, `^asset "OCGN" is not fractionable$`}),
		Entry("parts of shares sold short", row{sell("0.5", "AAPL"), 403, 40310000, "^fractional orders cannot be sold short$"}),
		Entry("a share nobody lends", row{sell("1", "OCGN"), 403, 40310000, "cannot be sold short"}),
		Entry("quantity and notional at once", row{buy("1", "AAPL", func(r *alpaca.PlaceOrderRequest) { r.Notional = d("10") }), 400, 40010000, "only one of qty or notional"}),
		Entry("neither", row{buy("", "AAPL"), 422, 42210000, "qty or notional is required"}),
		Entry("less than a dollar's worth", row{buy("", "AAPL", worth("0.99")), 403, 40310000, "minimal amount of order 1$"}),
		Entry("less than nine places can say", row{buy("0.0000000001", "AAPL"), 422, 42210000, "qty must be limited to 9 decimal places"}),
		Entry("nothing", row{buy("0", "AAPL"), 422, 42210000, "qty must be > 0"}),
		Entry("a day of crypto", row{buy("1", "BTC/USD"), 422, 42210000, "^invalid crypto time_in_force$"}),
		Entry("a stop in crypto", row{sell("1", "BTC/USD", stop("40000"), during(alpaca.GTC)), 422, 40010001, "^invalid order type for crypto order$"}),
		Entry("little crypto", row{buy("", "BTC/USD", worth("9.99"), during(alpaca.GTC)), 403, 40310000, "^cost basis must be >= minimal amount of order 10$"}),
		Entry("crypto that is not there", row{sell("1", "BTC/USD", during(alpaca.GTC)), 403, 40310000, `^insufficient balance for BTC \(requested: 1, available: 0\)$`}),
		Entry("stops that cannot wait", row{sell("1", "AAPL", stop("90"), during(alpaca.IOC)), 422, 42210000, "must be market or limit orders"}),
		Entry("a stop at the opening", row{sell("1", "AAPL", stop("90"), during(alpaca.OPG)), 422, 42210000, "must be market or limit orders"}),
		Entry("parts of shares at the close", row{buy("0.5", "AAPL", during(alpaca.CLS)), 422, 42210000, "^fractional orders must be DAY orders$"}),
		Entry("market orders outside hours", row{buy("1", "AAPL", extended()), 422, 42210000, "^extended hours order must be DAY or GTC limit orders$"}),
		Entry("a limit order without limit", row{buy("1", "AAPL", func(r *alpaca.PlaceOrderRequest) { r.Type = alpaca.Limit }), 422, 42210000, "limit orders require a limit price"}),
		Entry("a market order with a limit", row{buy("1", "AAPL", func(r *alpaca.PlaceOrderRequest) { r.LimitPrice = d("1") }), 422, 42210000, "must not have a limit price"}),
		Entry("a negative price", row{buy("1", "AAPL", limit("-1")), 422, 42210000, "limit_price must be > 0"}),
		Entry("another meaning than it has", row{buy("1", "AAPL", meaning(alpaca.BuyToClose)), 422, 42210000, "^position intent mismatch, inferred: buy_to_open, specified: buy_to_close$"}),
		Entry("a symbol that is none", row{buy("1", "NOSUCHTHING"), 422, 42210000, `^asset "NOSUCHTHING" not found$`}),
		Entry("an option", row{buy("1", "SPY261218C00600000"), 422, 42210000, "not found"}),
		Entry("what does not trade any more", row{buy("1", "TWTR"), 422, 42210000, `^asset "TWTR" is not tradable$`}),
		Entry("a long name", row{buy("1", "AAPL", named(strings.Repeat("x", 129))), 422, 42210000, "no more than 128 characters"}),
		Entry("several symbols at once", row{buy("1", "AAPL", class(alpaca.MLeg, "", "", "")), 422, 42210000, "multi-leg orders are not supported"}),
		Entry("a bracket with one leg", row{buy("1", "AAPL", class(alpaca.Bracket, "120", "", "")), 422, 42210000, "bracket orders require"}),
		Entry("a bracket upside down", row{buy("1", "AAPL", class(alpaca.Bracket, "90", "120", "")), 422, 42210000, "take_profit.limit_price must be > stop_loss.stop_price"}),
		Entry("a short bracket upside down", row{sell("1", "AAPL", class(alpaca.Bracket, "120", "90", "")), 422, 42210000, "take_profit.limit_price must be < stop_loss.stop_price"}),
		Entry("a loss above the entry", row{buy("1", "AAPL", limit("100"), class(alpaca.Bracket, "120", "100", "")), 422, 42210000, "base_price - 0.01"}),
		Entry("a bracket that cannot wait", row{buy("1", "AAPL", during(alpaca.IOC), class(alpaca.Bracket, "120", "90", "")), 422, 42210000, "must be DAY or GTC"}),
		Entry("an oto with two legs", row{buy("1", "AAPL", class(alpaca.OTO, "120", "90", "")), 422, 42210000, "exactly one"}),
		Entry("legs without a class", row{buy("1", "AAPL", class("", "120", "", "")), 422, 42210000, "require an order_class"}),
		Entry("more than the account can pay", row{buy("10000", "AAPL"), 403, 40310000, "^insufficient buying power$"}),
	)

	It("is a client order id that was used, whatever became of it", func() {
		v.place(buy("1", "AAPL", named("filled")))
		resting := v.place(buy("1", "AAPL", limit("90"), named("canceled")))
		Expect(v.CancelOrder(resting.ID)).To(Succeed())
		for _, id := range []string{"filled", "canceled"} {
			_, err := v.PlaceOrder(buy("1", "AAPL", named(id)))
			Expect(err).To(refuse(422, 40010001, "^client_order_id must be unique$"))
		}
	})

	It("is not a client order id whose order was refused", func() {
		Expect(v.PlaceOrder(buy("10000", "AAPL", named("mine")))).Error().To(refuse(403, 40310000, "buying power"))
		Expect(v.GetOrderByClientOrderID("mine")).Error().To(refuse(404, 40410000, "order not found"))
		v.place(buy("1", "AAPL", named("mine")))
	})

	It("is to sell what other orders hold, and it says which", func(ctx SpecContext) {
		v.place(buy("3", "AAPL"))
		holding := v.place(sell("3", "AAPL", limit("120")))
		got := v.send(ctx, http.MethodPost, "/v2/orders", `{"symbol":"AAPL","qty":"1","side":"sell","type":"market","time_in_force":"day"}`)
		Expect(got.status).To(Equal(http.StatusForbidden))
		Expect(got.text).To(MatchJSON(`{"available":"0","code":40310000,"existing_qty":"3","held_for_orders":"3",` +
			`"message":"insufficient qty available for order (requested: 1, available: 0)","related_orders":["` + holding.ID + `"],"symbol":"AAPL"}`))
	})

	It("is to turn a position round in one order, long or short", func() {
		v.place(buy("3", "AAPL"))
		Expect(v.PlaceOrder(sell("4", "AAPL"))).Error().To(refuse(403, 40310000, `requested: 4, available: 3`))
		v.place(sell("3", "AAPL"))
		Expect(v.now(v.place(sell("2", "AAPL")))).To(HaveField("PositionIntent", alpaca.SellToOpen))
		Expect(v.PlaceOrder(buy("3", "AAPL"))).Error().To(refuse(403, 40310000, `requested: 3, available: 2`))
	})

	It("is to trade with oneself", func(ctx SpecContext) {
		v.place(buy("3", "AAPL"))
		resting := v.place(sell("1", "AAPL", stop("90")))
		got := v.send(ctx, http.MethodPost, "/v2/orders", `{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day"}`)
		Expect(got.status).To(Equal(http.StatusForbidden))
		Expect(got.text).To(MatchJSON(`{"code":40310000,"existing_order_id":"` + resting.ID +
			`","message":"potential wash trade detected. use complex orders","reject_reason":"opposite side market/stop order exists"}`))
		v.place(buy("1", "AAPL", class(alpaca.Bracket, "120", "90", "")))
	})

	DescribeTable("is a body that is none",
		func(ctx SpecContext, body string) {
			got := v.send(ctx, http.MethodPost, "/v2/orders", body)
			Expect(got.status).To(Equal(http.StatusBadRequest))
			Expect(got.body).To(HaveKeyWithValue("code", BeEquivalentTo(40010000)))
		},
		Entry("nothing", ""), Entry("half of one", `{"symbol":`), Entry("a list", `[]`),
		Entry("too much", `{"symbol":"`+strings.Repeat("A", 70_000)+`"}`),
	)

	It("is a path or a method that is not there", func(ctx SpecContext) {
		Expect(v.send(ctx, http.MethodGet, "/v2/watchlists", "").status).To(Equal(http.StatusNotFound))
		Expect(v.send(ctx, http.MethodPut, "/v2/orders", "").status).To(Equal(http.StatusMethodNotAllowed))
	})
})

var _ = Describe("Who is let in", func() {
	It("is whoever brings a key pair, each to an account of its own", func(ctx SpecContext) {
		v := open()
		v.quote(ctx, "AAPL", "", "", "100")
		v.place(buy("1", "AAPL"))
		Expect(v.as("key", "another secret").GetPositions()).To(BeEmpty())
		Expect(v.as("key", "secret").GetPositions()).To(HaveLen(1))
		mine, err := v.GetAccount()
		Expect(err).NotTo(HaveOccurred())
		theirs, err := v.as("another", "secret").GetAccount()
		Expect(err).NotTo(HaveOccurred())
		Expect(mine.ID).NotTo(Equal(theirs.ID))
	})

	It("is nobody without a key pair", func(ctx SpecContext) {
		got := open().send(ctx, http.MethodGet, "/v2/account", "", "Accept", "*/*")
		Expect(got.status).To(Equal(http.StatusUnauthorized))
		Expect(got.text).To(MatchJSON(`{"code":40110000,"message":"request is not authorized"}`))
	})

	It("is who brings one that was configured, where any was", func() {
		v := open(only(papersrv.KeyPair{ID: "key", Secret: "secret"}, papersrv.KeyPair{ID: "second", Secret: "one"}))
		Expect(v.GetAccount()).To(HaveField("Status", "ACTIVE"))
		Expect(v.as("second", "one").GetAccount()).To(HaveField("Status", "ACTIVE"))
		for _, pair := range [][2]string{{"key", "one"}, {"nobody", "secret"}} {
			Expect(v.as(pair[0], pair[1]).GetAccount()).Error().To(refuse(401, 40110000, "request is not authorized"))
		}
	})

	It("is who brings a token of OAuth", func() {
		v := open()
		client := alpaca.NewClient(alpaca.ClientOpts{OAuth: "token", BaseURL: v.url})
		Expect(client.GetAccount()).To(HaveField("Status", "ACTIVE"))
	})
})
