package alerts_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A field of a TradersPost alert", func() {
	type field struct{ name, value string }
	with := func(f field) string { return buyAAPL(`,"` + f.name + `":` + f.value) }

	DescribeTable("that is documented and not built is refused by name",
		func(_ SpecContext, f field) {
			e := refusal(with(f))
			Expect(e.Code).To(Equal("unsupported_field"))
			Expect(faultsOf(e)).To(Equal([]string{f.name + ": unsupported_field"}))
			Expect(e.AllReasons()[0].Message).To(ContainSubstring("not built yet"))
		},
		Entry(nil, field{"trailAmount", `1.5`}),
		Entry(nil, field{"trailPercent", `"1.5"`}),
		Entry(nil, field{"extendedHours", `true`}),
		Entry(nil, field{"cancelOrderType", `"stop"`}),
		Entry(nil, field{"delay", `60`}),
		Entry(nil, field{"delay", `"60"`}),
		Entry(nil, field{"ignoreTradingWindows", `true`}),
		Entry(nil, field{"expiresAt", `"+1 month"`}),
		Entry(nil, field{"optionType", `"call"`}),
		Entry(nil, field{"intrinsicValue", `"itm"`}),
		Entry(nil, field{"expiration", `"+6 months"`}),
		Entry(nil, field{"strikeCount", `10`}),
		Entry(nil, field{"strikesAway", `0`}),
		Entry(nil, field{"strikePrice", `500`}),
		Entry(nil, field{"test", `true`}),
	)

	DescribeTable("that asks for nothing is as good as absent",
		func(_ SpecContext, f field) {
			Expect(understood(with(f))).To(Equal(order(func(*domain.Intent) {})))
		},
		Entry(nil, field{"takeProfit", `null`}),
		Entry(nil, field{"stopLoss", `null`}),
		Entry(nil, field{"trailAmount", `null`}),
		Entry(nil, field{"extendedHours", `false`}),
		Entry(nil, field{"extendedHours", `"False"`}),
		Entry(nil, field{"cancel", `false`}),
		Entry(nil, field{"delay", `0`}),
		Entry(nil, field{"delay", `"0"`}),
		Entry(nil, field{"ignoreTradingWindows", `false`}),
		Entry(nil, field{"test", `false`}),
		Entry(nil, field{"qty", `null`}),
		Entry(nil, field{"reduceOnly", `false`}),
	)

	DescribeTable("that is information is taken with any value and changes nothing",
		func(_ SpecContext, f field) {
			Expect(understood(with(f))).To(Equal(order(func(*domain.Intent) {})))
		},
		Entry(nil, field{"interval", `"5"`}),
		Entry(nil, field{"interval", `""`}),
		Entry(nil, field{"message", `"breakout above yesterday's high"`}),
		Entry(nil, field{"extras", `{"quantity":500,"stopLoss":{"percent":5},"tags":["a","b"]}`}),
	)

	DescribeTable("of the sender's own is left alone",
		func(_ SpecContext, f field) {
			parsed := read(domain.AlertFormatAuto, with(f))
			Expect(parsed.Intents).To(ConsistOf(order(func(*domain.Intent) {})))
		},
		Entry(nil, field{"id", `"a-1"`}),
		Entry(nil, field{"alert_id", `17`}),
		Entry(nil, field{"strategy", `"momentum"`}),
		Entry(nil, field{"comment", `"{{strategy.order.comment}}"`}),
		Entry(nil, field{"passphrase", `"open sesame"`}),
		Entry(nil, field{"exchange", `"NASDAQ"`}),
		Entry(nil, field{"open", `"1"`}),
		Entry(nil, field{"close", `""`}),
		Entry(nil, field{"volume", `"12345"`}),
		Entry(nil, field{"prev_position_size", `-5`}),
		Entry(nil, field{"plots", `[1,2,3]`}),
		Entry(nil, field{"", `1`}),
		Entry(nil, field{strings.Repeat("q", 5000), `1`}),
	)

	DescribeTable("that says what is traded in another spelling is refused, with the name to write",
		func(_ SpecContext, name, instead string) {
			e := refusal(buyAAPL(`,"` + name + `":"1"`))
			Expect(e.Code).To(Equal("unsupported_field"))
			Expect(faultsOf(e)).To(Equal([]string{name + ": unsupported_field"}))
			Expect(e.AllReasons()[0].Message).To(HaveSuffix("write " + instead))
		},
		Entry(nil, "Quantity", "quantity"),
		Entry(nil, "QUANTITY", "quantity"),
		Entry(nil, "qty", "quantity"),
		Entry(nil, "contracts", "quantity"),
		Entry(nil, "Ticker", "ticker"),
		Entry(nil, "Action", "action"),
		Entry(nil, "side", "action"),
		Entry(nil, "order_type", "orderType"),
		Entry(nil, "type", "orderType"),
		Entry(nil, "limit_price", "limitPrice"),
		Entry(nil, "limit", "limitPrice"),
		Entry(nil, "stop-price", "stopPrice"),
		Entry(nil, "trigger_price", "stopPrice"),
		Entry(nil, "time_in_force", "timeInForce"),
		Entry(nil, "quantity_type", "quantityType"),
		Entry(nil, "signal_price", "signalPrice"),
		Entry(nil, "marketPosition", "market_position"),
		Entry(nil, "positionSize", "position_size"),
		Entry(nil, "Sentiment", "sentiment"),
		Entry(nil, "take_profit", "takeProfit"),
		Entry(nil, "stop_loss", "stopLoss"),
	)

	DescribeTable("that other systems document and this one has not is refused by name",
		func(_ SpecContext, name string) {
			e := refusal(buyAAPL(`,"` + name + `":"1"`))
			Expect(faultsOf(e)).To(Equal([]string{name + ": unsupported_field"}))
			Expect(e.AllReasons()[0].Message).To(ContainSubstring("not built yet"))
		},
		Entry(nil, "takeProfitPercent"),
		Entry(nil, "TP"),
		Entry(nil, "sl"),
		Entry(nil, "stopLossLimit"),
		Entry(nil, "trailing_stop"),
		Entry(nil, "extended_hours"),
		Entry(nil, "leverage"),
		Entry(nil, "reduceOnly"),
		Entry(nil, "riskPercent"),
		Entry(nil, "notional"),
		Entry(nil, "account"),
		Entry(nil, "max_lag"),
		Entry(nil, "dry_run"),
		Entry(nil, "order"),
	)

	It("names a hostile field bounded and printable", func(_ SpecContext) {
		e := refusal(buyAAPL(`,"stop_loss\u001b[2J":1`))
		Expect(e.AllReasons()[0].Field).To(Equal(`"stop_loss\x1b[2J"`))
	})
})
