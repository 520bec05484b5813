package domain

// transition is one row of the order state machine: what an event does to each
// of the two columns. A source state that is absent refuses the event.
type transition struct {
	event      OrderEventKind
	submission map[Submission]Submission
	status     map[OrderStatus]OrderStatus
}

// The whole state machine (FIX 5.0 SP2 appendix D for status; submission is
// ours). A fill's row says where it may happen; whether it leads to
// partially_filled or filled depends on the quantity, and a late fill of part
// of a canceled or expired order leaves it closed: nothing works at the venue
// any more. Cancel and replace rejects lead back to the status before the
// request.
var transitions = []transition{ //nolint:gochecknoglobals // the table, never written
	{event: EventAttempted, submission: map[Submission]Submission{
		SubmissionIntent: SubmissionInFlight, SubmissionUnknown: SubmissionInFlight, SubmissionNeedsReview: SubmissionInFlight,
	}},
	{event: EventNotWritten, submission: map[Submission]Submission{
		SubmissionInFlight: SubmissionIntent,
	}},
	{event: EventAcknowledged, submission: map[Submission]Submission{
		SubmissionInFlight: SubmissionAcknowledged, SubmissionUnknown: SubmissionAcknowledged,
		SubmissionNeedsReview: SubmissionAcknowledged, SubmissionIntent: SubmissionAcknowledged,
		// The venue has it after all: a correction, see Order.Anomalies.
		SubmissionNotPlaced: SubmissionAcknowledged, SubmissionRefused: SubmissionAcknowledged, SubmissionDenied: SubmissionAcknowledged,
	}},
	{event: EventFound, submission: map[Submission]Submission{
		SubmissionInFlight: SubmissionAcknowledged, SubmissionUnknown: SubmissionAcknowledged,
		SubmissionNeedsReview: SubmissionAcknowledged, SubmissionIntent: SubmissionAcknowledged,
		SubmissionNotPlaced: SubmissionAcknowledged, SubmissionRefused: SubmissionAcknowledged, SubmissionDenied: SubmissionAcknowledged,
	}},
	{event: EventRefused, submission: map[Submission]Submission{
		SubmissionInFlight: SubmissionRefused,
	}},
	{event: EventDenied, submission: map[Submission]Submission{
		SubmissionIntent: SubmissionDenied,
	}},
	{event: EventAmbiguous, submission: map[Submission]Submission{
		SubmissionInFlight: SubmissionUnknown,
	}},
	{event: EventNotPlaced, submission: map[Submission]Submission{
		SubmissionUnknown: SubmissionNotPlaced, SubmissionNeedsReview: SubmissionNotPlaced, SubmissionIntent: SubmissionNotPlaced,
	}},
	{event: EventEscalated, submission: map[Submission]Submission{
		SubmissionUnknown: SubmissionNeedsReview,
	}},
	{event: EventResendApproved, submission: map[Submission]Submission{
		SubmissionNeedsReview: SubmissionIntent,
	}},
	{event: EventCancelAsked, submission: map[Submission]Submission{
		SubmissionAcknowledged: SubmissionAcknowledged,
	}},

	{event: EventPendingNew, status: stay(StatusPendingNew)},
	{event: EventNew, status: to(StatusNew,
		StatusPendingNew, StatusAccepted, StatusHeld, StatusSuspended, StatusDoneForDay)},
	{event: EventAccepted, status: to(StatusAccepted, StatusPendingNew)},
	{event: EventHeld, status: to(StatusHeld, StatusPendingNew, StatusAccepted)},
	{event: EventFill, status: to(StatusFilled,
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusPartiallyFilled, StatusSuspended, StatusStopped,
		StatusPendingCancel, StatusPendingReplace, StatusDoneForDay, StatusCalculated, StatusCanceled, StatusExpired)},
	{event: EventSuspended, status: to(StatusSuspended,
		StatusPendingNew, StatusNew, StatusAccepted, StatusPartiallyFilled)},
	{event: EventStopped, status: to(StatusStopped, StatusNew, StatusAccepted)},
	{event: EventDoneForDay, status: to(StatusDoneForDay, StatusNew, StatusAccepted, StatusPartiallyFilled)},
	{event: EventCalculated, status: to(StatusCalculated,
		StatusNew, StatusAccepted, StatusPartiallyFilled, StatusDoneForDay)},
	{event: EventPendingCancel, status: to(StatusPendingCancel,
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusPartiallyFilled, StatusSuspended, StatusPendingReplace)},
	{event: EventCancelRejected, status: stay(StatusPendingCancel)},
	{event: EventPendingReplace, status: to(StatusPendingReplace,
		StatusPendingNew, StatusNew, StatusAccepted, StatusPartiallyFilled)},
	{event: EventReplaceRejected, status: stay(StatusPendingReplace)},
	{event: EventReplaced, status: to(StatusReplaced,
		StatusPendingReplace, StatusNew, StatusAccepted, StatusPartiallyFilled)},
	{event: EventCanceled, status: to(StatusCanceled,
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusPartiallyFilled, StatusSuspended, StatusStopped,
		StatusPendingCancel, StatusPendingReplace, StatusDoneForDay, StatusCalculated)},
	{event: EventExpired, status: to(StatusExpired,
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusPartiallyFilled, StatusSuspended,
		StatusPendingCancel, StatusPendingReplace, StatusDoneForDay, StatusCalculated)},
	{event: EventRejected, status: to(StatusRejected,
		StatusPendingNew, StatusNew, StatusAccepted, StatusHeld, StatusSuspended, StatusPendingCancel, StatusPendingReplace)},
}

func to(target OrderStatus, from ...OrderStatus) map[OrderStatus]OrderStatus {
	m := make(map[OrderStatus]OrderStatus, len(from))
	for _, s := range from {
		m[s] = target
	}
	return m
}

func stay(s OrderStatus) map[OrderStatus]OrderStatus { return to(s, s) }

func transitionOf(k OrderEventKind) (transition, bool) {
	for _, t := range transitions {
		if t.event == k {
			return t, true
		}
	}
	return transition{}, false
}

// Next gives the submission state after an event, or a conflict that names
// state and event where the table has no such move.
func (s Submission) Next(k OrderEventKind) (Submission, error) {
	t, _ := transitionOf(k)
	next, ok := t.submission[s]
	if !ok {
		return s, Conflict("illegal_transition", string(k)+" is not possible when submission is "+string(s))
	}
	return next, nil
}

// Next gives the status after an event, or a conflict that names state and
// event where the table has no such move. EventFill gives StatusFilled: the
// order decides by its quantity whether it is filled or only partially.
func (s OrderStatus) Next(k OrderEventKind) (OrderStatus, error) {
	t, _ := transitionOf(k)
	next, ok := t.status[s]
	if !ok {
		return s, Conflict("illegal_transition", string(k)+" is not possible when status is "+string(s))
	}
	return next, nil
}
