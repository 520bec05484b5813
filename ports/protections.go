package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// ProtectedPosition is what entries with a stop-loss at the broker built, of one
// config in one lane (by hand: of orders by hand) and on one side, and what there
// is of that protection.
type ProtectedPosition struct {
	// EntryID is the first of those entries that are kept, and TicketID its ticket.
	EntryID         domain.OrderID
	TicketID        domain.TicketID
	BrokerAccountID domain.BrokerAccountID
	// WebhookConfigID is nil for entries by hand.
	WebhookConfigID *domain.WebhookConfigID
	Symbol          domain.Symbol
	// Side is that of the exit.
	Side domain.Side
	// Built is what the entries filled less what their legs did, and Over that they
	// fill no more.
	Built domain.Quantity
	Over  bool
	// Covered is what legs with a stop price may still fill, and Exiting that an
	// order on that side that is no leg is open.
	Covered domain.Quantity
	Exiting bool
	// Open says that any order of the config is open in the lane.
	Open bool
	// Idle says that no ticket waits in the lane, and none is under way.
	Idle bool
	// ConfigPosition is what the config's fills built in the lane, AccountPosition
	// the account's whole.
	ConfigPosition  domain.Net
	AccountPosition domain.Net
	// Tries counts how often it was found bare and seen to, last at TriedAt, which is
	// nil at 0; Settled is how many of those came before it was last found protected.
	Tries   int
	TriedAt *time.Time
	Settled int
}

// Held is how much of what the entries built there still is.
func (p ProtectedPosition) Held() domain.Quantity {
	return domain.NetOf(p.Side.Opposite(), p.Built).LeftIn(p.ConfigPosition, p.AccountPosition)
}

// Bare is how much of what is held no stop order protects.
func (p ProtectedPosition) Bare() domain.Quantity {
	held := p.Held()
	return held.Less(p.Covered.Min(held))
}

// Protections keeps the entries whose stop-loss is at the broker, from when they
// are written down until nothing of their position is left. Ledger.Intend makes
// them.
type Protections interface {
	// ProtectedPositions gives up to limit, whosever they are, by the first entry of
	// each, that come after the given one; the zero id is before all.
	ProtectedPositions(ctx context.Context, after domain.OrderID, limit int) ([]ProtectedPosition, error)
	// ProtectedPosition gives that of which an entry is kept. One that is kept no
	// more is KindNotFound, as a missing one is.
	ProtectedPosition(ctx context.Context, entry domain.OrderID) (ProtectedPosition, error)
	// Protecting writes down that a position was found bare for that time, from 1. A
	// lower number than is known changes nothing. An entry that is kept no more is
	// KindNotFound, as a missing one is.
	Protecting(ctx context.Context, entry domain.OrderID, number int, at time.Time) error
	// Protected writes down that a position was found protected after so many tries.
	// A lower number than is known changes nothing, nor does one above its Tries. An
	// entry that is kept no more is KindNotFound, as a missing one is.
	Protected(ctx context.Context, entry domain.OrderID, tries int) error
	// EndProtection ends the keeping of an entry and of all others of its config in
	// its lane. It is no error where there are none.
	EndProtection(ctx context.Context, lane ProtectedLane, reason domain.ProtectionEnd, at time.Time) error
}

// ProtectedLane is whose entries are kept no more: those of one config in a lane,
// or where that is nil, by hand; of one side of exit, or where that is empty, both.
type ProtectedLane struct {
	BrokerAccountID domain.BrokerAccountID
	Symbol          domain.Symbol
	WebhookConfigID *domain.WebhookConfigID
	Side            domain.Side
}
