package paper

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// The fold: what each event makes of the account. Nothing is decided here and
// nothing is changed where an error comes back.

func (e *opened) apply(a *account, _ time.Time) error {
	switch {
	case a.opened:
		return errors.New("opened twice")
	case e.Account != a.id.UUID:
		return fmt.Errorf("opens account %s", e.Account)
	}
	a.opened, a.start, a.cash = true, e.Cash.Decimal(), e.Cash.Decimal()
	return nil
}

func (e *quoted) apply(a *account, _ time.Time) error {
	a.change(e.Symbol, func(b *book) { b.market = market{bid: e.Bid, ask: e.Ask, last: e.Last, quoted: true} })
	return nil
}

func (e *priced) apply(a *account, _ time.Time) error {
	if a.book(e.Symbol).market.quoted {
		return fmt.Errorf("an alert prices %s, which is quoted", e.Symbol)
	}
	a.change(e.Symbol, func(b *book) { b.market = market{last: &e.Price} })
	return nil
}

func (e *submitted) apply(a *account, at time.Time) error {
	if _, known := a.order(e.ClientOrderID); known {
		return fmt.Errorf("order %s submitted twice", e.ClientOrderID)
	}
	o := &order{
		brokerOrderID: e.BrokerOrderID, symbol: e.Symbol, side: e.Side, quantity: e.Quantity,
		status: domain.StatusNew, at: at, resting: newResting(*e),
	}
	switch {
	case o.resting.held:
		if parent, known := a.order(e.Parent); !known || parent.resting == nil || !slices.Contains(parent.resting.Legs, e.ClientOrderID) {
			return fmt.Errorf("order %s is a leg of none that waits for it", e.ClientOrderID)
		}
		o.status = domain.StatusHeld
		a.begin(e, o)
		return nil
	case e.Type == domain.OrderTypeMarket:
		o.status = domain.StatusAccepted
	}
	a.begin(e, o)
	a.change(e.Symbol, func(b *book) { b.add(o.resting) })
	return nil
}

func (a *account) begin(e *submitted, o *order) {
	a.orders[e.ClientOrderID] = o
	if e.ExpiresAt != nil {
		a.expiring++
	}
}

func (e *activated) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	if !o.resting.held {
		return fmt.Errorf("order %s works already", e.ClientOrderID)
	}
	if parent, known := a.order(o.resting.Parent); !known || parent.status != domain.StatusFilled {
		return fmt.Errorf("order %s works before its parent is filled", e.ClientOrderID)
	}
	now := *o.resting
	now.held = false
	works := o.with(&now)
	works.status, works.at = domain.StatusNew, at
	a.orders[e.ClientOrderID] = works
	a.change(now.Symbol, func(b *book) { b.add(&now) })
	return nil
}

func (e *triggered) apply(a *account, _ time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	was := o.resting
	if was.held || was.triggered || !was.Type.NeedsStopPrice() {
		return fmt.Errorf("order %s has no stop price left to trigger", e.ClientOrderID)
	}
	now := *was
	now.triggered = true
	a.orders[e.ClientOrderID] = o.with(&now)
	a.change(was.Symbol, func(b *book) { b.replace(was, &now) })
	return nil
}

func (e *filled) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	terms := o.resting
	if terms.held {
		return fmt.Errorf("order %s filled before its parent", e.ClientOrderID)
	}
	if !a.book(terms.Symbol).market.hasPrice() {
		return fmt.Errorf("%s filled without a market", terms.Symbol)
	}
	a.end(e.ClientOrderID, *o, domain.StatusFilled, at, fill{e.ExecutionID, e.Quantity, e.Price, at})
	a.trade(terms, e)
	return nil
}

// trade moves cash and position.
func (a *account) trade(terms *resting, e *filled) {
	cost := e.Quantity.Decimal().Mul(e.Price.Decimal())
	if terms.Side == domain.SideBuy {
		cost = cost.Neg()
	}
	a.cash = a.cash.Add(cost)
	a.change(terms.Symbol, func(b *book) {
		before := b.position.RealizedProfit
		b.position = b.position.Apply(terms.Side, e.Quantity, e.Price)
		a.realized = a.realized.Add(b.position.RealizedProfit.Sub(before).Decimal())
	})
}

func (e *canceled) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	a.end(e.ClientOrderID, *o, domain.StatusCanceled, at)
	return nil
}

func (e *rejected) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	stays := *o
	stays.rejection = &rejection{code: e.Code, reason: e.Reason}
	a.end(e.ClientOrderID, stays, domain.StatusRejected, at)
	return nil
}

// add folds one event in as the next entry.
func (a *account) add(ev event, at time.Time) error {
	if _, first := ev.(*opened); !first && !a.opened {
		return errors.New("the account is not opened")
	}
	if err := ev.apply(a, at); err != nil {
		return err
	}
	a.seq++
	if at.After(a.at) {
		a.at = at
	}
	return nil
}

func (a *account) openOrder(clientOrderID string) (*order, error) {
	o, ok := a.order(clientOrderID)
	if !ok {
		return nil, fmt.Errorf("order %s was never submitted", clientOrderID)
	}
	if o.resting == nil {
		return nil, fmt.Errorf("order %s is %s already", clientOrderID, o.status)
	}
	return o, nil
}

// end puts what stays of an order in its place, with its last fill where that is
// what ended it, and takes it off the book.
func (a *account) end(clientOrderID string, stays order, status domain.OrderStatus, at time.Time, last ...fill) {
	was := stays.resting
	stays.resting, stays.status, stays.at = nil, status, at
	stays.fills = append(slices.Clip(stays.fills), last...)
	a.orders[clientOrderID] = &stays
	if was.ExpiresAt != nil {
		a.expiring--
	}
	if was.held {
		return
	}
	a.change(was.Symbol, func(b *book) { b.remove(was) })
}
