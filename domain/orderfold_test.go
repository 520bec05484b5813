package domain_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An order's events", func() {
	type life struct {
		Events     []domain.OrderEvent
		Submission domain.Submission
		Status     domain.OrderStatus
		Filled     string
		Average    string // empty for none
		Reason     string
		Attempts   int
		Anomalies  []domain.Anomaly
	}
	DescribeTable("make of an order for 10 shares",
		func(row life) {
			o := orderOf("10", row.Events...)
			Expect(o.Submission()).To(Equal(row.Submission))
			Expect(o.Status()).To(Equal(row.Status))
			Expect(o.FilledQuantity()).To(Equal(domain.MustQuantity(row.Filled)))
			if row.Average == "" {
				Expect(o.AverageFillPrice()).To(BeNil())
			} else {
				Expect(o.AverageFillPrice()).To(HaveValue(Equal(domain.MustPrice(row.Average))))
			}
			Expect(o.RejectReason()).To(Equal(row.Reason))
			Expect(o.Attempts()).To(Equal(row.Attempts))
			Expect(o.Anomalies()).To(Equal(row.Anomalies))
		},
		Entry("that nobody was told of: an intent", life{
			Submission: "intent", Status: "pending_new", Filled: "0",
		}),
		Entry("the ordinary life", life{
			Events: []domain.OrderEvent{
				ours("attempted", 1), ours("acknowledged", 1), event("new", 2), fill("4", "100", 3), fill("6", "110", 4),
			},
			Submission: "acknowledged", Status: "filled", Filled: "10", Average: "106", Attempts: 1,
		}),
		Entry("a fill that overtakes the answer to the request", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), fill("10", "100", 1)},
			Submission: "in_flight", Status: "filled", Filled: "10", Average: "100", Attempts: 1,
		}),
		Entry("an order we refuse ourselves", life{
			Events:     []domain.OrderEvent{because(ours("denied", 0), "too old")},
			Submission: "denied", Status: "pending_new", Filled: "0", Reason: "too old",
		}),
		Entry("an order the broker refuses", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), because(ours("refused", 1), "no funds")},
			Submission: "refused", Status: "pending_new", Filled: "0", Reason: "no funds", Attempts: 1,
		}),
		Entry("an order the venue rejects after it took it", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("acknowledged", 1), because(event("rejected", 2), "halted")},
			Submission: "acknowledged", Status: "rejected", Filled: "0", Reason: "halted", Attempts: 1,
		}),
		Entry("a second attempt after one that was never written", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("not_written", 1), ours("attempted", 2)},
			Submission: "in_flight", Status: "pending_new", Filled: "0", Attempts: 2,
		}),
		Entry("a timeout, and the order was there", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("ambiguous", 1), ours("found", 1)},
			Submission: "acknowledged", Status: "pending_new", Filled: "0", Attempts: 1,
		}),
		Entry("a timeout, and the order was not there and is too old by now", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("ambiguous", 1), because(ours("not_placed", 1), "stale")},
			Submission: "not_placed", Status: "pending_new", Filled: "0", Reason: "stale", Attempts: 1,
		}),
		Entry("a timeout that a person has to settle", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("ambiguous", 1), because(ours("escalated", 1), "no look-up")},
			Submission: "needs_review", Status: "pending_new", Filled: "0", Reason: "no look-up", Attempts: 1,
		}),
		Entry("what a person resends: its old trouble is over", life{
			Events: []domain.OrderEvent{
				ours("attempted", 1), ours("ambiguous", 1), because(ours("escalated", 1), "no look-up"), ours("attempted", 2),
			},
			Submission: "in_flight", Status: "pending_new", Filled: "0", Attempts: 2,
		}),
		Entry("a refusal of what the broker has already: flagged, and believed no more", life{
			Events: []domain.OrderEvent{
				ours("attempted", 1), ours("acknowledged", 1), ours("attempted", 2), because(ours("refused", 2), "duplicate"),
			},
			Submission: "acknowledged", Status: "pending_new", Filled: "0", Attempts: 2,
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "refused:2"}},
		}),
		Entry("an order taken for not placed that the venue shows after all", life{
			Events: []domain.OrderEvent{
				ours("attempted", 1), ours("ambiguous", 1), because(ours("not_placed", 1), "stale"), ours("found", 1),
			},
			Submission: "acknowledged", Status: "pending_new", Filled: "0", Attempts: 1,
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyCorrection, SourceID: "found:1"}},
		}),
		Entry("an acknowledgement told twice: nothing strange", life{
			Events:     []domain.OrderEvent{ours("attempted", 1), ours("acknowledged", 1), ours("found", 1)},
			Submission: "acknowledged", Status: "pending_new", Filled: "0", Attempts: 1,
		}),
		Entry("a refusal without an attempt, kept and flagged", life{
			Events:     []domain.OrderEvent{ours("refused", 1)},
			Submission: "intent", Status: "pending_new", Filled: "0",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "refused:1"}},
		}),
		Entry("a cancel that worked", life{
			Events:     []domain.OrderEvent{event("new", 1), fill("4", "100", 2), event("pending_cancel", 3), event("canceled", 4)},
			Submission: "intent", Status: "canceled", Filled: "4", Average: "100",
		}),
		Entry("a cancel that came too late", life{
			Events:     []domain.OrderEvent{event("new", 1), event("pending_cancel", 2), fill("10", "100", 3), event("cancel_rejected", 4)},
			Submission: "intent", Status: "filled", Filled: "10", Average: "100",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "cancel_rejected:4"}},
		}),
		Entry("a rejected cancel, which leads back", life{
			Events:     []domain.OrderEvent{event("accepted", 1), event("pending_cancel", 2), event("cancel_rejected", 3)},
			Submission: "intent", Status: "accepted", Filled: "0",
		}),
		Entry("a rejected cancel, with a fill before the answer", life{
			Events:     []domain.OrderEvent{event("new", 1), event("pending_cancel", 2), fill("1", "100", 3), event("cancel_rejected", 4)},
			Submission: "intent", Status: "partially_filled", Filled: "1", Average: "100",
		}),
		Entry("a rejected replacement, which leads back", life{
			Events:     []domain.OrderEvent{event("new", 1), event("pending_replace", 2), event("replace_rejected", 3)},
			Submission: "intent", Status: "new", Filled: "0",
		}),
		Entry("a cancel rejected while a replacement is asked for, which leads back to that", life{
			Events: []domain.OrderEvent{
				event("new", 1), event("pending_replace", 2), event("pending_cancel", 3), event("cancel_rejected", 4),
			},
			Submission: "intent", Status: "pending_replace", Filled: "0",
		}),
		Entry("both requests rejected one after the other, with a fill between", life{
			Events: []domain.OrderEvent{
				event("new", 1), event("pending_replace", 2), event("pending_cancel", 3), fill("4", "100", 4),
				event("cancel_rejected", 5), event("replace_rejected", 6),
			},
			Submission: "intent", Status: "partially_filled", Filled: "4", Average: "100",
		}),
		Entry("a fill of part after the cancel: the order stays closed", life{
			Events:     []domain.OrderEvent{event("new", 1), event("canceled", 2), fill("4", "100", 3)},
			Submission: "intent", Status: "canceled", Filled: "4", Average: "100",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyLateFill, SourceID: "fill:3"}},
		}),
		Entry("a fill of the rest after the cancel", life{
			Events:     []domain.OrderEvent{event("new", 1), fill("4", "100", 2), event("canceled", 3), fill("6", "100", 4)},
			Submission: "intent", Status: "filled", Filled: "10", Average: "100",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyLateFill, SourceID: "fill:4"}},
		}),
		Entry("a fill that is told after the cancel but happened before: nothing late", life{
			Events:     []domain.OrderEvent{event("new", 1), event("canceled", 3), fill("4", "100", 2)},
			Submission: "intent", Status: "canceled", Filled: "4", Average: "100",
		}),
		Entry("more filled than ordered", life{
			Events:     []domain.OrderEvent{fill("8", "100", 1), fill("8", "100", 2)},
			Submission: "intent", Status: "filled", Filled: "16", Average: "100",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyOverfill, SourceID: "fill:2"}},
		}),
		Entry("a fill of a rejected order: it counts, and is flagged", life{
			Events:     []domain.OrderEvent{because(event("rejected", 1), "halted"), fill("10", "100", 2)},
			Submission: "intent", Status: "rejected", Filled: "10", Average: "100", Reason: "halted",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "fill:2"}},
		}),
		Entry("an end the table does not foresee: over is over", life{
			Events:     []domain.OrderEvent{event("new", 1), event("stopped", 2), event("expired", 3)},
			Submission: "intent", Status: "expired", Filled: "0",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "expired:3"}},
		}),
		Entry("an end that is no rejection has no reject reason", life{
			Events:     []domain.OrderEvent{event("new", 1), event("stopped", 2), because(event("expired", 3), "end of day")},
			Submission: "intent", Status: "expired", Filled: "0",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "expired:3"}},
		}),
		Entry("a rejection the table does not foresee, with its reason", life{
			Events:     []domain.OrderEvent{event("new", 1), fill("4", "100", 2), because(event("rejected", 3), "halted")},
			Submission: "intent", Status: "rejected", Filled: "4", Average: "100", Reason: "halted",
			Anomalies: []domain.Anomaly{{Kind: domain.AnomalyIllegal, SourceID: "rejected:3"}},
		}),
		Entry("an order good till canceled on its second day", life{
			Events:     []domain.OrderEvent{event("new", 1), event("done_for_day", 2), event("new", 3), fill("10", "100", 4)},
			Submission: "intent", Status: "filled", Filled: "10", Average: "100",
		}),
		Entry("a status that repeats: nothing strange", life{
			Events: []domain.OrderEvent{
				event("new", 1), event("new", 2), fill("4", "100", 3), event("new", 4), event("canceled", 5), event("canceled", 6),
			},
			Submission: "intent", Status: "canceled", Filled: "4", Average: "100",
		}),
		Entry("what the venue says complete, with less than ordered", life{
			Events:     []domain.OrderEvent{lastFill("9.5", "100", 1)},
			Submission: "intent", Status: "filled", Filled: "9.5", Average: "100",
		}),
	)

	It("of one instant are put in the order in which they can have happened", func() {
		o := orderOf("10", event("canceled", 1), fill("4", "100", 1), event("new", 1), event("pending_cancel", 1))
		Expect(o.Status()).To(Equal(domain.StatusCanceled))
		Expect(o.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
		Expect(o.Anomalies()).To(BeEmpty())
	})
})

