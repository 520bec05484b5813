package postgres

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/ports"
)

// Housekeeper keeps the database small and ready.
type Housekeeper struct{ db *DB }

var _ ports.Housekeeper = (*Housekeeper)(nil)

// NewHousekeeper makes a Housekeeper on the worker pool of db.
func NewHousekeeper(db *DB) *Housekeeper { return &Housekeeper{db: db} }

// What has expired, oldest first. The condition stands twice: a row that
// changes between being found and being locked is judged again by the outer one.
const (
	sweepSignalKeys = `
		delete from private.signal_keys
		where expires_at <= now()
		  and (webhook_config_id, key) in (
		    select webhook_config_id, key
		    from private.signal_keys
		    where expires_at <= now()
		    order by expires_at
		    limit ?)`
	sweepRequests = `
		delete from private.api_requests
		where created_at <= now() - interval '24 hours'
		  and (user_id, key) in (
		    select user_id, key
		    from private.api_requests
		    where created_at <= now() - interval '24 hours'
		    order by created_at
		    limit ?)`
)

// Sweep implements ports.Housekeeper.
func (h *Housekeeper) Sweep(ctx context.Context, limit int) (swept int, err error) {
	for _, statement := range []string{sweepSignalKeys, sweepRequests} {
		var rows int64
		err := h.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
			result, err := tx.ExecContext(ctx, statement, limit)
			if err != nil {
				return err
			}
			rows, err = result.RowsAffected()
			return err
		})
		if err != nil {
			return swept, err
		}
		swept += int(rows)
	}
	// In a transaction of its own: making a partition locks the table.
	return swept, h.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "select private.prepare_deliveries((now() at time zone 'utc')::date, 2)")
		return err
	})
}
