package domain_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// momentum gives a config that says only what it must: its name and one route.
func momentum() domain.WebhookConfigSnapshot {
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: id[domain.BrokerAccount](1), Multiplier: domain.MustQuantity("1")}}
	return domain.WebhookConfigSnapshot{
		ID: id[domain.WebhookConfig](2), UserID: id[domain.User](3), Name: "momentum", Rules: rules, CreatedAt: at(1),
	}
}

func momentumConfig() *domain.WebhookConfig {
	c, err := domain.NewWebhookConfig(momentum())
	Expect(err).NotTo(HaveOccurred())
	return c
}

// everyRule gives rules that say everything that can be said.
func everyRule() domain.WebhookRules {
	r := momentum().Rules
	r.Symbols = []domain.Symbol{"AAPL", "BTC/USD"}
	r.SymbolMap = map[domain.Symbol]domain.Symbol{"BTCUSD": "BTC/USD"}
	r.Sizing = domain.Sizing{Type: domain.SizingFixedQuantity, Value: new(domain.MustQuantity("1"))}
	r.QuantityMeans, r.PositionScope = domain.QuantityEntry, domain.PositionScopeAccount
	r.Risk = domain.RiskLimits{
		MaxOrderQuantity: new(domain.MustQuantity("100")), MaxOrderNotional: new(domain.MustMoney("50000")),
		MaxPositionQuantity: new(domain.MustQuantity("500")),
		MaxOpenOrders:       new(5), MaxOrdersPerMinute: new(60), MaxDailyLoss: new(domain.MustMoney("2000")),
	}
	r.Sides = []domain.Side{domain.SideBuy, domain.SideSell}
	r.Staleness = domain.Staleness{
		EntrySeconds: new(30), ExitSeconds: new(600), MaxPriceDriftPercent: new(domain.MustQuantity("0.5")), BySender: true, Collapse: true,
	}
	r.Dedupe = domain.Dedupe{KeyFields: []string{"id"}, WindowSeconds: 300}
	r.Chain = domain.ChainRule{OnBreak: domain.ChainHold, HoldSeconds: 10}
	return r
}

