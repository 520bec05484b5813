package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// The rails that count, and those that need the clock or the market.

type circumstance = func(*domain.WebhookRules, *domain.Situation)

func opens(limit, open int) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Risk.MaxOpenOrders, s.Usage.OpenOrders = &limit, open
	}
}

func perMinute(limit, made int) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Risk.MaxOrdersPerMinute, s.Usage.OrdersLastMinute = &limit, made
	}
}

func dailyLoss(limit, earned string) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Risk.MaxDailyLoss, s.Usage.ProfitToday = new(domain.MustMoney(limit)), domain.MustMoney(earned)
	}
}

func enters(sides ...domain.Side) circumstance {
	return func(r *domain.WebhookRules, _ *domain.Situation) { r.Sides = sides }
}

func exitsExpire(seconds int) circumstance {
	return func(r *domain.WebhookRules, _ *domain.Situation) { r.Staleness.ExitSeconds = &seconds }
}

// sentAgo measures by the alert's own time, of which there is none below 0.
func sentAgo(seconds int) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Staleness.BySender = true
		if seconds >= 0 {
			s.Age.SenderSeconds = &seconds
		}
	}
}

func drift(percent string, market domain.Prices) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) {
		r.Staleness.MaxPriceDriftPercent, s.Market = new(domain.MustQuantity(percent)), market
	}
}

func last(price string) domain.Prices { return domain.Prices{Last: new(domain.MustPrice(price))} }

func spread(bid, ask string) domain.Prices {
	return domain.Prices{Bid: new(domain.MustPrice(bid)), Ask: new(domain.MustPrice(ask)), Last: new(domain.MustPrice("1"))}
}

var _ = DescribeTable("A rail that counts", itPlans,
	Entry("lets the last order through that may be open", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: opens(3, 2), Steps: []string{"entry buy 1"}, Says: []string{"max_open_orders pass"},
	}),
	Entry("refuses one more than may be open", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: opens(3, 3), State: "refused", Reasons: []string{"max_open_orders"},
	}),
	Entry("lets the last order of a minute through", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: perMinute(3, 2), Steps: []string{"entry buy 1"}, Says: []string{"max_orders_per_minute pass"},
	}),
	Entry("refuses one more in the minute", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: perMinute(3, 3), State: "refused", Reasons: []string{"max_orders_per_minute"},
	}),
	Entry("counts the exit before an entry", planned{
		Alert: said{Action: "reverse"}, Position: "10", With: perMinute(3, 2), Steps: []string{"exit sell 10"},
		Says: []string{"max_orders_per_minute refuse", "entry note"},
	}),
	Entry("never holds an exit up", planned{Alert: said{Action: "exit"}, Position: "10", With: perMinute(1, 50), Steps: []string{"exit sell 10"}, Says: []string{"exit pass"}}),
	Entry("lets an entry through after a loss short of the limit", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: dailyLoss("100", "-99.99"), Steps: []string{"entry buy 1"}, Says: []string{"max_daily_loss pass"},
	}),
	Entry("refuses an entry once the limit is lost", planned{
		Alert: said{Action: "buy", Quantity: "1"}, With: dailyLoss("100", "-100"), State: "refused", Reasons: []string{"max_daily_loss"},
	}),
	Entry("is not reached by a profit", planned{Alert: said{Action: "buy", Quantity: "1"}, With: dailyLoss("100", "5000"), Steps: []string{"entry buy 1"}}),
	Entry("lets an exit through whatever is lost", planned{Alert: said{Action: "exit"}, Position: "10", With: dailyLoss("1", "-5000"), Steps: []string{"exit sell 10"}}),
)

var _ = DescribeTable("The sides of a config", itPlans,
	Entry("let an entry on one of them through", planned{Alert: said{Action: "buy", Quantity: "1"}, With: enters("buy"), Steps: []string{"entry buy 1"}, Says: []string{"sides pass"}}),
	Entry("refuse an entry on another", planned{Alert: said{Action: "sell", Quantity: "1"}, With: enters("buy"), State: "refused", Reasons: []string{"side_not_allowed"}}),
	Entry("let an exit through on any", planned{Alert: said{Action: "sell", Quantity: "1"}, Position: "5", With: enters("buy"), Steps: []string{"exit sell 1"}}),
	Entry("leave a reversal its exit", planned{
		Alert: said{Action: "sell", Quantity: "20"}, Position: "10", With: enters("buy"), Steps: []string{"exit sell 10"}, Says: []string{"side_not_allowed refuse", "entry note"},
	}),
)

