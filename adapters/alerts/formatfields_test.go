package alerts_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

// stated is a row: what an alert has beside what its format cannot go without,
// and the intent it is read as, or what it is refused for.
type stated struct {
	With    string
	Intent  func(*domain.Intent)
	Refused []string
}

// itReads holds rows against one format; frame has an ellipsis where the row's
// words go.
func itReads(format domain.AlertFormat, frame string) func(SpecContext, stated) {
	return func(_ SpecContext, row stated) {
		body := strings.Replace(frame, "...", row.With, 1)
		if row.Refused != nil {
			Expect(faultsOf(refusalAs(format, body))).To(Equal(row.Refused))
			return
		}
		Expect(read(format, body).Intents).To(HaveExactElements(order(row.Intent)))
	}
}

func same(*domain.Intent) {}

func refusedFor(faults ...string) []string { return faults }

var _ = DescribeTable("A field of a 3Commas alert",
	itReads(alerts.Format3Commas, `{"secret":"t","bot_uuid":"u","tv_instrument":"AAPL"...}`),
	Entry("action buy", stated{With: `,"action":"buy"`, Intent: same}),
	Entry("action SELL, in any case", stated{With: `,"action":"SELL"`, Intent: func(i *domain.Intent) { i.Action = "sell" }}),
	Entry("action enter_long", stated{With: `,"action":"enter_long"`, Intent: func(i *domain.Intent) { i.Sentiment = "long" }}),
	Entry("action exit_short", stated{With: `,"action":"exit_short"`, Intent: func(i *domain.Intent) { i.Action, i.Closes = "exit", "short" }}),
	Entry("action disable", stated{With: `,"action":"disable"`, Refused: refusedFor("action: unsupported_field")}),
	Entry("action close", stated{With: `,"action":"close"`, Refused: refusedFor("action: unsupported_field")}),
	Entry("action hold", stated{With: `,"action":"hold"`, Refused: refusedFor("action: invalid_action")}),
	Entry("no action", stated{Refused: refusedFor("action: action_required")}),
	Entry("max_lag as a number", stated{With: `,"action":"buy","max_lag":30`, Intent: func(i *domain.Intent) { i.MaxAgeSeconds = new(30) }}),
	Entry("max_lag 0", stated{With: `,"action":"buy","max_lag":"0"`, Refused: refusedFor("max_lag: invalid_seconds")}),
	Entry("max_lag in parts of a second", stated{With: `,"action":"buy","max_lag":"1.5"`, Refused: refusedFor("max_lag: invalid_seconds")}),
	Entry("a timestamp that was not filled in", stated{With: `,"action":"buy","timestamp":"{{timenow}}"`, Refused: refusedFor("timestamp: unrendered_placeholder")}),
	Entry("trigger_price", stated{With: `,"action":"buy","trigger_price":1.5`, Intent: func(i *domain.Intent) { i.ReferencePrice = price("1.5") }}),
	Entry("tv_exchange", stated{With: `,"action":"buy","tv_exchange":"BYBIT"`, Intent: same}),
	Entry("an order in base", stated{With: `,"action":"buy","order":{"amount":"2","currency_type":"base"}`, Intent: func(i *domain.Intent) { i.Quantity = quantity("2") }}),
	Entry("an order in quote", stated{With: `,"action":"buy","order":{"amount":"2","currency_type":"quote"}`, Refused: refusedFor("order.currency_type: unsupported_field")}),
	Entry("an order in position_percent", stated{With: `,"action":"buy","order":{"amount":"2","currency_type":"position_percent"}`, Refused: refusedFor("order.currency_type: unsupported_field")}),
	Entry("an order in bags", stated{With: `,"action":"buy","order":{"amount":"2","currency_type":"bags"}`, Refused: refusedFor("order.currency_type: invalid_currency_type")}),
	Entry("an order of what it does not know", stated{With: `,"action":"buy","order":{"amount":"2","leverage":"5"}`, Refused: refusedFor("order.leverage: unsupported_field")}),
	Entry("an order of 0", stated{With: `,"action":"buy","order":{"amount":"0"}`, Refused: refusedFor("order.amount: quantity_not_positive")}),
	Entry("a strategy that is long without a size", stated{With: `,"action":"buy","strategy_info":{"market_position":"long"}`, Intent: func(i *domain.Intent) { i.Sentiment = "long" }}),
	Entry("a strategy on the other side than the action", stated{With: `,"action":"enter_long","strategy_info":{"market_position":"short","market_position_size":"1"}`, Refused: refusedFor("strategy_info: conflicting_fields")}),
	Entry("a parameter nobody described, which is ignored", stated{With: `,"action":"buy","note":"x"`, Intent: same}),
	Entry("a protection nobody described, which would change what is traded", stated{With: `,"action":"buy","stop_loss":"5"`, Refused: refusedFor("stop_loss: unsupported_field")}),
)

