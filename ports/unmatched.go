package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// UnmatchedQuery narrows a list of unmatched orders; zero fields do not.
type UnmatchedQuery struct {
	// Settled keeps to those of which their owner said something, or nothing yet.
	Settled *bool
	Page    PageRequest
}

// UnmatchedOrderRepository keeps the caller's unmatched orders.
type UnmatchedOrderRepository interface {
	// List gives those that were found, newest first.
	List(ctx context.Context, q UnmatchedQuery) (Page[domain.UnmatchedOrder], error)
	// ByID gives one of them. A missing one and another user's are the same
	// KindNotFound, here and below.
	ByID(ctx context.Context, id domain.UnmatchedOrderID) (domain.UnmatchedOrder, error)
	// Settle keeps what the caller says of an order, whose row is locked meanwhile,
	// and gives the order as it is then. Errors are those of
	// domain.UnmatchedOrder.Settled, and change nothing. One that is settled is
	// known as before: it is not found a second time.
	Settle(ctx context.Context, id domain.UnmatchedOrderID, said domain.UnmatchedSettlement) (domain.UnmatchedOrder, error)
}

// Recalls share out the unmatched orders whose owners want them ended at their
// brokers. The database's clock decides.
type Recalls interface {
	// Unwanted gives up to limit orders that are to be canceled and of which it is
	// not known yet what came of that, those asked about longest ago first, and to
	// nobody again for lease.
	Unwanted(ctx context.Context, lease time.Duration, limit int) ([]domain.UnmatchedOrder, error)
	// Recalled keeps what a broker told of an order that is to be canceled. With an
	// outcome nothing is left to do for it, and it is given no more. A missing one,
	// or one that is not to be canceled, or not any more, is KindNotFound.
	Recalled(ctx context.Context, id domain.UnmatchedOrderID, told Recall) error
}

// Recall is what a broker told of an order that is to be canceled.
type Recall struct {
	Status         domain.OrderStatus
	FilledQuantity domain.Net
	// Outcome is nil while the broker is to be asked again.
	Outcome *domain.UnmatchedOutcome
}