var _ = DescribeTable("Staleness of exits and by the sender's clock", itPlans,
	Entry("lets an exit through at its limit", planned{Alert: said{Action: "exit"}, Position: "10", Age: 30, With: exitsExpire(30), Steps: []string{"exit sell 10"}, Says: []string{"staleness pass", "exit pass"}}),
	Entry("ends an exit beyond its limit", planned{Alert: said{Action: "exit"}, Position: "10", Age: 31, With: exitsExpire(30), State: "expired", Reasons: []string{"stale"}}),
	Entry("ends a reversal with its exit", planned{Alert: said{Action: "reverse"}, Position: "10", Age: 31, With: exitsExpire(30), State: "expired", Reasons: []string{"stale"}}),
	Entry("leaves an entry to its own limit", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 31, With: exitsExpire(30), Steps: []string{"entry buy 1"}}),
	Entry("measures from the alert's own time", planned{Alert: said{Action: "buy", Quantity: "1"}, With: sentAgo(61), State: "expired", Reasons: []string{"stale"}}),
	Entry("says where there is none, and measures from receipt", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 60, With: sentAgo(-1), Steps: []string{"entry buy 1"}, Says: []string{"clock note", "staleness pass"}}),
	Entry("believes no sender that an alert is younger than its receipt", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 61, With: sentAgo(0), State: "expired", Reasons: []string{"stale"}}),
	Entry("does not look at the alert's own time where the config does not say so", planned{
		Alert: said{Action: "buy", Quantity: "1"}, Steps: []string{"entry buy 1"},
		With: func(_ *domain.WebhookRules, s *domain.Situation) { s.Age.SenderSeconds = new(100_000) },
	}),
)

var _ = DescribeTable("The guard against a drift of the price", itPlans,
	Entry("lets an entry through at its limit", planned{Alert: said{Action: "buy", Quantity: "1", Price: "200"}, With: drift("0.5", last("201")), Steps: []string{"entry buy 1"}, Says: []string{"max_price_drift_percent pass"}}),
	Entry("refuses beyond it", planned{Alert: said{Action: "buy", Quantity: "1", Price: "200"}, With: drift("0.5", last("201.01")), State: "refused", Reasons: []string{"max_price_drift_percent"}}),
	Entry("refuses beyond it the other way", planned{Alert: said{Action: "buy", Quantity: "1", Price: "200"}, With: drift("0.5", last("198.99")), State: "refused", Reasons: []string{"max_price_drift_percent"}}),
	Entry("holds a buy against the ask", planned{Alert: said{Action: "buy", Quantity: "1", Price: "200"}, With: drift("0.5", spread("150", "200")), Steps: []string{"entry buy 1"}}),
	Entry("holds a sell against the bid", planned{Alert: said{Action: "sell", Quantity: "1", Price: "200"}, With: drift("0.5", spread("200", "250")), Steps: []string{"entry sell 1"}}),
	Entry("refuses where the broker knows no price", planned{Alert: said{Action: "buy", Quantity: "1", Price: "200"}, With: drift("50", domain.Prices{}), State: "refused", Reasons: []string{"max_price_drift_percent"}}),
	Entry("refuses where the alert carries no price", planned{Alert: said{Action: "buy", Quantity: "1"}, With: drift("50", last("200")), State: "refused", Reasons: []string{"max_price_drift_percent"}}),
	Entry("waits for the exit before an entry", planned{
		Alert: said{Action: "reverse", Price: "200"}, Position: "10", With: drift("0.5", domain.Prices{}), Steps: []string{"exit sell 10", "entry sell 10"},
		Says: []string{"max_price_drift_percent note"},
	}),
	Entry("lets an exit through", planned{Alert: said{Action: "exit"}, Position: "10", With: drift("0.5", domain.Prices{}), Steps: []string{"exit sell 10"}}),
)

// waits lets another alert of the config wait behind, in a config that collapses.
func waits(next domain.Intent) circumstance {
	return func(r *domain.WebhookRules, s *domain.Situation) { r.Staleness.Collapse, s.Next = true, &next }
}

func carries(target string) circumstance {
	return func(_ *domain.WebhookRules, s *domain.Situation) { s.Carried = new(domain.MustNet(target)) }
}

