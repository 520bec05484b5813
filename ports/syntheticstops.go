package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// WatchedStop is a synthetic stop in force and what it stands over.
type WatchedStop struct {
	domain.SyntheticStop

	// Filled is what its entry filled so far, and Over that it fills no more.
	Filled domain.Quantity
	Over   bool
	// ConfigPosition is what the config's fills built in the lane (by hand: what
	// orders by hand built), AccountPosition the account's whole.
	ConfigPosition  domain.Net
	AccountPosition domain.Net
}

// SyntheticStops keeps the prices that are watched for a broker that takes no
// order for them. Ledger.Intend makes them; they are found by their entry.
type SyntheticStops interface {
	// WatchedStops gives up to limit of those in force, whosever they are, by entry,
	// that come after the given one; the zero id is before all.
	WatchedStops(ctx context.Context, after domain.OrderID, limit int) ([]WatchedStop, error)
	// Trigger writes down that the market was seen at a price that ends the
	// position. The first one stays. One that is not in force is KindNotFound, as a
	// missing one is.
	Trigger(ctx context.Context, entry domain.OrderID, price domain.Price, at time.Time) error
	// Exited writes down that the exit of that number, from 1, was made a signal. A
	// lower number than is known changes nothing. One that is not in force is
	// KindNotFound, as a missing one is.
	Exited(ctx context.Context, entry domain.OrderID, number int) error
	// EndStop ends one. The first end stays; a missing one is KindNotFound.
	EndStop(ctx context.Context, entry domain.OrderID, reason domain.SyntheticStopEnd, at time.Time) error
	// SyntheticStop gives one, whatever became of it. A missing one is KindNotFound.
	SyntheticStop(ctx context.Context, entry domain.OrderID) (domain.SyntheticStop, error)
}
