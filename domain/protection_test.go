package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

func priceOf(s string) *domain.Price       { return new(domain.MustPrice(s)) }
func quantityOf(s string) *domain.Quantity { return new(domain.MustQuantity(s)) }

func atPrice(s string) *domain.Level   { return &domain.Level{Price: priceOf(s)} }
func atPercent(s string) *domain.Level { return &domain.Level{Percent: quantityOf(s)} }
func offBy(s string) *domain.Level     { return &domain.Level{Amount: quantityOf(s)} }

func stopAt(l *domain.Level, limit ...string) *domain.StopLoss {
	s := &domain.StopLoss{Level: *l}
	if len(limit) > 0 {
		s.LimitPrice = priceOf(limit[0])
	}
	return s
}

// protected gives an intent to trade 10 at 100 with protection.
func protected(action domain.Action, sl *domain.StopLoss, tp *domain.Level) domain.Intent {
	GinkgoHelper()
	i, err := domain.NewIntent(domain.Intent{
		Action: action, Symbol: "AAPL", Quantity: quantityOf("10"), ReferencePrice: priceOf("100"), StopLoss: sl, TakeProfit: tp,
	})
	Expect(err).NotTo(HaveOccurred())
	return i
}

// protectingVenue is a flat situation at a broker that takes brackets.
func protectingVenue() domain.Situation {
	return domain.Situation{
		Multiplier: domain.MustQuantity("1"), Brackets: true,
		Instrument: domain.Instrument{Symbol: "AAPL", Tradable: true, PriceIncrement: domain.MustQuantity("0.01")},
	}
}

