package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/ports"
)

// Wakeups carry word by NOTIFY. It is sent apart from the transactions that store
// alerts, which it would make wait for each other, and heard on a connection of
// its own: one of the worker's, since a transaction-mode pooler has nobody who
// could listen.
type Wakeups struct {
	db *DB
	// self marks what this process sent, which it need not hear.
	self string
}

var _ ports.Wakeups = (*Wakeups)(nil)

// NewWakeups makes the wake-ups of a database. An id marks what they send.
func NewWakeups(db *DB, ids ports.IDs) *Wakeups { return &Wakeups{db: db, self: ids.New().String()} }

// wakeChannel is the name of what is notified.
const wakeChannel = "hookfill_lanes"

// Nobody waits for the disk: a wake-up that a crash undoes is one that is lost.
const wakeSQL = `
with unhurried as materialized (
  select set_config('synchronous_commit', 'off', true)
)
select true from unhurried, pg_notify('` + wakeChannel + `', $1)`

// Wake implements ports.Wakeups.
func (w *Wakeups) Wake(ctx context.Context) error {
	_, err := alone(ctx, w.db, pgx.RowTo[bool], wakeSQL, w.self)
	return err
}

// A connection that is silent for so long is asked whether it is still there, and
// waited for that long.
const (
	silence      = 30 * time.Second
	silenceProof = 5 * time.Second
)

// Listen implements ports.Wakeups.
func (w *Wakeups) Listen(ctx context.Context, heard func()) error {
	conn, err := w.connect(ctx)
	if err != nil {
		return broken(ctx, err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackWithin)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, "listen "+wakeChannel); err != nil {
		return broken(ctx, err)
	}
	heard()
	for {
		sender, err := next(ctx, conn)
		if err != nil {
			return broken(ctx, err)
		}
		if sender != w.self {
			heard()
		}
	}
}

func (w *Wakeups) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, silenceProof)
	defer cancel()
	return w.db.dial(ctx)
}

// next waits for a wake-up and gives who sent it.
func next(ctx context.Context, conn *pgx.Conn) (sender string, err error) {
	for {
		waiting, cancel := context.WithTimeout(ctx, silence)
		n, err := conn.WaitForNotification(waiting)
		cancel()
		switch {
		case err == nil:
			return n.Payload, nil
		case ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded):
			return "", err
		}
		if err := answers(ctx, conn); err != nil {
			return "", err
		}
	}
}

// answers reports whether a connection is still there.
func answers(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, silenceProof)
	defer cancel()
	return conn.Ping(ctx)
}

// broken says why nobody listens any more.
func broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return translate(ctx.Err())
	}
	return unavailable(err)
}
