package domain

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
)

// AnomalyKind names something in an order's events that should not happen and
// was recorded all the same.
type AnomalyKind string

// The anomalies.
const (
	// AnomalyLateFill: a fill after the order was canceled or had expired.
	AnomalyLateFill AnomalyKind = "late_fill"
	// AnomalyOverfill: more was filled than ordered.
	AnomalyOverfill AnomalyKind = "overfill"
	// AnomalyCorrection: the venue has an order we took for not placed.
	AnomalyCorrection AnomalyKind = "correction"
	// AnomalyIllegal: the event has no place in the state machine. It is kept and
	// moves nothing, but for the quantity of a fill, which counts, and for the
	// venue's word that the order is over, which closes it.
	AnomalyIllegal AnomalyKind = "illegal_event"
)

// Anomaly points at the event that raised it.
type Anomaly struct {
	Kind     AnomalyKind
	SourceID string
}

// fold is what an event set makes of an order. It depends on the set alone: the
// events are put in canonical order first, so replays and permutations give the
// same result.
type fold struct {
	submission    Submission
	status        OrderStatus
	brokerOrderID string
	filled        decimal.Decimal
	cost          decimal.Decimal
	rejectReason  string
	attempts      int
	anomalies     []Anomaly
	// What a rejected request leads back to: a cancel may be asked for while a
	// replacement is, so each has its own.
	beforeCancel, beforeReplace OrderStatus
}

func foldEvents(ordered *Quantity, events []OrderEvent) fold {
	f := fold{submission: SubmissionIntent, status: StatusPendingNew}
	f.foldSubmission(events)
	f.foldStatus(ordered, events)
	slices.SortStableFunc(f.anomalies, func(a, b Anomaly) int { return strings.Compare(a.SourceID, b.SourceID) })
	return f
}

// foldSubmission orders our events by attempt, then by what must come first
// within one attempt.
func (f *fold) foldSubmission(events []OrderEvent) {
	var ours []OrderEvent
	for _, e := range events {
		if e.Kind.IsSubmission() {
			ours = append(ours, e)
		}
	}
	slices.SortFunc(ours, func(a, b OrderEvent) int {
		return cmp.Or(cmp.Compare(a.Attempt, b.Attempt), cmp.Compare(submissionRank(a.Kind), submissionRank(b.Kind)), strings.Compare(a.SourceID, b.SourceID))
	})
	for _, e := range ours {
		if e.Kind == EventAttempted {
			f.attempts = max(f.attempts, e.Attempt)
		}
		if e.BrokerOrderID != "" && f.brokerOrderID == "" {
			f.brokerOrderID = e.BrokerOrderID
		}
		next, err := f.submission.Next(e.Kind)
		if err != nil {
			// Once the broker has the order, hearing so again is no anomaly, nor is
			// an attempt made before we knew; what says the contrary is.
			if f.submission != SubmissionAcknowledged || e.Kind.deniesPlacing() {
				f.flag(AnomalyIllegal, e)
			}
			continue
		}
		if f.submission.NeverReached() {
			f.flag(AnomalyCorrection, e)
		}
		f.submission, f.rejectReason = next, ""
		if next.NeverReached() || next == SubmissionNeedsReview {
			f.rejectReason = e.Reason
		}
	}
}

// deniesPlacing reports an event that says the broker does not have the order.
func (k OrderEventKind) deniesPlacing() bool {
	return k == EventRefused || k == EventDenied || k == EventNotPlaced
}

func submissionRank(k OrderEventKind) int {
	switch k { //nolint:exhaustive // events of the venue are not ranked here
	case EventAttempted:
		return 0
	case EventNotWritten, EventRefused, EventAmbiguous:
		return 1
	case EventEscalated:
		return 2
	case EventNotPlaced, EventDenied, EventResendApproved:
		return 3
	case EventCancelAsked:
		return 5 // of an order that the broker has
	}
	return 4 // acknowledged, found: whatever else was believed, the broker has it
}

