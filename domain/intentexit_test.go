package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// leaving is a row: an exit, the position it meets, and what it comes to.
type leaving struct {
	Percent    string
	Closes     domain.Sentiment
	Quantity   string
	Position   string
	Multiplier string // 1 where empty
	Step       string
	Steps      []string
	Reasons    []string
}

var _ = DescribeTable("An exit of a share, or of one side, plans",
	func(r leaving) {
		i := domain.Intent{Action: domain.ActionExit, Symbol: "AAPL", Closes: r.Closes}
		if r.Percent != "" {
			i.ExitPercent = new(domain.MustQuantity(r.Percent))
		}
		if r.Quantity != "" {
			i.Quantity = new(domain.MustQuantity(r.Quantity))
		}
		whole, err := domain.NewIntent(i)
		Expect(err).NotTo(HaveOccurred())
		Expect(whole.IsExitOnly()).To(BeTrue())
		Expect(whole.IsFullExit()).To(BeFalse(), "what waits before it is still wanted")
		met := planned{Position: r.Position, Multiplier: r.Multiplier, Step: r.Step}
		p := domain.PlanOrders(whole, met.rules(), met.situation())
		steps, reasons, _ := inWords(p)
		Expect(steps).To(Equal(r.Steps))
		Expect(reasons).To(Equal(r.Reasons))
	},
	Entry("half of a long", leaving{Percent: "50", Position: "10", Steps: []string{"exit sell 5"}}),
	Entry("a third of a short, exactly", leaving{Percent: "33.3", Position: "-10", Steps: []string{"exit buy 3.33"}}),
	Entry("all of it", leaving{Percent: "100", Position: "0.29", Step: "0.01", Steps: []string{"exit sell 0.29"}}),
	Entry("in whole steps", leaving{Percent: "50", Position: "5", Step: "1", Steps: []string{"exit sell 2"}}),
	Entry("a share of the position whatever the route multiplies", leaving{Percent: "50", Position: "10", Multiplier: "4", Steps: []string{"exit sell 5"}}),
	Entry("nothing of no position", leaving{Percent: "50", Position: "0", Reasons: []string{"nothing_to_do"}}),
	Entry("a long", leaving{Closes: "long", Position: "10", Steps: []string{"exit sell 10"}}),
	Entry("a part of a long", leaving{Closes: "long", Quantity: "4", Position: "10", Steps: []string{"exit sell 4"}}),
	Entry("a short", leaving{Closes: "short", Position: "-10", Steps: []string{"exit buy 10"}}),
	Entry("nothing of a short where it closes longs", leaving{Closes: "long", Position: "-10", Reasons: []string{"nothing_to_do"}}),
	Entry("nothing of a long where it closes shorts", leaving{Closes: "short", Percent: "50", Position: "10", Reasons: []string{"nothing_to_do"}}),
	Entry("nothing while flat", leaving{Closes: "short", Position: "0", Reasons: []string{"nothing_to_do"}}),
)

var _ = Describe("What only an exit can say", func() {
	type row struct {
		Intent domain.Intent
		Field  string
		Code   string
	}
	percent := func(s string) *domain.Quantity { return new(domain.MustQuantity(s)) }
	DescribeTable("is refused where it cannot be meant",
		func(r row) {
			r.Intent.Symbol = "AAPL"
			_, err := domain.NewIntent(r.Intent)
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(reasonsOf(err)).To(ContainElement(And(HaveField("Field", r.Field), HaveField("Code", r.Code))))
		},
		Entry("a share of nothing", row{domain.Intent{Action: "exit", ExitPercent: percent("0")}, "exit_percent", "invalid_percent"}),
		Entry("a share above the whole", row{domain.Intent{Action: "exit", ExitPercent: percent("100.1")}, "exit_percent", "invalid_percent"}),
		Entry("a share of a buy", row{domain.Intent{Action: "buy", ExitPercent: percent("5")}, "exit_percent", "exit_percent_not_possible"}),
		Entry("a share and a quantity", row{domain.Intent{Action: "exit", ExitPercent: percent("5"), Quantity: percent("1")}, "exit_percent", "quantity_or_percent"}),
		Entry("a side that is none", row{domain.Intent{Action: "exit", Closes: "flat"}, "closes", "invalid_closes"}),
		Entry("a side of a sale", row{domain.Intent{Action: "sell", Closes: "long"}, "closes", "closes_not_possible"}),
		Entry("a side and where it leads", row{domain.Intent{Action: "exit", Closes: "long", Sentiment: "flat"}, "closes", "closes_not_possible"}),
		Entry("a quantity that is nothing known", row{domain.Intent{Action: "buy", QuantityMeans: "lots"}, "quantity_means", "invalid_quantity_means"}),
		Entry("an age of nothing", row{domain.Intent{Action: "buy", MaxAgeSeconds: new(0)}, "max_age_seconds", "invalid_max_age"}),
	)
})

var _ = DescribeTable("The age an alert lets itself get",
	func(action domain.Action, age domain.Age, state domain.State) {
		i, err := domain.NewIntent(domain.Intent{Action: action, Symbol: "AAPL", Quantity: new(domain.MustQuantity("1")), MaxAgeSeconds: new(30)})
		Expect(err).NotTo(HaveOccurred())
		met := planned{}
		if action == domain.ActionExit {
			met.Position = "10"
		}
		s := met.situation()
		s.Age = age
		Expect(domain.PlanOrders(i, met.rules(), s).State).To(Equal(state))
		Expect(i.Outlived(domain.EffectEntry, age)).To(Equal(age.ReceivedSeconds > 30 || age.SenderSeconds != nil && *age.SenderSeconds > 30))
		Expect(i.Outlived(domain.EffectExit, age)).To(BeFalse())
	},
	Entry("is not reached", domain.ActionBuy, domain.Age{ReceivedSeconds: 30}, domain.State("")),
	Entry("ends an entry beyond it", domain.ActionBuy, domain.Age{ReceivedSeconds: 31}, domain.StateExpired),
	Entry("is measured from the alert's own time", domain.ActionBuy, domain.Age{SenderSeconds: new(31)}, domain.StateExpired),
	Entry("holds up no exit", domain.ActionExit, domain.Age{ReceivedSeconds: 10_000}, domain.State("")),
)

var _ = It("What an alert says its quantity is goes before what the config says", func() {
	i, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionBuy, Symbol: "AAPL", Quantity: new(domain.MustQuantity("15")), QuantityMeans: domain.QuantityEntry,
	})
	Expect(err).NotTo(HaveOccurred())
	met := planned{Position: "-10"}
	steps, _, _ := inWords(domain.PlanOrders(i, met.rules(), met.situation()))
	Expect(steps).To(Equal([]string{"exit buy 10", "entry buy 15"}))

	i.QuantityMeans = domain.QuantityOrderTotal
	met.Means = domain.QuantityEntry
	steps, _, _ = inWords(domain.PlanOrders(i, met.rules(), met.situation()))
	Expect(steps).To(Equal([]string{"exit buy 10", "entry buy 5"}))
})
