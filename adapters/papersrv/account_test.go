package papersrv_test

import (
	"net/http"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("An account, through Alpaca's own SDK", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})

	It("starts with its cash and adds up", func(ctx SpecContext) {
		Expect(v.GetAccount()).To(HaveValue(And(
			HaveField("Cash", number("100000")), HaveField("Equity", number("100000")), HaveField("BuyingPower", number("200000")),
			HaveField("Multiplier", number("2")), HaveField("Status", "ACTIVE"), HaveField("Currency", "USD"), HaveField("ShortingEnabled", true))))
		v.place(buy("10", "AAPL"))
		v.quote(ctx, "AAPL", "109.90", "110.10", "110")
		Expect(v.GetAccount()).To(HaveValue(And(
			HaveField("Cash", number("98999")), HaveField("Equity", number("100099")), HaveField("PortfolioValue", number("100099")),
			HaveField("LongMarketValue", number("1100")), HaveField("InitialMargin", number("550")), HaveField("BuyingPower", number("199098")))))
	})

	It("tells nothing of day traders any more, and numbers as strings", func(ctx SpecContext) {
		got := v.send(ctx, http.MethodGet, "/v2/account", "")
		Expect(got.body).NotTo(HaveKey("pattern_day_trader"))
		Expect(got.body).NotTo(HaveKey("daytrade_count"))
		Expect(got.body).To(And(HaveKeyWithValue("cash", "100000"), HaveKeyWithValue("trading_blocked", false), HaveKeyWithValue("multiplier", "2")))
	})

	It("is configured as it is", func() {
		Expect(v.GetAccountConfigurations()).To(HaveValue(And(HaveField("NoShorting", false), HaveField("TradeSuspendedByUser", false))))
	})

	Describe("holds positions that", func() {
		It("are told with what they cost, are worth and have free", func(ctx SpecContext) {
			v.place(buy("10", "AAPL"))
			v.place(sell("4", "AAPL", limit("120")))
			v.quote(ctx, "AAPL", "109.90", "110.10", "110")
			p, err := v.GetPosition("AAPL")
			Expect(err).NotTo(HaveOccurred())
			Expect(p).To(HaveValue(And(
				HaveField("Qty", number("10")), HaveField("QtyAvailable", number("6")), HaveField("Side", "long"),
				HaveField("AvgEntryPrice", number("100.1")), HaveField("CostBasis", number("1001")), HaveField("MarketValue", number("1100")),
				HaveField("UnrealizedPL", number("99")), HaveField("UnrealizedPLPC", number("0.0989011")), HaveField("CurrentPrice", number("110")),
				HaveField("Exchange", "NASDAQ"), HaveField("AssetClass", alpaca.USEquity))))
			Expect(v.GetPosition(p.AssetID)).To(HaveField("Symbol", "AAPL"))
			Expect(v.GetPositions()).To(HaveLen(1))
			Expect(v.GetPosition("MSFT")).Error().To(refuse(404, 40410000, "^position does not exist$"))
		})

		It("are below 0 where they are short", func() {
			v.place(sell("10", "AAPL"))
			Expect(v.GetPosition("AAPL")).To(HaveValue(And(
				HaveField("Qty", number("-10")), HaveField("Side", "short"), HaveField("MarketValue", number("-1000")), HaveField("UnrealizedPL", number("-1")))))
		})

		It("in a pair are spelled without the slash, and found with it and without", func(ctx SpecContext) {
			v.quote(ctx, "BTC/USD", "50000", "50010", "50005")
			v.place(buy("0.5", "BTC/USD", during(alpaca.GTC)))
			Expect(v.GetPositions()).To(ConsistOf(And(HaveField("Symbol", "BTCUSD"), HaveField("AssetClass", alpaca.Crypto))))
			Expect(v.GetPosition("BTCUSD")).To(HaveField("Qty", number("0.5")))
			Expect(v.GetPosition("BTC/USD")).To(HaveField("Qty", number("0.5")))
			closing, err := v.ClosePosition("BTCUSD", alpaca.ClosePositionRequest{})
			Expect(err).NotTo(HaveOccurred())
			Expect(v.now(closing)).To(And(HaveField("Status", "filled"), HaveField("TimeInForce", alpaca.GTC)))
		})

		It("are closed whole, by quantity or in part", func() {
			v.place(buy("10", "AAPL"))
			part, err := v.ClosePosition("AAPL", alpaca.ClosePositionRequest{Qty: *d("3")})
			Expect(err).NotTo(HaveOccurred())
			Expect(v.now(part)).To(And(HaveField("FilledQty", number("3")), HaveField("PositionIntent", alpaca.SellToClose)))
			_, err = v.ClosePosition("AAPL", alpaca.ClosePositionRequest{Percentage: *d("50")})
			Expect(err).NotTo(HaveOccurred())
			Expect(v.GetPosition("AAPL")).To(HaveField("Qty", number("4")), "a share of whole shares is whole")
			_, err = v.ClosePosition("AAPL", alpaca.ClosePositionRequest{})
			Expect(err).NotTo(HaveOccurred())
			Expect(v.GetPositions()).To(BeEmpty())
			Expect(v.ClosePosition("AAPL", alpaca.ClosePositionRequest{})).Error().To(refuse(404, 40410000, "position does not exist"))
		})

		It("are not closed while orders hold them, and those stay", func() {
			v.place(buy("10", "AAPL"))
			holding := v.place(sell("10", "AAPL", limit("120")))
			Expect(v.ClosePosition("AAPL", alpaca.ClosePositionRequest{})).Error().To(refuse(403, 40310000, `requested: 10, available: 0`))
			Expect(v.now(holding).Status).To(Equal("new"))
		})

		It("are closed all at once, each told by itself, after their orders where that is asked", func(ctx SpecContext) {
			v.quote(ctx, "MSFT", "400", "400.10", "400.05")
			v.place(buy("10", "AAPL"))
			v.place(buy("1", "MSFT"))
			v.place(sell("10", "AAPL", limit("120")))
			orders, err := v.CloseAllPositions(alpaca.CloseAllPositionsRequest{})
			Expect(err).To(MatchError(ContainSubstring("insufficient qty available")))
			Expect(orders).To(ConsistOf(HaveField("Symbol", "MSFT")))
			Expect(v.CloseAllPositions(alpaca.CloseAllPositionsRequest{CancelOrders: true})).To(ConsistOf(HaveField("Symbol", "AAPL")))
			Expect(v.GetPositions()).To(BeEmpty())
			Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())
		})
	})

	Describe("tells of its fills", func() {
		BeforeEach(func() {
			v.place(buy("10", "AAPL"))
			v.clock.Advance(time.Hour)
			v.place(sell("4", "AAPL"))
			v.place(buy("1", "AAPL", limit("50")))
		})

		It("the latest first, by the order's id alone", func() {
			found, err := v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{ActivityTypes: []string{"FILL"}})
			Expect(err).NotTo(HaveOccurred())
			Expect(found).To(HaveLen(2))
			Expect(found[0]).To(And(
				HaveField("ActivityType", "FILL"), HaveField("Type", "fill"), HaveField("Side", "sell"), HaveField("Qty", number("4")),
				HaveField("CumQty", number("4")), HaveField("LeavesQty", number("0")), HaveField("Price", number("99.9")),
				HaveField("OrderStatus", "filled"), HaveField("ID", HavePrefix("20261123120000000::"))))
			Expect(v.GetOrder(found[0].OrderID)).To(HaveField("Side", alpaca.Sell))
		})

		It("a page after the other, and within a time", func() {
			first, err := v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{PageSize: 1, Direction: "asc"})
			Expect(err).NotTo(HaveOccurred())
			Expect(first).To(ConsistOf(HaveField("Side", "buy")))
			Expect(v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{PageSize: 1, Direction: "asc", PageToken: first[0].ID})).
				To(ConsistOf(HaveField("Side", "sell")))
			Expect(v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{After: monday()})).To(ConsistOf(HaveField("Side", "sell")))
			Expect(v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{Until: monday().Add(time.Hour)})).To(ConsistOf(HaveField("Side", "buy")))
			Expect(v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{ActivityTypes: []string{"DIV"}})).To(BeEmpty())
			Expect(v.GetAccountActivities(alpaca.GetAccountActivitiesRequest{PageToken: "unknown"})).Error().To(refuse(422, 42210000, "page_token"))
		})

		It("under a path of their own", func(ctx SpecContext) {
			got := v.send(ctx, http.MethodGet, "/v2/account/activities/FILL?date=2026-11-23", "")
			Expect(got.status).To(Equal(http.StatusOK))
			Expect(got.text).To(ContainSubstring(`"leaves_qty":"0"`))
		})
	})
})

