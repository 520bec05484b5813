package paper

import (
	"fmt"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// The fold of what only happens at a Venue.

func (e *trailed) apply(a *account, _ time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	was := o.resting
	if was.held || was.triggered || !was.trails() {
		return fmt.Errorf("order %s has no stop price that follows", e.ClientOrderID)
	}
	now := *was
	now.HighWater, now.StopPrice = &e.HighWater, &e.StopPrice
	now.reserve()
	a.orders[e.ClientOrderID] = o.with(&now)
	a.change(was.Symbol, func(b *book) { b.replace(was, &now) })
	return nil
}

func (e *partlyFilled) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	was := o.resting
	if was.held || was.Quantity == nil || e.Quantity.Cmp(was.leaves()) >= 0 {
		return fmt.Errorf("order %s cannot be filled in part by %s", e.ClientOrderID, e.Quantity)
	}
	if !a.book(was.Symbol).market.hasPrice() {
		return fmt.Errorf("%s filled without a market", was.Symbol)
	}
	now := *was
	now.done = was.done.Add(e.Quantity)
	now.reserve()
	next := o.with(&now)
	next.status, next.at = domain.StatusPartiallyFilled, at
	next.fills = append(slices.Clip(o.fills), fill{e.ExecutionID, e.Quantity, e.Price, at})
	a.orders[e.ClientOrderID] = next
	a.change(was.Symbol, func(b *book) { b.replace(was, &now) })
	a.trade(was, (*filled)(e))
	return nil
}

func (e *expired) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	a.end(e.ClientOrderID, *o, domain.StatusExpired, at)
	return nil
}

func (e *replaced) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	if o.resting.held || len(o.resting.Legs) > 0 {
		return fmt.Errorf("order %s cannot be replaced", e.ClientOrderID)
	}
	a.end(e.ClientOrderID, *o, domain.StatusReplaced, at)
	return nil
}

// with gives the order as it is with other terms.
func (o *order) with(terms *resting) *order {
	next := *o
	next.resting = terms
	return &next
}
