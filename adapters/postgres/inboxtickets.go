package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// ticketRow is a ticket on its way into its lane. A ticket without ID gets one
// from the database.
type ticketRow struct {
	Place      int           `json:"place"`
	ID         *uuid.UUID    `json:"id"`
	UserID     uuid.UUID     `json:"user_id"`
	SignalID   uuid.UUID     `json:"signal_id"`
	Position   int           `json:"position"`
	Account    uuid.UUID     `json:"account"`
	Symbol     domain.Symbol `json:"symbol"`
	Multiplier string        `json:"multiplier"`
	LaneID     int64         `json:"lane_id"`
	CreatedAt  time.Time     `json:"created_at"`
}

// ticketRows are the tickets of a batch, in the order of the arrivals.
type ticketRows struct {
	rows []ticketRow
	// empty are the signals about everything that met no lane.
	empty map[domain.SignalID]bool
}

// placeTickets finds the lane of every ticket of the batch.
func (b *inboxBatch) placeTickets(ctx context.Context, tx bun.Tx, lanes *laneIndex) error {
	b.tickets = ticketRows{empty: map[domain.SignalID]bool{}}
	for i, a := range b.arrivals {
		if b.results[i].Outcome != ports.ArrivalStored {
			continue
		}
		for _, s := range a.Signals {
			if err := b.tickets.add(ctx, tx, lanes, s.Snapshot()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *ticketRows) add(ctx context.Context, tx bun.Tx, lanes *laneIndex, s domain.SignalSnapshot) error {
	before := len(t.rows)
	for position, ticket := range s.Tickets {
		if !ticket.Symbol.IsZero() {
			id := ticket.ID.UUID
			t.push(s, position, ticket, laneRef{ID: lanes.idOf(ticket.BrokerAccountID, ticket.Symbol), Symbol: ticket.Symbol}, &id)
			continue
		}
		// About everything: a ticket in every lane the account has now.
		all, err := lanesOf(ctx, tx, ticket.BrokerAccountID)
		if err != nil {
			return err
		}
		for n, lane := range all {
			var id *uuid.UUID
			if n == 0 {
				id = &ticket.ID.UUID
			}
			t.push(s, position, ticket, lane, id)
		}
	}
	if len(t.rows) == before && s.State == domain.StateQueued {
		t.empty[s.ID] = true
	}
	return nil
}

func (t *ticketRows) push(s domain.SignalSnapshot, position int, ticket domain.Ticket, lane laneRef, id *uuid.UUID) {
	t.rows = append(t.rows, ticketRow{
		Place: len(t.rows), ID: id, UserID: s.UserID.UUID, SignalID: s.ID.UUID, Position: position,
		Account: ticket.BrokerAccountID.UUID, Symbol: lane.Symbol, Multiplier: ticket.Multiplier.String(),
		LaneID: lane.ID, CreatedAt: ticket.CreatedAt,
	})
}

// settled gives the signal as it is stored: one about everything that met no
// lane has nothing to wait for.
func (t *ticketRows) settled(s domain.SignalSnapshot) domain.SignalSnapshot {
	if t.empty[s.ID] {
		s.State = domain.SignalState(nil)
		s.Reasons = []domain.Reason{{Code: "nothing_to_do", Message: "the account has not traded anything yet"}}
	}
	return s
}

// The lanes are locked by id before their counters move, so that batches and
// executors never wait for each other in a circle. A lane that is empty wakes;
// one that is leased or parked keeps its time.
const storeTicketsSQL = `
with ticket as materialized (
  select * from json_to_recordset(?) as t (
    place integer, id uuid, user_id uuid, signal_id uuid, position integer, account uuid,
    symbol text, multiplier numeric, lane_id bigint, created_at timestamptz)
), wanted as (
  select lane_id, count(*) as places from ticket group by lane_id
), locked as materialized (
  select l.lane_id from private.lanes l
  where l.lane_id in (select lane_id from wanted)
  order by l.lane_id
  for update
), moved as (
  update private.lanes l
  set next_seq = l.next_seq + wanted.places, ready_at = coalesce(l.ready_at, now())
  from wanted
  join locked using (lane_id)
  where l.lane_id = wanted.lane_id
  returning l.lane_id, l.next_seq - wanted.places as first_seq
)
insert into public.tickets (
  id, user_id, signal_id, position, broker_account_id, symbol, multiplier,
  lane_id, lane_seq, created_at, updated_at)
select
  coalesce(id, gen_random_uuid()), user_id, signal_id, position, account, symbol, multiplier,
  lane_id, first_seq + row_number() over (partition by lane_id order by place) - 1, created_at, created_at
from ticket
join moved using (lane_id)
order by place`

func (t *ticketRows) store(ctx context.Context, tx bun.Tx, lanes *laneIndex) error {
	if len(t.rows) == 0 {
		return nil
	}
	result, err := tx.NewRaw(storeTicketsSQL, encodeJSON(t.rows)).Exec(ctx)
	if err != nil {
		return err
	}
	stored, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if int(stored) != len(t.rows) {
		// A lane this process remembered is gone: look again.
		lanes.forget()
		return unavailable(errLaneGone)
	}
	return nil
}
