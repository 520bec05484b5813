package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/ports"
)

// Housekeeping sweeps out what expired, every minute.
type Housekeeping struct {
	storage ports.Housekeeper
	log     *slog.Logger
	every   time.Duration
	limit   int
}

// NewHousekeeping makes the sweeper; Run starts it.
func NewHousekeeping(storage ports.Housekeeper, log *slog.Logger) *Housekeeping {
	return &Housekeeping{storage: storage, log: log, every: time.Minute, limit: 10000}
}

// Run sweeps at once and then every minute until ctx ends.
func (h *Housekeeping) Run(ctx context.Context) {
	every := time.NewTicker(h.every)
	defer every.Stop()
	for {
		if _, err := h.storage.Sweep(ctx, h.limit); err != nil && ctx.Err() == nil {
			h.log.WarnContext(ctx, "cannot sweep; trying again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}
