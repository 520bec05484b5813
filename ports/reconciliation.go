package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// ListedOrder is an order as a broker lists it.
type ListedOrder struct {
	Symbol domain.Symbol
	Report domain.OrderReport
}

// OrderHistory is what a Broker is as well that can list an account's orders.
type OrderHistory interface {
	// ChangedOrders gives orders of the account, whoever placed them and whatever
	// their status, that changed last at or after since, by OrderReport.At, those
	// that changed longest ago first: up to limit, and all that changed at the
	// very time of the last one. A limit below 1 gives none; a broker
	// that could not be asked is KindUnavailable.
	ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ListedOrder, error)
}

// Comparison is an account that is due to be compared with its broker's books.
type Comparison struct {
	BrokerAccountID domain.BrokerAccountID
	// LastOrderAt is when the account's newest order was written down, zero where
	// it has none.
	LastOrderAt time.Time
}

// Reconciliations share out the work of comparing accounts with their brokers'
// books. The database's clock decides.
type Reconciliations interface {
	// Compare gives up to limit accounts that are not removed and were not compared
	// within age, those not compared for longest first, and to nobody else for
	// lease.
	Compare(ctx context.Context, age, lease time.Duration, limit int) ([]Comparison, error)
	// Compared says that an account was compared now. A missing one is
	// KindNotFound.
	Compared(ctx context.Context, id domain.BrokerAccountID) error
	// Unmatched writes an order down that no row accounts for, and reports whether
	// it was not known before, by account and broker order id.
	Unmatched(ctx context.Context, o domain.UnmatchedOrder) (isNew bool, err error)
}
