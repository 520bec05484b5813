package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// ticketRow is a ticket on its way into its lane. Whose it is, its account and
// its symbol are the lane's. A ticket without ID gets one from the database.
type ticketRow struct {
	Place      int        `json:"place"`
	ID         *uuid.UUID `json:"id"`
	SignalID   uuid.UUID  `json:"signal_id"`
	Position   int        `json:"position"`
	Multiplier string     `json:"multiplier"`
	LaneID     int64      `json:"lane_id"`
	CreatedAt  time.Time  `json:"created_at"`
}

// placeTickets finds the lane of every ticket that is to be stored.
func (b *inboxBatch) placeTickets(ctx context.Context, tx bun.Tx) error {
	b.tickets, b.idle = nil, map[domain.SignalID]bool{}
	signals := b.stored()
	everywhere, err := lanesOf(ctx, tx, accountsAboutEverything(signals))
	if err != nil {
		return err
	}
	for _, s := range signals {
		before := len(b.tickets)
		for position, t := range s.Tickets {
			if t.Symbol.IsZero() {
				b.pushEverywhere(s, position, everywhere[laneKeyOf(s, t)])
			} else {
				b.push(s, position, b.lanes[laneKeyOf(s, t)], &t.ID.UUID)
			}
		}
		b.idle[s.ID] = s.State == domain.StateQueued && len(b.tickets) == before
	}
	return nil
}

// pushEverywhere puts a ticket about everything into every lane the account has
// now. The first carries the ticket's own id.
func (b *inboxBatch) pushEverywhere(s domain.SignalSnapshot, position int, lanes []int64) {
	id := &s.Tickets[position].ID.UUID
	for _, lane := range lanes {
		b.push(s, position, lane, id)
		id = nil
	}
}

func (b *inboxBatch) push(s domain.SignalSnapshot, position int, lane int64, id *uuid.UUID) {
	t := s.Tickets[position]
	b.tickets = append(b.tickets, ticketRow{
		Place: len(b.tickets), ID: id, SignalID: s.ID.UUID, Position: position,
		Multiplier: t.Multiplier.String(), LaneID: lane, CreatedAt: t.CreatedAt,
	})
}

func accountsAboutEverything(signals []domain.SignalSnapshot) []uuid.UUID {
	var accounts []uuid.UUID
	for _, s := range signals {
		for _, t := range s.Tickets {
			if t.Symbol.IsZero() {
				accounts = append(accounts, t.BrokerAccountID.UUID)
			}
		}
	}
	return accounts
}

// The lanes are locked by id before their counters move, so that batches and
// executors never wait for each other in a circle. A lane that is empty wakes;
// one that is leased or parked keeps its time.
const addTicketsSQL = `
with ticket as materialized (
  select * from json_to_recordset(?) as t (
    place integer, id uuid, signal_id uuid, position integer, multiplier numeric,
    lane_id bigint, created_at timestamptz)
), wanted as (
  select lane_id, count(*) as places from ticket group by lane_id
), locked as materialized (
  select l.lane_id from private.lanes l
  where l.lane_id in (select lane_id from wanted)
  order by l.lane_id
  for no key update
), moved as (
  update private.lanes l
  set next_seq = l.next_seq + wanted.places, ready_at = coalesce(l.ready_at, now())
  from wanted
  join locked using (lane_id)
  where l.lane_id = wanted.lane_id
  returning l.lane_id, l.user_id, l.broker_account_id, l.symbol, l.next_seq - wanted.places as first_seq
)
insert into public.tickets (
  id, user_id, signal_id, position, broker_account_id, symbol, multiplier,
  lane_id, lane_seq, created_at, updated_at)
select
  coalesce(id, gen_random_uuid()), user_id, signal_id, position, broker_account_id, symbol, multiplier,
  lane_id, first_seq + row_number() over (partition by lane_id order by place) - 1, created_at, created_at
from ticket
join moved using (lane_id)`

func (b *inboxBatch) addTickets(w *writes) error {
	if len(b.tickets) == 0 {
		return nil
	}
	return w.addRaw(addTicketsSQL, encodeJSON(b.tickets))
}