// wayTo gives events that bring an order for 10 shares to a status.
func wayTo(status domain.OrderStatus) []domain.OrderEvent {
	switch status {
	case domain.StatusPendingNew:
		return nil
	case domain.StatusAccepted, domain.StatusHeld, domain.StatusNew, domain.StatusRejected:
		return []domain.OrderEvent{event(domain.OrderEventKind(status), 1)}
	case domain.StatusPartiallyFilled:
		return []domain.OrderEvent{event("new", 1), fill("4", "100", 2)}
	case domain.StatusFilled:
		return []domain.OrderEvent{event("new", 1), fill("10", "100", 2)}
	case domain.StatusReplaced:
		return []domain.OrderEvent{event("new", 1), event("pending_replace", 2), event("replaced", 3)}
	}
	return []domain.OrderEvent{event("new", 1), event(domain.OrderEventKind(status), 2)}
}

var _ = Describe("An order in every status", func() {
	// What a venue repeats without meaning anything by it.
	saysNothingNew := func(status domain.OrderStatus, kind domain.OrderEventKind) bool {
		first := []domain.OrderEventKind{"pending_new", "new", "accepted"}
		working := []domain.OrderStatus{"new", "accepted", "partially_filled", "filled"}
		return string(kind) == string(status) || slices.Contains(first, kind) && slices.Contains(working, status)
	}

	for _, status := range domain.OrderStatuses() {
		It("follows the table from "+string(status)+", keeps what has no place in it, and is over when the venue says so", func() {
			for _, kind := range domain.OrderEventKinds() {
				if kind.IsSubmission() || kind == domain.EventFill {
					continue
				}
				o := orderOf("10", wayTo(status)...)
				Expect(o.Status()).To(Equal(status))
				apply(o, event(kind, 9))

				next, possible := statusAfter(status, kind)
				switch closing := domain.OrderStatus(kind); {
				case kind == domain.EventCancelRejected && possible, kind == domain.EventReplaceRejected && possible:
					Expect(o.Status()).To(Equal(domain.StatusNew), string(kind))
				case possible:
					Expect(o.Status()).To(Equal(next), string(kind))
				case closing.IsTerminal() && status.IsOpen():
					Expect(o.Status()).To(Equal(closing), string(kind))
				default:
					Expect(o.Status()).To(Equal(status), string(kind))
				}
				if possible || saysNothingNew(status, kind) {
					Expect(o.Anomalies()).To(BeEmpty(), string(kind))
				} else {
					Expect(o.Anomalies()).To(ConsistOf(HaveField("Kind", domain.AnomalyIllegal)), string(kind))
				}
			}
		})

		type after struct {
			Status  domain.OrderStatus
			Anomaly []domain.AnomalyKind
		}
		// A fill of part, and one of all that is left.
		part, rest := after{Status: domain.StatusPartiallyFilled}, after{Status: domain.StatusFilled}
		switch status {
		case domain.StatusPendingCancel, domain.StatusPendingReplace: // still waiting for the answer
			part = after{Status: status}
		case domain.StatusCanceled, domain.StatusExpired:
			late := []domain.AnomalyKind{domain.AnomalyLateFill}
			part, rest = after{status, late}, after{domain.StatusFilled, late}
		case domain.StatusRejected, domain.StatusReplaced:
			illegal := []domain.AnomalyKind{domain.AnomalyIllegal}
			part, rest = after{status, illegal}, after{status, illegal}
		case domain.StatusFilled:
			over := []domain.AnomalyKind{domain.AnomalyOverfill}
			part, rest = after{status, over}, after{status, over}
		}
		It("counts a fill in "+string(status), func() {
			check := func(f domain.OrderEvent, want after) {
				o := orderOf("10", wayTo(status)...)
				before := o.FilledQuantity()
				apply(o, f)
				Expect(o.FilledQuantity()).To(Equal(before.Add(f.Quantity)))
				Expect(o.Status()).To(Equal(want.Status))
				var kinds []domain.AnomalyKind
				for _, a := range o.Anomalies() {
					kinds = append(kinds, a.Kind)
				}
				Expect(kinds).To(Equal(want.Anomaly))
			}
			check(fill("1", "100", 9), part)
			check(lastFill("1", "100", 9), rest)
		})
	}
})
