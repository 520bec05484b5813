package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An intent", func() {
	buy := func() domain.Intent {
		return domain.Intent{Action: domain.ActionBuy, Symbol: "AAPL", Quantity: new(domain.MustQuantity("1"))}
	}
	with := func(but func(*domain.Intent)) domain.Intent {
		i := buy()
		but(&i)
		return i
	}

	It("is a market order for the day where the alert does not say", func() {
		i, err := domain.NewIntent(buy())
		Expect(err).NotTo(HaveOccurred())
		Expect(i.OrderType).To(Equal(domain.OrderTypeMarket))
		Expect(i.TimeInForce).To(Equal(domain.TimeInForceDay))
		Expect(i.Quantity).To(Equal(buy().Quantity))
	})

	DescribeTable("is taken",
		func(i domain.Intent) {
			_, err := domain.NewIntent(i)
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("without a quantity: the config may size it", with(func(i *domain.Intent) { i.Quantity = nil })),
		Entry("by notional", with(func(i *domain.Intent) { i.Quantity, i.Notional = nil, new(domain.MustMoney("100")) })),
		Entry("with the position it wants", with(func(i *domain.Intent) { i.TargetPosition = new(domain.MustNet("5")) })),
		Entry("with quantity 0 and the position it wants", with(func(i *domain.Intent) {
			i.Quantity, i.TargetPosition = new(domain.Quantity{}), new(domain.Net{})
		})),
		Entry("with quantity 0 when it goes flat", with(func(i *domain.Intent) { i.Quantity, i.Sentiment = new(domain.Quantity{}), "flat" })),
		Entry("flat with the position 0", with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "flat", new(domain.Net{}) })),
		Entry("short with a position below 0", with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "short", new(domain.MustNet("-1")) })),
		Entry("as a limit order", with(func(i *domain.Intent) { i.OrderType, i.LimitPrice = "limit", new(domain.MustPrice("1")) })),
		Entry("as a stop order", with(func(i *domain.Intent) { i.OrderType, i.StopPrice = "stop", new(domain.MustPrice("1")) })),
		Entry("as a stop limit order", with(func(i *domain.Intent) {
			i.OrderType, i.LimitPrice, i.StopPrice = "stop_limit", new(domain.MustPrice("1")), new(domain.MustPrice("1"))
		})),
		Entry("to exit everything", domain.Intent{Action: domain.ActionExit}),
		Entry("to exit all, whatever worth it names", domain.Intent{
			Action: domain.ActionExit, Symbol: "AAPL", Sentiment: "flat", Notional: new(domain.MustMoney("100")),
		}),
		Entry("to cancel everything", domain.Intent{Action: domain.ActionCancel}),
		Entry("to reverse", domain.Intent{Action: domain.ActionReverse, Symbol: "AAPL"}),
		Entry("to reach a position", domain.Intent{Action: domain.ActionTarget, Symbol: "AAPL", TargetPosition: new(domain.Net{})}),
	)

	type row struct {
		Intent domain.Intent
		Faults []string
	}
	DescribeTable("is refused",
		func(r row) {
			_, err := domain.NewIntent(r.Intent)
			Expect(faultsOf(err)).To(Equal(r.Faults))
		},
		Entry("without an action", row{with(func(i *domain.Intent) { i.Action = "" }), []string{"action invalid_action"}}),
		Entry("with an action of its own", row{with(func(i *domain.Intent) { i.Action = "hedge" }), []string{"action invalid_action"}}),
		Entry("without a symbol", row{with(func(i *domain.Intent) { i.Symbol = "" }), []string{"symbol symbol_required"}}),
		Entry("to reverse everything", row{domain.Intent{Action: domain.ActionReverse}, []string{"symbol symbol_required"}}),
		Entry("with two sizes", row{
			with(func(i *domain.Intent) { i.Notional = new(domain.MustMoney("1")) }), []string{"quantity quantity_or_notional"},
		}),
		Entry("for nothing", row{with(func(i *domain.Intent) { i.Quantity = new(domain.Quantity{}) }), []string{"quantity quantity_not_positive"}}),
		Entry("for no money", row{
			with(func(i *domain.Intent) { i.Quantity, i.Notional = nil, new(domain.Money{}) }), []string{"notional notional_not_positive"},
		}),
		Entry("for a debt", row{
			with(func(i *domain.Intent) { i.Quantity, i.Notional = nil, new(domain.MustMoney("-1")) }), []string{"notional notional_not_positive"},
		}),
		Entry("to exit by worth, which says nothing of the position", row{
			domain.Intent{Action: domain.ActionExit, Symbol: "AAPL", Notional: new(domain.MustMoney("100"))},
			[]string{"notional notional_not_possible"},
		}),
		Entry("to reach a position it does not name", row{
			domain.Intent{Action: domain.ActionTarget, Symbol: "AAPL"}, []string{"target_position target_required"},
		}),
		Entry("with a sentiment of its own", row{with(func(i *domain.Intent) { i.Sentiment = "bullish" }), []string{"sentiment invalid_sentiment"}}),
		Entry("long with a position below 0", row{
			with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "long", new(domain.MustNet("-1")) }),
			[]string{"sentiment position_contradiction"},
		}),
		Entry("long with the position 0", row{
			with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "long", new(domain.Net{}) }),
			[]string{"sentiment position_contradiction"},
		}),
		Entry("short with a position above 0", row{
			with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "short", new(domain.MustNet("1")) }),
			[]string{"sentiment position_contradiction"},
		}),
		Entry("flat with a position", row{
			with(func(i *domain.Intent) { i.Sentiment, i.TargetPosition = "flat", new(domain.MustNet("1")) }),
			[]string{"sentiment position_contradiction"},
		}),
		Entry("for a time of its own", row{with(func(i *domain.Intent) { i.TimeInForce = "gtd" }), []string{"time_in_force invalid_time_in_force"}}),
		Entry("as an order type of its own", row{with(func(i *domain.Intent) { i.OrderType = "trailing_stop" }), []string{"type invalid_order_type"}}),
		Entry("as a limit order without a limit", row{with(func(i *domain.Intent) { i.OrderType = "limit" }), []string{"limit_price limit_price_mismatch"}}),
		Entry("as a market order with a stop", row{
			with(func(i *domain.Intent) { i.StopPrice = new(domain.MustPrice("1")) }), []string{"stop_price stop_price_mismatch"},
		}),
		Entry("with every fault at once, in field order", row{
			domain.Intent{
				Action: "hedge", Quantity: new(domain.Quantity{}), Notional: new(domain.Money{}), Sentiment: "up",
				TimeInForce: "gtd", OrderType: "stop_limit",
			},
			[]string{
				"action invalid_action", "symbol symbol_required", "quantity quantity_or_notional", "quantity quantity_not_positive",
				"notional notional_not_positive", "sentiment invalid_sentiment", "time_in_force invalid_time_in_force",
				"limit_price limit_price_mismatch", "stop_price stop_price_mismatch",
			},
		}),
	)

	DescribeTable("that can only reduce a position is told apart",
		func(i domain.Intent, exitOnly bool) { Expect(i.IsExitOnly()).To(Equal(exitOnly)) },
		Entry("an exit", domain.Intent{Action: domain.ActionExit}, true),
		Entry("a cancel", domain.Intent{Action: domain.ActionCancel}, true),
		Entry("whatever goes flat", with(func(i *domain.Intent) { i.Sentiment = "flat" }), true),
		Entry("whatever wants the position 0", with(func(i *domain.Intent) { i.TargetPosition = new(domain.Net{}) }), true),
		Entry("not a buy", buy(), false),
		Entry("not a reversal", domain.Intent{Action: domain.ActionReverse}, false),
		Entry("not another position", with(func(i *domain.Intent) { i.TargetPosition = new(domain.MustNet("1")) }), false),
	)

	DescribeTable("that closes all there is is told apart",
		func(i domain.Intent, fullExit bool) { Expect(i.IsFullExit()).To(Equal(fullExit)) },
		Entry("an exit", domain.Intent{Action: domain.ActionExit}, true),
		Entry("whatever goes flat", with(func(i *domain.Intent) { i.Sentiment = "flat" }), true),
		Entry("whatever wants the position 0", with(func(i *domain.Intent) { i.TargetPosition = new(domain.Net{}) }), true),
		Entry("not an exit of a part", domain.Intent{Action: domain.ActionExit, Quantity: new(domain.MustQuantity("1"))}, false),
		Entry("not an exit that leaves a position", domain.Intent{Action: domain.ActionExit, TargetPosition: new(domain.MustNet("1"))}, false),
		Entry("not a cancel", domain.Intent{Action: domain.ActionCancel}, false),
		Entry("not a buy", buy(), false),
		Entry("not a reversal", domain.Intent{Action: domain.ActionReverse}, false),
	)

	DescribeTable("has the side of its action",
		func(action domain.Action, side domain.Side) { Expect(action.Side()).To(Equal(side)) },
		Entry("buy", domain.ActionBuy, domain.SideBuy),
		Entry("sell", domain.ActionSell, domain.SideSell),
		Entry("none for an exit", domain.ActionExit, domain.Side("")),
		Entry("none for a target", domain.ActionTarget, domain.Side("")),
	)
})
