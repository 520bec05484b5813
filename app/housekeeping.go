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

// Run sweeps at once and then every minute until ctx ends, each time until less
// is left than one sweep takes: however much expires in a minute, it goes.
func (h *Housekeeping) Run(ctx context.Context) {
	goRound(ctx, h.every, h.sweep, func(err error) {
		h.log.WarnContext(ctx, "cannot sweep; trying again", "error", err)
	})
}

func (h *Housekeeping) sweep(ctx context.Context) error {
	for ctx.Err() == nil {
		swept, err := h.storage.Sweep(ctx, h.limit)
		if err != nil || swept < h.limit {
			return err
		}
	}
	return ctx.Err()
}
