package paper

import (
	"time"

	"github.com/hookfill/hookfill/domain"
)

// Cross decides that an order which works trades what is left of it, at a moment:
// at its limit, else at its stop price, else at its market, whatever that is. So
// a venue fills what it was asked to cancel too late. While the venue is closed
// nothing changes. An order that is over is
// KindConflict with code order_not_open, one that is unknown KindNotFound, one
// that is held or whose symbol has no market KindConflict with code order_not_working.
func (e *Engine) Cross(at time.Time, clientOrderID string) (Decision, error) {
	o, known := e.a.order(clientOrderID)
	switch {
	case !known:
		return Decision{}, domain.NotFound("order")
	case o.resting == nil:
		return Decision{}, domain.Conflict("order_not_open", "the order is "+string(o.status)+" already")
	}
	market, price := e.a.book(o.resting.Symbol).market, o.resting.ownPrice()
	if price == nil {
		price = market.takes(o.resting.Side)
	}
	if price == nil || !market.hasPrice() || o.resting.held {
		return Decision{}, domain.Conflict("order_not_working", "the order cannot trade yet")
	}
	return e.decide(at, clientOrderID, func(d *decision) {
		if !d.isOpen(o.resting) || !d.isOpenFor(o.resting) {
			return
		}
		out := outcome{triggers: o.resting.Type.NeedsStopPrice() && !o.resting.triggered, price: price}
		if o.resting.isLeg() {
			out.quantity = d.book(o.resting.Symbol).holds(o.resting)
		} else {
			out.quantity, out.rejection = o.resting.quantityAt(*price)
		}
		d.settle(o.resting, out)
	})
}

// ownPrice is what an order says itself that it trades at.
func (o *resting) ownPrice() *domain.Price {
	if o.LimitPrice != nil {
		return o.LimitPrice
	}
	return o.StopPrice
}
