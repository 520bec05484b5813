package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

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
  limit ?0
  for update skip locked
), claimed as (
  update private.lanes l
  set ready_at = now() + make_interval(secs => ?2), parked_until = null, epoch = l.epoch + 1, owner = ?3
  from due
  where l.lane_id = due.lane_id
  returning l.lane_id, l.user_id, l.broker_account_id, l.symbol, l.epoch, l.done_seq, due.since
)
select claimed.lane_id as claimed_lane, claimed.epoch, claimed.user_id as lane_user,
  claimed.broker_account_id as lane_account, claimed.symbol as lane_symbol,
  ticket.id, ticket.signal_id, ticket.position, ticket.multiplier, ticket.lane_seq, ticket.state,
  ticket.target, ticket.reasons, ticket.decisions, ticket.created_at, ticket.updated_at
from claimed
left join lateral (
  select * from public.tickets t
  where t.lane_id = claimed.lane_id and t.lane_seq > claimed.done_seq
  order by t.lane_seq
  limit ?1
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
	var rows []claimRow
	if err := l.db.worker.NewRaw(claimSQL, lanes, tickets, lease.Seconds(), owner).Scan(ctx, &rows); err != nil {
		return nil, translate(err)
	}
	return groupClaims(rows)
}

func groupClaims(rows []claimRow) ([]ports.ClaimedLane, error) {
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

func (r claimRow) ticket() (domain.Ticket, error) {
	m := ticketModel{
		ID: *r.ID, UserID: r.LaneUser, SignalID: *r.SignalID, Position: *r.Position, BrokerAccountID: r.LaneAccount,
		Symbol: r.LaneSymbol, Multiplier: *r.Multiplier, LaneID: r.ClaimedLane, LaneSeq: *r.LaneSeq, State: *r.State,
		Target: r.Target, Reasons: *r.Reasons, Decisions: *r.Decisions, CreatedAt: *r.CreatedAt, UpdatedAt: *r.UpdatedAt,
	}
	return m.toDomain()
}

// leaseRow is a lease as a statement reads it.
type leaseRow struct {
	LaneID int64 `json:"lane_id"`
	Epoch  int64 `json:"epoch"`
}

const renewSQL = `
update private.lanes l
set ready_at = now() + make_interval(secs => ?1)
from (
  select l.lane_id, l.epoch
  from private.lanes l
  join json_to_recordset(?0) as held (lane_id bigint, epoch bigint) using (lane_id, epoch)
  order by l.lane_id
  for update of l
) held
where l.lane_id = held.lane_id and l.epoch = held.epoch
returning l.lane_id, l.epoch`

// Renew implements ports.Lanes.
func (l *Lanes) Renew(ctx context.Context, leases []ports.Lease, lease time.Duration) ([]ports.Lease, error) {
	if len(leases) == 0 {
		return nil, nil
	}
	held := make([]leaseRow, len(leases))
	for i, l := range leases {
		held[i] = leaseRow(l)
	}
	var kept []leaseRow
	err := l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		kept = nil
		return tx.NewRaw(renewSQL, encodeJSON(held), lease.Seconds()).Scan(ctx, &kept)
	})
	if err != nil {
		return nil, err
	}
	still := make([]ports.Lease, len(kept))
	for i, k := range kept {
		still[i] = ports.Lease(k)
	}
	return still, nil
}

// Whether anything waits is decided on the locked row, so that a ticket that
// arrives at the same moment is never left lying. The owner goes, and with a new
// epoch every late decision of the former holder.
const releaseSQL = `
update private.lanes
set ready_at = case when next_seq > done_seq + 1 then now() end,
  parked_until = case when ?2 > 0 then now() + make_interval(secs => ?2) end,
  epoch = epoch + 1,
  owner = null
where lane_id = ?0 and epoch = ?1`

// Release implements ports.Lanes.
func (l *Lanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	_, err := l.db.worker.NewRaw(releaseSQL, lease.LaneID, lease.Epoch, after.Seconds()).Exec(ctx)
	return translate(err)
}
