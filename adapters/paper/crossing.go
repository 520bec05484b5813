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
	o, err := e.open(clientOrderID)
	if err != nil {
		return Decision{}, err
	}
	market, price := e.a.book(o.Symbol).market, o.ownPrice()
	if price == nil {
		price = market.takes(o.Side)
	}
	if price == nil || !market.hasPrice() || o.held {
		return Decision{}, domain.Conflict("order_not_working", "the order cannot trade yet")
	}
	return e.decide(at, clientOrderID, func(d *decision) {
		if !d.isOpen(o) || !d.isOpenFor(o) {
			return
		}
		out := outcome{triggers: o.Type.NeedsStopPrice() && !o.triggered, price: price}
		if o.isLeg() {
			out.quantity = d.book(o.Symbol).holds(o)
		} else {
			out.quantity, out.rejection = o.quantityAt(*price)
		}
		d.settle(o, out)
	})
}

// ownPrice is what an order says itself that it trades at.
func (o *resting) ownPrice() *domain.Price {
	if o.LimitPrice != nil {
		return o.LimitPrice
	}
	return o.StopPrice
}
