package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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
	Planned bool
	LaneID  int64
	DoneSeq int64
	// The signal has so many Tickets; that never changes.
	SignalID uuid.UUID
	Tickets  int
	// Now is the database's clock.
	Now time.Time
}

// The row of the lane is what the fence stands on: whoever waits for it sees it
// as it is after the wait, so a lane that was claimed meanwhile is not found.
const (
	holdTicketSQL = `
select
  ticket.id, ticket.lane_seq, ticket.state, ticket.target is not null as planned,
  lane.lane_id, lane.done_seq,
  signal.id as signal_id,
  (select count(*) from public.tickets of_signal
   where of_signal.user_id = signal.user_id and of_signal.signal_id = signal.id) as tickets,
  now()
from private.lanes lane
join public.tickets ticket on ticket.lane_id = lane.lane_id
join public.signals signal on signal.id = ticket.signal_id
where lane.lane_id = $1 and lane.epoch = $2 and ticket.id = $3
`
	// While a decision is written down nobody else may claim the lane; nor may
	// its counters move while the ticket at its head ends.
	holdLaneAsItIsSQL = holdTicketSQL + `for share of lane for no key update of ticket for no key update of signal`
	holdLaneToMoveSQL = holdTicketSQL + `for no key update of lane for no key update of ticket for no key update of signal`
)

// askToHold queues the locks that a decision about a ticket stands on.
func askToHold(ctx context.Context, t *bundledTx, held *[]heldTicket, hold string, lease ports.Lease, id domain.TicketID) {
	ask(ctx, t, held, pgx.RowToStructByName[heldTicket], hold, lease.LaneID, lease.Epoch, id.UUID)
}

// onlyHeld gives the ticket that is held. A lease that is void, or another
// lane's, is lost.
func onlyHeld(held []heldTicket) (*heldTicket, error) {
	if len(held) == 0 {
		return nil, leaseLost()
	}
	return &held[0], nil
}

// The target of the first plan stays, decisions are added.
const planTicketSQL = `
with planned as (
  update public.tickets
  set state = 'executing', target = coalesce(target, $2::numeric), decisions = decisions || $3::jsonb, updated_at = $4
  where id = $1
)
update public.signals set state = $6, updated_at = $4 where id = $5 and state <> $6`

// plan writes down what the ticket was understood to want.
func (h *heldTicket) plan(ctx context.Context, t *bundledTx, p ports.TicketPlan, at time.Time) error {
	h.link(ctx, t, p.Link)
	if h.State == domain.StateExecuting && h.Planned && len(p.Decisions) == 0 {
		return nil
	}
	if h.State != domain.StateExecuting {
		if _, err := h.State.Next(domain.StateExecuting); err != nil {
			return err
		}
	}
	signal, err := h.signalWith(ctx, t, domain.StateExecuting)
	if err != nil {
		return err
	}
	t.tell(ctx, planTicketSQL, h.ID, p.Target.String(), encodeDecisions(p.Decisions), at, h.SignalID, string(signal))
	return nil
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

// The lane moves on to $7, unless that is null.
const endTicketSQL = `
with ended as (
  update public.tickets
  set state = $2, reasons = $3::jsonb, decisions = decisions || $4::jsonb, updated_at = $5, waits_until = $10
  where id = $1
), moved as (
  update private.lanes set done_seq = $7 where lane_id = $6 and $7::bigint is not null
)
update public.signals set state = $9, updated_at = $5 where id = $8 and state <> $9`

// end writes an end down that mayEnd admits, and moves the lane on unless a
// person has to look at the ticket.
func (h *heldTicket) end(ctx context.Context, t *bundledTx, end ports.TicketEnd, at time.Time) error {
	signal, err := h.signalWith(ctx, t, end.State)
	if err != nil {
		return err
	}
	h.link(ctx, t, end.Link)
	var doneSeq *int64
	if end.State.IsFinal() {
		doneSeq = &h.LaneSeq
	}
	t.tell(ctx, endTicketSQL, h.ID, string(end.State), encodeReasons(end.Reasons), encodeDecisions(end.Decisions), at,
		h.LaneID, doneSeq, h.SignalID, string(signal), end.WaitsUntil)
	return nil
}

const otherTicketsSQL = `
select other.state
from public.tickets ticket
join public.tickets other using (user_id, signal_id)
where ticket.id = $1 and other.id <> ticket.id`

// signalWith gives the signal's state once this ticket is in the given one. The
// others are read under the lock of the signal, so that tickets ending side by
// side in two lanes are both seen.
func (h *heldTicket) signalWith(ctx context.Context, t *bundledTx, mine domain.State) (domain.State, error) {
	states := []domain.State{mine}
	if h.Tickets > 1 {
		var others []domain.State
		ask(ctx, t, &others, pgx.RowTo[domain.State], otherTicketsSQL, h.ID)
		if err := t.send(ctx); err != nil {
			return "", err
		}
		states = append(states, others...)
	}
	return domain.SignalState(states), nil
}
