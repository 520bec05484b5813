package domain

import (
	"strconv"
	"time"
)

// OrderReport is what a broker says of one order at one moment.
type OrderReport struct {
	ClientOrderID string
	BrokerOrderID string
	// Side and Quantity are what was ordered, as the broker says; an order of an
	// amount of money has no quantity.
	Side     Side
	Quantity *Quantity
	Status   OrderStatus
	// At is the venue's time of the order's last change.
	At time.Time
	// Fills lists every execution so far.
	Fills []Fill
	// Reason is the venue's word for a rejection.
	Reason string
}

// Events turns the report into the facts it tells, its fills first. The same
// state told again gives the same source ids, so that applying both is
// harmless.
func (r OrderReport) Events() []OrderEvent {
	events := make([]OrderEvent, 0, len(r.Fills)+1)
	for i, fill := range r.Fills {
		events = append(events, OrderEvent{
			SourceID: "fill:" + fill.ExecutionID, Kind: EventFill, At: fill.At, ExecutionID: fill.ExecutionID,
			Quantity: fill.Quantity, Price: fill.Price,
			Completes: r.Status == StatusFilled && i == len(r.Fills)-1,
		})
	}
	if r.Status == StatusFilled || r.Status == StatusPartiallyFilled {
		return events
	}
	return append(events, OrderEvent{
		SourceID: "status:" + string(r.Status) + ":" + strconv.FormatInt(r.At.UnixMicro(), 10),
		Kind:     OrderEventKind(r.Status), At: r.At, Reason: r.Reason,
	})
}