var _ = Describe("The market, through Alpaca's own SDK", func() {
	It("has assets, found by symbol, pair and id", func() {
		v := open()
		apple, err := v.GetAsset("AAPL")
		Expect(err).NotTo(HaveOccurred())
		Expect(apple).To(HaveValue(And(HaveField("Tradable", true), HaveField("Fractionable", true), HaveField("Exchange", "NASDAQ"), HaveField("Class", alpaca.USEquity))))
		Expect(v.GetAsset(apple.ID)).To(HaveField("Symbol", "AAPL"))
		Expect(v.GetAsset("BTC/USD")).To(HaveField("Class", alpaca.Crypto))
		Expect(v.GetAsset("BTCUSD")).To(HaveField("Symbol", "BTC/USD"))
		Expect(v.GetAsset("ZZZZ")).To(HaveField("Symbol", "ZZZZ"))
		Expect(v.GetAsset("NOSUCHTHING")).Error().To(refuse(404, 40410000, "^asset not found for NOSUCHTHING$"))
		Expect(v.GetAsset(uuid.NewString())).Error().To(refuse(404, 40410000, "asset not found"))
	})

	It("lists the assets it knows, by class and status", func(ctx SpecContext) {
		v := open()
		v.quote(ctx, "ZZZZ", "", "", "5")
		v.place(buy("1", "ZZZZ"))
		Expect(v.GetAssets(alpaca.GetAssetsRequest{})).To(ContainElements(HaveField("Symbol", "AAPL"), HaveField("Symbol", "ZZZZ")))
		Expect(v.GetAssets(alpaca.GetAssetsRequest{AssetClass: "crypto"})).To(HaveEach(HaveField("Class", alpaca.Crypto)))
		Expect(v.GetAssets(alpaca.GetAssetsRequest{Status: "inactive"})).To(ConsistOf(HaveField("Symbol", "TWTR")))
	})

	It("has the exchange's calendar", func() {
		days, err := open().GetCalendar(alpaca.GetCalendarRequest{
			Start: time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC), End: time.Date(2026, time.November, 30, 0, 0, 0, 0, time.UTC),
		})
		Expect(err).NotTo(HaveOccurred())
		Expect(days).To(Equal([]alpaca.CalendarDay{
			{Date: "2026-11-25", Open: "09:30", Close: "16:00"},
			{Date: "2026-11-27", Open: "09:30", Close: "13:00"},
			{Date: "2026-11-30", Open: "09:30", Close: "16:00"},
		}))
	})

	It("tells when a day's trades settle, and its extended hours", func(ctx SpecContext) {
		got := open().send(ctx, http.MethodGet, "/v2/calendar?start=2026-11-25&end=2026-11-25", "")
		Expect(got.text).To(MatchJSON(`[{"date":"2026-11-25","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000","settlement_date":"2026-11-27"}]`))
	})

	It("has the exchange's clock", func() {
		v := open()
		now, err := v.GetClock()
		Expect(err).NotTo(HaveOccurred())
		Expect(now.Timestamp).To(BeTemporally("==", monday()))
		Expect(now.NextClose).To(BeTemporally("==", monday().Add(5*time.Hour)))
		Expect(now.NextOpen).To(BeTemporally("==", monday().Add(22*time.Hour+30*time.Minute)))
	})

	DescribeTable("takes no quote that is none",
		func(ctx SpecContext, body string) {
			v := open()
			got := v.send(ctx, http.MethodPost, "/sim/quotes", body)
			Expect(got.status).To(BeElementOf(http.StatusBadRequest, http.StatusUnprocessableEntity), got.text)
		},
		Entry("without a price", `{"symbol":"AAPL"}`), Entry("crossed", `{"symbol":"AAPL","bid":"2","ask":"1"}`),
		Entry("of nothing", `{"last":"1"}`), Entry("below 0", `{"symbol":"AAPL","last":"-1"}`), Entry("not JSON", `AAPL 1`),
	)
})
