package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// TradeUpdates is what a Broker is as well that tells by itself what happens to
// orders.
type TradeUpdates interface {
	// Follow calls listening once the broker tells of the account's orders, and
	// again where it told something that could not be read: what was missed until
	// then is for the caller to ask. For everything that happens to an order from
	// then on it calls heard with the order's client order id, whoever placed it;
	// what the broker tells twice, in either order, may be heard once. What
	// happened the broker is asked for. The two are never called at the same time,
	// and hold up what is told. It goes on until ctx ends or the way breaks, and
	// always gives an error: ctx's own where that ended, else KindUnavailable,
	// with how long to wait where the broker says so.
	Follow(ctx context.Context, account *domain.BrokerAccount, listening func(), heard func(clientOrderID string)) error
}

// StreamLeases share out which process listens to which account, by the
// database's clock.
type StreamLeases interface {
	// HoldStreams gives the accounts, of these kinds and not removed, that owner
	// listens to for lease from now: first those it held already, then those that
	// nobody holds, up to limit in all. Nobody else is given one of them meanwhile.
	HoldStreams(ctx context.Context, owner string, kinds []domain.BrokerKind, lease time.Duration, limit int) ([]domain.BrokerAccountID, error)
	// LeaveStreams gives up all that owner holds.
	LeaveStreams(ctx context.Context, owner string) error
}
