package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

// The laws of a plan hold for any alert, config and situation.

// halves draws whole and half numbers, so that sizes meet and sides cross often.
func halves(least, most int) *rapid.Generator[string] {
	return rapid.Map(rapid.IntRange(2*least, 2*most), func(n int) string { return decimal.New(int64(5*n), -1).String() })
}

// orNothing draws from g, or nothing said.
func orNothing(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.OneOf(rapid.Just(""), g)
}

// alerts draws what NewIntent takes.
func alerts() *rapid.Generator[said] {
	return rapid.Custom(func(t *rapid.T) said {
		s := said{
			Action:    rapid.SampledFrom(domain.Actions()).Draw(t, "action"),
			Sentiment: rapid.SampledFrom([]domain.Sentiment{"", "", "long", "short", "flat"}).Draw(t, "sentiment"),
			Quantity:  orNothing(halves(1, 20)).Draw(t, "quantity"),
			Target:    rapid.OneOf(rapid.Just(""), rapid.Just(""), halves(-20, 20)).Draw(t, "target"),
			Price:     orNothing(halves(1, 20)).Draw(t, "price"),
		}
		if s.Quantity == "" {
			s.Notional = orNothing(halves(1, 100)).Draw(t, "notional")
		}
		return s
	}).Filter(func(s said) bool { return possible(s.raw()) })
}

func possible(i domain.Intent) bool {
	_, err := domain.NewIntent(i)
	return err == nil
}

// plain draws what an alert meets where nothing is rounded, missing or refused:
// any position, all of it available, no rails, no age.
func plain(t *rapid.T) (domain.WebhookRules, domain.Situation) {
	rules := domain.DefaultWebhookRules()
	rules.Staleness.EntrySeconds = nil
	rules.QuantityMeans = rapid.SampledFrom([]domain.QuantityMeans{domain.QuantityOrderTotal, domain.QuantityEntry}).Draw(t, "means")
	switch value := domain.MustQuantity(halves(1, 20).Draw(t, "size")); rapid.SampledFrom(domain.SizingTypes()).Draw(t, "sizing") {
	case domain.SizingFixedQuantity:
		rules.Sizing = domain.Sizing{Type: domain.SizingFixedQuantity, Value: &value}
	case domain.SizingNotional:
		rules.Sizing = domain.Sizing{Type: domain.SizingNotional, Value: &value}
	case domain.SizingAlert, domain.SizingPercentOfEquity, domain.SizingRiskAmount, domain.SizingRiskPercent:
		// What is worked out from a stop-loss or the equity has specs of its own.
	}
	position := domain.MustNet(halves(-20, 20).Draw(t, "position"))
	return rules, domain.Situation{
		Position: position, Account: position, Instrument: domain.Instrument{Symbol: "AAPL", Tradable: true},
		Multiplier: domain.MustQuantity(rapid.SampledFrom([]string{"1", "1", "0.5", "2"}).Draw(t, "multiplier")),
	}
}

// rough adds to it all that rounds, takes away and refuses.
func rough(t *rapid.T) (domain.WebhookRules, domain.Situation) {
	rules, s := plain(t)
	if rapid.Bool().Draw(t, "the account differs") {
		s.Account = domain.MustNet(halves(-20, 20).Draw(t, "account"))
	}
	s.Instrument.QuantityStep = domain.MustQuantity(rapid.SampledFrom([]string{"0", "1", "3"}).Draw(t, "step"))
	s.Instrument.MinimumQuantity = domain.MustQuantity(rapid.SampledFrom([]string{"0", "2"}).Draw(t, "minimum"))
	s.Age.ReceivedSeconds = rapid.SampledFrom([]int{0, 60, 61, 100_000}).Draw(t, "age")
	if rapid.Bool().Draw(t, "entries expire") {
		rules.Staleness.EntrySeconds = new(60)
	}
	if limit := orNothing(halves(1, 20)).Draw(t, "max order quantity"); limit != "" {
		rules.Risk.MaxOrderQuantity = new(domain.MustQuantity(limit))
	}
	if limit := orNothing(halves(1, 200)).Draw(t, "max order notional"); limit != "" {
		rules.Risk.MaxOrderNotional = new(domain.MustMoney(limit))
	}
	if limit := orNothing(halves(1, 20)).Draw(t, "max position"); limit != "" {
		rules.Risk.MaxPositionQuantity = new(domain.MustQuantity(limit))
	}
	counted(t, &rules, &s)
	return rules, s
}

