package app

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/ports"
)

func (e *Executor) hold(lease ports.Lease, lost context.CancelFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.held[lease] = lost
}

func (e *Executor) letGo(lease ports.Lease) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.held, lease)
}

// renewUntil extends every lease held, all in one call, at a third of its
// length. What is not extended is lost and its work stopped; so is everything
// when no renewal came through for two thirds of a lease.
func (e *Executor) renewUntil(ctx context.Context) {
	every := time.NewTicker(e.c.Lease / 3)
	defer every.Stop()
	misses := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		leases := e.leases()
		if len(leases) == 0 {
			misses = 0
			continue
		}
		kept, err := e.renew(ctx, leases)
		switch {
		case err == nil:
			misses = 0
			e.drop(leases, kept)
		case ctx.Err() == nil:
			misses++
			e.log.ErrorContext(ctx, "cannot renew leases", "lanes", len(leases), "error", err)
			if misses >= 2 {
				e.drop(leases, nil)
			}
		}
	}
}

func (e *Executor) renew(ctx context.Context, leases []ports.Lease) ([]ports.Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, e.c.Lease/3)
	defer cancel()
	return e.lanes.Renew(ctx, leases, e.c.Lease)
}

func (e *Executor) leases() []ports.Lease {
	e.mu.Lock()
	defer e.mu.Unlock()
	leases := make([]ports.Lease, 0, len(e.held))
	for lease := range e.held {
		leases = append(leases, lease)
	}
	return leases
}

// drop stops the work on every lease that was not kept.
func (e *Executor) drop(leases, kept []ports.Lease) {
	still := make(map[ports.Lease]bool, len(kept))
	for _, lease := range kept {
		still[lease] = true
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, lease := range leases {
		if lost, held := e.held[lease]; held && !still[lease] {
			e.log.Warn("lost a lane to another executor", "lane_id", lease.LaneID, "epoch", lease.Epoch)
			lost()
		}
	}
}
