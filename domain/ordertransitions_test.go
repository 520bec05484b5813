package domain_test

import (
	"slices"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// step is one move of a state machine: from a state, by an event, to a state.
type step[S ~string] struct {
	From  S
	Event domain.OrderEventKind
	To    S
}

// submissionSteps is every move of an order's submission.
func submissionSteps() []step[domain.Submission] {
	return []step[domain.Submission]{
		// The way to the broker.
		{"intent", "attempted", "in_flight"},
		{"in_flight", "acknowledged", "acknowledged"},

		// It never left: refused by ourselves, or not written to the network.
		{"intent", "denied", "denied"},
		{"intent", "not_placed", "not_placed"},
		{"in_flight", "not_written", "intent"},

		// The broker said no.
		{"in_flight", "refused", "refused"},

		// Nobody knows, until a look-up or a late answer tells.
		{"in_flight", "ambiguous", "unknown"},
		{"in_flight", "found", "acknowledged"},
		{"unknown", "found", "acknowledged"},
		{"unknown", "acknowledged", "acknowledged"},
		{"unknown", "attempted", "in_flight"},
		{"unknown", "not_placed", "not_placed"},

		// A person has to tell.
		{"unknown", "escalated", "needs_review"},
		{"needs_review", "found", "acknowledged"},
		{"needs_review", "acknowledged", "acknowledged"},
		{"needs_review", "attempted", "in_flight"},
		{"needs_review", "not_placed", "not_placed"},
		{"needs_review", "resend_approved", "intent"},

		// What the broker has, it is asked to end.
		{"acknowledged", "cancel_asked", "acknowledged"},

		// The venue shows an order that we never sent, or took for not placed:
		// what the venue has, is.
		{"intent", "acknowledged", "acknowledged"},
		{"intent", "found", "acknowledged"},
		{"denied", "acknowledged", "acknowledged"},
		{"denied", "found", "acknowledged"},
		{"refused", "acknowledged", "acknowledged"},
		{"refused", "found", "acknowledged"},
		{"not_placed", "acknowledged", "acknowledged"},
		{"not_placed", "found", "acknowledged"},
	}
}

// statusMoves is, for every status, the statuses that may follow (FIX 5.0 SP2,
// appendix D). A fill is written as the two statuses it may lead to.
func statusMoves() map[domain.OrderStatus]string {
	return map[domain.OrderStatus]string{
		"pending_new":      "new partially_filled filled rejected canceled expired suspended pending_cancel pending_replace",
		"new":              "partially_filled filled canceled expired rejected pending_cancel pending_replace suspended stopped done_for_day calculated",
		"suspended":        "new partially_filled filled canceled expired rejected pending_cancel",
		"stopped":          "partially_filled filled canceled",
		"partially_filled": "partially_filled filled canceled expired pending_cancel pending_replace done_for_day suspended calculated",
		"pending_cancel":   "canceled filled partially_filled expired rejected",
		"pending_replace":  "replaced filled partially_filled canceled expired rejected pending_cancel",
		"done_for_day":     "new partially_filled canceled expired calculated",
		"calculated":       "filled partially_filled canceled expired",
		"canceled":         "partially_filled filled", // late
		"expired":          "partially_filled filled", // late
		"filled":           "",
		"rejected":         "",
		"replaced":         "",

		// Two words of Alpaca's that FIX does not have: accepted is an order the
		// venue took and does not work yet, held a bracket's leg.
		"accepted": "held new partially_filled filled canceled expired rejected pending_cancel pending_replace suspended stopped done_for_day calculated",
		"held":     "new partially_filled filled canceled expired rejected pending_cancel",
	}
}

// beyondFIX is what venues do that appendix D does not foresee: they replace an
// order at once, without pending_replace, and say pending_new again.
func beyondFIX() map[domain.OrderStatus]string {
	return map[domain.OrderStatus]string{
		"pending_new":      "pending_new accepted held",
		"new":              "replaced",
		"accepted":         "replaced",
		"partially_filled": "replaced",
	}
}

// statusAfter says where an event leads by the two tables, and whether it leads
// anywhere.
func statusAfter(from domain.OrderStatus, event domain.OrderEventKind) (domain.OrderStatus, bool) {
	next := slices.Concat(strings.Fields(statusMoves()[from]), strings.Fields(beyondFIX()[from]))
	switch event {
	case domain.EventFill:
		return domain.StatusFilled, slices.Contains(next, "partially_filled")
	case domain.EventCancelRejected: // back to the status before, which the order knows
		return from, from == domain.StatusPendingCancel
	case domain.EventReplaceRejected:
		return from, from == domain.StatusPendingReplace
	default:
		return domain.OrderStatus(event), slices.Contains(next, string(event))
	}
}

func submissionAfter(from domain.Submission, event domain.OrderEventKind) (domain.Submission, bool) {
	for _, s := range submissionSteps() {
		if s.From == from && s.Event == event {
			return s.To, true
		}
	}
	return from, false
}

// everyPair gives an entry for each state and event.
func everyPair[S ~string](states []S, after func(S, domain.OrderEventKind) (S, bool)) []TableEntry {
	var entries []TableEntry
	for _, from := range states {
		for _, event := range domain.OrderEventKinds() {
			next, possible := after(from, event)
			text := string(from) + " stays and the event is refused: " + string(event)
			if possible {
				text = string(from) + " becomes " + string(next) + " by " + string(event)
			} else {
				next = from
			}
			entries = append(entries, Entry(text, step[S]{from, event, next}, possible))
		}
	}
	return entries
}

var _ = DescribeTable("The submission",
	func(s step[domain.Submission], possible bool) {
		next, err := s.From.Next(s.Event)
		Expect(next).To(Equal(s.To))
		if possible {
			Expect(err).NotTo(HaveOccurred())
			return
		}
		Expect(err).To(refuseWith(domain.KindConflict, "illegal_transition"))
		Expect(err).To(MatchError(SatisfyAll(ContainSubstring(string(s.From)), ContainSubstring(string(s.Event)))))
	},
	everyPair(domain.Submissions(), submissionAfter),
)

var _ = DescribeTable("The status",
	func(s step[domain.OrderStatus], possible bool) {
		next, err := s.From.Next(s.Event)
		Expect(next).To(Equal(s.To))
		if possible {
			Expect(err).NotTo(HaveOccurred())
			return
		}
		Expect(err).To(refuseWith(domain.KindConflict, "illegal_transition"))
		Expect(err).To(MatchError(SatisfyAll(ContainSubstring(string(s.From)), ContainSubstring(string(s.Event)))))
	},
	everyPair(domain.OrderStatuses(), statusAfter),
)

var _ = Describe("The two tables", func() {
	It("know every status and name no other", func() {
		Expect(statusMoves()).To(HaveLen(len(domain.OrderStatuses())))
		for from, to := range statusMoves() {
			Expect(domain.OrderStatuses()).To(ContainElement(from))
			for s := range strings.FieldsSeq(to) {
				Expect(domain.OrderStatuses()).To(ContainElement(domain.OrderStatus(s)))
			}
		}
	})

	It("share no event: ours move the submission, the venue's the status", func() {
		ours := []domain.OrderEventKind{
			domain.EventAttempted, domain.EventNotWritten, domain.EventAcknowledged, domain.EventFound, domain.EventRefused,
			domain.EventDenied, domain.EventAmbiguous, domain.EventNotPlaced, domain.EventEscalated, domain.EventResendApproved,
			domain.EventCancelAsked,
		}
		for _, event := range domain.OrderEventKinds() {
			Expect(event.IsSubmission()).To(Equal(slices.Contains(ours, event)), string(event))
		}
		Expect(domain.OrderEventKind("nonsense").IsSubmission()).To(BeFalse())
	})

	It("end where the words say so", func() {
		for _, from := range domain.OrderStatuses() {
			for _, event := range domain.OrderEventKinds() {
				next, err := from.Next(event)
				if err == nil && from.IsTerminal() {
					Expect(next.IsTerminal()).To(BeTrue(), "%s is terminal, %s does not reopen it", from, event)
				}
			}
		}
	})
})
