package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// oneRow gives refusal where a statement changed nothing.
func oneRow(result sql.Result, err error, refusal error) error {
	if err != nil {
		return translate(err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return translate(err)
	}
	if n == 0 {
		return refusal
	}
	return nil
}

// missing gives the same error for a row that is not there and for one that
// row-level security hides.
func missing(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return domain.NotFound(what)
	}
	return translate(err)
}

// lockRow locks a row that is not removed. What else of it is to be read is
// read by another statement: the one that waits for a lock still sees the
// tables beside as they were before.
func lockRow(ctx context.Context, tx bun.Tx, table, what string, id uuid.UUID) error {
	var locked uuid.UUID
	err := tx.NewRaw("select id from ? where id = ? and deleted_at is null for update", bun.Ident(table), id).
		Scan(ctx, &locked)
	return missing(what, err)
}
