package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A webhook config admits an intent", func() {
	type row struct {
		Paused    bool
		Symbols   []domain.Symbol
		SymbolMap map[domain.Symbol]domain.Symbol
		Intent    domain.Intent
		Symbol    domain.Symbol // the intent to queue names it
		Refused   string        // the code; empty where it is admitted
		Decisions []string      // "rule verdict"
	}
	buy := func(symbol domain.Symbol) domain.Intent {
		return domain.Intent{Action: domain.ActionBuy, Symbol: symbol}
	}
	DescribeTable("or not",
		func(r row) {
			given := momentum()
			given.Rules.Symbols, given.Rules.SymbolMap = r.Symbols, r.SymbolMap
			c, err := domain.NewWebhookConfig(given)
			Expect(err).NotTo(HaveOccurred())
			if r.Paused {
				c.Pause(at(2))
			}
			a := c.Admit(r.Intent, at(3))
			Expect(a.Intent.Symbol).To(Equal(r.Symbol))
			Expect(a.Intent.Action).To(Equal(r.Intent.Action))
			if r.Refused == "" {
				Expect(a.Reasons).To(BeEmpty())
			} else {
				Expect(a.Reasons).To(HaveExactElements(SatisfyAll(HaveField("Code", r.Refused), HaveField("Message", Not(BeEmpty())))))
			}
			var decisions []string
			for _, d := range a.Decisions {
				decisions = append(decisions, d.Rule+" "+string(d.Verdict))
			}
			Expect(decisions).To(Equal(r.Decisions))
		},
		Entry("of any symbol where none is named", row{Intent: buy("AAPL"), Symbol: "AAPL", Decisions: []string{"active pass"}}),
		Entry("of a symbol that is named", row{
			Symbols: []domain.Symbol{"AAPL"}, Intent: buy("AAPL"), Symbol: "AAPL", Decisions: []string{"active pass", "symbols pass"},
		}),
		Entry("not of a symbol that is not named", row{
			Symbols: []domain.Symbol{"AAPL"}, Intent: buy("TSLA"), Symbol: "TSLA", Refused: "symbol_not_allowed",
			Decisions: []string{"active pass", "symbol_not_allowed refuse"},
		}),
		Entry("of a symbol by its other name, before it is looked for", row{
			Symbols: []domain.Symbol{"BTC/USD"}, SymbolMap: map[domain.Symbol]domain.Symbol{"BTCUSD": "BTC/USD"},
			Intent: buy("BTCUSD"), Symbol: "BTC/USD", Decisions: []string{"symbol_map adjust", "active pass", "symbols pass"},
		}),
		Entry("of a continuous future, and flags it", row{
			Intent: buy("NQ1!"), Symbol: "NQ1!", Decisions: []string{"continuous_future note", "active pass"},
		}),
		Entry("of a continuous future that is mapped to a contract", row{
			SymbolMap: map[domain.Symbol]domain.Symbol{"NQ1!": "NQZ2026"},
			Intent:    buy("NQ1!"), Symbol: "NQZ2026", Decisions: []string{"symbol_map adjust", "active pass"},
		}),
		Entry("not while it is paused", row{
			Paused: true, Intent: buy("AAPL"), Symbol: "AAPL", Refused: "paused", Decisions: []string{"paused refuse"},
		}),
		Entry("not even an exit while it is paused", row{
			Paused: true, Intent: domain.Intent{Action: domain.ActionExit, Symbol: "AAPL"}, Symbol: "AAPL", Refused: "paused",
			Decisions: []string{"paused refuse"},
		}),
		Entry("of everything, whatever symbols are named", row{
			Symbols: []domain.Symbol{"AAPL"}, Intent: domain.Intent{Action: domain.ActionExit}, Decisions: []string{"active pass"},
		}),
	)

	It("and leaves the one it was given as it was", func() {
		given := momentum()
		given.Rules.SymbolMap = map[domain.Symbol]domain.Symbol{"BTCUSD": "BTC/USD"}
		c, err := domain.NewWebhookConfig(given)
		Expect(err).NotTo(HaveOccurred())
		i := buy("BTCUSD")
		c.Admit(i, at(3))
		Expect(i).To(Equal(buy("BTCUSD")))
	})
})
