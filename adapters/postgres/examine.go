package postgres

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/ports"
)

// Health is what Examine found.
type Health struct {
	// Server is the server's own name and version.
	Server string
	// Skew is how far this machine's clock is from the database's.
	Skew time.Duration
	// Roles and Schema say what is wrong with either, nil for nothing.
	Roles  error
	Schema error
}

// Examine looks at a database without needing it to be in order. The error says
// that it could not be reached at all.
func Examine(ctx context.Context, c Config, clock ports.Clock) (Health, error) {
	var h Health
	owner, err := openOwner(c.URL)
	if err != nil {
		return h, err
	}
	defer func() { _ = owner.Close() }()
	var now time.Time
	err = owner.QueryRowContext(ctx, `select 'PostgreSQL ' || current_setting('server_version'), clock_timestamp()`).Scan(&h.Server, &now)
	if err != nil {
		return h, translate(err)
	}
	h.Skew = clock.Now().Sub(now).Abs()
	db, err := Open(ctx, c)
	if err != nil {
		h.Roles, h.Schema = err, err
		return h, nil
	}
	defer func() { _ = db.Close() }()
	h.Schema = db.CheckSchema(ctx)
	return h, nil
}
