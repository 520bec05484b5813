package domain_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// byWholeShares is a broker that sells no fraction short.
func byWholeShares(_ *domain.WebhookRules, s *domain.Situation) {
	s.Instrument.ShortStep = domain.MustQuantity("1")
}

// said is what an alert says, in few words; empty is what it does not say.
type said struct {
	Action    domain.Action
	Quantity  string
	Notional  string
	Sentiment domain.Sentiment
	Target    string // the position it wants
	Price     string
	Limit     string
	Stop      string
}

func (s said) intent() domain.Intent {
	i, err := domain.NewIntent(s.raw())
	Expect(err).NotTo(HaveOccurred())
	return i
}

func (s said) raw() domain.Intent {
	i := domain.Intent{Action: s.Action, Symbol: "AAPL", Sentiment: s.Sentiment}
	if s.Quantity != "" {
		i.Quantity = new(domain.MustQuantity(s.Quantity))
	}
	if s.Notional != "" {
		i.Notional = new(domain.MustMoney(s.Notional))
	}
	if s.Target != "" {
		i.TargetPosition = new(domain.MustNet(s.Target))
	}
	if s.Price != "" {
		i.ReferencePrice = new(domain.MustPrice(s.Price))
	}
	if s.Limit != "" {
		i.OrderType, i.LimitPrice = domain.OrderTypeLimit, new(domain.MustPrice(s.Limit))
	}
	if s.Stop != "" {
		i.OrderType, i.StopPrice = domain.OrderTypeStop, new(domain.MustPrice(s.Stop))
	}
	return i
}

// planned is a row: an alert, what it meets, and what it comes to.
type planned struct {
	Alert    said
	Position string // of the config; flat where empty
	Account  string // the account's whole; the config's where empty

	Means      domain.QuantityMeans // order_total where empty
	Sizing     domain.Sizing        // the alert's where empty
	Risk       domain.RiskLimits
	Multiplier string // 1 where empty
	Step       string
	Minimum    string
	Age        int
	With       func(*domain.WebhookRules, *domain.Situation) // what few rows say

	Steps   []string // "exit sell 10"
	Target  string   // not looked at where empty
	State   domain.State
	Reasons []string // codes
	Says    []string // decisions that must be among all, "rule verdict"
}

func (r planned) rules() domain.WebhookRules {
	rules := domain.DefaultWebhookRules()
	rules.Risk = r.Risk
	if r.Means != "" {
		rules.QuantityMeans = r.Means
	}
	if r.Sizing.Type != "" {
		rules.Sizing = r.Sizing
	}
	if r.With != nil {
		r.With(&rules, &domain.Situation{})
	}
	return rules
}

func (r planned) situation() domain.Situation {
	orElse := func(s, other string) string {
		if s == "" {
			return other
		}
		return s
	}
	position := orElse(r.Position, "0")
	s := domain.Situation{
		Position: domain.MustNet(position), Account: domain.MustNet(orElse(r.Account, position)),
		Instrument: domain.Instrument{
			Symbol: "AAPL", Tradable: true, QuantityStep: domain.MustQuantity(orElse(r.Step, "0")),
			MinimumQuantity: domain.MustQuantity(orElse(r.Minimum, "0")),
		},
		Multiplier: domain.MustQuantity(orElse(r.Multiplier, "1")), Age: domain.Age{ReceivedSeconds: r.Age},
	}
	if r.With != nil {
		r.With(&domain.WebhookRules{}, &s)
	}
	return s
}

func inWords(p domain.Plan) (steps, reasons, says []string) {
	for _, s := range p.Steps {
		steps = append(steps, fmt.Sprintf("%s %s %s", s.Effect, s.Side, s.Quantity))
	}
	for _, r := range p.Reasons {
		reasons = append(reasons, r.Code)
	}
	for _, d := range p.Decisions {
		says = append(says, d.Rule+" "+string(d.Verdict))
	}
	return steps, reasons, says
}

