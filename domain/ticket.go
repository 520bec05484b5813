package domain

import (
	"slices"
	"time"
)

// State is how far a signal or a ticket got. The zero value is invalid.
type State string

// The states. All but the first two and needs_review are final.
const (
	StateQueued      State = "queued"
	StateExecuting   State = "executing"
	StateDone        State = "done"
	StateRefused     State = "refused"
	StateExpired     State = "expired"
	StateSuperseded  State = "superseded"
	StateNeedsReview State = "needs_review"
)

// States lists the valid states.
func States() []State {
	return []State{
		StateQueued, StateExecuting, StateDone, StateRefused, StateExpired, StateSuperseded, StateNeedsReview,
	}
}

// ParseState reads one of States.
func ParseState(s string) (State, error) { return parseWord("invalid_state", s, States()) }

// IsFinal reports whether nothing follows the state.
func (s State) IsFinal() bool {
	return s == StateDone || s == StateRefused || s == StateExpired || s == StateSuperseded
}

// ticketMoves is the life of a ticket: what is absent is refused.
var ticketMoves = map[State][]State{ //nolint:gochecknoglobals // the table, never written
	StateQueued:      {StateExecuting, StateDone, StateRefused, StateExpired, StateSuperseded, StateNeedsReview},
	StateExecuting:   {StateDone, StateRefused, StateExpired, StateSuperseded, StateNeedsReview},
	StateNeedsReview: {StateExecuting, StateDone, StateRefused, StateExpired, StateSuperseded},
}

// Next gives to where the move is possible, else a conflict that names both.
func (s State) Next(to State) (State, error) {
	if slices.Contains(ticketMoves[s], to) {
		return to, nil
	}
	return s, Conflict("illegal_transition", "a ticket cannot go from "+string(s)+" to "+string(to))
}

// Ticket is a signal at one broker account: the unit that queues in a lane.
type Ticket struct {
	ID              TicketID
	UserID          UserID
	SignalID        SignalID
	BrokerAccountID BrokerAccountID
	Symbol          Symbol
	// Multiplier scales the signal's quantities on this route.
	Multiplier Quantity
	// LaneSeq is the ticket's place in its lane, from 1 without a gap; 0 until
	// the inbox gave one.
	LaneSeq int64
	State   State
	// Target is the position the signal was understood to want here, nil until
	// that is decided. It is decided once.
	Target *Net
	// WaitsUntil is when a ticket that ended to wait for its session is gone on for,
	// nil where it does not wait. Resumes is the place, in the same lane, of the
	// ticket that this one goes on for, 0 where there is none.
	WaitsUntil *time.Time
	Resumes    int64
	Reasons    []Reason
	Decisions  []Decision
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

func (t Ticket) clone() Ticket {
	t.Target, t.WaitsUntil = copied(t.Target), copied(t.WaitsUntil)
	t.Reasons, t.Decisions = slices.Clone(t.Reasons), slices.Clone(t.Decisions)
	return t
}

// Asks reports whether the ticket waits for its owner's word, or for that to be
// carried out.
func (t Ticket) Asks() bool { return t.says(ReasonAsks) || t.says(ReasonGranted) }

// Waits reports whether the ticket waits for its session.
func (t Ticket) Waits() bool { return t.says(ReasonWaits) }

func (t Ticket) says(code string) bool {
	return slices.ContainsFunc(t.Reasons, func(r Reason) bool { return r.Code == code })
}

// SignalState gives the state of a signal from those of its tickets: the first
// of needs_review, executing, queued, done, expired, superseded, refused that
// any ticket is in; a signal of which some tickets are final and others queued
// is executing. A signal without tickets was refused.
func SignalState(tickets []State) State {
	has := map[State]int{}
	for _, s := range tickets {
		has[s]++
	}
	if q := has[StateQueued]; q > 0 && q < len(tickets) && has[StateNeedsReview] == 0 {
		return StateExecuting
	}
	for _, s := range []State{StateNeedsReview, StateExecuting, StateQueued, StateDone, StateExpired, StateSuperseded} {
		if has[s] > 0 {
			return s
		}
	}
	return StateRefused
}