var _ = DescribeTable("A backlog that collapses", itPlans,
	Entry("leaves an entry to the one behind it", planned{
		Alert: said{Action: "buy", Quantity: "2"}, Position: "1", With: waits(domain.Intent{Action: domain.ActionBuy}),
		State: "superseded", Reasons: []string{"collapsed"}, Target: "3",
	}),
	Entry("leaves it whatever its age", planned{
		Alert: said{Action: "buy", Quantity: "2"}, Age: 100_000, With: waits(domain.Intent{Action: domain.ActionTarget, TargetPosition: new(domain.MustNet("-1"))}),
		State: "superseded", Reasons: []string{"collapsed"}, Target: "2",
	}),
	Entry("leaves no entry to an exit", planned{Alert: said{Action: "buy", Quantity: "2"}, With: waits(domain.Intent{Action: domain.ActionExit}), Steps: []string{"entry buy 2"}}),
	Entry("leaves no exit", planned{Alert: said{Action: "exit"}, Position: "10", With: waits(domain.Intent{Action: domain.ActionBuy}), Steps: []string{"exit sell 10"}}),
	Entry("leaves no reversal, for that has an exit", planned{
		Alert: said{Action: "reverse"}, Position: "10", With: waits(domain.Intent{Action: domain.ActionBuy}), Steps: []string{"exit sell 10", "entry sell 10"},
	}),
	Entry("is off until set", planned{
		Alert: said{Action: "buy", Quantity: "2"}, Steps: []string{"entry buy 2"},
		With: func(_ *domain.WebhookRules, s *domain.Situation) { s.Next = &domain.Intent{Action: domain.ActionBuy} },
	}),
	Entry("reads the last alert from where those before it wanted to be", planned{
		Alert: said{Action: "buy", Quantity: "2"}, Position: "1", With: carries("3"), Steps: []string{"entry buy 4"}, Target: "5", Says: []string{"backlog note"},
	}),
	Entry("trades nothing where they undo each other", planned{Alert: said{Action: "sell", Quantity: "3"}, With: carries("3"), State: "refused", Reasons: []string{"nothing_to_do"}}),
	Entry("reverses from where they wanted to be", planned{Alert: said{Action: "reverse"}, With: carries("3"), Steps: []string{"entry sell 3"}, Target: "-3"}),
	Entry("reads an exit from the position there is", planned{Alert: said{Action: "exit", Quantity: "1"}, Position: "2", With: carries("9"), Steps: []string{"exit sell 1"}}),
)

var _ = Describe("The rails of a plan", func() {
	all := func(r *domain.WebhookRules, s *domain.Situation) {
		r.Sides = []domain.Side{domain.SideSell}
		r.Staleness = domain.Staleness{EntrySeconds: new(60), ExitSeconds: new(60), MaxPriceDriftPercent: new(domain.MustQuantity("1")), BySender: true}
		r.Risk = domain.RiskLimits{
			MaxOrderQuantity: new(domain.MustQuantity("10")), MaxOrderNotional: new(domain.MustMoney("1000")),
			MaxPositionQuantity: new(domain.MustQuantity("10")), MaxOpenOrders: new(1), MaxOrdersPerMinute: new(2),
			MaxDailyLoss: new(domain.MustMoney("100")),
		}
		s.Market = last("100")
	}
	It("are judged in a fixed order, and each says so", func() {
		row := planned{Alert: said{Action: "sell", Quantity: "20", Price: "100"}, Position: "10", With: all}
		_, reasons, says := inWords(domain.PlanOrders(row.Alert.intent(), row.rules(), row.situation()))
		Expect(reasons).To(BeEmpty())
		Expect(says).To(Equal([]string{
			"target_position note", "clock note", "staleness pass", "exit pass", "staleness pass", "max_price_drift_percent note", "sides pass",
			"max_order_quantity pass", "max_order_notional pass", "max_position_quantity pass",
			"max_open_orders pass", "max_orders_per_minute pass", "max_daily_loss pass",
		}))
	})

	It("are all told where they refuse, in the same order", func() {
		r := planned{Alert: said{Action: "buy", Quantity: "11", Price: "100"}, With: all}
		s := r.situation()
		s.Market, s.Usage = last("102"), domain.Usage{OpenOrders: 1, OrdersLastMinute: 2, ProfitToday: domain.MustMoney("-100")}
		_, reasons, says := inWords(domain.PlanOrders(r.Alert.intent(), r.rules(), s))
		Expect(reasons).To(Equal([]string{
			"max_price_drift_percent", "side_not_allowed", "max_order_quantity", "max_order_notional", "max_position_quantity",
			"max_open_orders", "max_orders_per_minute", "max_daily_loss",
		}))
		Expect(says).To(HaveLen(3 + len(reasons)))
	})

	It("count orders only where a limit does", func() {
		Expect(domain.RiskLimits{MaxDailyLoss: new(domain.MustMoney("1"))}.CountOrders()).To(BeFalse())
		Expect(domain.RiskLimits{MaxDailyLoss: new(domain.MustMoney("1"))}.Count()).To(BeTrue())
		Expect(domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("1"))}.Count()).To(BeFalse())
		for _, r := range []domain.RiskLimits{{MaxOpenOrders: new(2)}, {MaxOrdersPerMinute: new(2)}} {
			Expect(r.CountOrders()).To(BeTrue())
			Expect(r.AdmitAnother(domain.Usage{OpenOrders: 1, OrdersLastMinute: 1})).To(BeTrue())
			Expect(r.AdmitAnother(domain.Usage{OpenOrders: 2, OrdersLastMinute: 2})).To(BeFalse())
		}
		loss := domain.RiskLimits{MaxDailyLoss: new(domain.MustMoney("10"))}
		Expect(loss.AdmitAnother(domain.Usage{ProfitToday: domain.MustMoney("-9.99")})).To(BeTrue())
		Expect(loss.AdmitAnother(domain.Usage{ProfitToday: domain.MustMoney("-10")})).To(BeFalse())
		Expect(domain.RiskLimits{}.AdmitAnother(domain.Usage{OpenOrders: 99, OrdersLastMinute: 99})).To(BeTrue())
	})
})