var _ = Describe("A new webhook config", func() {
	It("is active in version 1", func() {
		c := momentumConfig()
		Expect(c.ID()).To(Equal(id[domain.WebhookConfig](2)))
		Expect(c.UserID()).To(Equal(id[domain.User](3)))
		Expect(c.Version()).To(Equal(1))
		Expect(c.Status()).To(Equal(domain.WebhookActive))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(1)))
		Expect(c.Snapshot().DeletedAt).To(BeNil())
	})

	It("is safe by default", func() {
		r := momentumConfig().Snapshot().Rules
		Expect(r.Format).To(Equal(domain.AlertFormatAuto))
		Expect(r.Symbols).To(BeEmpty(), "every symbol")
		Expect(r.Sizing).To(Equal(domain.Sizing{Type: domain.SizingAlert}))
		Expect(r.QuantityMeans).To(Equal(domain.QuantityOrderTotal))
		Expect(r.PositionScope).To(Equal(domain.PositionScopeWebhook))
		Expect(r.Risk).To(Equal(domain.RiskLimits{}), "all rails off until set")
		Expect(r.Staleness.EntrySeconds).To(HaveValue(Equal(60)))
		Expect(r.Dedupe).To(Equal(domain.Dedupe{WindowSeconds: 60}))
	})

	It("may say everything there is to say", func() {
		given := momentum()
		given.Rules = everyRule()
		c, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Snapshot().Rules).To(Equal(everyRule()))
	})

	route := func(account byte, multiplier string) domain.Route {
		return domain.Route{BrokerAccountID: id[domain.BrokerAccount](account), Multiplier: domain.MustQuantity(multiplier)}
	}
	type row struct {
		But    func(*domain.WebhookConfigSnapshot)
		Faults []string
	}
	DescribeTable("is refused",
		func(r row) {
			given := momentum()
			r.But(&given)
			c, err := domain.NewWebhookConfig(given)
			Expect(faultsOf(err)).To(Equal(r.Faults))
			Expect(c).To(BeNil())
		},
		Entry("without a name", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "" }, []string{"name invalid_name"}}),
		Entry("with a backlog that collapses and asks", row{func(c *domain.WebhookConfigSnapshot) {
			c.Rules.Staleness.Collapse, c.Rules.Staleness.Ask = true, true
		}, []string{"staleness.backlog invalid_backlog"}}),
		Entry("with a name of spaces", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "  " }, []string{"name invalid_name"}}),
		Entry("with a name of 101 letters", row{func(c *domain.WebhookConfigSnapshot) { c.Name = strings.Repeat("ü", 101) }, []string{"name invalid_name"}}),
		Entry("with a name of two lines", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "a\nb" }, []string{"name invalid_name"}}),
		Entry("with a NUL in its name", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "a\x00b" }, []string{"name invalid_name"}}),
		Entry("with a mark in its name that nobody sees", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "a\u0085b" }, []string{"name invalid_name"}}),
		Entry("with a name that is no text", row{func(c *domain.WebhookConfigSnapshot) { c.Name = "a\xffb" }, []string{"name invalid_name"}}),
		Entry("without a route", row{func(c *domain.WebhookConfigSnapshot) { c.Rules.Routes = nil }, []string{"routes routes_required"}}),
		Entry("with 17 routes", row{func(c *domain.WebhookConfigSnapshot) {
			c.Rules.Routes = nil
			for i := range 17 {
				c.Rules.Routes = append(c.Rules.Routes, route(byte(i+1), "1"))
			}
		}, []string{"routes routes_required"}}),
		Entry("with a route to nowhere", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Routes[0].BrokerAccountID = domain.BrokerAccountID{} },
			[]string{"routes.0.broker_account_id broker_account_required"},
		}),
		Entry("with two routes to one account", row{
			func(c *domain.WebhookConfigSnapshot) {
				c.Rules.Routes = []domain.Route{route(1, "1"), route(2, "1"), route(1, "2")}
			},
			[]string{"routes.2.broker_account_id duplicate_route"},
		}),
		Entry("with a multiplier of 0", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Routes[0].Multiplier = domain.Quantity{} },
			[]string{"routes.0.multiplier multiplier_not_positive"},
		}),
		Entry("without a format", row{func(c *domain.WebhookConfigSnapshot) { c.Rules.Format = "" }, []string{"format format_required"}}),
		Entry("with 1001 symbols", row{func(c *domain.WebhookConfigSnapshot) {
			for range 1001 {
				c.Rules.Symbols = append(c.Rules.Symbols, "AAPL")
			}
		}, []string{"symbols too_many_symbols"}}),
		Entry("with 1001 symbols that have another name", row{func(c *domain.WebhookConfigSnapshot) {
			c.Rules.SymbolMap = map[domain.Symbol]domain.Symbol{}
			for i := range 1001 {
				c.Rules.SymbolMap[domain.Symbol(fmt.Sprint("A", i))] = "AAPL"
			}
		}, []string{"symbol_map too_many_symbols"}}),
		Entry("with symbols not in canonical form", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Symbols = []domain.Symbol{"AAPL", "nasdaq:msft", ""} },
			[]string{"symbols.1 invalid_symbol", "symbols.2 invalid_symbol"},
		}),
		Entry("with a map from or to what is no symbol", row{
			func(c *domain.WebhookConfigSnapshot) {
				c.Rules.SymbolMap = map[domain.Symbol]domain.Symbol{"btc": "BTC/USD", "ETH": "eth/usd", "SOL": "SOL/USD"}
			},
			[]string{"symbol_map.ETH invalid_symbol", "symbol_map.btc invalid_symbol"},
		}),
		Entry("custom without a mapping", row{func(c *domain.WebhookConfigSnapshot) { c.Rules.Format = domain.AlertFormatCustom }, []string{
			"mapping.action mapping_required", "mapping.symbol mapping_required",
		}}),
		Entry("with a mapping of what is none of an intent's fields, or says nothing", row{func(c *domain.WebhookConfigSnapshot) {
			c.Rules.Format = domain.AlertFormatCustom
			c.Rules.Mapping = domain.Mapping{"action": "a", "symbol": "", "colour": "red", "quantity": strings.Repeat("a", 501)}
		}, []string{"mapping.colour unknown_field", "mapping.quantity invalid_expression", "mapping.symbol invalid_expression"}}),
		Entry("with a mapping that nobody would read", row{func(c *domain.WebhookConfigSnapshot) {
			c.Rules.Mapping = domain.Mapping{"action": "a", "symbol": "s"}
		}, []string{"mapping mapping_not_possible"}}),
		Entry("with sizing that is not built", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Sizing.Type = "kelly" }, []string{"sizing.type unsupported_sizing"},
		}),
		Entry("with a size beside the alert's", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Sizing.Value = new(domain.MustQuantity("1")) }, []string{"sizing.value sizing_value"},
		}),
		Entry("with a fixed quantity that is not said", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Sizing.Type = domain.SizingFixedQuantity }, []string{"sizing.value sizing_value"},
		}),
		Entry("with a notional of 0", row{
			func(c *domain.WebhookConfigSnapshot) {
				c.Rules.Sizing = domain.Sizing{Type: domain.SizingNotional, Value: new(domain.Quantity{})}
			},
			[]string{"sizing.value sizing_value"},
		}),
		Entry("with another meaning of the quantity", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.QuantityMeans = "exit" }, []string{"quantity_means invalid_quantity_means"},
		}),
		Entry("with another scope", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.PositionScope = "user" }, []string{"position_scope invalid_position_scope"},
		}),
		Entry("with rails that stop everything", row{
			func(c *domain.WebhookConfigSnapshot) {
				c.Rules.Risk = domain.RiskLimits{
					MaxOrderQuantity: new(domain.Quantity{}), MaxOrderNotional: new(domain.MustMoney("-1")), MaxPositionQuantity: new(domain.Quantity{}),
					MaxOpenOrders: new(0), MaxOrdersPerMinute: new(-1), MaxDailyLoss: new(domain.Money{}),
				}
				c.Rules.Staleness.MaxPriceDriftPercent = new(domain.Quantity{})
			},
			[]string{
				"risk.max_order_quantity limit_not_positive", "risk.max_order_notional limit_not_positive",
				"risk.max_position_quantity limit_not_positive", "risk.max_open_orders limit_not_positive",
				"risk.max_orders_per_minute limit_not_positive", "risk.max_daily_loss limit_not_positive",
				"staleness.max_price_drift_percent limit_not_positive",
			},
		}),
		Entry("with sides there are not, or twice", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Sides = []domain.Side{"long", "buy", "buy"} },
			[]string{"sides.0 invalid_side", "sides.2 invalid_side"},
		}),
		Entry("with exits that are always too old", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Staleness.ExitSeconds = new(0) },
			[]string{"staleness.exit_seconds invalid_staleness"},
		}),
		Entry("with entries that are always too old", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Staleness.EntrySeconds = new(0) },
			[]string{"staleness.entry_seconds invalid_staleness"},
		}),
		Entry("with nine key fields", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.KeyFields = strings.Split("abcdefghi", "") },
			[]string{"dedupe.key_fields too_many_key_fields"},
		}),
		Entry("with a key field of no name", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.KeyFields = []string{"id", ""} },
			[]string{"dedupe.key_fields.1 invalid_key_field"},
		}),
		Entry("with a NUL in a key field", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.KeyFields = []string{"a\x00"} },
			[]string{"dedupe.key_fields.0 invalid_key_field"},
		}),
		Entry("that remembers for no time", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.WindowSeconds = 0 }, []string{"dedupe.window_seconds invalid_window"},
		}),
		Entry("that remembers for longer than a day", row{
			func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.WindowSeconds = 86401 }, []string{"dedupe.window_seconds invalid_window"},
		}),
		Entry("with every fault at once, in field order", row{
			func(c *domain.WebhookConfigSnapshot) {
				c.Name = ""
				c.Rules = domain.WebhookRules{
					Routes:    []domain.Route{{}},
					Symbols:   []domain.Symbol{"a b"},
					SymbolMap: map[domain.Symbol]domain.Symbol{"A": ""},
					Risk:      domain.RiskLimits{MaxOrderNotional: new(domain.Money{})},
					Staleness: domain.Staleness{EntrySeconds: new(-1)},
					Dedupe:    domain.Dedupe{KeyFields: []string{""}},
				}
			},
			[]string{
				"name invalid_name",
				"routes.0.broker_account_id broker_account_required", "routes.0.multiplier multiplier_not_positive",
				"format format_required", "symbols.0 invalid_symbol", "symbol_map.A invalid_symbol", "sizing.type unsupported_sizing",
				"quantity_means invalid_quantity_means", "position_scope invalid_position_scope",
				"risk.max_order_notional limit_not_positive", "staleness.entry_seconds invalid_staleness",
				"dedupe.key_fields.0 invalid_key_field", "dedupe.window_seconds invalid_window",
				"chain.on_break invalid_chain_break",
				"chain.hold_seconds invalid_hold",
				"protection.on_refused_leg invalid_leg_refusal",
			},
		}),
	)

	DescribeTable("is taken at the bounds",
		func(but func(*domain.WebhookConfigSnapshot)) {
			given := momentum()
			but(&given)
			_, err := domain.NewWebhookConfig(given)
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("a name of 100 letters", func(c *domain.WebhookConfigSnapshot) { c.Name = strings.Repeat("ü", 100) }),
		Entry("16 routes", func(c *domain.WebhookConfigSnapshot) {
			c.Rules.Routes = nil
			for i := range 16 {
				c.Rules.Routes = append(c.Rules.Routes, route(byte(i+1), "0.000000000000000001"))
			}
		}),
		Entry("entries that never expire", func(c *domain.WebhookConfigSnapshot) { c.Rules.Staleness.EntrySeconds = nil }),
		Entry("a window of a second", func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.WindowSeconds = 1 }),
		Entry("a window of a day", func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.WindowSeconds = 86400 }),
		Entry("eight key fields", func(c *domain.WebhookConfigSnapshot) { c.Rules.Dedupe.KeyFields = strings.Split("abcdefgh", "") }),
	)
})

