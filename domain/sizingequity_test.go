package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// workedOut is a row: how an entry is sized, what it meets, and what it comes to.
type workedOut struct {
	Type   domain.SizingType
	Value  string
	Price  string // of the alert; unknown where empty
	Stop   *domain.StopLoss
	Equity string        // unknown where empty
	Action domain.Action // buy where empty
	At     string        // the position; flat where empty
	Scaled string        // the route's multiplier; 1 where empty
	Step   string

	Steps   []string
	Reasons []string
	Says    string
}

func lossAt(price string) *domain.StopLoss {
	return &domain.StopLoss{Level: domain.Level{Price: new(domain.MustPrice(price))}}
}

func (r workedOut) intent() domain.Intent {
	i := domain.Intent{Action: domain.ActionBuy, Symbol: "AAPL", StopLoss: r.Stop}
	if r.Action != "" {
		i.Action = r.Action
	}
	if r.Price != "" {
		i.ReferencePrice = new(domain.MustPrice(r.Price))
	}
	return i
}

// plans holds a row with the sizing in the config, and in the alert where an alert
// can say it.
func (r workedOut) plans() {
	GinkgoHelper()
	sizing := domain.Sizing{Type: r.Type, Value: new(domain.MustQuantity(r.Value))}
	met := planned{Position: r.At, Multiplier: r.Scaled, Step: r.Step}
	s := met.situation()
	s.Brackets = true
	if r.Equity != "" {
		s.Equity = new(domain.MustMoney(r.Equity))
	}
	byConfig := met.rules()
	byConfig.Sizing = sizing
	r.holds(r.intent(), byConfig, s)

	byAlert := r.intent()
	byAlert.Sizing = &sizing
	if _, err := domain.NewIntent(byAlert); err != nil {
		Expect(byAlert.IsExitOnly() || r.Stop == nil).To(BeTrue(), "nothing else makes it impossible")
		return
	}
	r.holds(byAlert, met.rules(), s)
}

func (r workedOut) holds(i domain.Intent, rules domain.WebhookRules, s domain.Situation) {
	GinkgoHelper()
	whole, err := domain.NewIntent(i)
	Expect(err).NotTo(HaveOccurred())
	p := domain.PlanOrders(whole, rules, s)
	steps, reasons, _ := inWords(p)
	Expect(steps).To(Equal(r.Steps))
	Expect(reasons).To(Equal(r.Reasons))
	if r.Says != "" {
		Expect(p.Decisions).To(ContainElement(domain.Decision{Rule: "sizing", Verdict: domain.VerdictNote, Detail: r.Says}))
	}
}