// counted adds the rails that count, the sides, and what the market and the
// clock add to staleness.
func counted(t *rapid.T, rules *domain.WebhookRules, s *domain.Situation) {
	limit := func(name string) *int {
		return rapid.Ptr(rapid.IntRange(1, 5), true).Draw(t, name)
	}
	price := func(name string) *domain.Price {
		return rapid.Ptr(rapid.Map(halves(1, 20), domain.MustPrice), true).Draw(t, name)
	}
	rules.Sides = rapid.SampledFrom([][]domain.Side{nil, {"buy"}, {"sell"}, {"sell", "buy"}}).Draw(t, "sides")
	rules.Risk.MaxOpenOrders, rules.Risk.MaxOrdersPerMinute = limit("max open orders"), limit("max orders per minute")
	if loss := orNothing(halves(1, 20)).Draw(t, "max daily loss"); loss != "" {
		rules.Risk.MaxDailyLoss = new(domain.MustMoney(loss))
	}
	if drift := orNothing(halves(1, 200)).Draw(t, "max drift"); drift != "" {
		rules.Staleness.MaxPriceDriftPercent = new(domain.MustQuantity(drift))
	}
	if rapid.Bool().Draw(t, "exits expire") {
		rules.Staleness.ExitSeconds = new(60)
	}
	rules.Staleness.BySender = rapid.Bool().Draw(t, "by sender")
	s.Age.SenderSeconds = rapid.Ptr(rapid.SampledFrom([]int{-5, 0, 60, 61}), true).Draw(t, "sender age")
	rules.Staleness.Collapse = rapid.Bool().Draw(t, "collapse")
	s.Next = rapid.SampledFrom([]*domain.Intent{nil, {Action: domain.ActionBuy}, {Action: domain.ActionExit}}).Draw(t, "next")
	s.Carried = rapid.Ptr(rapid.Map(halves(-20, 20), domain.MustNet), true).Draw(t, "carried")
	s.Market = domain.Prices{Bid: price("bid"), Ask: price("ask"), Last: price("last")}
	s.Usage = domain.Usage{
		OpenOrders: rapid.IntRange(0, 6).Draw(t, "open"), OrdersLastMinute: rapid.IntRange(0, 6).Draw(t, "made"),
		ProfitToday: domain.MustMoney(halves(-20, 20).Draw(t, "earned")),
	}
}

type setting func(*rapid.T) (domain.WebhookRules, domain.Situation)

// planLaw checks a property of a plan.
func planLaw(meets setting, check func(t *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan)) {
	GinkgoHelper()
	rapid.Check(GinkgoT(), func(t *rapid.T) {
		intent, err := domain.NewIntent(alerts().Draw(t, "alert").raw())
		g := NewWithT(t)
		g.Expect(err).NotTo(HaveOccurred())
		rules, situation := meets(t)
		check(t, g, intent, rules, situation, domain.PlanOrders(intent, rules, situation))
	})
}

func stepsOf(p domain.Plan, effect domain.Effect) []domain.Step {
	var steps []domain.Step
	for _, s := range p.Steps {
		if s.Effect == effect {
			steps = append(steps, s)
		}
	}
	return steps
}

