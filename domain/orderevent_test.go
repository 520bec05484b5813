package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An event of ours", func() {
	It("is named by its attempt and kind, so that learning it twice counts once", func() {
		Expect(domain.AttemptedEvent(2, at(1))).To(Equal(domain.OrderEvent{
			SourceID: "attempt:2:attempted", Kind: domain.EventAttempted, At: at(1), Attempt: 2,
		}))
		o := orderOf("10", domain.AttemptedEvent(1, at(1)))
		Expect(o.Apply(domain.AttemptedEvent(1, at(9)), at(9))).To(BeFalse())
		Expect(o.Apply(domain.AttemptedEvent(2, at(9)), at(9))).To(BeTrue())
	})

	It("has a name of its own for every attempt and kind", func() {
		names := map[string]bool{}
		for attempt := range 12 {
			for _, kind := range domain.OrderEventKinds() {
				names[domain.SubmissionSourceID(attempt, kind)] = true
			}
		}
		Expect(names).To(HaveLen(12 * len(domain.OrderEventKinds())))
	})
})
