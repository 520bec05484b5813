package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// ticketRow is a ticket on its way into its lane. Whose it is, its account and
// its symbol are the lane's. A ticket without id gets one from the database.
type ticketRow struct {
	id       *uuid.UUID
	signal   uuid.UUID
	position int
	ticket   domain.Ticket
	lane     int64
}

// placeTickets finds the lane of every ticket that is to be stored.
func (b *inboxBatch) placeTickets(ctx context.Context, t *bundledTx) error {
	b.tickets, b.idle = nil, map[domain.SignalID]bool{}
	signals := b.stored()
	everywhere, err := lanesOf(ctx, t, accountsAboutEverything(signals))
	if err != nil {
		return err
	}
	for _, s := range signals {
		before := len(b.tickets)
		for position, ticket := range s.Tickets {
			if ticket.Symbol.IsZero() {
				b.pushEverywhere(s, position, everywhere[laneKeyOf(s, ticket)])
			} else {
				b.push(s, position, b.lanes[laneKeyOf(s, ticket)], &ticket.ID.UUID)
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
	b.tickets = append(b.tickets, ticketRow{id, s.ID.UUID, position, s.Tickets[position], lane})
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
// one that is leased or parked keeps its time. A lane that is gone leaves its
// tickets without a place, which the table refuses.
const addTicketsSQL = `
with ticket as materialized (
  select * from unnest(
    $1::uuid[], $2::uuid[], $3::integer[], $4::numeric[], $5::timestamptz[], $6::bigint[]
  ) with ordinality as t (id, signal_id, position, multiplier, created_at, lane_id, place)
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
left join moved using (lane_id)`

// addTickets stores the tickets.
func (b *inboxBatch) addTickets(ctx context.Context, t *bundledTx) {
	rows := b.tickets
	if len(rows) == 0 {
		return
	}
	t.tell(ctx, addTicketsSQL,
		uuidsOrNull(rows, func(r ticketRow) *uuid.UUID { return r.id }),
		uuids(rows, func(r ticketRow) uuid.UUID { return r.signal }),
		column(rows, func(r ticketRow) int { return r.position }),
		column(rows, func(r ticketRow) string { return r.ticket.Multiplier.String() }),
		column(rows, func(r ticketRow) time.Time { return r.ticket.CreatedAt }),
		column(rows, func(r ticketRow) int64 { return r.lane }))
}
