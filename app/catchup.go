package app

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// holder is a config in a lane; one without a config trades there by hand.
type holder struct {
	lane   int64
	config domain.WebhookConfigID
}

// catchUp asks, once after a start, how the config's open orders in the lane
// stand before anything is decided there: what was filled while nobody looked is
// part of the position that is traded against. It reports whether there was
// something to ask. While the broker cannot be asked, nothing is decided.
func (x *execution) catchUp(ctx context.Context) (asked bool, err error) {
	who := holder{lane: x.lease.LaneID}
	if config := x.brief.Signal.Snapshot().WebhookConfigID; config != nil {
		who.config = *config
	}
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return false, err
	}
	if len(x.brief.Working) == 0 || broker.Capabilities().Lookup == ports.LookupNone || x.hasCaughtUp(who) {
		return false, nil
	}
	for _, o := range x.brief.Working {
		events, err := x.orders.lookUp(ctx, x.account, o)
		if errors.Is(err, domain.KindNotFound) {
			continue // it is followed as always
		}
		if err != nil {
			return false, err
		}
		if _, err := x.record(ctx, o, events); err != nil {
			return false, err
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.caughtUp[who] = struct{}{}
	return true, nil
}

func (e *Executor) hasCaughtUp(who holder) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.caughtUp[who]
	return ok
}