var _ = DescribeTable("The size of an entry that is worked out", func(r workedOut) { r.plans() },
	Entry("is worth its share of the equity", workedOut{
		Type: "percent_of_equity", Value: "10", Price: "50", Equity: "10000", Steps: []string{"entry buy 20"},
		Says: "percent_of_equity of 10 comes to 20, the account being worth 10000",
	}),
	Entry("may be worth more than all of it", workedOut{Type: "percent_of_equity", Value: "150", Price: "50", Equity: "10000", Steps: []string{"entry buy 300"}}),
	Entry("is in whole steps, and never worth more", workedOut{Type: "percent_of_equity", Value: "10", Price: "30", Equity: "10000", Step: "1", Steps: []string{"entry buy 33"}}),
	Entry("is unknown without the equity", workedOut{Type: "percent_of_equity", Value: "10", Price: "50", Reasons: []string{"equity_unknown"}}),
	Entry("is nothing where the account is worth nothing", workedOut{Type: "percent_of_equity", Value: "10", Price: "50", Equity: "-5", Reasons: []string{"equity_not_positive"}}),
	Entry("is unknown without a price", workedOut{Type: "percent_of_equity", Value: "10", Equity: "10000", Reasons: []string{"price_unknown"}}),
	Entry("loses its amount on the way to the stop", workedOut{
		Type: "risk_amount", Value: "100", Price: "100", Stop: lossAt("90"), Steps: []string{"entry buy 10"}, Says: "risk_amount of 100 comes to 10",
	}),
	Entry("loses its amount on the way up to the stop of a short", workedOut{
		Type: "risk_amount", Value: "100", Price: "100", Stop: lossAt("104"), Action: "sell", Steps: []string{"entry sell 25"},
	}),
	Entry("loses its amount to a stop in percent", workedOut{
		Type: "risk_amount", Value: "100", Price: "200", Steps: []string{"entry buy 10"},
		Stop: &domain.StopLoss{Level: domain.Level{Percent: new(domain.MustQuantity("5"))}},
	}),
	Entry("loses its share of the equity on the way to the stop", workedOut{
		Type: "risk_percent", Value: "1", Price: "100", Stop: lossAt("95"), Equity: "10000", Steps: []string{"entry buy 20"},
		Says: "risk_percent of 1 comes to 20, the account being worth 10000",
	}),
	Entry("is multiplied by the route", workedOut{Type: "risk_amount", Value: "100", Price: "100", Stop: lossAt("90"), Scaled: "0.5", Steps: []string{"entry buy 5"}}),
	Entry("is unknown without a stop-loss", workedOut{Type: "risk_amount", Value: "100", Price: "100", Reasons: []string{"stop_loss_required"}}),
	Entry("is endless where the stop is at the price", workedOut{Type: "risk_amount", Value: "100", Price: "100", Stop: lossAt("100"), Reasons: []string{"protection_wrong_side"}}),
	Entry("is unknown at risk without a price", workedOut{Type: "risk_amount", Value: "100", Stop: lossAt("90"), Reasons: []string{"price_unknown"}}),
	Entry("leaves an exit to the position", workedOut{Type: "percent_of_equity", Value: "10", Action: "exit", At: "7", Steps: []string{"exit sell 7"}}),
)

var _ = Describe("A sizing in an alert", func() {
	percent := func(v string) *domain.Sizing {
		return &domain.Sizing{Type: domain.SizingPercentOfEquity, Value: new(domain.MustQuantity(v))}
	}
	DescribeTable("is refused where it cannot be meant",
		func(i domain.Intent, field, code string) {
			i.Symbol = "AAPL"
			_, err := domain.NewIntent(i)
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(reasonsOf(err)).To(ContainElement(And(HaveField("Field", field), HaveField("Code", code))))
		},
		Entry("of nothing", domain.Intent{Action: "buy", Sizing: percent("0")}, "sizing", "sizing_value"),
		Entry("of a kind that is the config's", domain.Intent{Action: "buy", Sizing: &domain.Sizing{Type: "fixed_quantity"}}, "sizing", "unsupported_sizing"),
		Entry("beside a quantity", domain.Intent{Action: "buy", Sizing: percent("5"), Quantity: new(domain.MustQuantity("1"))}, "sizing", "quantity_or_sizing"),
		Entry("of an exit", domain.Intent{Action: "exit", Sizing: percent("5")}, "sizing", "sizing_not_possible"),
		Entry("at risk without a stop-loss", domain.Intent{
			Action: "buy", Sizing: &domain.Sizing{Type: "risk_percent", Value: new(domain.MustQuantity("1"))},
		}, "stop_loss", "stop_loss_required"),
	)

	It("asks for the equity only where an entry hangs on it", func() {
		rules := domain.DefaultWebhookRules()
		i := domain.Intent{Action: "buy", Symbol: "AAPL", Sizing: percent("5")}
		Expect(rules.AsksEquity(i)).To(BeTrue())
		Expect(rules.AsksEquity(domain.Intent{Action: "buy", Symbol: "AAPL"})).To(BeFalse())
		Expect(rules.AsksEquity(domain.Intent{Action: "sell", Sentiment: "flat", Sizing: percent("5")})).To(BeFalse())
		rules.Sizing = fixedSize("3")
		Expect(rules.AsksEquity(i)).To(BeFalse(), "the config's size goes before the alert's")
		rules.Sizing = *percent("5")
		Expect(rules.AsksEquity(domain.Intent{Action: "exit"})).To(BeFalse())
	})
})
