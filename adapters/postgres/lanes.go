package postgres

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/ports"
)

// Lanes hands out lanes by their rows: a claim costs the same however many
// tickets wait, because it never looks at tickets of lanes it does not take.
type Lanes struct {
	db *DB
	// last is the user whose turn was the last one.
	last atomic.Pointer[uuid.UUID]
}

var _ ports.Lanes = (*Lanes)(nil)

// NewLanes makes the lanes of a database.
func NewLanes(db *DB) *Lanes { return &Lanes{db: db} }

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
