package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Lanes hands out lanes by their rows: a claim costs the same however many
// tickets wait, because it never looks at tickets of lanes it does not take.
type Lanes struct{ db *DB }

var _ ports.Lanes = (*Lanes)(nil)

// NewLanes makes the lanes of a database.
func NewLanes(db *DB) *Lanes { return &Lanes{db} }

// Leasing a lane moves ready_at to the end of the lease, so that the lane heals
// itself when its holder dies. The epoch goes up with every claim and voids the
// lease before it.
const claimSQL = `
with due as (
  select lane_id, greatest(ready_at, parked_until) as since
  from private.lanes
  where ready_at is not null and greatest(ready_at, parked_until) <= now()
  order by greatest(ready_at, parked_until)
  limit $1
  for no key update skip locked
), claimed as (
  update private.lanes l
  set ready_at = now() + make_interval(secs => $3), parked_until = null, epoch = l.epoch + 1, owner = $4
  from due
  where l.lane_id = due.lane_id
  returning l.lane_id, l.user_id, l.broker_account_id, l.symbol, l.epoch, l.done_seq, due.since
)
select claimed.lane_id as claimed_lane, claimed.epoch, claimed.user_id as lane_user,
  claimed.broker_account_id as lane_account, claimed.symbol as lane_symbol,
  ticket.id, ticket.signal_id, ticket.position, ticket.multiplier::text, ticket.lane_seq, ticket.state,
  ticket.target::text, ticket.reasons, ticket.decisions, ticket.created_at, ticket.updated_at
from claimed
left join lateral (
  select * from public.tickets t
  where t.lane_id = claimed.lane_id and t.lane_seq > claimed.done_seq
  order by t.lane_seq
  limit $2
) ticket on true
order by claimed.since, claimed.lane_id, ticket.lane_seq`

type claimRow struct {
	ClaimedLane int64
	Epoch       int64
	LaneUser    uuid.UUID
	LaneAccount uuid.UUID
	LaneSymbol  domain.Symbol

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
func (l *Lanes) Claim(ctx context.Context, owner string, lanes, tickets int, lease time.Duration) ([]ports.ClaimedLane, error) {
	if lanes <= 0 {
		return nil, nil
	}
	rows, err := alone(ctx, l.db, pgx.RowToAddrOfStructByName[claimRow], claimSQL, lanes, tickets, lease.Seconds(), owner)
	if err != nil {
		return nil, err
	}
	return groupClaims(rows)
}

func groupClaims(rows []*claimRow) ([]ports.ClaimedLane, error) {
	var claimed []ports.ClaimedLane
	for _, r := range rows {
		if n := len(claimed); n == 0 || claimed[n-1].Lease.LaneID != r.ClaimedLane {
			claimed = append(claimed, ports.ClaimedLane{
				Lease: ports.Lease{LaneID: r.ClaimedLane, Epoch: r.Epoch}, UserID: domain.UserID{UUID: r.LaneUser},
				BrokerAccountID: domain.BrokerAccountID{UUID: r.LaneAccount}, Symbol: r.LaneSymbol,
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
		ID: *r.ID, UserID: r.LaneUser, SignalID: *r.SignalID, Position: *r.Position, BrokerAccountID: r.LaneAccount,
		Symbol: r.LaneSymbol, Multiplier: *r.Multiplier, LaneID: r.ClaimedLane, LaneSeq: *r.LaneSeq, State: *r.State,
		Target: r.Target, Reasons: *r.Reasons, Decisions: *r.Decisions, CreatedAt: *r.CreatedAt, UpdatedAt: *r.UpdatedAt,
	}
	return m.toDomain()
}

// The lanes are locked by id first, as everywhere.
const renewSQL = `
with held as materialized (
  select l.lane_id
  from unnest($1::bigint[], $2::bigint[]) as lease (lane_id, epoch)
  join private.lanes l on l.lane_id = lease.lane_id and l.epoch = lease.epoch
  order by l.lane_id
  for no key update of l
)
update private.lanes l
set ready_at = now() + make_interval(secs => $3)
from held
where l.lane_id = held.lane_id
returning l.lane_id, l.epoch`

// Renew implements ports.Lanes.
func (l *Lanes) Renew(ctx context.Context, leases []ports.Lease, lease time.Duration) ([]ports.Lease, error) {
	if len(leases) == 0 {
		return nil, nil
	}
	return alone(ctx, l.db, pgx.RowToStructByName[ports.Lease], renewSQL,
		column(leases, func(l ports.Lease) int64 { return l.LaneID }),
		column(leases, func(l ports.Lease) int64 { return l.Epoch }),
		lease.Seconds())
}

// Whether anything waits is decided on the locked row, so that a ticket that
// arrives at the same moment is never left lying. The owner goes, and with a new
// epoch every late decision of the former holder is refused.
//
// Nobody waits for the disk: a release that a crash of the server undoes is a
// lease that ends in its own time.
const releaseSQL = `
with unhurried as materialized (
  select set_config('synchronous_commit', 'off', true)
)
update private.lanes
set ready_at = case when next_seq > done_seq + 1 then now() end,
  parked_until = case when $3::double precision > 0 then now() + make_interval(secs => $3) end,
  epoch = epoch + 1,
  owner = null
from unhurried
where lane_id = $1 and epoch = $2
returning lane_id`

// Release implements ports.Lanes.
func (l *Lanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	_, err := alone(ctx, l.db, pgx.RowTo[int64], releaseSQL, lease.LaneID, lease.Epoch, after.Seconds())
	return err
}
