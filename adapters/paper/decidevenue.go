package paper

import (
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// Place is Submit for a Ticket. One that trails while its symbol has no price is
// KindInvalid with code price_required.
func (e *Engine) Place(at time.Time, t Ticket) (Decision, error) {
	if err := checkTicket(t); err != nil {
		return Decision{}, err
	}
	if err := e.checkUnused(clientOrderIDs(t.OrderRequest)...); err != nil {
		return Decision{}, err
	}
	if t.trails() && e.a.book(t.Symbol).market.triggerFor(t.Side) == nil && t.ReferencePrice == nil {
		return Decision{}, domain.Invalid("price_required", "symbol", "a stop follows a price, and none is known")
	}
	return e.decide(at, t.ClientOrderID, func(d *decision) {
		d.learn(t.Symbol, t.ReferencePrice)
		d.take(t)
	})
}

// Pass lets time go by: what is over ends, and what may trade now does. It is to
// be called from time to time, and at a start or an end of a session.
func (e *Engine) Pass(at time.Time) (Decision, error) {
	if !e.a.opened {
		return Decision{}, nil
	}
	return e.decide(at, "", func(d *decision) {
		for _, symbol := range d.symbols() {
			d.work(symbol)
		}
	})
}

// Replace puts another order in the place of an open one; the report is of that.
// An order that is over is KindConflict with code order_not_open, one that waits
// for another or has legs that do with code order_not_replaceable, one that is
// unknown KindNotFound. Where the account rejects the replacement, the Decision
// says so and is to be dropped: the order stays.
func (e *Engine) Replace(at time.Time, clientOrderID string, c Change) (Decision, error) {
	o, err := e.open(clientOrderID)
	if err != nil {
		return Decision{}, err
	}
	if o.held || len(o.Legs) > 0 {
		return Decision{}, domain.Conflict("order_not_replaceable", "the order waits for another one, or another one for it")
	}
	if err := e.checkUnused(c.ClientOrderID); err != nil {
		return Decision{}, err
	}
	terms, err := c.of(o)
	if err != nil {
		return Decision{}, err
	}
	return e.decide(at, c.ClientOrderID, func(d *decision) {
		if !d.isOpen(o) {
			d.made.Rejection = &domain.Error{Kind: domain.KindRejected, Code: "order_not_open", Msg: "the order is over by now"}
			return
		}
		d.emit(&replaced{ClientOrderID: clientOrderID, By: c.ClientOrderID})
		terms.BrokerOrderID = d.nameNext("order")
		d.enter(terms, nil)
	})
}

func (e *Engine) checkUnused(ids ...string) error {
	for _, id := range ids {
		if _, known := e.a.order(id); known {
			return domain.Conflict("duplicate_client_order_id", "the account has an order with this client order id")
		}
	}
	return nil
}

// of gives the terms of the replacement, or what is wrong with them.
func (c Change) of(was *resting) (submitted, error) {
	terms := was.submitted
	terms.ClientOrderID, terms.Replaces = c.ClientOrderID, was.ClientOrderID
	var f faults
	f.require(isClientOrderID(c.ClientOrderID), "invalid_client_order_id", "client_order_id", "must be 1 to 128 printable ASCII characters")
	f.require(c.Quantity == nil || was.Quantity != nil, "quantity_or_notional", "quantity", "the order is by notional")
	f.require(c.LimitPrice == nil || was.Type.NeedsLimitPrice(), "limit_price_mismatch", "limit_price", "the order has none")
	f.require(c.StopPrice == nil || was.Type.NeedsStopPrice() && !was.trails(), "stop_price_mismatch", "stop_price", "the order has none of its own")
	f.require(c.Trail == nil || was.trails(), "trail_mismatch", "trail", "the order does not trail")
	f.require(c.TimeInForce == nil || slices.Contains(timesInForce(), *c.TimeInForce), "unsupported_time_in_force", "time_in_force", oneOf(timesInForce()))
	if was.Quantity != nil {
		whole := *was.Quantity
		if c.Quantity != nil {
			whole = *c.Quantity
			f.requireWidth("quantity", whole)
		}
		left := whole.Less(was.done)
		f.require(!left.IsZero(), "quantity_not_positive", "quantity", "must be above what is filled")
		terms.Quantity = &left
	}
	f.requirePrice("limit_price", c.LimitPrice)
	f.requirePrice("stop_price", c.StopPrice)
	f.requirePrice("trail", c.Trail)
	if c.LimitPrice != nil {
		terms.LimitPrice = c.LimitPrice
	}
	if c.StopPrice != nil {
		terms.StopPrice = c.StopPrice
	}
	if c.TimeInForce != nil {
		terms.TimeInForce, terms.ExpiresAt = *c.TimeInForce, c.ExpiresAt
	}
	if c.Trail != nil && f.err() == nil {
		terms.follow(*c.Trail, &f)
	}
	return terms, f.err()
}

// follow changes the distance of a stop that trails.
func (e *submitted) follow(trail domain.Price, f *faults) {
	if e.TrailPrice != nil {
		e.TrailPrice = &trail
	} else {
		e.TrailPercent = &trail
	}
	stop, ok := e.stopBehind(*e.HighWater)
	f.require(ok, "trail_too_wide", "trail", "must leave a stop price above 0")
	e.StopPrice = &stop
}

// trails reports whether the ticket's stop price is to follow the market.
func (t Ticket) trails() bool { return t.TrailPrice != nil || t.TrailPercent != nil }

func checkTicket(t Ticket) error {
	r := t.OrderRequest
	var f faults
	if t.trails() {
		f.require(t.TrailPrice == nil || t.TrailPercent == nil, "trail_mismatch", "trail_price", "give one trail")
		f.require(r.Type == domain.OrderTypeStop && r.StopPrice == nil && len(r.Legs) == 0 && !t.Either,
			"trail_mismatch", "type", "only a stop order by itself and without a stop price trails")
		f.requirePrice("trail_price", t.TrailPrice)
		f.requirePrice("trail_percent", t.TrailPercent)
		if r.StopPrice == nil && len(f) == 0 {
			r.StopPrice = t.TrailPrice // stands in for the one that the market gives
			if r.StopPrice == nil {
				r.StopPrice = t.TrailPercent
			}
		}
	}
	if t.Auction && (r.TimeInForce == domain.TimeInForceOPG || r.TimeInForce == domain.TimeInForceCLS) {
		r.TimeInForce = domain.TimeInForceDay // it is held to the same
	}
	f.require(t.LegsTimeInForce == "" || t.LegsTimeInForce == domain.TimeInForceDay || t.LegsTimeInForce == domain.TimeInForceGTC,
		"unsupported_time_in_force", "legs", "must be day or gtc")
	if t.Either {
		f.require(r.Type == domain.OrderTypeLimit && len(r.Legs) == 1, "either_mismatch", "legs",
			"two orders beside each other are a limit order and its leg")
	}
	if err := f.err(); err != nil {
		return err
	}
	return checkRequest(r)
}
