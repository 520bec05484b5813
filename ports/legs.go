package ports

import "github.com/hookfill/hookfill/domain"

// OrderLeg is an order that protects what another one enters, sent together
// with that one. It is on the other side, for the quantity that is filled.
type OrderLeg struct {
	ClientOrderID string
	// Type is limit for a take-profit, stop or stop_limit for a stop-loss, with the
	// prices it needs.
	Type       domain.OrderType
	LimitPrice *domain.Price
	StopPrice  *domain.Price
}
