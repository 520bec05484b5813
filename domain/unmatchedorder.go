package domain

import (
	"strings"
	"time"
)

// UnmatchedOrder is an order at a broker that carries this installation's mark
// and that no row accounts for: something was sent twice, or the database has
// forgotten that it was sent. It is shown, and never taken for one of ours.
type UnmatchedOrder struct {
	ID              UnmatchedOrderID
	UserID          UserID
	BrokerAccountID BrokerAccountID
	ClientOrderID   string
	BrokerOrderID   string
	Symbol          Symbol
	// Status and FilledQuantity are as they were found.
	Status         OrderStatus
	FilledQuantity Net
	FoundAt        time.Time
}

// UnmatchedOrderID names an UnmatchedOrder.
type UnmatchedOrderID = ID[UnmatchedOrder]

// Marks reports whether a client order id carries the installation's mark.
func (in Installation) Marks(clientOrderID string) bool {
	return strings.HasPrefix(clientOrderID, "hf"+string(in))
}
