package domain

import "slices"

// Submission is how far an order got on its way to the broker. It is ours: the
// broker never says it. The zero value is invalid.
type Submission string

// The submission states.
const (
	SubmissionIntent       Submission = "intent"
	SubmissionInFlight     Submission = "in_flight"
	SubmissionAcknowledged Submission = "acknowledged"
	SubmissionDenied       Submission = "denied"
	SubmissionRefused      Submission = "refused"
	SubmissionUnknown      Submission = "unknown"
	SubmissionNotPlaced    Submission = "not_placed"
	SubmissionNeedsReview  Submission = "needs_review"
)

// Submissions lists the valid submission states.
func Submissions() []Submission {
	return []Submission{
		SubmissionIntent, SubmissionInFlight, SubmissionAcknowledged, SubmissionDenied,
		SubmissionRefused, SubmissionUnknown, SubmissionNotPlaced, SubmissionNeedsReview,
	}
}

// ParseSubmission reads one of Submissions.
func ParseSubmission(s string) (Submission, error) {
	return parseWord("invalid_submission", s, Submissions())
}

// IsUnsettled reports whether it is not known yet if the broker has the order.
func (s Submission) IsUnsettled() bool {
	return s == SubmissionInFlight || s == SubmissionUnknown || s == SubmissionNeedsReview
}

// NeverReached reports whether the order is known not to be at the broker and
// will not be sent any more.
func (s Submission) NeverReached() bool {
	return s == SubmissionDenied || s == SubmissionRefused || s == SubmissionNotPlaced
}

// OrderStatus is what the broker says of an order (FIX OrdStatus 39, Alpaca's
// words). The zero value is invalid.
type OrderStatus string

// The statuses.
const (
	StatusPendingNew      OrderStatus = "pending_new"
	StatusNew             OrderStatus = "new"
	StatusAccepted        OrderStatus = "accepted"
	StatusHeld            OrderStatus = "held"
	StatusPartiallyFilled OrderStatus = "partially_filled"
	StatusFilled          OrderStatus = "filled"
	StatusDoneForDay      OrderStatus = "done_for_day"
	StatusCanceled        OrderStatus = "canceled"
	StatusReplaced        OrderStatus = "replaced"
	StatusPendingCancel   OrderStatus = "pending_cancel"
	StatusStopped         OrderStatus = "stopped"
	StatusRejected        OrderStatus = "rejected"
	StatusSuspended       OrderStatus = "suspended"
	StatusCalculated      OrderStatus = "calculated"
	StatusExpired         OrderStatus = "expired"
	StatusPendingReplace  OrderStatus = "pending_replace"
)

// OrderStatuses lists the valid statuses.
func OrderStatuses() []OrderStatus {
	return []OrderStatus{
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusPartiallyFilled, StatusFilled,
		StatusDoneForDay, StatusCanceled, StatusReplaced, StatusPendingCancel, StatusStopped,
		StatusRejected, StatusSuspended, StatusCalculated, StatusExpired, StatusPendingReplace,
	}
}

// ParseOrderStatus reads one of OrderStatuses.
func ParseOrderStatus(s string) (OrderStatus, error) {
	return parseWord("invalid_status", s, OrderStatuses())
}

// IsValid reports whether s is one of OrderStatuses.
func (s OrderStatus) IsValid() bool { return slices.Contains(OrderStatuses(), s) }

// IsTerminal reports whether nothing but a late fill can follow.
func (s OrderStatus) IsTerminal() bool {
	switch s { //nolint:exhaustive // every other status is not terminal
	case StatusFilled, StatusCanceled, StatusReplaced, StatusRejected, StatusExpired:
		return true
	}
	return false
}

// IsOpen reports whether the venue works the order or may yet: every status
// that is not terminal.
func (s OrderStatus) IsOpen() bool { return s.IsValid() && !s.IsTerminal() }

// IsInFlight reports whether a request of ours waits for the venue's answer.
func (s OrderStatus) IsInFlight() bool {
	return s == StatusPendingNew || s == StatusPendingCancel || s == StatusPendingReplace
}
