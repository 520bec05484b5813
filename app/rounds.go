package app

import (
	"context"
	"time"
)

// goRound does a round at once and then every so often, until ctx ends. A round that
// fails is told of, unless it failed because it ended, and the next one is done all
// the same.
func goRound(ctx context.Context, every time.Duration, round func(context.Context) error, failed func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := round(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
