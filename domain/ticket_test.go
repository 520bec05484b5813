package domain_test

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// ticketMoves is, for every state of a ticket, the states that may follow.
func ticketMoves() map[domain.State]string {
	return map[domain.State]string{
		"queued":       "executing done refused expired superseded needs_review",
		"executing":    "done refused expired superseded needs_review",
		"needs_review": "executing done refused expired superseded",
		"done":         "",
		"refused":      "",
		"expired":      "",
		"superseded":   "",
	}
}

var _ = Describe("A ticket's state", func() {
	for _, from := range domain.States() {
		It("moves from "+string(from)+" to ["+ticketMoves()[from]+"] and nowhere else", func() {
			for _, to := range domain.States() {
				next, err := from.Next(to)
				if slices.Contains(strings.Fields(ticketMoves()[from]), string(to)) {
					Expect(err).NotTo(HaveOccurred())
					Expect(next).To(Equal(to))
					continue
				}
				Expect(err).To(refuseWith(domain.KindConflict, "illegal_transition"))
				Expect(err).To(MatchError(SatisfyAll(ContainSubstring(string(from)), ContainSubstring(string(to)))))
				Expect(next).To(Equal(from), "it stays where it was")
			}
		})
	}

	It("is final where nothing follows", func() {
		Expect(ticketMoves()).To(HaveLen(len(domain.States())))
		for _, s := range domain.States() {
			Expect(s.IsFinal()).To(Equal(ticketMoves()[s] == ""), string(s))
		}
	})
})

var _ = Describe("A signal's state", func() {
	type row struct {
		Tickets string
		Is      domain.State
	}
	DescribeTable("follows from those of its tickets",
		func(r row) {
			var states []domain.State
			for s := range strings.FieldsSeq(r.Tickets) {
				states = append(states, domain.State(s))
			}
			Expect(domain.SignalState(states)).To(Equal(r.Is))
			slices.Reverse(states)
			Expect(domain.SignalState(states)).To(Equal(r.Is), "in whatever order")
		},
		Entry("none: it was refused", row{"", "refused"}),
		Entry("one queued", row{"queued", "queued"}),
		Entry("all queued", row{"queued queued", "queued"}),
		Entry("one begun", row{"queued executing", "executing"}),
		Entry("one over, one still queued", row{"done queued", "executing"}),
		Entry("one refused, one still queued", row{"refused queued", "executing"}),
		Entry("one over, one begun", row{"done executing", "executing"}),
		Entry("one that needs a person, whatever the others", row{"done queued executing needs_review", "needs_review"}),
		Entry("all done", row{"done done", "done"}),
		Entry("one done, one refused", row{"done refused", "done"}),
		Entry("one done, one expired", row{"expired done", "done"}),
		Entry("one expired, one superseded", row{"superseded expired", "expired"}),
		Entry("one superseded, one refused", row{"refused superseded", "superseded"}),
		Entry("all refused", row{"refused refused", "refused"}),
	)

	It("is final exactly when those of all its tickets are", func() {
		for _, a := range domain.States() {
			for _, b := range domain.States() {
				Expect(domain.SignalState([]domain.State{a, b}).IsFinal()).To(Equal(a.IsFinal() && b.IsFinal()), "%s and %s", a, b)
			}
		}
	})
})
