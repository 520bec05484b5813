package postgres

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Leasing a lane moves ready_at to the end of the lease, so that the lane heals
// itself when its holder dies. The epoch goes up with every claim and voids the
// lease before it.
//
// Who has a turn is found by stepping over the index lanes_turns from one user to
// the next, from the one after $8 on and round to it again, at most 64 of them: a
// step costs the same whether the user has one lane or 100,000. Each has their
// lanes that waited longest looked at, twice as many as are wanted, since another
// process may be about to claim some. So has everybody at once, for the lanes of
// those who come only after the 64. Lanes are then taken by their place: the n-th
// lane of a user comes after the n-1 the owner holds ($5, $6) and those before it.
//
// Users are compared as rows, with their time: put as an equality, the planner may
// take lanes_due for it and go through everybody else's lanes.
const claimSQL = `
with recursive held as (
  select * from unnest($5::uuid[], $6::integer[]) as h (user_id, lanes)
), turn (user_id, first, step) as (
  select next.user_id, next.user_id, 1
  from (
    select coalesce(
      (select user_id from private.lanes where ready_at is not null and user_id > $8
       order by user_id, greatest(ready_at, parked_until) limit 1),
      (select user_id from private.lanes where ready_at is not null
       order by user_id, greatest(ready_at, parked_until) limit 1)) as user_id
    offset 0
  ) next
  where next.user_id is not null
  union all
  select next.user_id, turn.first, turn.step + 1
  from turn
  cross join lateral (
    select coalesce(
      (select user_id from private.lanes where ready_at is not null and user_id > turn.user_id
       order by user_id, greatest(ready_at, parked_until) limit 1),
      (select user_id from private.lanes where ready_at is not null
       order by user_id, greatest(ready_at, parked_until) limit 1)) as user_id
    offset 0
  ) next
  where turn.step < 64 and next.user_id <> turn.first
), ready as (
  select lane.*
  from turn
  cross join lateral (
    select lane_id, user_id, greatest(ready_at, parked_until) as since
    from private.lanes
    where ready_at is not null
      and user_id >= turn.user_id and (user_id, greatest(ready_at, parked_until)) <= (turn.user_id, now())
    order by user_id, greatest(ready_at, parked_until)
    limit 2 * $1::bigint
  ) lane
  union
  (select lane_id, user_id, greatest(ready_at, parked_until)
   from private.lanes
   where ready_at is not null and greatest(ready_at, parked_until) <= now()
   order by greatest(ready_at, parked_until)
   limit 2 * $1::bigint)
), placed as (
  select ready.*, step,
    coalesce(held.lanes, 0) + row_number() over (partition by user_id order by since, lane_id) as place
  from ready
  left join turn using (user_id)
  left join held using (user_id)
), due as (
  select l.lane_id, place, step, since
  from (select * from placed where place <= $7 order by place, step, since) in_order
  cross join lateral (
    select lane_id
    from private.lanes l
    where l.lane_id = in_order.lane_id
      and coalesce(l.ready_at is not null and greatest(l.ready_at, l.parked_until) <= now(), false)
    for no key update skip locked
  ) l
  limit $1
), claimed as (
  update private.lanes l
  set ready_at = now() + make_interval(secs => $3), parked_until = null, epoch = l.epoch + 1, owner = $4
  from due
  where l.lane_id = due.lane_id
  returning l.lane_id, l.user_id, l.broker_account_id, l.symbol, l.epoch, l.done_seq, place, step, since
)
select looked.user_id as looked_at, claimed.step is not null as in_turn,
  claimed.lane_id as claimed_lane, claimed.epoch, claimed.user_id as lane_user,
  claimed.broker_account_id as lane_account, claimed.symbol as lane_symbol,
  ticket.id, ticket.signal_id, ticket.position, ticket.multiplier::text, ticket.lane_seq, ticket.state,
  ticket.target::text, ticket.reasons, ticket.decisions, ticket.created_at, ticket.updated_at
from (select user_id from turn order by turn.step desc limit 1) looked
left join claimed on true
left join lateral (
  select * from public.tickets t
  where t.lane_id = claimed.lane_id and t.lane_seq > claimed.done_seq
  order by t.lane_seq
  limit $2
) ticket on true
order by place, step, since, claimed.lane_id, ticket.lane_seq`

