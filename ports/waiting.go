package ports

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// WaitingDeliveries keeps deliveries that nobody has judged yet: those that came in
// by a door that cannot judge, and those that came after them for the same config.
// One is seen in by SignalInbox.Append, as an arrival that Waited.
type WaitingDeliveries interface {
	// Wait keeps a delivery behind all that wait. Its body is as it was posted,
	// secrets and all, until it is seen in. When it returns without an error the
	// delivery is durable. A removed config is KindNotFound.
	Wait(ctx context.Context, d domain.Delivery) error
	// Waiting gives up to limit deliveries, whosever, in the order they came. It
	// changes nothing.
	Waiting(ctx context.Context, limit int) ([]domain.Delivery, error)
	// TurnAway ends the wait of a delivery that can't be seen in, and records it, with
	// what is given as its body, as refused for those reasons. It is no error where
	// the delivery does not wait any more; nothing is recorded then.
	TurnAway(ctx context.Context, d domain.Delivery, reasons []domain.Reason) error
}
