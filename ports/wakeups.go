package ports

import "context"

// Wakeups carry word between processes that tickets may wait. Nothing stands on
// them: a wake-up that is lost costs the time until lanes are looked for anyway.
type Wakeups interface {
	// Wake lets everybody know who listens in another process, or in this one
	// through another Wakeups. Nobody waits for it to be heard.
	Wake(ctx context.Context) error
	// Listen calls heard once it listens, since nobody can tell what was missed
	// before, and then for every wake-up or several together, until ctx ends or
	// the way breaks. It always gives an error: ctx's own where that ended,
	// KindUnavailable where the way broke. Whether wake-ups of the same Wakeups are
	// heard is open. heard is never called twice at the same time.
	Listen(ctx context.Context, heard func()) error
}
