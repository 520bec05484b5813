package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Of two that take a stream at once, the second finds the first one's row when it
// has it, and leaves it.
const (
	holdStreamsSQL = `
with wanted as (
  select account.id
  from public.broker_accounts account
  left join private.streams s on s.broker_account_id = account.id
  where account.deleted_at is null and account.kind = any($2)
    and (s.owner is null or s.owner = $1 or s.held_until <= now())
  order by s.owner = $1 and s.held_until > now() desc nulls last, account.id
  limit $4
)
insert into private.streams as s (broker_account_id, owner, held_until)
select id, $1, now() + make_interval(secs => $3) from wanted order by id
on conflict (broker_account_id) do update
set owner = excluded.owner, held_until = excluded.held_until
where s.owner = excluded.owner or s.held_until <= now()
returning broker_account_id`
	leaveStreamsSQL = `update private.streams set held_until = now() where owner = $1 and held_until > now() returning broker_account_id`
)

// StreamLeases share out the streams of accounts.
type StreamLeases struct{ db *DB }

var _ ports.StreamLeases = (*StreamLeases)(nil)

// NewStreamLeases makes StreamLeases on the worker pool of db.
func NewStreamLeases(db *DB) *StreamLeases { return &StreamLeases{db} }

// HoldStreams implements ports.StreamLeases.
func (l *StreamLeases) HoldStreams(
	ctx context.Context, owner string, kinds []domain.BrokerKind, lease time.Duration, limit int,
) ([]domain.BrokerAccountID, error) {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], holdStreamsSQL, asText(owner), names, lease.Seconds(), max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, func(id uuid.UUID) (domain.BrokerAccountID, error) { return domain.BrokerAccountID{UUID: id}, nil })
}

// LeaveStreams implements ports.StreamLeases.
func (l *StreamLeases) LeaveStreams(ctx context.Context, owner string) error {
	_, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], leaveStreamsSQL, asText(owner))
	return err
}