type claimRow struct {
	// LookedAt is the last user of the walk. InTurn says that the lane's was part
	// of it.
	LookedAt uuid.UUID
	InTurn   bool

	ClaimedLane *int64
	Epoch       *int64
	LaneUser    *uuid.UUID
	LaneAccount *uuid.UUID
	LaneSymbol  *domain.Symbol

	ID         *uuid.UUID
	SignalID   *uuid.UUID
	Position   *int
	Multiplier *string
	LaneSeq    *int64
	State      *domain.State
	Target     *string
	Reasons    *string
	Decisions  *string
	CreatedAt  *time.Time
	UpdatedAt  *time.Time
}

// Claim implements ports.Lanes.
func (l *Lanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	if want.Lanes <= 0 {
		return nil, nil
	}
	last := uuid.Nil
	if turn := l.last.Load(); turn != nil {
		last = *turn
	}
	users := slices.Collect(maps.Keys(want.Held))
	rows, err := alone(ctx, l.db, pgx.RowToAddrOfStructByName[claimRow], claimSQL,
		want.Lanes, want.Tickets, want.Lease.Seconds(), want.Owner,
		uuids(users, func(u domain.UserID) uuid.UUID { return u.UUID }),
		column(users, func(u domain.UserID) int { return want.Held[u] }),
		cmp.Or(want.PerUser, math.MaxInt32), last)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	claimed, err := groupClaims(rows)
	l.last.Store(lastTurn(rows, len(claimed) == want.Lanes))
	return claimed, err
}

// lastTurn gives the user behind whom the next claim goes on: where this one took
// all there was room for, the one who came last, else the last one looked at.
func lastTurn(rows []*claimRow, full bool) *uuid.UUID {
	if last := rows[len(rows)-1]; full && last.InTurn {
		return last.LaneUser
	}
	return &rows[0].LookedAt
}

func groupClaims(rows []*claimRow) ([]ports.ClaimedLane, error) {
	var claimed []ports.ClaimedLane
	for _, r := range rows {
		if r.ClaimedLane == nil {
			continue
		}
		if n := len(claimed); n == 0 || claimed[n-1].Lease.LaneID != *r.ClaimedLane {
			claimed = append(claimed, ports.ClaimedLane{
				Lease: ports.Lease{LaneID: *r.ClaimedLane, Epoch: *r.Epoch}, UserID: domain.UserID{UUID: *r.LaneUser},
				BrokerAccountID: domain.BrokerAccountID{UUID: *r.LaneAccount}, Symbol: *r.LaneSymbol,
			})
		}
		if r.ID == nil {
			continue
		}
		ticket, err := r.ticket()
		if err != nil {
			return nil, err
		}
		lane := &claimed[len(claimed)-1]
		lane.Tickets = append(lane.Tickets, ticket)
	}
	return claimed, nil
}

func (r *claimRow) ticket() (domain.Ticket, error) {
	m := ticketModel{
		ID: *r.ID, UserID: *r.LaneUser, SignalID: *r.SignalID, Position: *r.Position, BrokerAccountID: *r.LaneAccount,
		Symbol: *r.LaneSymbol, Multiplier: *r.Multiplier, LaneID: *r.ClaimedLane, LaneSeq: *r.LaneSeq, State: *r.State,
		Target: r.Target, Reasons: *r.Reasons, Decisions: *r.Decisions, CreatedAt: *r.CreatedAt, UpdatedAt: *r.UpdatedAt,
	}
	return m.toDomain()
}