var _ = DescribeTable("A field of an OpenAlgo order",
	itReads(alerts.FormatOpenAlgo, `{"apikey":"k","strategy":"S","symbol":"AAPL","action":"BUY"...}`),
	Entry("none but those required", stated{Intent: same}),
	Entry("exchange", stated{With: `,"exchange":"NFO"`, Intent: same}),
	Entry("a quantity as a number", stated{With: `,"quantity":2.5`, Intent: func(i *domain.Intent) { i.Quantity = quantity("2.5") }}),
	Entry("a quantity of 0", stated{With: `,"quantity":"0"`, Refused: refusedFor("quantity: quantity_not_positive")}),
	Entry("a quantity of 0 of a smart order", stated{With: `,"quantity":"0","position_size":"-2"`, Intent: func(i *domain.Intent) { i.Action, i.TargetPosition = "target_position", net("-2") }}),
	Entry("a position_size that is no number", stated{With: `,"position_size":"1,5"`, Refused: refusedFor("position_size: not_a_number")}),
	Entry("pricetype LIMIT", stated{With: `,"pricetype":"LIMIT","price":"9.5"`, Intent: func(i *domain.Intent) { i.OrderType, i.LimitPrice = "limit", price("9.5") }}),
	Entry("pricetype LIMIT without a price", stated{With: `,"pricetype":"LIMIT","price":"0"`, Refused: refusedFor("price: limit_price_mismatch")}),
	Entry("pricetype SL-M", stated{With: `,"pricetype":"SL-M","trigger_price":"9.5","price":"0"`, Intent: func(i *domain.Intent) { i.OrderType, i.StopPrice = "stop", price("9.5") }}),
	Entry("pricetype SL", stated{With: `,"pricetype":"SL","trigger_price":"9.5","price":"9"`, Intent: func(i *domain.Intent) {
		i.OrderType, i.StopPrice, i.LimitPrice = "stop_limit", price("9.5"), price("9")
	}}),
	Entry("pricetype MARKET with a price, which is the alert's", stated{With: `,"pricetype":"MARKET","price":"9"`, Intent: func(i *domain.Intent) { i.ReferencePrice = price("9") }}),
	Entry("pricetype MARKET with a trigger", stated{With: `,"trigger_price":"9"`, Refused: refusedFor("trigger_price: stop_price_mismatch")}),
	Entry("pricetype GUESS", stated{With: `,"pricetype":"GUESS"`, Refused: refusedFor("pricetype: invalid_order_type")}),
	Entry("product CNC", stated{With: `,"product":"CNC"`, Intent: same}),
	Entry("product X", stated{With: `,"product":"X"`, Refused: refusedFor("product: invalid_product")}),
	Entry("disclosed_quantity 0", stated{With: `,"disclosed_quantity":"0"`, Intent: same}),
	Entry("disclosed_quantity", stated{With: `,"disclosed_quantity":"5"`, Refused: refusedFor("disclosed_quantity: unsupported_field")}),
	Entry("orderid", stated{With: `,"orderid":"5"`, Refused: refusedFor("orderid: unsupported_field")}),
	Entry("splitsize without a quantity", stated{With: `,"splitsize":"5","position_size":"10"`, Refused: refusedFor("quantity: quantity_required")}),
	Entry("splitsize 0", stated{With: `,"splitsize":"0","quantity":"1"`, Refused: refusedFor("splitsize: quantity_not_positive")}),
	Entry("splitsize of too many parts", stated{With: `,"splitsize":"1","quantity":"21"`, Refused: refusedFor("splitsize: too_many_intents")}),
	Entry("orders beside an order", stated{With: `,"orders":[{"symbol":"IDEA","action":"BUY"}]`, Refused: refusedFor("symbol: conflicting_fields", "action: conflicting_fields")}),
	Entry("orders that are none", stated{With: `,"orders":[]`, Refused: refusedFor("orders: not_a_list")}),
)