// foldStatus orders the venue's events by its time, then by how far they take
// an order.
func (f *fold) foldStatus(ordered *Quantity, events []OrderEvent) {
	var theirs []OrderEvent
	for _, e := range events {
		if !e.Kind.IsSubmission() {
			theirs = append(theirs, e)
		}
	}
	slices.SortFunc(theirs, func(a, b OrderEvent) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(statusRank(a.Kind), statusRank(b.Kind)), strings.Compare(a.SourceID, b.SourceID))
	})
	for _, e := range theirs {
		next, err := f.status.Next(e.Kind)
		if e.Kind == EventFill {
			f.addFill(ordered, e, err)
			continue
		}
		if err != nil {
			if !e.Kind.repeats(f.status) {
				f.flag(AnomalyIllegal, e)
			}
			// However it got there, the venue says that the order is over.
			if closed := OrderStatus(e.Kind); closed.IsTerminal() && f.status.IsOpen() {
				f.become(closed, e)
			}
			continue
		}
		switch e.Kind { //nolint:exhaustive // all others simply take the table's target
		case EventCancelRejected:
			next = f.beforeCancel
		case EventReplaceRejected:
			next = f.beforeReplace
		case EventPendingCancel:
			f.beforeCancel = f.status
		case EventPendingReplace:
			f.beforeReplace = f.status
		}
		f.become(next, e)
	}
}

// become takes the status on, and with a rejection the venue's word for it.
func (f *fold) become(s OrderStatus, by OrderEvent) {
	f.status = s
	if s == StatusRejected {
		f.rejectReason = by.Reason
	}
}

// addFill counts the execution whatever the status: it happened. Only where the
// table knows the move does it change the status.
func (f *fold) addFill(ordered *Quantity, e OrderEvent, illegal error) {
	f.filled = f.filled.Add(e.Quantity.d)
	f.cost = f.cost.Add(e.Quantity.d.Mul(e.Price.d))
	complete := e.Completes || ordered != nil && f.filled.Cmp(ordered.d) >= 0
	if ordered != nil && f.filled.Cmp(ordered.d) > 0 {
		f.flag(AnomalyOverfill, e)
	}
	switch {
	case f.status == StatusFilled:
		return
	case illegal != nil:
		f.flag(AnomalyIllegal, e)
		return
	case f.status.IsTerminal():
		f.flag(AnomalyLateFill, e)
		if complete {
			f.status = StatusFilled
		}
	case complete:
		f.status = StatusFilled
	// A request of ours is still unanswered.
	case f.status == StatusPendingReplace, f.status == StatusPendingCancel && f.beforeCancel == StatusPendingReplace:
		f.beforeReplace = StatusPartiallyFilled
	case f.status == StatusPendingCancel:
		f.beforeCancel = StatusPartiallyFilled
	default:
		f.status = StatusPartiallyFilled
	}
}

// repeats reports an event that only says again what the status says.
func (k OrderEventKind) repeats(s OrderStatus) bool {
	if string(k) == string(s) {
		return true
	}
	// A venue's "new" or "accepted" told after a fill of the same instant.
	return (k == EventNew || k == EventAccepted || k == EventPendingNew) &&
		(s == StatusPartiallyFilled || s == StatusFilled || s == StatusNew || s == StatusAccepted)
}

func statusRank(k OrderEventKind) int {
	switch k { //nolint:exhaustive // submission events are not ranked here
	case EventPendingNew:
		return 0
	case EventAccepted:
		return 1
	case EventHeld:
		return 2
	case EventNew:
		return 3
	case EventSuspended, EventStopped, EventDoneForDay, EventCalculated:
		return 4
	case EventPendingCancel, EventPendingReplace:
		return 5
	case EventFill:
		return 6
	case EventCancelRejected, EventReplaceRejected:
		return 7
	}
	return 8 // canceled, replaced, rejected, expired: nothing follows at the same instant
}

func (f *fold) flag(kind AnomalyKind, e OrderEvent) {
	f.anomalies = append(f.anomalies, Anomaly{Kind: kind, SourceID: e.SourceID})
}