var _ = Describe("Protection", func() {
	type row struct {
		action domain.Action
		sl     *domain.StopLoss
		tp     *domain.Level
		legs   []string
	}
	DescribeTable("becomes legs of the entry", func(r row) {
		p := domain.PlanOrders(protected(r.action, r.sl, r.tp), domain.DefaultWebhookRules(), protectingVenue())
		Expect(p.State).To(BeEmpty(), "%v", p.Reasons)
		var legs []string
		for _, leg := range p.Legs {
			legs = append(legs, leg.String())
			Expect(p.Decisions).To(ContainElement(domain.Decision{Rule: "protection", Verdict: domain.VerdictPass, Detail: leg.String()}))
		}
		Expect(legs).To(Equal(r.legs))
	},
		Entry("at prices", row{"buy", stopAt(atPrice("90")), atPrice("120"), []string{"stop-loss at 90", "take-profit at 120"}}),
		Entry("by percentage", row{"buy", stopAt(atPercent("5")), atPercent("10"), []string{"stop-loss at 95", "take-profit at 110"}}),
		Entry("by amount", row{"buy", stopAt(offBy("2.5")), offBy("7"), []string{"stop-loss at 97.5", "take-profit at 107"}}),
		Entry("of a short", row{"sell", stopAt(atPercent("5")), atPercent("10"), []string{"stop-loss at 105", "take-profit at 90"}}),
		Entry("with a limit", row{"buy", stopAt(atPrice("90"), "89.5"), nil, []string{"stop-loss at 90, limit 89.5"}}),
		Entry("only a stop-loss", row{"buy", stopAt(atPrice("90")), nil, []string{"stop-loss at 90"}}),
		Entry("only a take-profit", row{"buy", nil, atPrice("120"), []string{"take-profit at 120"}}),
		Entry("in whole increments, towards the entry", row{"buy", stopAt(atPrice("90.001")), atPrice("120.009"), []string{"stop-loss at 90.01", "take-profit at 120"}}),
		Entry("in whole increments, towards the entry of a short", row{"sell", stopAt(atPrice("110.009")), atPrice("80.001"), []string{"stop-loss at 110", "take-profit at 80.01"}}),
	)

	type refusal struct {
		intent domain.Intent
		change func(*domain.Situation)
		code   string
	}
	DescribeTable("that is not possible refuses the entry", func(r refusal) {
		s := protectingVenue()
		if r.change != nil {
			r.change(&s)
		}
		p := domain.PlanOrders(r.intent, domain.DefaultWebhookRules(), s)
		Expect(p.State).To(Equal(domain.StateRefused))
		Expect(p.Reasons).To(HaveLen(1))
		Expect(p.Reasons[0].Code).To(Equal(r.code))
		Expect(p.Steps).To(BeEmpty())
		Expect(p.Legs).To(BeEmpty())
	},
		Entry("where the broker has no brackets", refusal{
			protected("buy", stopAt(atPrice("90")), nil), func(s *domain.Situation) { s.Brackets = false }, "protection",
		}),
		Entry("where a stop-loss is above the entry of a long", refusal{protected("buy", stopAt(atPrice("101")), nil), nil, "protection_wrong_side"}),
		Entry("where a stop-loss is at the entry", refusal{protected("buy", stopAt(atPercent("0.001")), nil), nil, "protection_wrong_side"}),
		Entry("where a take-profit is below the entry of a long", refusal{protected("buy", nil, atPrice("99")), nil, "protection_wrong_side"}),
		Entry("where a stop-loss is below the entry of a short", refusal{protected("sell", stopAt(atPrice("99")), nil), nil, "protection_wrong_side"}),
		Entry("where the limit of a stop-loss is better than its stop", refusal{protected("buy", stopAt(atPrice("90"), "91"), nil), nil, "protection_wrong_side"}),
		Entry("where a percentage leaves no price", refusal{protected("buy", stopAt(atPercent("100")), nil), nil, "protection_out_of_range"}),
		Entry("where a percentage has no price to be of", refusal{func() domain.Intent {
			i := protected("buy", stopAt(atPercent("5")), nil)
			i.ReferencePrice = nil
			return i
		}(), nil, "protection_price_unknown"}),
		Entry("where without a price both are on one side", refusal{func() domain.Intent {
			i := protected("buy", stopAt(atPrice("90")), atPrice("80"))
			i.ReferencePrice = nil
			return i
		}(), nil, "protection_wrong_side"}),
		Entry("where a part of a protected position is to be exited", refusal{
			domain.Intent{Action: domain.ActionExit, Symbol: "AAPL", Quantity: quantityOf("4")}, func(s *domain.Situation) {
				s.Position = domain.NetOf(domain.SideBuy, domain.MustQuantity("10"))
				s.Account, s.Protected = s.Position, true
			}, "protection_would_end",
		}),
	)

	It("is a stop order after the entry where the broker has stops and no brackets, and that is all there is to it", func() {
		s := protectingVenue()
		s.Brackets, s.Stops = false, true
		p := domain.PlanOrders(protected("buy", stopAt(atPercent("5")), nil), domain.DefaultWebhookRules(), s)
		Expect(p.State).To(BeEmpty())
		Expect(p.Class).To(Equal(domain.OrderClassOTO))
		Expect(p.Legs).To(HaveLen(1))
		for _, i := range []domain.Intent{
			protected("buy", nil, atPercent("5")), protected("buy", stopAt(atPercent("5")), atPercent("5")), protected("buy", stopAt(atPrice("90"), "89"), nil),
		} {
			Expect(domain.PlanOrders(i, domain.DefaultWebhookRules(), s).Reasons).To(ConsistOf(HaveField("Code", "protection")))
		}
	})

	It("holds up no exit of all", func() {
		s := protectingVenue()
		s.Position = domain.NetOf(domain.SideBuy, domain.MustQuantity("10"))
		s.Account, s.Protected, s.Brackets = s.Position, true, false
		i := protected("exit", stopAt(atPrice("90")), nil)
		i.Quantity = nil
		p := domain.PlanOrders(i, domain.DefaultWebhookRules(), s)
		Expect(p.Steps).To(HaveLen(1))
		Expect(p.Decisions).To(ContainElement(HaveField("Detail", "nothing is entered, so there is nothing to protect")))
	})

	It("of a reversal takes nothing from the exit before it", func() {
		s := protectingVenue()
		s.Position = domain.NetOf(domain.SideSell, domain.MustQuantity("10"))
		s.Account, s.Protected, s.Brackets = s.Position, true, false
		i := protected("buy", stopAt(atPrice("90")), nil)
		i.Quantity = quantityOf("20")
		p := domain.PlanOrders(i, domain.DefaultWebhookRules(), s)
		Expect(p.State).To(BeEmpty())
		Expect(p.Steps).To(HaveLen(1))
		Expect(p.Steps[0].Effect).To(Equal(domain.EffectExit))
	})

	It("needs one level each, above 0", func() {
		for _, level := range []domain.Level{{}, {Price: priceOf("1"), Percent: quantityOf("1")}, {Percent: quantityOf("0")}, {Amount: quantityOf("0")}} {
			_, err := domain.NewIntent(domain.Intent{Action: "buy", Symbol: "AAPL", TakeProfit: &level, StopLoss: &domain.StopLoss{Level: level}})
			e, ok := err.(*domain.Error) //nolint:errorlint // exactly this
			Expect(ok).To(BeTrue())
			Expect(e.AllReasons()).To(ConsistOf(HaveField("Field", "take_profit"), HaveField("Field", "stop_loss")))
		}
	})

	It("always lies on both sides of the entry, in whole increments", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			g := NewWithT(t)
			number := rapid.SampledFrom([]string{"0.01", "0.5", "1", "3.333333", "7", "12.34567", "50", "99.99"})
			side := rapid.SampledFrom([]domain.Action{"buy", "sell"}).Draw(t, "side")
			s := protectingVenue()
			s.Instrument.PriceIncrement = domain.MustQuantity(rapid.SampledFrom([]string{"0", "0.01", "0.25", "1"}).Draw(t, "increment"))
			p := domain.PlanOrders(domain.Intent{
				Action: side, Symbol: "AAPL", Quantity: quantityOf("1"), OrderType: domain.OrderTypeMarket,
				ReferencePrice: priceOf("100"), StopLoss: stopAt(atPercent(number.Draw(t, "loss"))), TakeProfit: offBy(number.Draw(t, "profit")),
			}, domain.DefaultWebhookRules(), s)
			if p.State != "" {
				g.Expect(p.Legs).To(BeEmpty())
				return
			}
			stop, profit := *p.Legs[0].StopPrice, *p.Legs[1].LimitPrice
			if side == "sell" {
				stop, profit = profit, stop
			}
			g.Expect(stop.Cmp(domain.MustPrice("100"))).To(Equal(-1))
			g.Expect(profit.Cmp(domain.MustPrice("100"))).To(Equal(1))
			if step := s.Instrument.PriceIncrement; !step.IsZero() {
				g.Expect(stop.Decimal().Mod(step.Decimal()).IsZero()).To(BeTrue())
				g.Expect(profit.Decimal().Mod(step.Decimal()).IsZero()).To(BeTrue())
			}
		})
	})
})