var _ = DescribeTable("An action of an OpenAlgo strategy",
	itReads(alerts.FormatOpenAlgo, `{"symbol":"AAPL","exchange":"NSE","action":"..."}`),
	Entry("long_entry", stated{With: "long_entry", Intent: func(i *domain.Intent) { i.Sentiment = "long" }}),
	Entry("long_exit", stated{With: " Long_Exit ", Intent: func(i *domain.Intent) { i.Action, i.Closes = "exit", "long" }}),
	Entry("short_entry", stated{With: "short_entry", Intent: func(i *domain.Intent) { i.Action, i.Sentiment = "sell", "short" }}),
	Entry("short_exit", stated{With: "short_exit", Intent: func(i *domain.Intent) { i.Action, i.Closes = "exit", "short" }}),
	Entry("stop", stated{With: "stop", Refused: refusedFor("action: unsupported_field")}),
)

var _ = DescribeTable("A field of a TV-Hub alert",
	itReads(alerts.FormatTVHub, `{"token":"T","pair":"AAPL"...}`),
	Entry("isBuy", stated{With: `,"isBuy":true`, Intent: same}),
	Entry("isSell as text", stated{With: `,"isSell":"true"`, Intent: func(i *domain.Intent) { i.Action = "sell" }}),
	Entry("isClose", stated{With: `,"isClose":true,"isBuy":false`, Intent: func(i *domain.Intent) { i.Action = "exit" }}),
	Entry("isBuy and isSell", stated{With: `,"isBuy":true,"isSell":true`, Refused: refusedFor("isBuy: action_required")}),
	Entry("none of them", stated{Refused: refusedFor("isBuy: action_required")}),
	Entry("isBuy 1", stated{With: `,"isBuy":1`, Refused: refusedFor("isBuy: not_true_or_false")}),
	Entry("units", stated{With: `,"isBuy":true,"units":"0.5"`, Intent: func(i *domain.Intent) { i.Quantity = quantity("0.5") }}),
	Entry("units in percentBalance", stated{With: `,"isBuy":true,"units":5,"unitsType":"percentBalance"`, Refused: refusedFor("unitsType: unsupported_field")}),
	Entry("unitsPercent", stated{With: `,"isBuy":true,"unitsPercent":5`, Refused: refusedFor("unitsPercent: unsupported_field")}),
	Entry("isMarket with a price", stated{With: `,"isBuy":true,"isMarket":true,"price":5`, Intent: func(i *domain.Intent) { i.ReferencePrice = price("5") }}),
	Entry("isLimit", stated{With: `,"isBuy":true,"isLimit":true,"price":5`, Intent: func(i *domain.Intent) { i.OrderType, i.LimitPrice = "limit", price("5") }}),
	Entry("isLimit without a price", stated{With: `,"isBuy":true,"isLimit":true`, Refused: refusedFor("price: limit_price_mismatch")}),
	Entry("isLimit and isMarket", stated{With: `,"isBuy":true,"isLimit":true,"isMarket":true,"price":5`, Refused: refusedFor("isLimit: conflicting_fields")}),
	Entry("leverage 1", stated{With: `,"isBuy":true,"leverage":1`, Intent: same}),
	Entry("leverage 10", stated{With: `,"isBuy":true,"leverage":10`, Refused: refusedFor("leverage: unsupported_field")}),
	Entry("marginType", stated{With: `,"isBuy":true,"marginType":"isolated"`, Refused: refusedFor("marginType: unsupported_field")}),
	Entry("stopLossPercent", stated{With: `,"isBuy":true,"stopLossType":"percent","stopLossPercent":2`, Intent: func(i *domain.Intent) {
		i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("2")}}
	}}),
	Entry("a stop-loss of another kind", stated{With: `,"isBuy":true,"stopLossType":"absolute"`, Refused: refusedFor("stopLossType: unsupported_field")}),
	Entry("a stop-loss nowhere", stated{With: `,"isBuy":true,"stopLossType":"percent"`, Refused: refusedFor("stopLossPercent: level_required")}),
	Entry("one target", stated{With: `,"isBuy":true,"targets":[{"takeProfitPercent":2}]`, Intent: func(i *domain.Intent) { i.TakeProfit = &domain.Level{Percent: quantity("2")} }}),
	Entry("one target for a part", stated{With: `,"isBuy":true,"targets":[{"takeProfitPercent":2,"amount":50}]`, Refused: refusedFor("targets.amount: unsupported_field")}),
	Entry("targets that are no list", stated{With: `,"isBuy":true,"targets":5`, Refused: refusedFor("targets: not_a_list")}),
	Entry("closeCurrentPosition", stated{With: `,"isBuy":true,"closeCurrentPosition":true`, Refused: refusedFor("closeCurrentPosition: unsupported_field")}),
	Entry("preventPyramiding", stated{With: `,"isBuy":true,"preventPyramiding":true`, Refused: refusedFor("preventPyramiding: unsupported_field")}),
	Entry("cancelAllOrders", stated{With: `,"isBuy":true,"cancelAllOrders":true`, Refused: refusedFor("cancelAllOrders: unsupported_field")}),
	Entry("a delay", stated{With: `,"isBuy":true,"delay":5`, Refused: refusedFor("delay: unsupported_field")}),
	Entry("what asks for nothing", stated{With: `,"isBuy":true,"delay":0,"cancelAllOrders":false,"unitsPercent":0,"targets":[],"retries":3,"exchange":"binance","apiKey":"main","alertTimestamp":"x"`, Intent: same}),
)

