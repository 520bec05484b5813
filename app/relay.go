package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/ports"
)

// RelayConfig says how often processes wake each other. The zero value is not
// valid; use DefaultRelayConfig.
type RelayConfig struct {
	// Every is the least time between two wake-ups of this process; rings
	// meanwhile share the next one.
	Every time.Duration
	// Patience bounds how long one wake-up takes.
	Patience time.Duration
	// Retry is how long a listener whose way broke waits before it tries again,
	// twice as long each time up to RetryAtMost.
	Retry, RetryAtMost time.Duration
}

// DefaultRelayConfig is what the server uses.
func DefaultRelayConfig() RelayConfig {
	return RelayConfig{
		Every: 10 * time.Millisecond, Patience: time.Second,
		Retry: 100 * time.Millisecond, RetryAtMost: 5 * time.Second,
	}
}

// Relay carries the ring of a doorbell to other processes and theirs to it.
// Whatever it loses costs no more than the executor's poll.
type Relay struct {
	wakeups ports.Wakeups
	bell    *Doorbell
	log     *slog.Logger
	c       RelayConfig
}

// NewRelay makes a relay; Tell and Listen start its two halves.
func NewRelay(wakeups ports.Wakeups, bell *Doorbell, log *slog.Logger, c RelayConfig) *Relay {
	return &Relay{wakeups: wakeups, bell: bell, log: log, c: c}
}

// Tell wakes other processes when the bell rings, at once and then at most once
// in Every, until ctx ends.
func (r *Relay) Tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.bell.told:
		}
		if err := r.wake(ctx); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "cannot wake other executors; they look by themselves", "error", err)
		}
		if !rest(ctx, r.c.Every) {
			return
		}
	}
}

func (r *Relay) wake(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.c.Patience)
	defer cancel()
	return r.wakeups.Wake(ctx)
}

// Listen rings the bell of this process when another one wakes it, until ctx
// ends.
func (r *Relay) Listen(ctx context.Context) {
	wait := r.c.Retry
	for {
		err := r.wakeups.Listen(ctx, func() {
			wait = r.c.Retry
			r.bell.ringHere()
		})
		if ctx.Err() != nil {
			return
		}
		r.log.WarnContext(ctx, "cannot hear other processes; looking for tickets by the clock", "error", err)
		if !rest(ctx, wait) {
			return
		}
		wait = min(2*wait, r.c.RetryAtMost)
	}
}

// rest waits and reports whether ctx outlasted it.
func rest(ctx context.Context, d time.Duration) bool {
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
		return true
	case <-ctx.Done():
		return false
	}
}
