package postgres

import (
	"context"
	"database/sql"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// bun writes values into the text of a statement, which the server then parses
// and plans anew each time. For the few statements on the way of every alert and
// order that is a third of the work, so they go to pgx as they are: a connection
// of the worker's, which is never behind a transaction-mode pooler, prepares
// each once. Columns travel as arrays, so their text does not depend on how many
// rows there are.

// runner is a pool or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// execPrepared runs a prepared statement and gives how many rows it touched.
func execPrepared(ctx context.Context, on runner, statement string, args ...any) (rows int64, err error) {
	result, err := on.ExecContext(ctx, statement, withMode(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// queryPrepared runs a prepared query and scans its rows into dest, a pointer to
// a slice, as bun does.
func (db *DB) queryPrepared(ctx context.Context, on runner, dest any, query string, args ...any) error {
	rows, err := on.QueryContext(ctx, query, withMode(args)...)
	if err != nil {
		return err
	}
	return db.worker.ScanRows(ctx, rows, dest)
}

func withMode(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheStatement}, args...)
}

// column gives one column of rows, as an array for a statement.
func column[R, T any](rows []R, of func(R) T) []T {
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = of(r)
	}
	return values
}

// uuids is column for a type that pgx would turn into text and back.
func uuids[R any](rows []R, of func(R) uuid.UUID) [][16]byte {
	return column(rows, func(r R) [16]byte { return of(r) })
}

// uuidsOrNull is uuids for a nullable column.
func uuidsOrNull[R any](rows []R, of func(R) *uuid.UUID) []*[16]byte {
	return column(rows, func(r R) *[16]byte { return (*[16]byte)(of(r)) })
}