var _ = DescribeTable("A field of a PickMyTrade alert",
	itReads(alerts.FormatPickMyTrade, `{"token":"T","symbol":"AAPL"...}`),
	Entry("data SELL", stated{With: `,"data":"SELL"`, Intent: func(i *domain.Intent) { i.Action = "sell" }}),
	Entry("data hold", stated{With: `,"data":"hold"`, Refused: refusedFor("data: invalid_action")}),
	Entry("data close with a quantity", stated{With: `,"data":"close","quantity":2`, Intent: func(i *domain.Intent) { i.Action, i.Quantity = "exit", quantity("2") }}),
	Entry("quantity 0 of a buy", stated{With: `,"data":"buy","quantity":0`, Refused: refusedFor("quantity: quantity_not_positive")}),
	Entry("order_type LMT", stated{With: `,"data":"buy","order_type":"LMT"`, Refused: refusedFor("order_type: unsupported_field")}),
	Entry("risk_percentage", stated{With: `,"data":"buy","risk_percentage":1`, Refused: refusedFor("risk_percentage: unsupported_field")}),
	Entry("tp and dollar_sl", stated{With: `,"data":"buy","tp":5,"dollar_sl":"7"`, Refused: refusedFor("tp: unsupported_field", "dollar_sl: unsupported_field")}),
	Entry("update_tp", stated{With: `,"data":"buy","update_tp":true`, Refused: refusedFor("update_tp: unsupported_field")}),
	Entry("duplicate_position_allow false", stated{With: `,"data":"buy","duplicate_position_allow":false`, Refused: refusedFor("duplicate_position_allow: unsupported_field")}),
	Entry("reverse_order_close", stated{With: `,"data":"buy","reverse_order_close":true`, Intent: func(i *domain.Intent) { i.QuantityMeans = "entry" }}),
	Entry("reverse_order_close false", stated{With: `,"data":"buy","reverse_order_close":false`, Intent: same}),
	Entry("an account that is scaled", stated{With: `,"data":"buy","multiple_accounts":[{"quantity_multiplier":2}]`, Refused: refusedFor("multiple_accounts.quantity_multiplier: unsupported_field")}),
	Entry("an account of its own risk", stated{With: `,"data":"buy","multiple_accounts":[{"risk_percentage":2}]`, Refused: refusedFor("multiple_accounts.risk_percentage: unsupported_field")}),
	Entry("accounts that are no list", stated{With: `,"data":"buy","multiple_accounts":"all"`, Refused: refusedFor("multiple_accounts: not_a_list")}),
)

