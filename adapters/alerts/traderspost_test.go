package alerts_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// buyAAPL is an alert of a buy of AAPL with more members.
func buyAAPL(more string) string { return `{"ticker":"AAPL","action":"buy"` + more + `}` }

var _ = Describe("A TradersPost alert", func() {
	type read struct {
		body string
		is   func(*domain.Intent)
	}
	DescribeTable("is read as",
		func(_ SpecContext, r read) {
			Expect(understood(r.body)).To(Equal(order(r.is)))
		},
		// ticker
		Entry("the symbol of its ticker", read{`{"ticker":"MSFT","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "MSFT" }}),
		Entry("the symbol of its symbol", read{`{"symbol":"MSFT","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "MSFT" }}),
		Entry("the symbol of both where they agree", read{`{"ticker":"MSFT","symbol":"NASDAQ:msft","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "MSFT" }}),
		Entry("its symbol where the ticker is null", read{`{"ticker":null,"symbol":"MSFT","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "MSFT" }}),
		Entry("a symbol without the exchange in front", read{`{"ticker":"BINANCE:BTCUSDT.P","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "BTCUSDT.P" }}),
		Entry("a symbol without a delayed exchange in front", read{`{"ticker":"CME_MINI_DL:NQ1!","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "NQ1!" }}),
		Entry("a pair", read{`{"ticker":" btc/usd ","action":"buy"}`, func(i *domain.Intent) { i.Symbol = "BTC/USD" }}),

		// action
		Entry("a buy", read{buyAAPL(``), func(*domain.Intent) {}}),
		Entry("a sell", read{`{"ticker":"AAPL","action":"sell"}`, func(i *domain.Intent) { i.Action = domain.ActionSell }}),
		Entry("an exit", read{`{"ticker":"AAPL","action":"exit"}`, func(i *domain.Intent) { i.Action = domain.ActionExit }}),
		Entry("a cancel", read{`{"ticker":"AAPL","action":"cancel"}`, func(i *domain.Intent) { i.Action = domain.ActionCancel }}),
		Entry("a reversal", read{`{"ticker":"AAPL","action":"reverse"}`, func(i *domain.Intent) { i.Action = domain.ActionReverse }}),
		Entry("an action in capitals and blanks", read{`{"ticker":"AAPL","action":" SELL "}`, func(i *domain.Intent) { i.Action = domain.ActionSell }}),

		// sentiment
		Entry("long by sentiment long", read{buyAAPL(`,"sentiment":"long"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentLong }}),
		Entry("long by sentiment bullish", read{buyAAPL(`,"sentiment":"bullish"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentLong }}),
		Entry("short by sentiment short", read{buyAAPL(`,"sentiment":"short"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentShort }}),
		Entry("short by sentiment bearish", read{buyAAPL(`,"sentiment":"Bearish"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentShort }}),
		Entry("flat by sentiment flat", read{buyAAPL(`,"sentiment":"flat"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentFlat }}),
		Entry("flat with a quantity of 0, which is then ignored", read{buyAAPL(`,"sentiment":"flat","quantity":"0"`), func(i *domain.Intent) {
			i.Sentiment, i.Quantity = domain.SentimentFlat, quantity("0")
		}}),
		Entry("long by market_position", read{buyAAPL(`,"market_position":"long"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentLong }}),
		Entry("long by both where they agree", read{buyAAPL(`,"sentiment":"bullish","market_position":"long"`), func(i *domain.Intent) { i.Sentiment = domain.SentimentLong }}),
		Entry("saying nothing where the sentiment is null", read{buyAAPL(`,"sentiment":null`), func(*domain.Intent) {}}),

		// the position wanted
		Entry("a position by its size and side", read{buyAAPL(`,"market_position":"short","market_position_size":"2.5"`), func(i *domain.Intent) {
			i.Sentiment, i.TargetPosition = domain.SentimentShort, net("-2.5")
		}}),
		Entry("a position by its size and the sentiment", read{buyAAPL(`,"sentiment":"bullish","market_position_size":10`), func(i *domain.Intent) {
			i.Sentiment, i.TargetPosition = domain.SentimentLong, net("10")
		}}),
		Entry("no position by a size of 0", read{buyAAPL(`,"market_position":"flat","market_position_size":"0"`), func(i *domain.Intent) {
			i.Sentiment, i.TargetPosition = domain.SentimentFlat, net("0")
		}}),
		Entry("no position by a size of 0 without a side", read{buyAAPL(`,"market_position_size":0`), func(i *domain.Intent) { i.TargetPosition = net("0") }}),
		Entry("a long position by its signed size", read{buyAAPL(`,"position_size":"10"`), func(i *domain.Intent) { i.TargetPosition = net("10") }}),
		Entry("a short position by its signed size", read{buyAAPL(`,"position_size":-10`), func(i *domain.Intent) { i.TargetPosition = net("-10") }}),
		Entry("a position said three times alike", read{buyAAPL(`,"position_size":-10,"market_position":"short","market_position_size":10.0`), func(i *domain.Intent) {
			i.Sentiment, i.TargetPosition = domain.SentimentShort, net("-10")
		}}),
		Entry("where the sender came from", read{buyAAPL(`,"prev_market_position":"short","prev_market_position_size":"2.5"`), func(i *domain.Intent) { i.PreviousPosition = net("-2.5") }}),
		Entry("that the sender came from nothing", read{buyAAPL(`,"prev_market_position":"flat"`), func(i *domain.Intent) { i.PreviousPosition = net("0") }}),
		Entry("that the sender came from a size of 0", read{buyAAPL(`,"prev_market_position_size":0`), func(i *domain.Intent) { i.PreviousPosition = net("0") }}),
		Entry("a side the sender came from, which does not say where that was", read{buyAAPL(`,"prev_market_position":"long"`), func(*domain.Intent) {}}),
		Entry("a position whose side only the signed size says", read{buyAAPL(`,"position_size":"-10","market_position_size":"10"`), func(i *domain.Intent) { i.TargetPosition = net("-10") }}),

		// quantity
		Entry("a quantity that is a number", read{buyAAPL(`,"quantity":10`), func(i *domain.Intent) { i.Quantity = quantity("10") }}),
		Entry("a quantity that is text", read{buyAAPL(`,"quantity":"0.001"`), func(i *domain.Intent) { i.Quantity = quantity("0.001") }}),
		Entry("a quantity in blanks", read{buyAAPL(`,"quantity":" 10 "`), func(i *domain.Intent) { i.Quantity = quantity("10") }}),
		Entry("a quantity with an exponent", read{buyAAPL(`,"quantity":1.5e3`), func(i *domain.Intent) { i.Quantity = quantity("1500") }}),
		Entry("a quantity with zeros", read{buyAAPL(`,"quantity":10.500`), func(i *domain.Intent) { i.Quantity = quantity("10.5") }}),
		Entry("a quantity no float can hold", read{buyAAPL(`,"quantity":123456789012345678.123456789012345678`), func(i *domain.Intent) {
			i.Quantity = quantity("123456789012345678.123456789012345678")
		}}),
		Entry("no quantity where it is null", read{buyAAPL(`,"quantity":null`), func(*domain.Intent) {}}),
		Entry("a part of an exit", read{`{"ticker":"AAPL","action":"exit","quantity":3}`, func(i *domain.Intent) {
			i.Action, i.Quantity = domain.ActionExit, quantity("3")
		}}),
		Entry("a quantity of units by its type", read{buyAAPL(`,"quantityType":"fixed_quantity","quantity":10`), func(i *domain.Intent) { i.Quantity = quantity("10") }}),
		Entry("a notional by its type", read{buyAAPL(`,"quantityType":"dollar_amount","quantity":"250.50"`), func(i *domain.Intent) { i.Notional = money("250.5") }}),
		Entry("a flat exit that ignores its notional", read{`{"ticker":"AAPL","action":"exit","sentiment":"flat","quantityType":"dollar_amount","quantity":100}`, func(i *domain.Intent) {
			i.Action, i.Sentiment, i.Notional = domain.ActionExit, domain.SentimentFlat, money("100")
		}}),

		// the order
		Entry("a market order", read{buyAAPL(`,"orderType":"market"`), func(*domain.Intent) {}}),
		Entry("a limit order", read{buyAAPL(`,"orderType":"limit","limitPrice":"187.25"`), func(i *domain.Intent) {
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("187.25")
		}}),
		Entry("a stop order", read{buyAAPL(`,"orderType":"STOP","stopPrice":187.25`), func(i *domain.Intent) {
			i.OrderType, i.StopPrice = domain.OrderTypeStop, price("187.25")
		}}),
		Entry("a stop limit order", read{buyAAPL(`,"orderType":"stop_limit","stopPrice":187,"limitPrice":188`), func(i *domain.Intent) {
			i.OrderType, i.StopPrice, i.LimitPrice = domain.OrderTypeStopLimit, price("187"), price("188")
		}}),
		Entry("good for the day", read{buyAAPL(`,"timeInForce":"day"`), func(*domain.Intent) {}}),
		Entry("good till canceled", read{buyAAPL(`,"timeInForce":"gtc"`), func(i *domain.Intent) { i.TimeInForce = domain.TimeInForceGTC }}),
		Entry("at the opening", read{buyAAPL(`,"timeInForce":"opg"`), func(i *domain.Intent) { i.TimeInForce = domain.TimeInForceOPG }}),
		Entry("at the close", read{buyAAPL(`,"timeInForce":"cls"`), func(i *domain.Intent) { i.TimeInForce = domain.TimeInForceCLS }}),
		Entry("immediate or cancel", read{buyAAPL(`,"timeInForce":"IOC"`), func(i *domain.Intent) { i.TimeInForce = domain.TimeInForceIOC }}),
		Entry("fill or kill", read{buyAAPL(`,"timeInForce":"fok"`), func(i *domain.Intent) { i.TimeInForce = domain.TimeInForceFOK }}),

		// the price now
		Entry("the price of its price", read{buyAAPL(`,"price":189.43`), func(i *domain.Intent) { i.ReferencePrice = price("189.43") }}),
		Entry("the price of its signalPrice", read{buyAAPL(`,"signalPrice":"189.43"`), func(i *domain.Intent) { i.ReferencePrice = price("189.43") }}),
		Entry("the price of both where they agree", read{buyAAPL(`,"price":189.430,"signalPrice":"189.43"`), func(i *domain.Intent) { i.ReferencePrice = price("189.43") }}),

		// time
		Entry("sent at TradingView's whole second", read{buyAAPL(`,"time":"2026-11-20T14:30:01Z"`), func(i *domain.Intent) { i.SenderTime = at("2026-11-20T14:30:01Z") }}),
		Entry("sent at a time with an offset, kept in UTC", read{buyAAPL(`,"time":"2026-11-20T09:30:01-05:00"`), func(i *domain.Intent) { i.SenderTime = at("2026-11-20T14:30:01Z") }}),
		Entry("sent at a time as Pine Script writes it", read{buyAAPL(`,"time":"2026-11-20T14:30:01+0000"`), func(i *domain.Intent) { i.SenderTime = at("2026-11-20T14:30:01Z") }}),
		Entry("sent at a fraction of a second, kept to the microsecond", read{buyAAPL(`,"time":"2026-11-20T14:30:01.123456789Z"`), func(i *domain.Intent) { i.SenderTime = at("2026-11-20T14:30:01.123456Z") }}),
	)

	type refused struct {
		body   string
		code   string
		faults []string
	}
	DescribeTable("is refused for",
		func(_ SpecContext, r refused) {
			e := refusal(r.body)
			Expect(faultsOf(e)).To(Equal(r.faults))
			Expect(e.Code).To(Equal(r.code))
			for _, reason := range e.AllReasons() {
				Expect(reason.Message).NotTo(BeEmpty())
			}
		},
		Entry("no ticker", refused{`{"action":"buy"}`, "symbol_required", []string{"ticker: symbol_required"}}),
		Entry("no ticker in an exit, which is not an exit of everything", refused{`{"action":"exit"}`, "symbol_required", []string{"ticker: symbol_required"}}),
		Entry("a null ticker in a cancel", refused{`{"action":"cancel","ticker":null}`, "symbol_required", []string{"ticker: symbol_required"}}),
		Entry("an empty ticker in a cancel", refused{`{"action":"cancel","ticker":" "}`, "not_understood", []string{"ticker: empty_value"}}),
		Entry("a ticker not filled in", refused{`{"action":"buy","ticker":"{{ticker}}"}`, "not_understood", []string{"ticker: unrendered_placeholder"}}),
		Entry("an exchange without a ticker", refused{`{"action":"buy","ticker":"NASDAQ:"}`, "symbol_required", []string{"ticker: symbol_required"}}),
		Entry("a ticker with a space", refused{`{"action":"buy","ticker":"SPY 250624C596"}`, "invalid_symbol", []string{"ticker: invalid_symbol"}}),
		Entry("a ticker of other letters", refused{`{"action":"buy","ticker":"ÄPFEL"}`, "invalid_symbol", []string{"ticker: invalid_symbol"}}),
		Entry("a ticker of 33 letters", refused{`{"action":"buy","ticker":"` + strings.Repeat("A", 33) + `"}`, "invalid_symbol", []string{"ticker: invalid_symbol"}}),
		Entry("a ticker that is a number", refused{`{"action":"buy","ticker":600519}`, "not_understood", []string{"ticker: not_text"}}),
		Entry("two symbols", refused{`{"action":"buy","ticker":"AAPL","symbol":"MSFT"}`, "conflicting_fields", []string{"symbol: conflicting_fields"}}),
		Entry("a symbol that cannot be one beside one that can", refused{`{"action":"buy","ticker":"AAPL","symbol":"?"}`, "invalid_symbol", []string{"symbol: invalid_symbol"}}),

		Entry("no action", refused{`{"ticker":"AAPL"}`, "action_required", []string{"action: action_required"}}),
		Entry("an unknown action", refused{`{"ticker":"AAPL","action":"hold"}`, "invalid_action", []string{"action: invalid_action"}}),
		Entry("an action the words of the domain have and alerts have not", refused{`{"ticker":"AAPL","action":"target_position"}`, "invalid_action", []string{"action: invalid_action"}}),
		Entry("an action that is not text", refused{`{"ticker":"AAPL","action":["buy"]}`, "not_understood", []string{"action: not_text"}}),
		Entry("an action not filled in", refused{`{"ticker":"AAPL","action":"{{strategy.order.action}}"}`, "not_understood", []string{"action: unrendered_placeholder"}}),
		Entry("an action that became nothing", refused{`{"ticker":"AAPL","action":""}`, "not_understood", []string{"action: empty_value"}}),
		Entry("add", refused{`{"ticker":"AAPL","action":"add"}`, "unsupported_field", []string{"action: unsupported_field"}}),
		Entry("breakeven", refused{`{"ticker":"AAPL","action":"breakeven","orderType":"stop","stopPrice":5}`, "unsupported_field", []string{"action: unsupported_field"}}),

		Entry("an unknown sentiment", refused{buyAAPL(`,"sentiment":"happy"`), "invalid_sentiment", []string{"sentiment: invalid_sentiment"}}),
		Entry("an unknown market_position", refused{buyAAPL(`,"market_position":"up"`), "invalid_sentiment", []string{"market_position: invalid_sentiment"}}),
		Entry("a market_position that became nothing", refused{buyAAPL(`,"market_position":""`), "not_understood", []string{"market_position: empty_value"}}),
		Entry("a sentiment against the market_position", refused{buyAAPL(`,"sentiment":"long","market_position":"short"`), "conflicting_fields", []string{"market_position: conflicting_fields"}}),
		Entry("a position size without a side", refused{buyAAPL(`,"market_position_size":5`), "market_position_required", []string{"market_position_size: market_position_required"}}),
		Entry("a previous size without a side", refused{buyAAPL(`,"prev_market_position_size":5`), "market_position_required", []string{"prev_market_position_size: market_position_required"}}),
		Entry("a previous size of no number", refused{buyAAPL(`,"prev_market_position":"long","prev_market_position_size":"NaN"`), "not_understood", []string{"prev_market_position_size: not_a_number"}}),
		Entry("a previous size where there was none", refused{buyAAPL(`,"prev_market_position":"flat","prev_market_position_size":5`), "conflicting_fields", []string{"prev_market_position_size: conflicting_fields"}}),
		Entry("a previous side without a size of it", refused{buyAAPL(`,"prev_market_position":"long","prev_market_position_size":0`), "conflicting_fields", []string{"prev_market_position: conflicting_fields"}}),
		Entry("an unknown previous side, once", refused{buyAAPL(`,"prev_market_position":"up","prev_market_position_size":5`), "invalid_sentiment", []string{"prev_market_position: invalid_sentiment"}}),
		Entry("a negative market_position_size", refused{buyAAPL(`,"market_position":"short","market_position_size":-5`), "negative_quantity", []string{"market_position_size: negative_quantity"}}),
		Entry("flat with a position size", refused{buyAAPL(`,"market_position":"flat","market_position_size":5`), "position_contradiction", []string{"market_position: position_contradiction"}}),
		Entry("long with a position size of 0", refused{buyAAPL(`,"sentiment":"long","market_position_size":0`), "position_contradiction", []string{"sentiment: position_contradiction"}}),
		Entry("long with a short position", refused{buyAAPL(`,"sentiment":"long","position_size":-5`), "position_contradiction", []string{"sentiment: position_contradiction"}}),
		Entry("two position sizes", refused{buyAAPL(`,"market_position":"long","market_position_size":5,"position_size":6`), "conflicting_fields", []string{"position_size: conflicting_fields"}}),
		Entry("two position sizes, one of them none", refused{buyAAPL(`,"market_position_size":5,"position_size":0`), "conflicting_fields", []string{"position_size: conflicting_fields"}}),
		Entry("a position size whose side became nothing, once", refused{buyAAPL(`,"market_position":"","market_position_size":5`), "not_understood", []string{"market_position: empty_value"}}),

		Entry("a quantity of 0", refused{buyAAPL(`,"quantity":0`), "quantity_not_positive", []string{"quantity: quantity_not_positive"}}),
		Entry("a quantity of 0 in an exit", refused{`{"ticker":"AAPL","action":"exit","quantity":"0.00"}`, "quantity_not_positive", []string{"quantity: quantity_not_positive"}}),
		Entry("a negative quantity", refused{buyAAPL(`,"quantity":-1`), "negative_quantity", []string{"quantity: negative_quantity"}}),
		Entry("a negative quantity as text", refused{buyAAPL(`,"quantity":"-0.5"`), "negative_quantity", []string{"quantity: negative_quantity"}}),
		Entry("1e400", refused{buyAAPL(`,"quantity":1e400`), "number_out_of_range", []string{"quantity: number_out_of_range"}}),
		Entry("1e400 as text", refused{buyAAPL(`,"quantity":"1e400"`), "number_out_of_range", []string{"quantity: number_out_of_range"}}),
		Entry("1e-400", refused{buyAAPL(`,"price":1e-400`), "number_out_of_range", []string{"price: number_out_of_range"}}),
		Entry("an exponent of many digits", refused{buyAAPL(`,"quantity":1e999999999`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("400 digits as text", refused{buyAAPL(`,"quantity":"` + strings.Repeat("9", 400) + `"`), "not_understood", []string{"quantity: number_too_long"}}),
		Entry("25 digits", refused{buyAAPL(`,"quantity":` + strings.Repeat("9", 25)), "number_out_of_range", []string{"quantity: number_out_of_range"}}),
		Entry("19 decimal places", refused{buyAAPL(`,"quantity":0.0000000000000000001`), "number_out_of_range", []string{"quantity: number_out_of_range"}}),
		Entry("a quantity that became nothing", refused{buyAAPL(`,"quantity":""`), "not_understood", []string{"quantity: empty_value"}}),
		Entry("a quantity not filled in", refused{buyAAPL(`,"quantity":"{{strategy.order.contracts}}"`), "not_understood", []string{"quantity: unrendered_placeholder"}}),
		Entry("NaN as text", refused{buyAAPL(`,"quantity":"NaN"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("na as text", refused{buyAAPL(`,"price":"na"`), "not_understood", []string{"price: not_a_number"}}),
		Entry("infinity as text", refused{buyAAPL(`,"price":"-Infinity"`), "not_understood", []string{"price: not_a_number"}}),
		Entry("a decimal comma", refused{buyAAPL(`,"quantity":"1,5"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("thousands separators", refused{buyAAPL(`,"quantity":"1,000"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a number with a blank inside", refused{buyAAPL(`,"quantity":"1 000"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("underscores", refused{buyAAPL(`,"quantity":"1_000"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("hexadecimal digits", refused{buyAAPL(`,"quantity":"0x10"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("digits of another script", refused{buyAAPL(`,"quantity":"١٠"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a percentage", refused{buyAAPL(`,"quantity":"50%"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a currency", refused{buyAAPL(`,"quantity":"$50"`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a quantity that is a boolean", refused{buyAAPL(`,"quantity":true`), "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a quantity that is an object", refused{buyAAPL(`,"quantity":{"value":1}`), "not_understood", []string{"quantity: not_a_number"}}),

		Entry("an unknown quantityType", refused{buyAAPL(`,"quantityType":"bags","quantity":1`), "invalid_quantity_type", []string{"quantityType: invalid_quantity_type"}}),
		Entry("risk_dollar_amount without a stopLoss", refused{buyAAPL(`,"quantityType":"risk_dollar_amount","quantity":1`), "stop_loss_required", []string{"stopLoss: stop_loss_required"}}),
		Entry("risk_percent without a stopLoss", refused{buyAAPL(`,"quantityType":"risk_percent","quantity":1`), "stop_loss_required", []string{"stopLoss: stop_loss_required"}}),
		Entry("percent_of_equity of 0", refused{buyAAPL(`,"quantityType":"percent_of_equity","quantity":0`), "sizing_value", []string{"quantity: sizing_value"}}),
		Entry("percent_of_equity without a quantity", refused{buyAAPL(`,"quantityType":"percent_of_equity"`), "quantity_required", []string{"quantity: quantity_required"}}),
		Entry("percent_of_equity of an exit", refused{`{"ticker":"AAPL","action":"exit","quantityType":"percent_of_equity","quantity":50}`, "unsupported_field", []string{"quantityType: unsupported_field"}}),
		Entry("percent_of_position of a buy", refused{buyAAPL(`,"quantityType":"percent_of_position","quantity":20`), "unsupported_field", []string{"quantityType: unsupported_field"}}),
		Entry("percent_of_position without a quantity", refused{`{"ticker":"TSLA","action":"exit","quantityType":"percent_of_position"}`, "quantity_required", []string{"quantity: quantity_required"}}),
		Entry("percent_of_position above the whole", refused{`{"ticker":"TSLA","action":"exit","quantityType":"percent_of_position","quantity":101}`, "invalid_percent", []string{"quantity: invalid_percent"}}),
		Entry("a cancel that is neither true nor false", refused{buyAAPL(`,"cancel":"maybe"`), "not_understood", []string{"cancel: not_true_or_false"}}),
		Entry("dollar_amount without a quantity", refused{buyAAPL(`,"quantityType":"dollar_amount"`), "quantity_required", []string{"quantity: quantity_required"}}),
		Entry("dollar_amount of 0", refused{buyAAPL(`,"quantityType":"dollar_amount","quantity":0`), "notional_not_positive", []string{"quantity: notional_not_positive"}}),
		Entry("a negative dollar_amount", refused{buyAAPL(`,"quantityType":"dollar_amount","quantity":-5`), "notional_not_positive", []string{"quantity: notional_not_positive"}}),
		Entry("a dollar_amount of an exit, which would exit it all", refused{`{"ticker":"AAPL","action":"exit","quantityType":"dollar_amount","quantity":50}`, "unsupported_field", []string{"quantityType: unsupported_field"}}),

		Entry("an unknown orderType", refused{buyAAPL(`,"orderType":"iceberg"`), "invalid_order_type", []string{"orderType: invalid_order_type"}}),
		Entry("an unknown orderType with a price, once", refused{buyAAPL(`,"orderType":"iceberg","limitPrice":5,"stopPrice":6`), "invalid_order_type", []string{"orderType: invalid_order_type"}}),
		Entry("trailing_stop", refused{buyAAPL(`,"orderType":"trailing_stop"`), "unsupported_field", []string{"orderType: unsupported_field"}}),
		Entry("a limit order without a price", refused{buyAAPL(`,"orderType":"limit"`), "limit_price_mismatch", []string{"limitPrice: limit_price_mismatch"}}),
		Entry("a limit order with a price that is none, once", refused{buyAAPL(`,"orderType":"limit","limitPrice":"x"`), "not_understood", []string{"limitPrice: not_a_number"}}),
		Entry("a stop order without a price", refused{buyAAPL(`,"orderType":"stop"`), "stop_price_mismatch", []string{"stopPrice: stop_price_mismatch"}}),
		Entry("a stop limit order without prices", refused{buyAAPL(`,"orderType":"stop_limit"`), "limit_price_mismatch", []string{"limitPrice: limit_price_mismatch", "stopPrice: stop_price_mismatch"}}),
		Entry("a limit price of a market order", refused{buyAAPL(`,"limitPrice":5`), "limit_price_mismatch", []string{"limitPrice: limit_price_mismatch"}}),
		Entry("a limit price of 0", refused{buyAAPL(`,"orderType":"limit","limitPrice":0`), "price_not_positive", []string{"limitPrice: price_not_positive"}}),
		Entry("a negative price", refused{buyAAPL(`,"price":-37.63`), "price_not_positive", []string{"price: price_not_positive"}}),
		Entry("two prices", refused{buyAAPL(`,"price":1,"signalPrice":2`), "conflicting_fields", []string{"signalPrice: conflicting_fields"}}),
		Entry("an unknown timeInForce", refused{buyAAPL(`,"timeInForce":"forever"`), "invalid_time_in_force", []string{"timeInForce: invalid_time_in_force"}}),
		Entry("gtd", refused{buyAAPL(`,"timeInForce":"gtd"`), "unsupported_field", []string{"timeInForce: unsupported_field"}}),

		Entry("a time without a zone", refused{buyAAPL(`,"time":"2026-11-20T14:30:01"`), "not_understood", []string{"time: not_a_time"}}),
		Entry("a time as a number", refused{buyAAPL(`,"time":1700000000000`), "not_understood", []string{"time: not_text"}}),
		Entry("a day that does not exist", refused{buyAAPL(`,"time":"2026-02-30T14:30:01Z"`), "not_understood", []string{"time: not_a_time"}}),
		Entry("a time before every exchange", refused{buyAAPL(`,"time":"0001-01-01T00:00:00Z"`), "not_understood", []string{"time: not_a_time"}}),
		Entry("a time whose year has five digits in UTC", refused{buyAAPL(`,"time":"9999-12-31T23:59:59-01:00"`), "not_understood", []string{"time: not_a_time"}}),
		Entry("a time not filled in", refused{buyAAPL(`,"time":"{{timenow}}"`), "not_understood", []string{"time: unrendered_placeholder"}}),
	)

	It("reports every fault at once, in the order of the fields, as not understood if one is", func(_ SpecContext) {
		e := refusal(`{"stopLoss":{"trailPercent":5},"qty":"7","price":"NaN","timeInForce":"forever","quantity":"-1",
			"orderType":"limit","sentiment":"happy","action":"hold","symbol":""}`)
		Expect(faultsOf(e)).To(Equal([]string{
			"symbol: empty_value",
			"action: invalid_action",
			"sentiment: invalid_sentiment",
			"quantity: negative_quantity",
			"limitPrice: limit_price_mismatch",
			"timeInForce: invalid_time_in_force",
			"price: not_a_number",
			"stopLoss.trailPercent: unsupported_field",
			"qty: unsupported_field",
		}))
		Expect(e.Code).To(Equal("not_understood"))
	})

	It("takes the code of its first fault where all of it could be read", func(_ SpecContext) {
		e := refusal(`{"ticker":"AAPL","action":"buy","trailPercent":5,"quantity":0}`)
		Expect(faultsOf(e)).To(Equal([]string{"quantity: quantity_not_positive", "trailPercent: unsupported_field"}))
		Expect(e.Code).To(Equal("quantity_not_positive"))
	})

	It("says what to do about a placeholder", func(_ SpecContext) {
		for _, value := range []string{`""`, `"{{strategy.order.contracts}}"`, `{{strategy.order.contracts}}`, `"NaN"`, `NaN`, ``} {
			e := refusal(buyAAPL(`,"quantity":` + value))
			Expect(e.AllReasons()).To(HaveLen(1))
			Expect(e.AllReasons()[0].Field).To(Equal("quantity"))
			Expect(e.AllReasons()[0].Message).To(ContainSubstring("placeholder"))
		}
	})
})