func itPlans(r planned) {
	GinkgoHelper()
	p := domain.PlanOrders(r.Alert.intent(), r.rules(), r.situation())
	steps, reasons, says := inWords(p)
	Expect(steps).To(Equal(r.Steps))
	Expect(p.State).To(Equal(r.State))
	Expect(reasons).To(Equal(r.Reasons))
	if r.Target != "" {
		Expect(p.Target).To(Equal(domain.MustNet(r.Target)))
	}
	for _, say := range r.Says {
		Expect(says).To(ContainElement(say))
	}
}

var _ = DescribeTable("What a quantity means: an alert plans", itPlans,
	// Nothing but a side and a quantity: an order nets.
	Entry("a buy from flat", planned{Alert: said{Action: "buy", Quantity: "10"}, Steps: []string{"entry buy 10"}, Target: "10"}),
	Entry("a sell from flat: a short", planned{Alert: said{Action: "sell", Quantity: "10"}, Steps: []string{"entry sell 10"}, Target: "-10"}),
	Entry("a buy on top of a long", planned{Alert: said{Action: "buy", Quantity: "5"}, Position: "10", Steps: []string{"entry buy 5"}, Target: "15"}),
	Entry("a sell of part of a long", planned{Alert: said{Action: "sell", Quantity: "4"}, Position: "10", Steps: []string{"exit sell 4"}, Target: "6"}),
	Entry("a sell of all of a long", planned{Alert: said{Action: "sell", Quantity: "10"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("a sell of more than a long: across zero in two steps", planned{
		Alert: said{Action: "sell", Quantity: "20"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10",
	}),
	Entry("a buy of more than a short: across zero in two steps", planned{
		Alert: said{Action: "buy", Quantity: "20"}, Position: "-10", Steps: []string{"exit buy 10", "entry buy 10"}, Target: "10",
	}),

	// TradingView's reversal: the quantity is close plus open.
	Entry("long 10, sell 20, now short: short 10", planned{
		Alert: said{Action: "sell", Quantity: "20", Sentiment: "short"}, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10",
	}),
	Entry("short 10, buy 20, now long: long 10", planned{
		Alert: said{Action: "buy", Quantity: "20", Sentiment: "long"}, Position: "-10",
		Steps: []string{"exit buy 10", "entry buy 10"}, Target: "10",
	}),

	// Netting would contradict the sentiment: the quantity is the new entry.
	Entry("long 10, sell 10, now short: short 10", planned{
		Alert: said{Action: "sell", Quantity: "10", Sentiment: "short"}, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10", Says: []string{"quantity_means note"},
	}),
	Entry("long 10, sell 4, now short: short 4", planned{
		Alert: said{Action: "sell", Quantity: "4", Sentiment: "short"}, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 4"}, Target: "-4", Says: []string{"quantity_means note"},
	}),
	Entry("short 10, buy 10, now long: long 10", planned{
		Alert: said{Action: "buy", Quantity: "10", Sentiment: "long"}, Position: "-10",
		Steps: []string{"exit buy 10", "entry buy 10"}, Target: "10", Says: []string{"quantity_means note"},
	}),

	// A reduction: the side is against the sentiment, which stays.
	Entry("long 10, sell 4, still long: long 6", planned{
		Alert: said{Action: "sell", Quantity: "4", Sentiment: "long"}, Position: "10", Steps: []string{"exit sell 4"}, Target: "6",
	}),
	Entry("short 10, buy 4, still short: short 6", planned{
		Alert: said{Action: "buy", Quantity: "4", Sentiment: "short"}, Position: "-10", Steps: []string{"exit buy 4"}, Target: "-6",
	}),
	Entry("long 3, sell 4, still long: only what is held is sold", planned{
		Alert: said{Action: "sell", Quantity: "4", Sentiment: "long"}, Position: "3", Steps: []string{"exit sell 3"}, Target: "0",
		Says: []string{"quantity_means note"},
	}),
	Entry("flat, sell 4, still long: nothing to sell, and no short", planned{
		Alert: said{Action: "sell", Quantity: "4", Sentiment: "long"}, State: "refused", Reasons: []string{"nothing_to_do"},
	}),
	Entry("flat, buy 4, still short: nothing to buy back, and no long", planned{
		Alert: said{Action: "buy", Quantity: "4", Sentiment: "short"}, State: "refused", Reasons: []string{"nothing_to_do"},
	}),
	Entry("short 5, sell 3, still long: neither side is built on", planned{
		Alert: said{Action: "sell", Quantity: "3", Sentiment: "long"}, Position: "-5", State: "refused", Reasons: []string{"nothing_to_do"},
	}),

	// sentiment flat is the position the alert wants.
	Entry("long 10, sell 10, now flat", planned{Alert: said{Action: "sell", Quantity: "10", Sentiment: "flat"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("long 10, sell 4, now flat: all of it", planned{Alert: said{Action: "sell", Quantity: "4", Sentiment: "flat"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("short 10, sell 4, now flat: bought back all the same", planned{Alert: said{Action: "sell", Quantity: "4", Sentiment: "flat"}, Position: "-10", Steps: []string{"exit buy 10"}, Target: "0"}),
	Entry("flat, sell 10, now flat: nothing", planned{Alert: said{Action: "sell", Quantity: "10", Sentiment: "flat"}, State: "refused", Reasons: []string{"nothing_to_do"}}),

	// The alert carries the position it wants: that is the target, whatever the
	// quantity.
	Entry("a position from flat", planned{Alert: said{Action: "buy", Quantity: "10", Target: "10"}, Steps: []string{"entry buy 10"}, Target: "10"}),
	Entry("a position we missed part of", planned{Alert: said{Action: "buy", Quantity: "2", Target: "10"}, Position: "5", Steps: []string{"entry buy 5"}, Target: "10"}),
	Entry("a position across zero", planned{Alert: said{Action: "sell", Quantity: "20", Sentiment: "short", Target: "-10"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10"}),
	Entry("a position across zero after a missed alert", planned{Alert: said{Action: "sell", Quantity: "20", Sentiment: "short", Target: "-10"}, Steps: []string{"entry sell 10"}, Target: "-10"}),
	Entry("a smaller position on the same side", planned{Alert: said{Action: "sell", Quantity: "4", Sentiment: "long", Target: "6"}, Position: "10", Steps: []string{"exit sell 4"}, Target: "6"}),
	Entry("a position against the side of its action", planned{Alert: said{Action: "sell", Quantity: "1", Target: "5"}, Position: "3", Steps: []string{"entry buy 2"}, Target: "5"}),
	Entry("the position 0", planned{Alert: said{Action: "sell", Quantity: "10", Target: "0"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("the position 0 while flat: an exit alert never opens the other side", planned{
		Alert: said{Action: "sell", Quantity: "10", Target: "0"}, State: "refused", Reasons: []string{"nothing_to_do"},
	}),
	Entry("the position there is", planned{Alert: said{Action: "buy", Quantity: "10", Target: "10"}, Position: "10", State: "refused", Reasons: []string{"nothing_to_do"}}),
	Entry("a position by name", planned{Alert: said{Action: "target_position", Target: "-3"}, Position: "2", Steps: []string{"exit sell 2", "entry sell 3"}, Target: "-3"}),

	// The config says that the quantity is always the entry.
	Entry("long 10, sell 20, the quantity an entry: short 20", planned{
		Alert: said{Action: "sell", Quantity: "20"}, Means: domain.QuantityEntry, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 20"}, Target: "-20", Says: []string{"quantity_means note"},
	}),
	Entry("long 10, sell 10, now short, the quantity an entry: short 10", planned{
		Alert: said{Action: "sell", Quantity: "10", Sentiment: "short"}, Means: domain.QuantityEntry, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10",
	}),
	Entry("long 10, buy 5, the quantity an entry: long 15", planned{
		Alert: said{Action: "buy", Quantity: "5"}, Means: domain.QuantityEntry, Position: "10", Steps: []string{"entry buy 5"}, Target: "15",
	}),
	Entry("flat, sell 5, the quantity an entry: short 5", planned{
		Alert: said{Action: "sell", Quantity: "5"}, Means: domain.QuantityEntry, Steps: []string{"entry sell 5"}, Target: "-5",
	}),
	Entry("the position the alert wants, whatever the config says of its quantity", planned{
		Alert: said{Action: "sell", Quantity: "20", Target: "-10"}, Means: domain.QuantityEntry, Position: "10",
		Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10",
	}),
)

var _ = DescribeTable("An exit plans", itPlans,
	Entry("all of a long", planned{Alert: said{Action: "exit"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("all of a short", planned{Alert: said{Action: "exit"}, Position: "-10", Steps: []string{"exit buy 10"}, Target: "0"}),
	Entry("part of a long", planned{Alert: said{Action: "exit", Quantity: "4"}, Position: "10", Steps: []string{"exit sell 4"}, Target: "6"}),
	Entry("part of a short", planned{Alert: said{Action: "exit", Quantity: "4"}, Position: "-10", Steps: []string{"exit buy 4"}, Target: "-6"}),
	Entry("all of a long when asked for as much", planned{Alert: said{Action: "exit", Quantity: "10"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("all of a long when asked for more", planned{Alert: said{Action: "exit", Quantity: "25"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("all of it when the alert says flat, whatever its quantity", planned{
		Alert: said{Action: "exit", Quantity: "4", Sentiment: "flat"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0",
	}),
	Entry("nothing while flat", planned{Alert: said{Action: "exit", Quantity: "4"}, State: "refused", Reasons: []string{"nothing_to_do"}}),
	Entry("as far as the position that stays", planned{Alert: said{Action: "exit", Target: "6"}, Position: "10", Steps: []string{"exit sell 4"}, Target: "6"}),
	Entry("nothing towards a larger position", planned{Alert: said{Action: "exit", Target: "20"}, Position: "10", State: "refused", Reasons: []string{"nothing_to_do"}}),
	Entry("all of it where the position that stays is on the other side", planned{Alert: said{Action: "exit", Target: "-5"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0"}),
	Entry("whatever the config sizes entries to", planned{Alert: said{Action: "exit", Quantity: "4"}, Sizing: fixedSize("1"), Position: "10", Steps: []string{"exit sell 4"}, Target: "6"}),

	// An exit sells what this config built, never more than the account has.
	Entry("what this config built, though the account has more", planned{Alert: said{Action: "exit"}, Position: "10", Account: "20", Steps: []string{"exit sell 10"}}),
	Entry("what the account has left", planned{Alert: said{Action: "exit"}, Position: "10", Account: "4", Steps: []string{"exit sell 4"}, Says: []string{"available adjust"}}),
	Entry("nothing where the account has nothing", planned{
		Alert: said{Action: "exit"}, Position: "10", Account: "0", State: "refused", Reasons: []string{"nothing_available"}, Says: []string{"available adjust"},
	}),
	Entry("nothing where the account is on the other side", planned{
		Alert: said{Action: "exit"}, Position: "10", Account: "-3", State: "refused", Reasons: []string{"nothing_available"},
	}),
	Entry("what the account has left before an entry on the other side", planned{
		Alert: said{Action: "sell", Quantity: "20"}, Position: "10", Account: "4", Steps: []string{"exit sell 4", "entry sell 10"}, Says: []string{"available adjust"},
	}),

	// Nothing holds an exit up.
	Entry("however old the alert is", planned{Alert: said{Action: "exit"}, Position: "10", Age: 1_000_000, Steps: []string{"exit sell 10"}, Says: []string{"exit pass"}}),
	Entry("whatever the rails", planned{
		Alert: said{Action: "sell", Quantity: "10"}, Position: "10",
		Risk: domain.RiskLimits{
			MaxOrderQuantity: new(domain.MustQuantity("1")), MaxOrderNotional: new(domain.MustMoney("1")), MaxPositionQuantity: new(domain.MustQuantity("1")),
		},
		Steps: []string{"exit sell 10"}, Says: []string{"exit pass"},
	}),
	Entry("below the minimum of the instrument", planned{Alert: said{Action: "exit"}, Position: "0.5", Minimum: "1", Steps: []string{"exit sell 0.5"}}),
	Entry("in whole steps, and says that the rest stays", planned{
		Alert: said{Action: "exit"}, Position: "10.4", Step: "1", Steps: []string{"exit sell 10"}, Target: "0", Says: []string{"quantity_step adjust"},
	}),
	Entry("nothing where less than a step is held", planned{
		Alert: said{Action: "exit"}, Position: "0.4", Step: "1", State: "refused", Reasons: []string{"below_minimum"},
	}),
	Entry("nothing where less than a step is asked for", planned{
		Alert: said{Action: "sell", Quantity: "0.4"}, Position: "10", Step: "1", State: "refused", Reasons: []string{"below_minimum"},
	}),
	Entry("nothing of less than a step, which does not hold up the entry on the other side", planned{
		Alert: said{Action: "sell", Quantity: "5", Sentiment: "short", Target: "-5"}, Position: "0.4", Step: "1",
		Steps: []string{"entry sell 5"}, Target: "-5", Says: []string{"quantity_step adjust"},
	}),
)

var _ = DescribeTable("A reversal plans", itPlans,
	Entry("a long to a short of the same size", planned{Alert: said{Action: "reverse"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10"}),
	Entry("a short to a long of the same size", planned{Alert: said{Action: "reverse"}, Position: "-10", Steps: []string{"exit buy 10", "entry buy 10"}, Target: "10"}),
	Entry("a long to a short of the given size", planned{Alert: said{Action: "reverse", Quantity: "3"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 3"}, Target: "-3"}),
	Entry("a long to a short of the given worth", planned{Alert: said{Action: "reverse", Notional: "300", Price: "100"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 3"}, Target: "-3"}),
	Entry("a long to a short of the config's size", planned{Alert: said{Action: "reverse", Quantity: "3"}, Sizing: fixedSize("2"), Position: "10", Steps: []string{"exit sell 10", "entry sell 2"}, Target: "-2"}),
	Entry("an exit alone when the alert says flat", planned{
		Alert: said{Action: "reverse", Sentiment: "flat"}, Position: "10", Steps: []string{"exit sell 10"}, Target: "0",
	}),
	Entry("a long to the position the alert wants", planned{
		Alert: said{Action: "reverse", Quantity: "20", Target: "-4"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 4"}, Target: "-4",
	}),
	Entry("nothing where the position is on the side the alert says", planned{
		Alert: said{Action: "reverse", Sentiment: "long"}, Position: "10", State: "refused", Reasons: []string{"nothing_to_do"}, Target: "10",
		Says: []string{"reverse note"},
	}),
	Entry("a turn to the side the alert says", planned{
		Alert: said{Action: "reverse", Sentiment: "short"}, Position: "10", Steps: []string{"exit sell 10", "entry sell 10"}, Target: "-10",
	}),
	Entry("nothing while flat", planned{Alert: said{Action: "reverse", Quantity: "3"}, State: "refused", Reasons: []string{"nothing_to_do"}}),
	Entry("nothing of a worth without a price", planned{Alert: said{Action: "reverse", Notional: "300"}, Position: "10", State: "refused", Reasons: []string{"price_unknown"}}),
	Entry("the exit alone where its entry is too old", planned{
		Alert: said{Action: "reverse"}, Position: "10", Age: 61, Steps: []string{"exit sell 10"}, Says: []string{"stale refuse", "entry note"},
	}),
	Entry("the exit alone where a rail refuses its entry", planned{
		Alert: said{Action: "reverse"}, Position: "10", Risk: domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("9"))},
		Steps: []string{"exit sell 10"}, Says: []string{"max_order_quantity refuse", "entry note"},
	}),
	Entry("the exit alone where its entry cannot be sold short", planned{
		Alert: said{Action: "reverse", Quantity: "0.5"}, Position: "10", With: byWholeShares, Steps: []string{"exit sell 10"}, Says: []string{"fractional_short note"},
	}),
	Entry("the exit alone where its entry is below the minimum", planned{
		Alert: said{Action: "reverse", Quantity: "0.5"}, Position: "10", Minimum: "1", Steps: []string{"exit sell 10"}, Says: []string{"minimum_quantity note"},
	}),
)

var _ = DescribeTable("Staleness", itPlans,
	Entry("lets an entry through at its limit", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 60, Steps: []string{"entry buy 1"}, Says: []string{"staleness pass"}}),
	Entry("ends an entry beyond its limit", planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 61, State: "expired", Reasons: []string{"stale"}}),
	Entry("ends an addition", planned{Alert: said{Action: "buy", Quantity: "1"}, Position: "1", Age: 61, State: "expired", Reasons: []string{"stale"}}),
	Entry("lets a reduction through", planned{Alert: said{Action: "sell", Quantity: "1"}, Position: "2", Age: 61, Steps: []string{"exit sell 1"}}),
)

var _ = It("Staleness that is off lets an entry of any age through", func() {
	r := planned{Alert: said{Action: "buy", Quantity: "1"}, Age: 1_000_000}
	rules := r.rules()
	rules.Staleness.EntrySeconds = nil
	Expect(domain.PlanOrders(r.Alert.intent(), rules, r.situation()).Steps).To(HaveLen(1))
})

var _ = Describe("An instrument that is not tradable", func() {
	It("refuses entries and exits alike", func() {
		for _, action := range []domain.Action{domain.ActionBuy, domain.ActionExit} {
			r := planned{Alert: said{Action: action, Quantity: "1"}, Position: "5"}
			s := r.situation()
			s.Instrument.Tradable = false
			p := domain.PlanOrders(r.Alert.intent(), r.rules(), s)
			Expect(p.Steps).To(BeEmpty())
			Expect(p.State).To(Equal(domain.StateRefused))
			Expect(p.Reasons).To(HaveExactElements(SatisfyAll(HaveField("Code", "not_tradable"), HaveField("Field", "symbol"))))
		}
	})
})

var _ = DescribeTable("A cancel plans nothing to trade, whatever the config sizes entries to", itPlans,
	Entry("by the alert", planned{Alert: said{Action: "cancel"}, Position: "10", State: "done", Reasons: []string{"nothing_to_trade"}, Target: "10"}),
	Entry("by a fixed quantity", planned{Alert: said{Action: "cancel", Quantity: "5"}, Sizing: fixedSize("3"), State: "done", Reasons: []string{"nothing_to_trade"}, Target: "0"}),
	Entry("with a position it states", planned{Alert: said{Action: "cancel", Target: "0"}, Position: "10", State: "done", Reasons: []string{"nothing_to_trade"}, Target: "10"}),
)

var _ = Describe("A plan", func() {
	It("explains itself from what was wanted to what is placed", func() {
		r := planned{
			Alert: said{Action: "sell", Quantity: "10", Sentiment: "short", Price: "100"}, Position: "10",
			Risk: domain.RiskLimits{MaxOrderQuantity: new(domain.MustQuantity("10"))},
		}
		p := domain.PlanOrders(r.Alert.intent(), r.rules(), r.situation())
		_, _, says := inWords(p)
		Expect(says).To(Equal([]string{"quantity_means note", "target_position note", "exit pass", "staleness pass", "max_order_quantity pass"}))
		Expect(p.Decisions[1].Detail).To(Equal("from 10 to -10"))
	})

	It("goes on to the settled target from where the position is by then", func() {
		r := planned{Alert: said{Action: "sell", Quantity: "20", Sentiment: "short"}, Position: "10"}
		first := domain.PlanOrders(r.Alert.intent(), r.rules(), r.situation())
		Expect(first.Steps).To(HaveLen(2))

		r.Position = "0" // the exit is filled
		then := domain.ContinuePlan(r.Alert.intent(), r.rules(), r.situation(), first.Target)
		steps, _, _ := inWords(then)
		Expect(steps).To(Equal([]string{"entry sell 10"}), "the quantity is not read a second time")
		Expect(then.Target).To(Equal(first.Target))

		r.Position = "-10" // so is the entry
		done := domain.ContinuePlan(r.Alert.intent(), r.rules(), r.situation(), first.Target)
		Expect(done.Steps).To(BeEmpty())
		Expect(done.Reasons).To(HaveExactElements(HaveField("Code", "nothing_to_do")))
	})

	It("that goes on judges the entry anew", func() {
		r := planned{Alert: said{Action: "sell", Quantity: "20"}, Position: "0", Age: 61}
		p := domain.ContinuePlan(r.Alert.intent(), r.rules(), r.situation(), domain.MustNet("-10"))
		Expect(p.Steps).To(BeEmpty())
		Expect(p.State).To(Equal(domain.StateExpired))
	})
})
