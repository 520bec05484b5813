package paper

import (
	"errors"
	"fmt"
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
	o := &order{brokerOrderID: e.BrokerOrderID, symbol: e.Symbol, status: domain.StatusNew, at: at, resting: newResting(*e)}
	if e.Type == domain.OrderTypeMarket {
		o.status = domain.StatusAccepted
	}
	a.orders[e.ClientOrderID] = o
	a.change(e.Symbol, func(b *book) { b.add(o.resting) })
	return nil
}

func (e *triggered) apply(a *account, _ time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	was := o.resting
	if was.triggered || !was.Type.NeedsStopPrice() {
		return fmt.Errorf("order %s has no stop price left to trigger", e.ClientOrderID)
	}
	now := *was
	now.triggered = true
	a.orders[e.ClientOrderID] = &order{brokerOrderID: o.brokerOrderID, symbol: was.Symbol, status: o.status, at: o.at, resting: &now}
	a.change(was.Symbol, func(b *book) { b.replace(was, &now) })
	return nil
}

func (e *filled) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	terms := o.resting
	if !a.book(terms.Symbol).market.hasPrice() {
		return fmt.Errorf("%s filled without a market", terms.Symbol)
	}
	a.end(e.ClientOrderID, order{
		brokerOrderID: o.brokerOrderID, status: domain.StatusFilled, at: at,
		fill: &fill{executionID: e.ExecutionID, quantity: e.Quantity, price: e.Price},
	}, terms)
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
	return nil
}

func (e *canceled) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	a.end(e.ClientOrderID, order{brokerOrderID: o.brokerOrderID, status: domain.StatusCanceled, at: at}, o.resting)
	return nil
}

func (e *rejected) apply(a *account, at time.Time) error {
	o, err := a.openOrder(e.ClientOrderID)
	if err != nil {
		return err
	}
	a.end(e.ClientOrderID, order{
		brokerOrderID: o.brokerOrderID, status: domain.StatusRejected, at: at,
		rejection: &rejection{code: e.Code, reason: e.Reason},
	}, o.resting)
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

// end puts what stays of an order in its place and takes it off the book.
func (a *account) end(clientOrderID string, stays order, was *resting) {
	stays.symbol = was.Symbol
	a.orders[clientOrderID] = &stays
	a.change(was.Symbol, func(b *book) { b.remove(was) })
}
