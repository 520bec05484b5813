package alerts_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A plain alert", func() {
	type row struct {
		line string
		is   func(*domain.Intent)
	}
	DescribeTable("is read as",
		func(_ SpecContext, r row) {
			Expect(understood(r.line)).To(Equal(order(r.is)))
		},
		Entry("a buy", row{"BUY 10 AAPL", func(i *domain.Intent) { i.Quantity = quantity("10") }}),
		Entry("a sell", row{"sell 0.5 AAPL", func(i *domain.Intent) { i.Action, i.Quantity = domain.ActionSell, quantity("0.5") }}),
		Entry("a buy in any case and any blanks", row{"\n Buy\t10   aapl \r\n", func(i *domain.Intent) { i.Quantity = quantity("10") }}),
		Entry("a buy of what the config says", row{"buy AAPL", func(*domain.Intent) {}}),
		Entry("a symbol without the exchange in front", row{"buy 1 BINANCE:BTCUSDT", func(i *domain.Intent) { i.Symbol, i.Quantity = "BTCUSDT", quantity("1") }}),
		Entry("a pair", row{"buy 1e-3 btc/usd", func(i *domain.Intent) { i.Symbol, i.Quantity = "BTC/USD", quantity("0.001") }}),
		Entry("a symbol of digits", row{"buy 100 700", func(i *domain.Intent) { i.Symbol, i.Quantity = "700", quantity("100") }}),
		Entry("a limit order", row{"sell 0.5 BTCUSD at 64250 limit", func(i *domain.Intent) {
			i.Action, i.Symbol, i.Quantity = domain.ActionSell, "BTCUSD", quantity("0.5")
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("64250")
		}}),
		Entry("a stop order", row{"SELL 10 AAPL AT 180 STOP", func(i *domain.Intent) {
			i.Action, i.Quantity = domain.ActionSell, quantity("10")
			i.OrderType, i.StopPrice = domain.OrderTypeStop, price("180")
		}}),
		Entry("a market order that says the price", row{"buy 10 AAPL at 190.5 market", func(i *domain.Intent) {
			i.Quantity, i.ReferencePrice = quantity("10"), price("190.5")
		}}),
		Entry("a limit order of what the config says", row{"buy AAPL at 190.5 limit", func(i *domain.Intent) {
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("190.5")
		}}),
		Entry("the symbol AT", row{"buy 10 at", func(i *domain.Intent) { i.Symbol, i.Quantity = "AT", quantity("10") }}),
		Entry("the symbol AT at a price", row{"buy at at 5 limit", func(i *domain.Intent) {
			i.Symbol, i.OrderType, i.LimitPrice = "AT", domain.OrderTypeLimit, price("5")
		}}),
		Entry("a buy of the stock ALL", row{"buy 10 ALL", func(i *domain.Intent) { i.Symbol, i.Quantity = "ALL", quantity("10") }}),
		Entry("an exit", row{"exit AAPL", func(i *domain.Intent) { i.Action = domain.ActionExit }}),
		Entry("an exit by close", row{"close AAPL", func(i *domain.Intent) { i.Action = domain.ActionExit }}),
		Entry("an exit of a part", row{"close 5 AAPL", func(i *domain.Intent) { i.Action, i.Quantity = domain.ActionExit, quantity("5") }}),
		Entry("an exit at a limit", row{"exit 5 AAPL at 200 limit", func(i *domain.Intent) {
			i.Action, i.Quantity = domain.ActionExit, quantity("5")
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("200")
		}}),
		Entry("an exit of the stock ALL", row{"close NYSE:ALL", func(i *domain.Intent) { i.Action, i.Symbol = domain.ActionExit, "ALL" }}),
		Entry("an exit by flatten", row{"FLATTEN AAPL", func(i *domain.Intent) { i.Action = domain.ActionExit }}),
		Entry("an exit of everything", row{"FLATTEN", func(i *domain.Intent) { i.Action, i.Symbol = domain.ActionExit, "" }}),
		Entry("a reversal", row{"reverse AAPL", func(i *domain.Intent) { i.Action = domain.ActionReverse }}),
		Entry("a reversal into another size", row{"reverse 7 AAPL", func(i *domain.Intent) { i.Action, i.Quantity = domain.ActionReverse, quantity("7") }}),
		Entry("a cancel", row{"cancel AAPL", func(i *domain.Intent) { i.Action = domain.ActionCancel }}),
		Entry("a cancel of everything", row{"cancel", func(i *domain.Intent) { i.Action, i.Symbol = domain.ActionCancel, "" }}),
	)

	type refused struct {
		line   string
		code   string
		faults []string
	}
	DescribeTable("is refused for",
		func(_ SpecContext, r refused) {
			e := refusal(r.line)
			Expect(faultsOf(e)).To(Equal(r.faults))
			Expect(e.Code).To(Equal(r.code))
			Expect(e.AllReasons()[0].Message).NotTo(BeEmpty())
		},
		Entry("no symbol", refused{"BUY", "symbol_required", []string{"symbol: symbol_required"}}),
		Entry("no symbol in an exit, which is not an exit of everything", refused{"close", "symbol_required", []string{"symbol: symbol_required"}}),
		Entry("a number alone", refused{"BUY 10", "symbol_required", []string{"symbol: symbol_required"}}),
		Entry("a number alone at a price", refused{"BUY 10 at 5 limit", "not_understood", []string{": unexpected_words"}}),
		Entry("a number to cancel", refused{"cancel 12345", "symbol_required", []string{"symbol: symbol_required"}}),
		Entry("ALL in an exit", refused{"close all", "ambiguous_symbol", []string{"symbol: ambiguous_symbol"}}),
		Entry("ALL in a cancel", refused{"CANCEL ALL", "ambiguous_symbol", []string{"symbol: ambiguous_symbol"}}),
		Entry("ALL in a flatten", refused{"FLATTEN ALL", "ambiguous_symbol", []string{"symbol: ambiguous_symbol"}}),
		Entry("what is no symbol", refused{"BUY 10 $AAPL", "invalid_symbol", []string{"symbol: invalid_symbol"}}),
		Entry("the quantity behind", refused{"BUY AAPL 10", "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a quantity in words", refused{"BUY ten AAPL", "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a quantity of 400 digits", refused{"BUY " + strings.Repeat("9", 400) + " AAPL", "not_understood", []string{"quantity: number_too_long"}}),
		Entry("a quantity of 1e400", refused{"BUY 1e400 AAPL", "number_out_of_range", []string{"quantity: number_out_of_range"}}),
		Entry("a quantity of 0", refused{"BUY 0 AAPL", "quantity_not_positive", []string{"quantity: quantity_not_positive"}}),
		Entry("a negative quantity", refused{"SELL -5 AAPL", "negative_quantity", []string{"quantity: negative_quantity"}}),
		Entry("a quantity of NaN", refused{"BUY NaN AAPL", "not_understood", []string{"quantity: not_a_number"}}),
		Entry("a percentage", refused{"CLOSE 50% AAPL", "not_understood", []string{"quantity: not_a_number"}}),
		Entry("placeholders not filled in", refused{"BUY {{strategy.order.contracts}} {{ticker}}", "not_understood", []string{
			"quantity: unrendered_placeholder", "symbol: unrendered_placeholder",
		}}),
		Entry("a price of 0", refused{"BUY 10 AAPL at 0 limit", "price_not_positive", []string{"price: price_not_positive"}}),
		Entry("a price in words", refused{"BUY 10 AAPL at market limit", "not_understood", []string{"price: not_a_number"}}),
		Entry("a price that does not say what it is", refused{"BUY 10 AAPL at 190", "invalid_order_type", []string{"order_type: invalid_order_type"}}),
		Entry("a price of another type", refused{"BUY 10 AAPL at 190 stop_limit", "invalid_order_type", []string{"order_type: invalid_order_type"}}),
		Entry("nothing after at", refused{"BUY 10 AAPL at", "not_understood", []string{": unexpected_words"}}),
		Entry("a price without at", refused{"BUY 10 AAPL 190 limit", "not_understood", []string{": unexpected_words"}}),
		Entry("words behind", refused{"BUY 10 AAPL please", "not_understood", []string{": unexpected_words"}}),
		Entry("words behind the price", refused{"BUY 10 AAPL at 190 limit gtc", "not_understood", []string{": unexpected_words"}}),
		Entry("many words behind", refused{"BUY 10 AAPL" + strings.Repeat(" x", 20000), "not_understood", []string{": unexpected_words"}}),
		Entry("a quantity to flatten", refused{"FLATTEN 5 AAPL", "not_understood", []string{": unexpected_words"}}),
		Entry("a price to cancel at", refused{"CANCEL AAPL at 5 limit", "not_understood", []string{": unexpected_words"}}),
		Entry("a second line", refused{"BUY 10 AAPL\nSELL 5 MSFT", "not_understood", []string{": more_than_one_line"}}),
		Entry("every fault at once, in the order of the line", refused{"BUY -1 $AAPL at 0 never", "negative_quantity", []string{
			"quantity: negative_quantity", "symbol: invalid_symbol", "price: price_not_positive", "order_type: invalid_order_type",
		}}),
	)

	It("is not one where it begins with another word", func(_ SpecContext) {
		e := refusalAs(alerts.FormatPlain, "PLEASE BUY 10 AAPL")
		Expect(faultsOf(e)).To(Equal([]string{"action: unknown_verb"}))
		Expect(e.Code).To(Equal("not_understood"))
	})
})
