package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// heldTicket is a ticket that is being decided about. Its row and its signal's
// are locked, and its lane's epoch is the lease's until the transaction ends.
type heldTicket struct {
	ID      uuid.UUID
	LaneSeq int64
	State   domain.State
	// Planned says that the ticket has a target.
	Planned  bool
	LaneID   int64
	DoneSeq  int64
	SignalID uuid.UUID
	// SignalState is the signal's, which has so many Tickets; that never changes.
	SignalState domain.State
	Tickets     int
	// Now is the database's clock.
	Now time.Time
}

// The row of the lane is what the fence stands on: whoever waits for it sees it
// as it is after the wait, so a lane that was claimed meanwhile is not found.
// ?3 is the lock on it: share is enough where the lane does not move.
const holdTicketSQL = `
select
  ticket.id, ticket.lane_seq, ticket.state, ticket.target is not null as planned,
  lane.lane_id, lane.done_seq,
  signal.id as signal_id, signal.state as signal_state,
  (select count(*) from public.tickets of_signal where of_signal.signal_id = signal.id) as tickets,
  now()
from private.lanes lane
join public.tickets ticket on ticket.lane_id = lane.lane_id
join public.signals signal on signal.id = ticket.signal_id
where lane.lane_id = ?0 and lane.epoch = ?1 and ticket.id = ?2
for ?3 of lane
for no key update of ticket
for no key update of signal`

// Locks on the row of a lane.
const (
	laneStays = bun.Safe("share")
	laneMoves = bun.Safe("no key update")
)

// holdTicket locks what a decision about a ticket stands on. A lease that is
// void, or another lane's, is lost.
func holdTicket(ctx context.Context, tx bun.Tx, lease ports.Lease, id domain.TicketID, lane bun.Safe) (*heldTicket, error) {
	var held []heldTicket
	if err := tx.NewRaw(holdTicketSQL, lease.LaneID, lease.Epoch, id.UUID, lane).Scan(ctx, &held); err != nil {
		return nil, err
	}
	if len(held) == 0 {
		return nil, leaseLost()
	}
	return &held[0], nil
}

// The target of the first plan stays, decisions are added.
const planTicketSQL = `
update public.tickets
set state = 'executing', target = coalesce(target, ?1::numeric), decisions = decisions || ?2::jsonb, updated_at = ?3
where id = ?0`

// plan writes down what the ticket was understood to want.
func (h *heldTicket) plan(ctx context.Context, w *writes, p ports.TicketPlan, at time.Time) error {
	if h.State == domain.StateExecuting && h.Planned && len(p.Decisions) == 0 {
		return nil
	}
	if h.State != domain.StateExecuting {
		if _, err := h.State.Next(domain.StateExecuting); err != nil {
			return err
		}
	}
	if err := w.addRaw(planTicketSQL, h.ID, p.Target.String(), encodeDecisions(p.Decisions), at); err != nil {
		return err
	}
	return h.settleSignal(ctx, w, domain.StateExecuting, at)
}

// mayEnd refuses an end that has no place in the lane or in the life of a
// ticket.
func (h *heldTicket) mayEnd(end ports.TicketEnd) error {
	if h.LaneSeq != h.DoneSeq+1 || h.LaneSeq != end.LaneSeq {
		return domain.Conflict("not_head", "the ticket is not at the head of its lane")
	}
	if h.State == end.State {
		return nil
	}
	_, err := h.State.Next(end.State)
	return err
}

const (
	endTicketSQL = `
update public.tickets
set state = ?1, reasons = ?2::jsonb, decisions = decisions || ?3::jsonb, updated_at = ?4
where id = ?0`
	moveLaneSQL = `update private.lanes set done_seq = ?1 where lane_id = ?0`
)

// end writes an end down that mayEnd admits, and moves the lane on unless a
// person has to look at the ticket.
func (h *heldTicket) end(ctx context.Context, w *writes, end ports.TicketEnd, at time.Time) error {
	err := w.addRaw(endTicketSQL, h.ID, end.State, encodeReasons(end.Reasons), encodeDecisions(end.Decisions), at)
	if err != nil {
		return err
	}
	if end.State.IsFinal() {
		if err := w.addRaw(moveLaneSQL, h.LaneID, h.LaneSeq); err != nil {
			return err
		}
	}
	return h.settleSignal(ctx, w, end.State, at)
}

const (
	otherTicketsSQL = `select state from public.tickets where signal_id = ? and id <> ?`
	moveSignalSQL   = `update public.signals set state = ?1, updated_at = ?2 where id = ?0`
)

// settleSignal brings the signal in line with its tickets, of which this one
// gets the given state. The others are read under the lock of the signal, so
// that tickets ending side by side in two lanes are both seen.
func (h *heldTicket) settleSignal(ctx context.Context, w *writes, next domain.State, at time.Time) error {
	states := []domain.State{next}
	if h.Tickets > 1 {
		var others []domain.State
		if err := w.tx.NewRaw(otherTicketsSQL, h.SignalID, h.ID).Scan(ctx, &others); err != nil {
			return err
		}
		states = append(states, others...)
	}
	state := domain.SignalState(states)
	if state == h.SignalState {
		return nil
	}
	return w.addRaw(moveSignalSQL, h.SignalID, state, at)
}
