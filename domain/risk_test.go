package domain_test

import (
	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/domain"
)

var _ = DescribeTable("A rail", itPlans,
	Entry("lets an order of its quantity through", planned{
		Alert: said{Action: "buy", Quantity: "10"}, Risk: domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("10"))},
		Steps: []string{"entry buy 10"}, Says: []string{"max_order_quantity pass"},
	}),
	Entry("refuses an order above its quantity", planned{
		Alert: said{Action: "buy", Quantity: "10.1"}, Risk: domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("10"))},
		State: "refused", Reasons: []string{"max_order_quantity"},
	}),
	Entry("judges what is placed, after multiplier and step", planned{
		Alert: said{Action: "buy", Quantity: "10.9"}, Multiplier: "2", Step: "5", Risk: domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("20"))},
		Steps: []string{"entry buy 20"},
	}),
	Entry("lets an order of its worth through", planned{
		Alert: said{Action: "buy", Quantity: "10", Price: "100"}, Risk: domain.RiskLimits{MaxOrderNotional: new(domain.MustMoney("1000"))},
		Steps: []string{"entry buy 10"}, Says: []string{"max_order_notional pass"},
	}),
	Entry("refuses an order above its worth", planned{
		Alert: said{Action: "buy", Quantity: "10", Price: "100.01"}, Risk: domain.RiskLimits{MaxOrderNotional: new(domain.MustMoney("1000"))},
		State: "refused", Reasons: []string{"max_order_notional"},
	}),
	Entry("judges the worth at the limit", planned{
		Alert: said{Action: "buy", Quantity: "10", Price: "90", Limit: "101"}, Risk: domain.RiskLimits{MaxOrderNotional: new(domain.MustMoney("1000"))},
		State: "refused", Reasons: []string{"max_order_notional"},
	}),
	Entry("judges the worth at the stop", planned{
		Alert: said{Action: "buy", Quantity: "10", Price: "90", Stop: "101"}, Risk: domain.RiskLimits{MaxOrderNotional: new(domain.MustMoney("1000"))},
		State: "refused", Reasons: []string{"max_order_notional"},
	}),
	Entry("refuses what it cannot judge for want of a price", planned{
		Alert: said{Action: "buy", Quantity: "10"}, Risk: domain.RiskLimits{MaxOrderNotional: new(domain.MustMoney("1000000"))},
		State: "refused", Reasons: []string{"max_order_notional"},
	}),
	Entry("lets a position of its size through", planned{
		Alert: said{Action: "buy", Quantity: "5"}, Position: "10", Risk: domain.RiskLimits{MaxPositionQuantity: new(domain.MustQuantity("15"))},
		Steps: []string{"entry buy 5"}, Says: []string{"max_position_quantity pass"},
	}),
	Entry("refuses to build a position above its size", planned{
		Alert: said{Action: "buy", Quantity: "6"}, Position: "10", Risk: domain.RiskLimits{MaxPositionQuantity: new(domain.MustQuantity("15"))},
		State: "refused", Reasons: []string{"max_position_quantity"},
	}),
	Entry("refuses to build a short above its size", planned{
		Alert: said{Action: "sell", Quantity: "6"}, Position: "-10", Risk: domain.RiskLimits{MaxPositionQuantity: new(domain.MustQuantity("15"))},
		State: "refused", Reasons: []string{"max_position_quantity"},
	}),
	Entry("lets a position above its size be reduced", planned{
		Alert: said{Action: "sell", Quantity: "1"}, Position: "100", Risk: domain.RiskLimits{MaxPositionQuantity: new(domain.MustQuantity("15"))},
		Steps: []string{"exit sell 1"},
	}),
	Entry("gives its reason beside those of the others", planned{
		Alert: said{Action: "buy", Quantity: "10"},
		Risk: domain.RiskLimits{
			MaxOrderQuantity: new(domain.MustQuantity("1")), MaxOrderNotional: new(domain.MustMoney("1")), MaxPositionQuantity: new(domain.MustQuantity("1")),
		},
		State: "refused", Reasons: []string{"max_order_quantity", "max_order_notional", "max_position_quantity"},
	}),
)
