package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type requests struct{ session }

var _ ports.RequestRepository = (*requests)(nil)

// Begin implements ports.RequestRepository. The row it adds makes others that
// begin the same request wait until this transaction ends.
func (r *requests) Begin(ctx context.Context, key string, fingerprint [32]byte) (resource *string, err error) {
	err = r.asAPI(ctx, func(tx bun.Tx) error {
		var first string
		// A claim of yesterday counts no more, swept or not.
		err := tx.NewRaw(`
			insert into private.api_requests as known (user_id, key, fingerprint)
			values (?, ?, ?)
			on conflict (user_id, key) do update
			set fingerprint = excluded.fingerprint, resource_id = null, created_at = now()
			where known.created_at <= now() - interval '24 hours'
			returning key`, r.user.UUID, key, fingerprint[:]).
			Scan(ctx, &first)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		var claimed []byte
		err = tx.NewRaw("select fingerprint, resource_id from private.api_requests where key = ?", key).
			Scan(ctx, &claimed, &resource)
		if err == nil && !bytes.Equal(claimed, fingerprint[:]) {
			return domain.Conflict("idempotency_key_reused", "the key was used before for another request; choose a new one")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return resource, nil
}

// Finish implements ports.RequestRepository.
func (r *requests) Finish(ctx context.Context, key string, resourceID string) error {
	return r.asAPI(ctx, func(tx bun.Tx) error {
		finished, err := tx.ExecContext(ctx, "update private.api_requests set resource_id = ? where key = ?", resourceID, key)
		return oneRow(finished, err, domain.NotFound("request"))
	})
}
