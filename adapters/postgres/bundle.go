package postgres

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/hookfill/hookfill/domain"
)

// What lies on the way of every alert and every order speaks to pgx below bun,
// for two reasons. bun writes values into the text of a statement, which the
// server then has to parse and plan anew each time; here a connection prepares
// each statement once. And statements that need nothing of each other's answers
// go out in one bundle, for one round trip. Rows that are written travel as
// arrays, a column each, so that the text of a statement does not depend on how
// many there are.
//
// A connection of the worker's is never behind a transaction-mode pooler, which
// would lose what is prepared.

// The first statement of a transaction.
const (
	beginWork     = "begin"
	beginSnapshot = "begin isolation level repeatable read read only"
)

// bundledTx is a transaction of the worker's. Statements wait until send; the
// last ones go out together with the commit.
type bundledTx struct {
	conn  *pgx.Conn
	batch *pgx.Batch
	// err is why a statement could not be queued; the next send tells.
	err error
}

// bundled runs fn in one transaction and commits what it did. fn runs again
// where the database made it lose a race; nothing of it is stored where it gives
// an error.
func (db *DB) bundled(ctx context.Context, begin string, fn func(context.Context, *bundledTx) error) error {
	return db.exchange(ctx, func(t *bundledTx) error {
		t.tell(ctx, begin)
		if err := fn(ctx, t); err != nil {
			return err
		}
		if begin == beginSnapshot {
			t.tell(ctx, "commit") // there is nothing to keep, so nothing to doubt
			return t.send(ctx)
		}
		return t.commit(ctx)
	})
}

// alone runs one statement as a transaction of its own and gives its rows.
func alone[T any](ctx context.Context, db *DB, to pgx.RowToFunc[T], statement string, args ...any) (found []T, err error) {
	err = db.exchange(ctx, func(t *bundledTx) error {
		ask(ctx, t, &found, to, statement, args...)
		return t.send(ctx)
	})
	return found, err
}

// atOnce runs one statement as a transaction of its own, in one message, and
// gives its rows. Once it is sent only an answer of the server's can say that
// nothing was stored.
func atOnce[T any](ctx context.Context, db *DB, read func([][]byte) (T, error), statement string, arguments []argument) (found []T, err error) {
	err = db.exchange(ctx, func(t *bundledTx) error {
		found, err = immediately(ctx, t, read, statement, arguments)
		return err
	})
	return found, err
}

// immediately is atOnce on a connection with no transaction open. Read gets the
// values of a row in binary, as they are until it returns.
func immediately[T any](ctx context.Context, t *bundledTx, read func([][]byte) (T, error), statement string, arguments []argument) (found []T, err error) {
	prepared, err := t.conn.Prepare(ctx, statement, statement)
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return nil, err
	}
	binary := []int16{pgx.BinaryFormatCode} // all that is sent, and all that is answered
	rows := t.conn.PgConn().ExecStatement(ctx, prepared, arguments, binary, binary)
	var unreadable error
	for rows.NextRow() {
		row, err := read(rows.Values())
		found, unreadable = append(found, row), cmp.Or(unreadable, err)
	}
	if _, err := rows.Close(); err != nil && !isTransient(err) {
		return nil, translateCommit(err)
	} else if err != nil {
		return nil, err
	}
	return found, unreadable
}

// exchange lends fn a connection of the worker's pool and leaves no transaction
// open on it. It does so again where the database made it lose a race, and where
// the connection turned out to be dead before a commit was sent: after a restart
// of the server every connection of the pool is.
func (db *DB) exchange(ctx context.Context, fn func(*bundledTx) error) error {
	for run := 1; ; run++ {
		err := db.onConn(ctx, func(conn *pgx.Conn) error {
			t := &bundledTx{conn: conn, batch: &pgx.Batch{}}
			defer t.rollback(ctx)
			return fn(t)
		})
		again := isTransient(err) || isDeadConnection(err) && ctx.Err() == nil
		if !again || run == maxRuns {
			return translate(err)
		}
	}
}

// isDeadConnection reports a connection that was there and was lost with whatever
// ran on it. A transaction whose commit was asked for is not such a case: its
// outcome is unknown.
func isDeadConnection(err error) bool {
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	if err == nil || connecting || errors.Is(err, domain.KindUnknownOutcome) {
		return false
	}
	return isConnectionLoss(err) || isHangUp(err)
}

// onConn lends fn a connection of the worker's pool.
func (db *DB) onConn(ctx context.Context, fn func(*pgx.Conn) error) error {
	conn, err := db.worker.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(driver any) error { return fn(driver.(*stdlib.Conn).Conn()) }) //nolint:errcheck,forcetypeassert // what openPool opens
}

// tell queues a statement whose answer nobody needs.
func (t *bundledTx) tell(ctx context.Context, statement string, args ...any) {
	t.queue(ctx, statement, args)
}

// ask queues a query. Its rows are in found once send has returned.
func ask[T any](ctx context.Context, t *bundledTx, found *[]T, to pgx.RowToFunc[T], query string, args ...any) {
	t.queue(ctx, query, args).Query(func(rows pgx.Rows) (err error) {
		*found, err = pgx.CollectRows(rows, to)
		return err
	})
}

// queue prepares a statement where the connection has not done so before.
func (t *bundledTx) queue(ctx context.Context, statement string, args []any) *pgx.QueuedQuery {
	if t.err == nil {
		_, t.err = t.conn.Prepare(ctx, statement, statement)
	}
	return t.batch.Queue(statement, args...)
}

// send runs what is queued. The first statement that fails ends it.
func (t *bundledTx) send(ctx context.Context) error {
	batch := t.batch
	t.batch = &pgx.Batch{}
	if t.err != nil || batch.Len() == 0 {
		return t.err
	}
	return t.conn.SendBatch(ctx, batch).Close()
}

// commit sends what is queued and the commit behind it. From then on only an
// answer of the server's can say that nothing was stored: it may have got all of
// it, and may still be at it.
func (t *bundledTx) commit(ctx context.Context) error {
	t.tell(ctx, "commit")
	if err := cmp.Or(t.err, ctx.Err()); err != nil {
		return err
	}
	err := t.send(ctx)
	if err == nil || isTransient(err) {
		return err
	}
	return translateCommit(err)
}

// rollbackWithin bounds how long a connection is waited for that is given up.
const rollbackWithin = 5 * time.Second

// rollback ends a transaction that did not commit, also where fn panicked. A
// connection that can't is closed, which does as well.
func (t *bundledTx) rollback(ctx context.Context) {
	if t.conn.IsClosed() || t.conn.PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
	defer cancel()
	if _, err := t.conn.Exec(ctx, "rollback"); err != nil {
		_ = t.conn.Close(ctx)
	}
}

// SQLSTATEs of rules that a row can break.
const (
	notNullViolation = "23502"
	uniqueViolation  = "23505"
)

// standsInTheWay reports whether err is that a new row of the table broke a
// rule of the given SQLSTATE.
func standsInTheWay(err error, sqlState, table string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pg.Code == sqlState && pg.TableName == table
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