var _ = Describe("A webhook config", func() {
	It("puts new rules in force as the next version and leaves the former as it was", func() {
		c := momentumConfig()
		first := c.Snapshot()
		Expect(c.Revise(everyRule(), at(2))).To(Succeed())
		Expect(c.Version()).To(Equal(2))
		Expect(c.Snapshot().Rules).To(Equal(everyRule()))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(2)))
		Expect(first.Version).To(Equal(1))
		Expect(first.Rules).To(Equal(momentum().Rules))
	})

	It("stays as it is where new rules are faulty", func() {
		c := momentumConfig()
		before := c.Snapshot()
		Expect(faultsOf(c.Revise(domain.WebhookRules{Routes: before.Rules.Routes}, at(2)))).To(Equal([]string{
			"format format_required", "sizing.type unsupported_sizing", "quantity_means invalid_quantity_means",
			"position_scope invalid_position_scope", "dedupe.window_seconds invalid_window",
			"chain.on_break invalid_chain_break",
			"chain.hold_seconds invalid_hold",
			"protection.on_refused_leg invalid_leg_refusal",
		}))
		Expect(c.Snapshot()).To(Equal(before))
	})

	It("is renamed without a new version", func() {
		c := momentumConfig()
		Expect(c.Rename("breakout", at(2))).To(Succeed())
		Expect(c.Snapshot().Name).To(Equal("breakout"))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(2)))
		Expect(c.Version()).To(Equal(1))
		Expect(faultsOf(c.Rename("\t", at(3)))).To(Equal([]string{"name invalid_name"}))
		Expect(c.Snapshot().Name).To(Equal("breakout"))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(2)))
	})

	It("is paused and resumed without a new version", func() {
		c := momentumConfig()
		c.Pause(at(2))
		c.Pause(at(3))
		Expect(c.Status()).To(Equal(domain.WebhookPaused))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(3)))
		c.Resume(at(4))
		Expect(c.Status()).To(Equal(domain.WebhookActive))
		Expect(c.Version()).To(Equal(1))
	})

	It("is removed once its orders are over", func() {
		c := momentumConfig()
		Expect(c.Remove(1, at(2))).To(refuseWith(domain.KindConflict, "orders_open"))
		Expect(c.Snapshot().DeletedAt).To(BeNil())
		Expect(c.Remove(0, at(3))).To(Succeed())
		Expect(c.Snapshot().DeletedAt).To(HaveValue(Equal(at(3))))
		Expect(c.Snapshot().UpdatedAt).To(Equal(at(3)))
	})

	It("is what it was once it was stored and loaded, valid by today's rules or not", func() {
		stored := momentum()
		stored.Status, stored.Version, stored.Name, stored.Rules.Sizing.Type = domain.WebhookPaused, 9, "", "martingale"
		Expect(domain.RestoreWebhookConfig(stored).Snapshot()).To(Equal(stored))
	})

	It("trades by hand under the account's position, without rails", func() {
		given := momentum()
		given.Rules = domain.OperatorRules(id[domain.BrokerAccount](1))
		_, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred(), "an operator's rules are rules like any other")
		Expect(given.Rules.PositionScope).To(Equal(domain.PositionScopeAccount))
		Expect(given.Rules.Risk).To(Equal(domain.RiskLimits{}))
		Expect(given.Rules.Routes).To(HaveExactElements(HaveField("Multiplier", domain.MustQuantity("1"))))
	})

	It("shares nothing that can change with what it was made from or hands out", func() {
		given := momentum()
		given.Rules = everyRule()
		c, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.Remove(0, at(9))).To(Succeed())
		stored := c.Snapshot()
		restored := domain.RestoreWebhookConfig(stored)
		revised := momentumConfig()
		next := everyRule()
		Expect(revised.Revise(next, at(2))).To(Succeed())

		for _, r := range []domain.WebhookRules{given.Rules, stored.Rules, c.Snapshot().Rules, next, revised.Snapshot().Rules} {
			r.Routes[0].Multiplier = domain.MustQuantity("9")
			r.Symbols[0] = "X"
			r.SymbolMap["BTCUSD"] = "X"
			*r.Sizing.Value = domain.MustQuantity("9")
			*r.Risk.MaxOrderQuantity = domain.MustQuantity("9")
			*r.Risk.MaxOrderNotional = domain.MustMoney("9")
			*r.Risk.MaxPositionQuantity = domain.MustQuantity("9")
			*r.Risk.MaxOpenOrders, *r.Risk.MaxOrdersPerMinute, *r.Risk.MaxDailyLoss = 9, 9, domain.MustMoney("9")
			*r.Staleness.EntrySeconds, *r.Staleness.ExitSeconds = 9, 9
			*r.Staleness.MaxPriceDriftPercent = domain.MustQuantity("9")
			r.Sides[0] = "x"
			r.Dedupe.KeyFields[0] = "x"
		}
		*stored.DeletedAt = at(0)
		for _, c := range []*domain.WebhookConfig{c, restored, revised} {
			Expect(c.Snapshot().Rules).To(Equal(everyRule()))
		}
		for _, c := range []*domain.WebhookConfig{c, restored} {
			Expect(c.Snapshot().DeletedAt).To(HaveValue(Equal(at(9))))
		}
	})
})
