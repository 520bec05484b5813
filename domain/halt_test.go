package domain_test

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A halt", func() {
	of := func(modes ...domain.HaltMode) (halts []domain.Halt) {
		for _, m := range modes {
			halts = append(halts, domain.Halt{HaltTerms: domain.HaltTerms{Mode: m, Target: domain.HaltTarget{Scope: domain.HaltScopeUser}}})
		}
		return halts
	}

	type row struct {
		modes  []domain.HaltMode
		effect domain.Effect
		held   bool
		wait   bool
		code   string
	}
	const halt, reduce, flatten = domain.HaltModeHalt, domain.HaltModeReduceOnly, domain.HaltModeFlatten
	DescribeTable("judges", func(r row) {
		j := domain.JudgeHalts(of(r.modes...), r.effect)
		Expect(j.Held).To(Equal(r.held))
		Expect(j.Wait).To(Equal(r.wait))
		Expect(j.Reason.Code).To(Equal(r.code))
		Expect(j.Decision.Rule).To(Equal(r.code))
	},
		Entry("nothing where there is none", row{nil, domain.EffectEntry, false, false, ""}),
		Entry("an entry under halt", row{[]domain.HaltMode{halt}, domain.EffectEntry, true, false, "halted"}),
		Entry("an exit under halt: it waits", row{[]domain.HaltMode{halt}, domain.EffectExit, true, true, "halted"}),
		Entry("an entry under reduce_only", row{[]domain.HaltMode{reduce}, domain.EffectEntry, true, false, "reduce_only"}),
		Entry("an exit under reduce_only", row{[]domain.HaltMode{reduce}, domain.EffectExit, false, false, ""}),
		Entry("an entry under flatten", row{[]domain.HaltMode{flatten}, domain.EffectEntry, true, false, "reduce_only"}),
		Entry("an exit under flatten", row{[]domain.HaltMode{flatten}, domain.EffectExit, false, false, ""}),
		Entry("by the most restrictive, wherever it stands", row{[]domain.HaltMode{reduce, halt, flatten}, domain.EffectExit, true, true, "halted"}),
		Entry("what has no effect as an entry", row{[]domain.HaltMode{reduce}, "", true, false, "reduce_only"}),
	)

	DescribeTable("reaches", func(t domain.HaltTarget, mine, others, another, byHand bool) {
		got, err := domain.NewHaltTarget(haltedUser(1), t)
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Stops(haltedUser(1), haltedAccount(1), new(haltedConfig()), "AAPL")).To(Equal(mine))
		Expect(got.Stops(haltedUser(2), haltedAccount(1), new(haltedConfig()), "AAPL")).To(Equal(others))
		Expect(got.Stops(haltedUser(1), haltedAccount(2), new(haltedConfig()), "TSLA")).To(Equal(another))
		Expect(got.Stops(haltedUser(1), haltedAccount(1), nil, "AAPL")).To(Equal(byHand))
	},
		Entry("everybody", domain.HaltTarget{Scope: domain.HaltScopeAll}, true, true, true, true),
		Entry("its owner", domain.HaltTarget{Scope: domain.HaltScopeUser}, true, false, true, true),
		Entry("an account", domain.HaltTarget{Scope: domain.HaltScopeAccount, BrokerAccountID: new(haltedAccount(1))}, true, false, false, true),
		Entry("a webhook", domain.HaltTarget{Scope: domain.HaltScopeWebhook, WebhookConfigID: new(haltedConfig())}, true, false, true, false),
		Entry("a symbol", domain.HaltTarget{Scope: domain.HaltScopeSymbol, Symbol: "AAPL"}, true, false, false, true),
	)

	DescribeTable("refuses a target", func(t domain.HaltTarget, code string) {
		_, err := domain.NewHaltTarget(haltedUser(1), t)
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(err).To(HaveField("Code", code))
	},
		Entry("without a scope", domain.HaltTarget{}, "invalid_scope"),
		Entry("that lacks its account", domain.HaltTarget{Scope: domain.HaltScopeAccount}, "required"),
		Entry("that says more than its scope", domain.HaltTarget{Scope: domain.HaltScopeAll, Symbol: "AAPL"}, "not_of_the_scope"),
	)

	It("is refused in an unknown mode", func() {
		_, err := domain.NewHalt(domain.HaltTerms{Mode: "stop"})
		Expect(err).To(HaveField("Code", "invalid_mode"))
	})
})

func haltedUser(n byte) domain.UserID { return domain.UserID{UUID: uuid.UUID{0: 1, 15: n}} }
func haltedAccount(n byte) domain.BrokerAccountID {
	return domain.BrokerAccountID{UUID: uuid.UUID{0: 2, 15: n}}
}
func haltedConfig() domain.WebhookConfigID { return domain.WebhookConfigID{UUID: uuid.UUID{0: 3}} }