var _ = Describe("A plan, whatever the alert,", func() {
	It("reaches its target exactly, where nothing is rounded, missing or refused", func() {
		planLaw(plain, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, s domain.Situation, p domain.Plan) {
			reached := s.Position
			for _, step := range p.Steps {
				reached = reached.After(step.Side, step.Quantity)
			}
			if p.State == "" || p.Reasons[0].Code == "nothing_to_do" {
				g.Expect(reached).To(Equal(p.Target))
			}
		})
	})

	It("never crosses zero in one step", func() {
		planLaw(plain, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, s domain.Situation, p domain.Plan) {
			at := s.Position
			for _, step := range p.Steps {
				next := at.After(step.Side, step.Quantity)
				g.Expect(at.IsFlat() || next.IsFlat() || at.SameSide(next)).To(BeTrue(), "from %s to %s", at, next)
				at = next
			}
		})
	})

	It("never ends on another side than the one the alert says, unless it was there", func() {
		planLaw(plain, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			if len(p.Steps) == 0 || i.Sentiment == "" || r.QuantityMeans == domain.QuantityEntry || p.Target.SameSide(s.Position) {
				return
			}
			g.Expect(p.Target.IsLong() && i.Sentiment != domain.SentimentLong).To(BeFalse())
			g.Expect(p.Target.IsShort() && i.Sentiment != domain.SentimentShort).To(BeFalse())
		})
	})

	It("is an exit, an entry, or the two in this order, and nothing else", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, s domain.Situation, p domain.Plan) {
			exits, entries := stepsOf(p, domain.EffectExit), stepsOf(p, domain.EffectEntry)
			g.Expect(append(exits, entries...)).To(HaveExactElements(p.Steps))
			g.Expect(len(exits)).To(BeNumerically("<=", 1))
			g.Expect(len(entries)).To(BeNumerically("<=", 1))
			for _, exit := range exits {
				g.Expect(exit.Side).To(Equal(s.Position.ExitSide()))
			}
			for _, entry := range entries {
				g.Expect(p.Target.SameSide(domain.NetOf(entry.Side, entry.Quantity))).To(BeTrue())
			}
		})
	})

	It("exits no more than is held and the account has", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, s domain.Situation, p domain.Plan) {
			for _, exit := range stepsOf(p, domain.EffectExit) {
				g.Expect(exit.Quantity.Cmp(s.Position.Size())).To(BeNumerically("<=", 0))
				g.Expect(exit.Quantity.Cmp(s.Account.Size())).To(BeNumerically("<=", 0))
				g.Expect(s.Account.SameSide(s.Position)).To(BeTrue())
			}
		})
	})

	It("has its exit whatever the rails and however old it is, unless the config lets exits expire", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			late := r.Staleness.Expired(domain.EffectExit, s.Age)
			r.Risk, r.Sides, r.Staleness, s.Age = domain.RiskLimits{}, nil, domain.Staleness{}, domain.Age{}
			free := domain.PlanOrders(i, r, s)
			if late && len(stepsOf(free, domain.EffectExit)) > 0 {
				g.Expect(p.Steps).To(BeEmpty(), "nor what follows the exit")
				g.Expect(p.State).To(Equal(domain.StateExpired))
				return
			}
			g.Expect(stepsOf(p, domain.EffectExit)).To(Equal(stepsOf(free, domain.EffectExit)))
			g.Expect(p.Target).To(Equal(free.Target))
		})
	})

	It("enters nothing for an alert that can only reduce, and expires it only by the rule for exits", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			if i.IsExitOnly() {
				g.Expect(stepsOf(p, domain.EffectEntry)).To(BeEmpty())
				if p.State == domain.StateExpired {
					g.Expect(r.Staleness.Expired(domain.EffectExit, s.Age)).To(BeTrue())
				}
				g.Expect(p.Target.Size().Cmp(s.Position.Size())).To(BeNumerically("<=", 0))
			}
		})
	})

	It("places whole steps above 0, and entries no smaller than the minimum", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, s domain.Situation, p domain.Plan) {
			for _, step := range p.Steps {
				g.Expect(step.Quantity.IsZero()).To(BeFalse())
				g.Expect(s.Instrument.RoundQuantity(step.Quantity)).To(Equal(step.Quantity))
			}
			for _, entry := range stepsOf(p, domain.EffectEntry) {
				g.Expect(entry.Quantity.Cmp(s.Instrument.MinimumQuantity)).To(BeNumerically(">=", 0))
			}
		})
	})

	It("enters within every rail", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			for _, entry := range stepsOf(p, domain.EffectEntry) {
				if limit := r.Risk.MaxOrderQuantity; limit != nil {
					g.Expect(entry.Quantity.Cmp(*limit)).To(BeNumerically("<=", 0))
				}
				if limit := r.Risk.MaxOrderNotional; limit != nil {
					g.Expect(i.ReferencePrice).NotTo(BeNil())
					g.Expect(entry.Quantity.At(*i.ReferencePrice).Cmp(*limit)).To(BeNumerically("<=", 0))
				}
				if limit := r.Risk.MaxPositionQuantity; limit != nil {
					g.Expect(p.Target.Size().Cmp(*limit)).To(BeNumerically("<=", 0))
				}
				if limit := r.Staleness.EntrySeconds; limit != nil {
					g.Expect(s.Age.ReceivedSeconds).To(BeNumerically("<=", *limit))
				}
				if len(r.Sides) > 0 {
					g.Expect(r.Sides).To(ContainElement(entry.Side))
				}
				if limit := r.Risk.MaxOpenOrders; limit != nil {
					g.Expect(s.Usage.OpenOrders).To(BeNumerically("<", *limit))
				}
				if limit := r.Risk.MaxOrdersPerMinute; limit != nil {
					g.Expect(s.Usage.OrdersLastMinute + len(p.Steps)).To(BeNumerically("<=", *limit))
				}
				if limit := r.Risk.MaxDailyLoss; limit != nil {
					g.Expect(s.Usage.ProfitToday.Add(*limit).Cmp(domain.Money{})).To(BeNumerically(">", 0))
				}
				if limit := r.Staleness.MaxPriceDriftPercent; limit != nil && len(p.Steps) == 1 {
					g.Expect(i.ReferencePrice).NotTo(BeNil())
					g.Expect(s.Market.For(entry.Side)).NotTo(BeNil())
				}
			}
		})
	})

	It("either places something or says why not", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, _ domain.Intent, _ domain.WebhookRules, _ domain.Situation, p domain.Plan) {
			if len(p.Steps) > 0 {
				g.Expect(p.State).To(BeEmpty())
				g.Expect(p.Reasons).To(BeEmpty())
				return
			}
			g.Expect(p.State).To(BeElementOf(domain.StateRefused, domain.StateExpired, domain.StateSuperseded, domain.StateDone))
			g.Expect(p.Reasons).NotTo(BeEmpty())
			for _, r := range p.Reasons {
				g.Expect(r.Code).NotTo(BeEmpty())
				g.Expect(r.Message).NotTo(BeEmpty())
			}
		})
	})

	It("is the same for the same arguments", func() {
		planLaw(rough, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			g.Expect(domain.PlanOrders(i, r, s)).To(Equal(p))
		})
	})

	It("goes on where its steps end, step by step, until there is nothing to do", func() {
		planLaw(plain, func(_ *rapid.T, g Gomega, i domain.Intent, r domain.WebhookRules, s domain.Situation, p domain.Plan) {
			for n, step := range p.Steps {
				g.Expect(domain.ContinuePlan(i, r, s, p.Target).Steps).To(Equal(p.Steps[n:]))
				s.Position = s.Position.After(step.Side, step.Quantity)
				s.Account = s.Position
			}
			if len(p.Steps) > 0 {
				g.Expect(domain.ContinuePlan(i, r, s, p.Target).Steps).To(BeEmpty())
			}
		})
	})
})
