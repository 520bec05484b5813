package papersrv

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// replaceInput is the body of PATCH /v2/orders/{id}.
type replaceInput struct {
	Qty           number `json:"qty"`
	LimitPrice    number `json:"limit_price"`
	StopPrice     number `json:"stop_price"`
	Trail         number `json:"trail"`
	TimeInForce   string `json:"time_in_force"`
	ClientOrderID string `json:"client_order_id"`
}

// replaceOrder answers with the order that takes the other's place.
func replaceOrder(ctx context.Context, c *call) (answer, error) {
	r, err := c.order()
	if err != nil {
		return answer{}, err
	}
	var in replaceInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	if _, ends := c.desk.tooLate[r.ClientOrderID]; ends {
		return answer{}, invalid("cannot replace order in %s status", domain.StatusPendingCancel)
	}
	if err := replaceable(r); err != nil {
		return answer{}, err
	}
	change, err := c.desk.changeOf(r, in)
	if err != nil {
		return answer{}, err
	}
	replacement, err := c.desk.enter(ctx, change.ClientOrderID, func(at time.Time) (paper.Decision, error) {
		return c.desk.engine.Replace(at, r.ClientOrderID, change)
	})
	if err != nil {
		return answer{}, err
	}
	return ok(c.desk.taken(replacement)), nil
}

func replaceable(r *paper.Record) error {
	waits := []domain.OrderStatus{domain.StatusAccepted, domain.StatusHeld}
	switch {
	case r.Status == domain.StatusReplaced:
		return invalid("order already replaced")
	case r.Status.IsTerminal(), slices.Contains(waits, r.Status):
		return invalid("cannot replace order in %s status", r.Status)
	case len(r.Legs) > 0:
		return invalid("an order whose legs wait for it cannot be replaced")
	case r.Quantity == nil || !isPair(r.Symbol) && !isWhole(r.Quantity):
		return invalid("fractional and notional orders cannot be replaced")
	}
	return nil
}

// changeOf reads what is to be different. Prices are held to the rules of a new
// order.
func (d *desk) changeOf(r *paper.Record, in replaceInput) (paper.Change, error) {
	change := paper.Change{ClientOrderID: in.ClientOrderID}
	if change.ClientOrderID == "" {
		change.ClientOrderID = d.ids.New().String()
	}
	if len(change.ClientOrderID) > maxClientOrderID {
		return change, invalid("client_order_id must be no more than %d characters", maxClientOrderID)
	}
	if d.chronicle.ByClientOrderID(change.ClientOrderID) != nil {
		return change, notUnique()
	}
	var err error
	if change.Quantity, err = in.Qty.quantity("qty"); err != nil {
		return change, err
	}
	if change.LimitPrice, err = in.LimitPrice.price("limit_price"); err != nil {
		return change, err
	}
	if change.StopPrice, err = in.StopPrice.price("stop_price"); err != nil {
		return change, err
	}
	if change.Trail, err = in.Trail.price("trail"); err != nil {
		return change, err
	}
	a, _ := assetBySymbol(string(r.Symbol))
	w := wish{asset: a, limit: change.LimitPrice, stop: change.StopPrice, timeInForce: r.TimeInForce, extendedHours: r.ExtendedHours}
	if err := w.checkIncrements(); err != nil {
		return change, err
	}
	if in.TimeInForce != "" {
		if w.timeInForce, err = domain.ParseTimeInForce(in.TimeInForce); err != nil {
			return change, invalid("invalid time_in_force")
		}
		if err := w.checkTimeInForce(); err != nil {
			return change, err
		}
		change.TimeInForce, change.ExpiresAt = &w.timeInForce, d.rules.expiry(w, d.clock.Now())
	}
	if isSame(r, change) {
		return change, invalid("order parameters are not changed")
	}
	return change, d.checkQuantity(r, change.Quantity)
}

// isSame reports a change that changes nothing.
func isSame(r *paper.Record, c paper.Change) bool {
	trail := r.TrailPrice
	if trail == nil {
		trail = r.TrailPercent
	}
	return (c.Quantity == nil || r.Quantity.Cmp(*c.Quantity) == 0) && samePrice(c.LimitPrice, r.LimitPrice) &&
		samePrice(c.StopPrice, r.StopPrice) && samePrice(c.Trail, trail) && (c.TimeInForce == nil || *c.TimeInForce == r.TimeInForce)
}

func samePrice(to, was *domain.Price) bool {
	return to == nil || was != nil && to.Cmp(*was) == 0
}

// checkQuantity holds a new quantity against what is filled, and, where the order
// closes a position, against what of that no other order holds.
func (d *desk) checkQuantity(r *paper.Record, to *domain.Quantity) error {
	if to == nil {
		return nil
	}
	filled, _ := r.Filled()
	if to.Cmp(filled) <= 0 {
		return invalid("qty must be > filled_qty")
	}
	if !isPair(r.Symbol) && !isWhole(to) {
		return invalid("fractional and notional orders cannot be replaced")
	}
	held := d.chronicle.Position(r.Symbol)
	if held.IsFlat() || held.ExitSide() != r.Side {
		return nil
	}
	a, _ := assetBySymbol(string(r.Symbol))
	more := to.Less(*r.Quantity)
	return d.checkAvailable(wish{asset: a, side: r.Side, quantity: &more}, held)
}
