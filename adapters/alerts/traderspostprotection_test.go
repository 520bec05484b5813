package alerts_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("Protection in a TradersPost alert", func() {
	percent := func(s string) domain.Level { return domain.Level{Percent: quantity(s)} }
	amount := func(s string) domain.Level { return domain.Level{Amount: quantity(s)} }
	at := func(s string) domain.Level { return domain.Level{Price: price(s)} }

	DescribeTable("is read", func(_ SpecContext, field string, set func(*domain.Intent)) {
		Expect(understood(buyAAPL(`,` + field))).To(Equal(order(set)))
	},
		Entry("a take-profit by percentage", `"takeProfit":{"percent":"2.5"}`, func(i *domain.Intent) { i.TakeProfit = new(percent("2.5")) }),
		Entry("a take-profit by amount", `"takeProfit":{"amount":15,"limitPrice":null}`, func(i *domain.Intent) { i.TakeProfit = new(amount("15")) }),
		Entry("a take-profit at a price", `"takeProfit":{"limitPrice":150.5}`, func(i *domain.Intent) { i.TakeProfit = new(at("150.5")) }),
		Entry("a stop-loss without a type", `"stopLoss":{"percent":5}`, func(i *domain.Intent) { i.StopLoss = &domain.StopLoss{Level: percent("5")} }),
		Entry("a stop-loss at a price", `"stopLoss":{"type":"STOP","stopPrice":"90"}`, func(i *domain.Intent) { i.StopLoss = &domain.StopLoss{Level: at("90")} }),
		Entry("a stop-loss by amount", `"stopLoss":{"amount":"7"}`, func(i *domain.Intent) { i.StopLoss = &domain.StopLoss{Level: amount("7")} }),
		Entry("a stop-loss with a limit", `"stopLoss":{"type":"stop_limit","stopPrice":90,"limitPrice":89.5}`, func(i *domain.Intent) {
			i.StopLoss = &domain.StopLoss{Level: at("90"), LimitPrice: price("89.5")}
		}),
		Entry("none where it says false", `"stopLoss":false`, func(*domain.Intent) {}),
	)

	type refused struct{ field, code, fault string }
	DescribeTable("is refused by name", func(_ SpecContext, r refused) {
		e := refusal(buyAAPL(`,` + r.field))
		Expect(faultsOf(e)).To(Equal([]string{r.fault}))
		Expect(e.Code).To(Equal(r.code))
	},
		Entry("as a number", refused{`"takeProfit":150`, "not_understood", "takeProfit: not_an_object"}),
		Entry("as a list", refused{`"stopLoss":[{"percent":5}]`, "not_understood", "stopLoss: not_an_object"}),
		Entry("without a level", refused{`"takeProfit":{}`, "one_level_required", "takeProfit: one_level_required"}),
		Entry("with two levels", refused{`"stopLoss":{"percent":5,"amount":1}`, "one_level_required", "stopLoss: one_level_required"}),
		Entry("at nothing", refused{`"stopLoss":{"percent":0}`, "level_not_positive", "stopLoss: level_not_positive"}),
		Entry("a stop that trails", refused{`"stopLoss":{"type":"trailing_stop","percent":5}`, "unsupported_field", "stopLoss.type: unsupported_field"}),
		Entry("an amount that trails", refused{`"stopLoss":{"percent":5,"trailAmount":1}`, "unsupported_field", "stopLoss.trailAmount: unsupported_field"}),
		Entry("a percentage that trails", refused{`"stopLoss":{"percent":5,"trailPercent":1}`, "unsupported_field", "stopLoss.trailPercent: unsupported_field"}),
		Entry("an unknown type", refused{`"stopLoss":{"type":"mental","percent":5}`, "invalid_type", "stopLoss.type: invalid_type"}),
		Entry("a stop_limit without a limit", refused{`"stopLoss":{"type":"stop_limit","percent":5}`, "limit_price_mismatch", "stopLoss.limitPrice: limit_price_mismatch"}),
		Entry("a stop with a limit", refused{`"stopLoss":{"percent":5,"limitPrice":1}`, "limit_price_mismatch", "stopLoss.limitPrice: limit_price_mismatch"}),
		Entry("a member nobody knows", refused{`"takeProfit":{"percent":5,"quantity":3}`, "unsupported_field", "takeProfit.quantity: unsupported_field"}),
		Entry("a placeholder without a value", refused{`"takeProfit":{"limitPrice":"NaN"}`, "not_understood", "takeProfit.limitPrice: not_a_number"}),
		Entry("a price that is none", refused{`"takeProfit":{"limitPrice":"-1"}`, "price_not_positive", "takeProfit.limitPrice: price_not_positive"}),
	)
})
