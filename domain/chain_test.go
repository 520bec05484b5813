package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// moving gives an alert that comes from a position and leads to another; ? is not
// said.
func moving(from, to string) domain.Intent {
	i := domain.Intent{Action: domain.ActionBuy, Symbol: "AAPL"}
	if from != "?" {
		i.PreviousPosition = new(domain.MustNet(from))
	}
	if to != "?" {
		i.TargetPosition = new(domain.MustNet(to))
	}
	return i
}

var _ = Describe("A chain", func() {
	type link struct {
		Stood, From, To string
		Breaks          bool
	}
	DescribeTable("is broken by an alert that comes from elsewhere", func(l link) {
		var stood *domain.Net
		if l.Stood != "?" {
			stood = new(domain.MustNet(l.Stood))
		}
		Expect(moving(l.From, l.To).BreaksChain(stood)).To(Equal(l.Breaks))
	},
		Entry("nothing is known", link{"?", "5", "10", false}),
		Entry("it hangs together", link{"10", "10.0", "0", false}),
		Entry("one is missing", link{"10", "0", "5", true}),
		Entry("on the other side", link{"10", "-10", "5", true}),
		Entry("the alert does not say where from", link{"10", "?", "5", false}),
		Entry("it does not say where to", link{"10", "0", "?", true}),
		Entry("it leads to where the sender stands", link{"10", "0", "10", false}),
		Entry("it stays flat", link{"10", "0", "0", false}),
	)

	It("is not broken by a cancel", func() {
		i := moving("0", "5")
		i.Action = domain.ActionCancel
		Expect(i.BreaksChain(new(domain.MustNet("10")))).To(BeFalse())
	})

	DescribeTable("knows what only builds", func(from, to string, builds bool) {
		Expect(moving(from, to).BuildsOnly()).To(Equal(builds))
	},
		Entry(nil, "0", "5", true), Entry(nil, "0", "-5", true), Entry(nil, "5", "6", true), Entry(nil, "-5", "-6", true),
		Entry(nil, "5", "5", false), Entry(nil, "6", "5", false), Entry(nil, "5", "-6", false), Entry(nil, "5", "0", false),
		Entry(nil, "?", "5", false), Entry(nil, "0", "?", false),
	)

	DescribeTable("holds what only builds, until its time is over", func(on domain.ChainBreak, from, to string, age, left int) {
		rule := domain.ChainRule{OnBreak: on, HoldSeconds: 5}
		Expect(rule.HoldFor(moving(from, to), new(domain.MustNet("10")), domain.Age{ReceivedSeconds: age})).To(Equal(left))
	},
		Entry("at once", domain.ChainHold, "0", "5", 0, 5),
		Entry("for what is left", domain.ChainHold, "0", "5", 3, 2),
		Entry("and not longer, however late", domain.ChainHold, "0", "5", 7, 0),
		Entry("and not longer by a clock that is behind", domain.ChainHold, "0", "5", -9, 5),
		Entry("not what reduces", domain.ChainHold, "12", "5", 0, 0),
		Entry("not what hangs together", domain.ChainHold, "10", "11", 0, 0),
		Entry("not where the rule is another", domain.ChainTarget, "0", "5", 0, 0),
	)

	type pair struct {
		From, To   string
		Time, Than string
	}
	DescribeTable("tells the alert before", func(p pair, precedes bool) {
		early, late := moving(p.From, p.To), moving("0", "-5")
		if p.Time != "" {
			early.SenderTime, late.SenderTime = new(at(len(p.Time))), new(at(len(p.Than)))
		}
		Expect(early.Precedes(late)).To(Equal(precedes))
	},
		Entry("by where it leads", pair{"10", "0", "", ""}, true),
		Entry("not one that leads elsewhere", pair{"10", "5", "", ""}, false),
		Entry("not one that comes from where the other leads", pair{"-5", "0", "", ""}, false),
		Entry("not one that does not say where from", pair{"?", "0", "", ""}, false),
		Entry("made at the same time", pair{"10", "0", "-", "-"}, true),
		Entry("not one that was made later", pair{"10", "0", "--", "-"}, false),
	)

	DescribeTable("is refused with", func(rule domain.ChainRule, fault string) {
		given := momentum()
		given.Rules.Chain = rule
		_, err := domain.NewWebhookConfig(given)
		Expect(faultsOf(err)).To(Equal([]string{fault}))
	},
		Entry("an unknown rule", domain.ChainRule{OnBreak: "wait", HoldSeconds: 5}, "chain.on_break invalid_chain_break"),
		Entry("no time", domain.ChainRule{OnBreak: domain.ChainHold}, "chain.hold_seconds invalid_hold"),
		Entry("too much time", domain.ChainRule{OnBreak: domain.ChainHold, HoldSeconds: 61}, "chain.hold_seconds invalid_hold"),
	)
})
