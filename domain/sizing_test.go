package domain_test

import (
	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/domain"
)

func fixedSize(value string) domain.Sizing {
	return domain.Sizing{Type: domain.SizingFixedQuantity, Value: new(domain.MustQuantity(value))}
}

func worth(value string) domain.Sizing {
	return domain.Sizing{Type: domain.SizingNotional, Value: new(domain.MustQuantity(value))}
}

var _ = DescribeTable("The size of an entry", itPlans,
	Entry("is the alert's quantity", planned{Alert: said{Action: "buy", Quantity: "2.5"}, Steps: []string{"entry buy 2.5"}}),
	Entry("is the alert's notional at its price", planned{Alert: said{Action: "buy", Notional: "1000", Price: "300"}, Steps: []string{"entry buy 3.333333333"}}),
	Entry("is never worth more than the notional", planned{Alert: said{Action: "buy", Notional: "2000", Price: "300"}, Steps: []string{"entry buy 6.666666666"}}),
	Entry("is the alert's notional at its limit", planned{Alert: said{Action: "buy", Notional: "1000", Price: "300", Limit: "250"}, Steps: []string{"entry buy 4"}}),
	Entry("is the alert's notional at its stop", planned{Alert: said{Action: "buy", Notional: "1000", Price: "300", Stop: "500"}, Steps: []string{"entry buy 2"}}),
	Entry("is unknown for a notional without a price", planned{Alert: said{Action: "buy", Notional: "1000"}, State: "refused", Reasons: []string{"price_unknown"}}),
	Entry("is unknown where nobody says", planned{Alert: said{Action: "buy"}, State: "refused", Reasons: []string{"quantity_required"}}),
	Entry("is the config's fixed quantity, whatever the alert says", planned{Alert: said{Action: "buy", Quantity: "50"}, Sizing: fixedSize("3"), Steps: []string{"entry buy 3"}}),
	Entry("is the config's fixed quantity where the alert says none", planned{Alert: said{Action: "buy"}, Sizing: fixedSize("3"), Steps: []string{"entry buy 3"}}),
	Entry("is the config's notional at the alert's price", planned{Alert: said{Action: "buy", Quantity: "50", Price: "100"}, Sizing: worth("250"), Steps: []string{"entry buy 2.5"}}),
	Entry("is unknown for the config's notional without a price", planned{Alert: said{Action: "buy", Quantity: "50"}, Sizing: worth("250"), State: "refused", Reasons: []string{"price_unknown"}}),
	Entry("is the config's on the side of the position the alert wants", planned{
		Alert: said{Action: "sell", Quantity: "20", Target: "-10"}, Sizing: fixedSize("3"), Position: "3",
		Steps: []string{"exit sell 3", "entry sell 3"}, Target: "-3", Says: []string{"sizing adjust"},
	}),
	Entry("is unknown for a position of the config's notional without a price", planned{
		Alert: said{Action: "buy", Target: "10"}, Sizing: worth("250"), State: "refused", Reasons: []string{"price_unknown"},
	}),
	Entry("needs none to go flat", planned{Alert: said{Action: "sell", Sentiment: "flat"}, Sizing: worth("250"), Position: "10", Steps: []string{"exit sell 10"}}),

	// The route's multiplier scales whatever the alert or the config says.
	Entry("is multiplied by the route", planned{Alert: said{Action: "buy", Quantity: "10"}, Multiplier: "0.25", Steps: []string{"entry buy 2.5"}}),
	Entry("is multiplied when the config says it", planned{Alert: said{Action: "buy"}, Sizing: fixedSize("10"), Multiplier: "2", Steps: []string{"entry buy 20"}}),
	Entry("is multiplied as a position", planned{Alert: said{Action: "buy", Target: "10"}, Multiplier: "2", Position: "5", Steps: []string{"entry buy 15"}, Target: "20"}),
	Entry("is multiplied across zero", planned{
		Alert: said{Action: "sell", Quantity: "20", Sentiment: "short"}, Multiplier: "0.5", Position: "5", Steps: []string{"exit sell 5", "entry sell 5"}, Target: "-5",
	}),
	Entry("is multiplied for part of an exit", planned{Alert: said{Action: "exit", Quantity: "4"}, Multiplier: "0.5", Position: "10", Steps: []string{"exit sell 2"}, Target: "8"}),
	Entry("is not multiplied for all of an exit", planned{Alert: said{Action: "exit"}, Multiplier: "0.5", Position: "10", Steps: []string{"exit sell 10"}}),
	Entry("is not multiplied for a reversal to the same size", planned{Alert: said{Action: "reverse"}, Multiplier: "0.5", Position: "10", Steps: []string{"exit sell 10", "entry sell 10"}}),
	Entry("is multiplied for a reversal to another", planned{Alert: said{Action: "reverse", Quantity: "4"}, Multiplier: "0.5", Position: "10", Steps: []string{"exit sell 10", "entry sell 2"}}),

	Entry("is refused where it would be wider than any number taken", planned{
		Alert: said{Action: "buy", Quantity: "1e23"}, Multiplier: "10", State: "refused", Reasons: []string{"number_out_of_range"},
	}),
	Entry("is refused where its price makes it so", planned{
		Alert: said{Action: "buy", Notional: "1e9", Price: "1e-18"}, State: "refused", Reasons: []string{"number_out_of_range"},
	}),

	// What the instrument takes.
	Entry("is rounded down to whole steps", planned{Alert: said{Action: "buy", Quantity: "2.99"}, Step: "0.1", Steps: []string{"entry buy 2.9"}, Says: []string{"quantity_step adjust"}}),
	Entry("is not touched where it is whole steps", planned{Alert: said{Action: "buy", Quantity: "0.29"}, Step: "0.01", Steps: []string{"entry buy 0.29"}}),
	Entry("is refused below one step", planned{Alert: said{Action: "buy", Quantity: "0.9"}, Step: "1", State: "refused", Reasons: []string{"below_minimum"}}),
	Entry("is refused below the minimum", planned{Alert: said{Action: "buy", Quantity: "4"}, Minimum: "5", State: "refused", Reasons: []string{"below_minimum"}}),
	Entry("is refused where rounding takes it below the minimum", planned{Alert: said{Action: "buy", Quantity: "5.9"}, Step: "4", Minimum: "5", State: "refused", Reasons: []string{"below_minimum"}}),
	Entry("is refused where it sells a fraction short", planned{Alert: said{Action: "sell", Quantity: "0.5"}, With: byWholeShares, State: "refused", Reasons: []string{"fractional_short"}}),
	Entry("is taken where it sells whole shares short", planned{Alert: said{Action: "sell", Quantity: "2"}, With: byWholeShares, Steps: []string{"entry sell 2"}}),
	Entry("is taken where it buys a fraction", planned{Alert: said{Action: "buy", Quantity: "0.5"}, With: byWholeShares, Steps: []string{"entry buy 0.5"}}),
	Entry("is taken at the minimum", planned{Alert: said{Action: "buy", Quantity: "5"}, Minimum: "5", Steps: []string{"entry buy 5"}}),
)
