package paper

import (
	"slices"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
)

// reservePlaces is how exactly a reservation is kept where it is a share of
// several orders.
const reservePlaces = 10

// book is one symbol of one account.
type book struct {
	market   market
	position domain.Position
	// open holds the orders that are not over, the oldest first.
	open []*resting
	// bids and asks add up what the open buys and sells reserve.
	bids, asks reservation
	worth      worth
}

// worth is what a book adds to the account's totals.
type worth struct {
	value    decimal.Decimal // of the position, below 0 for a short
	exposure decimal.Decimal // the same without its sign
	reserved decimal.Decimal
}

// reservation is a size and what it costs.
type reservation struct{ size, value decimal.Decimal }

func (r reservation) plus(o reservation) reservation {
	return reservation{r.size.Add(o.size), r.value.Add(o.value)}
}

func (r reservation) minus(o reservation) reservation {
	return reservation{r.size.Sub(o.size), r.value.Sub(o.value)}
}

// beyond gives what is reserved for the size that goes beyond what can be
// closed, at the average price of all of it.
func (r reservation) beyond(closable decimal.Decimal) decimal.Decimal {
	switch {
	case closable.IsZero():
		return r.value
	case r.size.Cmp(closable) <= 0:
		return decimal.Decimal{}
	}
	return r.value.Mul(r.size.Sub(closable)).DivRound(r.size, reservePlaces)
}

// resting is an order that is not over. It is never written to.
type resting struct {
	submitted
	// held says that it is a leg whose parent is not filled: it is in no book.
	held      bool
	triggered bool
	// done is what was filled so far.
	done     domain.Quantity
	reserves reservation
}

// newResting works out what the order reserves: its limit price, else its stop
// price, for its size. A market order has neither and reserves nothing, nor does
// a leg, which opens no position.
func newResting(terms submitted) *resting {
	o := &resting{submitted: terms, held: terms.Parent != "" && terms.Replaces == ""}
	o.reserve()
	return o
}

// reserve works out what the order reserves for what is left of it.
func (o *resting) reserve() {
	o.reserves = reservation{}
	if o.isLeg() {
		return
	}
	price := o.ownPrice()
	switch {
	case price == nil:
	case o.Quantity != nil:
		size := o.leaves().Decimal()
		o.reserves = reservation{size, size.Mul(price.Decimal())}
	default:
		o.reserves = reservation{unitsFor(*o.Notional, *price), o.Notional.Decimal()}
	}
}

// leaves is what an order by quantity has still to trade.
func (o *resting) leaves() domain.Quantity { return o.Quantity.Less(o.done) }

// isLeg reports whether the order only ever reduces: it protects what another one
// entered, or works beside another one that does.
func (e *submitted) isLeg() bool { return e.Parent != "" || e.Either != "" }

// trails reports whether the stop price follows the market.
func (e *submitted) trails() bool { return e.TrailPrice != nil || e.TrailPercent != nil }

// isImmediate reports whether the order fills at once or not at all.
func (o *resting) isImmediate() bool {
	return o.TimeInForce == domain.TimeInForceIOC || o.TimeInForce == domain.TimeInForceFOK
}

// quantityAt gives what the order trades at a price, or why that is nothing.
func (o *resting) quantityAt(p domain.Price) (domain.Quantity, *rejected) {
	if o.Quantity != nil {
		return o.leaves(), nil
	}
	q, err := domain.NewQuantity(unitsFor(*o.Notional, p))
	switch {
	case err != nil:
		return q, &rejected{Code: "quantity_out_of_range", Reason: "the notional trades more units than can be counted"}
	case q.IsZero():
		return q, &rejected{Code: "notional_too_small", Reason: "the notional does not pay for the smallest quantity"}
	}
	return q, nil
}

// unitsFor gives the units that the money pays for, rounded down.
func unitsFor(m domain.Money, p domain.Price) decimal.Decimal {
	units, _ := m.Decimal().QuoRem(p.Decimal(), quantityPlaces)
	return units
}

// clone gives a copy that can change while b stays.
func (b *book) clone() *book {
	c := *b
	c.open = slices.Clone(b.open)
	return &c
}

func (b *book) side(s domain.Side) *reservation {
	if s == domain.SideBuy {
		return &b.bids
	}
	return &b.asks
}

func (b *book) add(o *resting) {
	b.open = append(b.open, o)
	r := b.side(o.Side)
	*r = r.plus(o.reserves)
}

func (b *book) remove(o *resting) {
	i := slices.Index(b.open, o)
	b.open = slices.Delete(b.open, i, i+1)
	r := b.side(o.Side)
	*r = r.minus(o.reserves)
}

func (b *book) replace(o, with *resting) {
	b.open[slices.Index(b.open, o)] = with
	r := b.side(o.Side)
	*r = r.minus(o.reserves).plus(with.reserves)
}

// closable gives how much of the position orders of the side could close.
func (b *book) closable(s domain.Side) decimal.Decimal {
	if b.position.Quantity.ExitSide() != s {
		return decimal.Decimal{}
	}
	return b.position.Quantity.Size().Decimal()
}

// opens gives the part of q that goes beyond closing the position.
func (b *book) opens(s domain.Side, q domain.Quantity) decimal.Decimal {
	return decimal.Max(decimal.Decimal{}, q.Decimal().Sub(b.closable(s)))
}

// extra gives what the account would reserve on top if o rested too.
func (b *book) extra(o *resting) decimal.Decimal {
	r, closable := *b.side(o.Side), b.closable(o.Side)
	return r.plus(o.reserves).beyond(closable).Sub(r.beyond(closable))
}

func (b *book) weigh() worth {
	value := b.position.Quantity.Decimal().Mul(b.market.mark())
	return worth{
		value: value, exposure: value.Abs(),
		reserved: b.bids.beyond(b.closable(domain.SideBuy)).Add(b.asks.beyond(b.closable(domain.SideSell))),
	}
}