var _ = DescribeTable("A field of a relay alert",
	itReads(alerts.FormatRelay, `{"symbol":"AAPL"...}`),
	Entry("action LONG", stated{With: `,"Action":"LONG"`, Intent: same}),
	Entry("signal short", stated{With: `,"signal":"short"`, Intent: func(i *domain.Intent) { i.Action = "sell" }}),
	Entry("side flat", stated{With: `,"SIDE":"flat"`, Intent: func(i *domain.Intent) { i.Action = "exit" }}),
	Entry("close_all, whatever the symbol", stated{With: `,"action":"close_all"`, Intent: func(i *domain.Intent) { i.Action, i.Symbol = "exit", "" }}),
	Entry("cancel", stated{With: `,"action":"cancel"`, Intent: func(i *domain.Intent) { i.Action = "cancel" }}),
	Entry("cancel_all", stated{With: `,"action":"cancel_all"`, Intent: func(i *domain.Intent) { i.Action, i.Symbol = "cancel", "" }}),
	Entry("kill", stated{With: `,"action":"kill"`, Refused: refusedFor("action: unsupported_field")}),
	Entry("action and side", stated{With: `,"action":"buy","side":"sell"`, Refused: refusedFor("side: conflicting_fields")}),
	Entry("contracts", stated{With: `,"action":"buy","contracts":"2"`, Intent: func(i *domain.Intent) { i.Quantity = quantity("2") }}),
	Entry("cash", stated{With: `,"action":"buy","cash":"200"`, Intent: func(i *domain.Intent) { i.Notional = money("200") }}),
	Entry("a quantity goes before a notional, and that before the others", stated{With: `,"action":"buy","qty":1,"dollars":5,"percentEquity":7,"riskPercent":1`, Intent: func(i *domain.Intent) { i.Quantity = quantity("1") }}),
	Entry("percentEquity before riskPercent", stated{With: `,"action":"buy","percentEquity":7,"riskPercent":1`, Intent: func(i *domain.Intent) {
		i.Sizing = &domain.Sizing{Type: domain.SizingPercentOfEquity, Value: quantity("7")}
	}}),
	Entry("riskPercent without a stop-loss", stated{With: `,"action":"buy","riskPercent":1`, Refused: refusedFor("stopLoss: stop_loss_required")}),
	Entry("orderType stop_limit", stated{With: `,"action":"buy","orderType":"stop_limit","stopPrice":2,"limitPrice":3`, Intent: func(i *domain.Intent) {
		i.OrderType, i.StopPrice, i.LimitPrice = "stop_limit", price("2"), price("3")
	}}),
	Entry("orderType trailing_stop", stated{With: `,"action":"buy","orderType":"trailing_stop","trailPercent":1`, Refused: refusedFor("orderType: unsupported_field", "trailPercent: unsupported_field")}),
	Entry("tif IOC", stated{With: `,"action":"buy","tif":"IOC"`, Intent: func(i *domain.Intent) { i.TimeInForce = "ioc" }}),
	Entry("a take-profit and a stop-loss", stated{With: `,"action":"buy","takeProfit":"9","stopLoss":"5"`, Intent: func(i *domain.Intent) {
		i.TakeProfit, i.StopLoss = &domain.Level{Price: price("9")}, &domain.StopLoss{Level: domain.Level{Price: price("5")}}
	}}),
	Entry("a stop-loss limit alone", stated{With: `,"action":"buy","stopLossLimit":"5"`, Refused: refusedFor("stopLossLimit: level_required")}),
	Entry("account", stated{With: `,"action":"buy","account":"A1"`, Refused: refusedFor("account: unsupported_field")}),
	Entry("an id and a comment", stated{With: `,"action":"buy","id":"1","comment":"x"`, Intent: same}),
)

var _ = DescribeTable("A name of a CrossTrade alert",
	itReads(alerts.FormatCrossTrade, `key=k; command=PLACE; instrument=AAPL;...`),
	Entry("action BUY", stated{With: "action=BUY;", Intent: same}),
	Entry("no action", stated{Refused: refusedFor("action: action_required")}),
	Entry("action HOLD", stated{With: "action=HOLD;", Refused: refusedFor("action: invalid_action")}),
	Entry("STOPMARKET", stated{With: "action=SELL; order_type=STOPMARKET; stop_price=9", Intent: func(i *domain.Intent) {
		i.Action, i.OrderType, i.StopPrice = "sell", "stop", price("9")
	}}),
	Entry("STOPLIMIT", stated{With: "action=buy; order_type=stoplimit; stop_price=9; limit_price=10", Intent: func(i *domain.Intent) {
		i.OrderType, i.StopPrice, i.LimitPrice = "stop_limit", price("9"), price("10")
	}}),
	Entry("MIT", stated{With: "action=BUY; order_type=MIT;", Refused: refusedFor("order_type: invalid_order_type")}),
	Entry("TIF GTD", stated{With: "action=BUY; TIF=GTD;", Refused: refusedFor("tif: invalid_time_in_force")}),
	Entry("a take_profit in ticks", stated{With: "action=BUY; take_profit=20 ticks;", Refused: refusedFor("take_profit: not_a_number")}),
	Entry("a name twice", stated{With: "action=BUY; qty=1; QTY=2;", Refused: refusedFor("qty: duplicate_key")}),
	Entry("words between", stated{With: "action=BUY; please;", Refused: refusedFor(": unexpected_words")}),
	Entry("a quantity that was not filled in", stated{With: "action=BUY; qty={{strategy.order.contracts}};", Refused: refusedFor("qty: unrendered_placeholder")}),
)

