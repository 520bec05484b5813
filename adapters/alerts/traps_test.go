package alerts_test

import (
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The traps are numbered as in the list of what systems before this one fell
// into. Those about what happens behind the parser are in app.
var _ = Describe("A trap others fell into", func() {
	smart := func(position string) string {
		return `{"apikey":"k","strategy":"S","symbol":"SBIN","action":"sell","exchange":"NSE","pricetype":"MARKET",` +
			`"product":"MIS","quantity":"100","position_size":"` + position + `"}`
	}
	plan := func(body, position string) domain.Plan {
		one := domain.MustQuantity("1")
		return domain.PlanOrders(understood(body), domain.DefaultWebhookRules(), domain.Situation{
			Position: domain.MustNet(position), Account: domain.MustNet(position), Multiplier: one,
			Instrument: domain.Instrument{Symbol: "SBIN", Tradable: true},
		})
	}

	It("1: a smart order for position 0 on a flat account trades nothing, whatever its action and quantity", func(_ SpecContext) {
		Expect(plan(smart("0"), "0").Steps).To(BeEmpty())
		Expect(plan(smart("0"), "0").Reasons).To(ConsistOf(HaveField("Code", "nothing_to_do")))
		Expect(plan(smart("0"), "100").Steps).To(HaveExactElements(
			domain.Step{Effect: domain.EffectExit, Side: domain.SideSell, Quantity: domain.MustQuantity("100")}))
	})

	It("1: a smart order trades the way to its position and no more", func(_ SpecContext) {
		Expect(plan(smart("100"), "100").Steps).To(BeEmpty())
		Expect(plan(smart("100"), "-100").Steps).To(HaveExactElements(
			domain.Step{Effect: domain.EffectExit, Side: domain.SideBuy, Quantity: domain.MustQuantity("100")},
			domain.Step{Effect: domain.EffectEntry, Side: domain.SideBuy, Quantity: domain.MustQuantity("100")}))
	})

	It("2: a position of 1.5 is read, and what is no number is refused and not an internal error", func(_ SpecContext) {
		Expect(understood(smart("1.5")).TargetPosition).To(Equal(net("1.5")))
		Expect(faultsOf(refusal(smart("one")))).To(Equal([]string{"position_size: not_a_number"}))
	})

	It("3: the same signalId for two symbols of a second leaves two alerts that are told apart", func(_ SpecContext) {
		of := func(symbol string) ports.ParsedAlert {
			return read(domain.AlertFormatAuto, `{"action":"buy","symbol":"`+symbol+`","quantity":1,"signalId":"2026-11-20T14:30:01Z"}`)
		}
		Expect(of("AAPL").Fields["signalId"]).To(Equal(of("NVDA").Fields["signalId"]))
		Expect(of("AAPL").Fields).NotTo(Equal(of("NVDA").Fields))
	})

	It("6: what is read of one alert is no other's, though they come at once", func(_ SpecContext) {
		parser := alerts.New()
		var group sync.WaitGroup
		bodies := []string{smart("5"), smart("-7"), "BUY 10 AAPL", strategyAlert}
		got := make([]ports.ParsedAlert, 4*len(bodies))
		for i := range got {
			group.Go(func() {
				if parsed, err := parser.Parse(domain.AlertFormatAuto, []byte(bodies[i%len(bodies)])); err == nil {
					got[i] = parsed
				}
			})
		}
		group.Wait()
		for i, parsed := range got {
			Expect(parsed).To(Equal(read(domain.AlertFormatAuto, bodies[i%len(bodies)])))
		}
	})

	It("7: 0.29 is 29 steps of 0.01 and never 28, as are all of the first 400 multiples", func(_ SpecContext) {
		for n := range 400 {
			q := steps(n + 1)
			body := `{"pair":"BTCUSDT","isBuy":true,"units":` + q.String() + `,"token":"T"}`
			read := understood(body).Quantity
			instrument := domain.Instrument{QuantityStep: domain.MustQuantity("0.01")}
			Expect(instrument.RoundQuantity(*read).Cmp(q)).To(BeZero())
		}
	})
})

// steps gives n times 0.01.
func steps(n int) domain.Quantity {
	q := domain.Quantity{}
	for range n {
		q = q.Add(domain.MustQuantity("0.01"))
	}
	return q
}
