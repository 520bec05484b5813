package domain

import (
	"slices"
	"strconv"
	"time"
)

// OrderEventKind says what happened to an order. The first eleven are ours and
// move Submission; the others come from the broker and move OrderStatus.
type OrderEventKind string

// The event kinds.
const (
	// EventAttempted: attempt n is committed and about to be sent.
	EventAttempted OrderEventKind = "attempted"
	// EventNotWritten: the request provably never left this machine.
	EventNotWritten OrderEventKind = "not_written"
	// EventAcknowledged: the broker gave its id for the order.
	EventAcknowledged OrderEventKind = "acknowledged"
	// EventRefused: the broker definitely said no, and why.
	EventRefused OrderEventKind = "refused"
	// EventDenied: we refused before sending.
	EventDenied OrderEventKind = "denied"
	// EventAmbiguous: the request may or may not have arrived.
	EventAmbiguous OrderEventKind = "ambiguous"
	// EventFound: a look-up by client order id found the order at the broker.
	EventFound OrderEventKind = "found"
	// EventNotPlaced: the order is provably not at the broker and is not wanted
	// any more.
	EventNotPlaced OrderEventKind = "not_placed"
	// EventEscalated: only a person can decide what happened.
	EventEscalated OrderEventKind = "escalated"
	// EventResendApproved: a person took it on themselves to have the order sent
	// once more.
	EventResendApproved OrderEventKind = "resend_approved"
	// EventCancelAsked: we are about to ask the broker to end the order. It moves
	// nothing: what ends without it, the venue ended by itself.
	EventCancelAsked OrderEventKind = "cancel_asked"

	// EventFill is one execution: Quantity at Price, named by ExecutionID.
	EventFill            OrderEventKind = "fill"
	EventPendingNew      OrderEventKind = "pending_new"
	EventNew             OrderEventKind = "new"
	EventAccepted        OrderEventKind = "accepted"
	EventHeld            OrderEventKind = "held"
	EventDoneForDay      OrderEventKind = "done_for_day"
	EventCanceled        OrderEventKind = "canceled"
	EventReplaced        OrderEventKind = "replaced"
	EventPendingCancel   OrderEventKind = "pending_cancel"
	EventCancelRejected  OrderEventKind = "cancel_rejected"
	EventPendingReplace  OrderEventKind = "pending_replace"
	EventReplaceRejected OrderEventKind = "replace_rejected"
	EventStopped         OrderEventKind = "stopped"
	EventRejected        OrderEventKind = "rejected"
	EventSuspended       OrderEventKind = "suspended"
	EventCalculated      OrderEventKind = "calculated"
	EventExpired         OrderEventKind = "expired"
)

// OrderEventKinds lists the valid kinds in the order of the transition table.
func OrderEventKinds() []OrderEventKind {
	kinds := make([]OrderEventKind, len(transitions))
	for i, t := range transitions {
		kinds[i] = t.event
	}
	return kinds
}

// ParseOrderEventKind reads one of OrderEventKinds.
func ParseOrderEventKind(s string) (OrderEventKind, error) {
	return parseWord("invalid_event", s, OrderEventKinds())
}

// IsValid reports whether k is one of OrderEventKinds.
func (k OrderEventKind) IsValid() bool { return slices.Contains(OrderEventKinds(), k) }

// IsSubmission reports whether k is an event of ours that moves Submission.
func (k OrderEventKind) IsSubmission() bool {
	t, ok := transitionOf(k)
	return ok && t.submission != nil
}

// OrderEvent is one fact about an order. SourceID is unique within the order:
// the same fact told twice carries the same one, and counts once.
type OrderEvent struct {
	SourceID string
	Kind     OrderEventKind
	// At is the venue's time for its events and our clock's for ours.
	At time.Time
	// Attempt numbers the send a submission event belongs to, from 1; 0 for
	// events of the venue.
	Attempt int
	// BrokerOrderID comes with EventAcknowledged and EventFound.
	BrokerOrderID string
	// ExecutionID, Quantity and Price describe an EventFill. Completes is set
	// where the venue says that nothing of the order is left.
	ExecutionID string
	Quantity    Quantity
	Price       Price
	Completes   bool
	// Reason says why, for a refusal, a rejection or an escalation.
	Reason string
}

// Fill is one execution of an order.
type Fill struct {
	ExecutionID string
	Quantity    Quantity
	Price       Price
	At          time.Time
}

// AttemptedEvent is the fact that attempt number is committed and about to be
// sent.
func AttemptedEvent(number int, at time.Time) OrderEvent {
	return OrderEvent{SourceID: SubmissionSourceID(number, EventAttempted), Kind: EventAttempted, At: at, Attempt: number}
}

// SubmissionSourceID names a submission event by its attempt and kind, so that
// the same thing learned twice counts once.
func SubmissionSourceID(attempt int, kind OrderEventKind) string {
	return "attempt:" + strconv.Itoa(attempt) + ":" + string(kind)
}