var _ = DescribeTable("A PineConnector command",
	itReads(alerts.FormatPineConnector, "60123456789,..."),
	Entry("long", stated{With: "long,AAPL", Intent: same}),
	Entry("bearish, in any case", stated{With: " BEARISH , AAPL", Intent: func(i *domain.Intent) { i.Action = "sell" }}),
	Entry("buystop", stated{With: "buystop,AAPL,price=9", Intent: func(i *domain.Intent) { i.OrderType, i.StopPrice = "stop", price("9") }}),
	Entry("sellstop without its price", stated{With: "sellstop,AAPL", Refused: refusedFor("price: stop_price_mismatch")}),
	Entry("a price of a market order", stated{With: "buy,AAPL,price=9", Refused: refusedFor("price: unsupported_field")}),
	Entry("closeshort", stated{With: "closeshort,AAPL", Intent: func(i *domain.Intent) { i.Action, i.Closes = "exit", "short" }}),
	Entry("newsltplong", stated{With: "newsltplong,AAPL,sl=5", Refused: refusedFor("command: unsupported_field")}),
	Entry("eaoff", stated{With: "eaoff,eaoff", Refused: refusedFor("command: unsupported_field")}),
	Entry("accfilter", stated{With: "buy,AAPL,accfilter=100", Refused: refusedFor("accfilter: unsupported_field")}),
	Entry("a second command", stated{With: "buy,AAPL,sell", Refused: refusedFor(": unexpected_words")}),
	Entry("two lines", stated{With: "buy,AAPL\n60123456789,sell,NVDA", Refused: refusedFor(": more_than_one_line")}),
)

var _ = DescribeTable("An Alertatron command",
	itReads(alerts.FormatAlertatron, "K(AAPL) { ... } #bot"),
	Entry("limit with a tag", stated{With: "limit(side=buy, amount=1, offset=@5, tag=a);", Intent: func(i *domain.Intent) {
		i.Quantity, i.OrderType, i.LimitPrice = quantity("1"), "limit", price("5")
	}}),
	Entry("limit to a position", stated{With: "limit(position=-3, offset=@5)", Intent: func(i *domain.Intent) {
		i.Action, i.TargetPosition, i.OrderType, i.LimitPrice = "target_position", net("-3"), "limit", price("5")
	}}),
	Entry("a position and an amount", stated{With: "market(position=1, amount=2);", Refused: refusedFor("commands[0].amount: conflicting_fields")}),
	Entry("reduceOnly of a buy closes a short", stated{With: "market(side=buy, amount=50%p, reduceOnly=true);", Intent: func(i *domain.Intent) {
		i.Action, i.ExitPercent, i.Closes = "exit", quantity("50"), "short"
	}}),
	Entry("a share of the position that is no reduction", stated{With: "market(side=buy, amount=50%p);", Refused: refusedFor("commands[0].amount: unsupported_field")}),
	Entry("a share of what is available", stated{With: "market(side=buy, amount=50%a);", Refused: refusedFor("commands[0].amount: unsupported_field")}),
	Entry("no side", stated{With: "market(amount=1);", Refused: refusedFor("commands[0].side: action_required")}),
	Entry("no amount", stated{With: "market(side=buy);", Refused: refusedFor("commands[0].amount: quantity_required")}),
	Entry("a relative offset", stated{With: "limit(side=buy, amount=1, offset=1%);", Refused: refusedFor("commands[0].offset: unsupported_field")}),
	Entry("postOnly", stated{With: "limit(side=buy, amount=1, offset=@1, postOnly=true);", Refused: refusedFor("commands[0].postonly: unsupported_field")}),
	Entry("a trigger by the mark", stated{With: "stopMarket(side=buy, amount=1, offset=@1, trigger=mark);", Refused: refusedFor("commands[0].trigger: unsupported_field")}),
	Entry("stopOrTakeProfit", stated{With: "stopOrTakeProfit(stop=1%);", Refused: refusedFor("commands[0].command: unsupported_field")}),
	Entry("no command", stated{With: " ; ", Refused: refusedFor(": action_required")}),
	Entry("words that are none", stated{With: "buy now", Refused: refusedFor(": malformed_commands")}),
	Entry("more than 20", stated{With: strings.Repeat("market(position=1);", 21), Refused: refusedFor(": too_many_intents")}),
)
