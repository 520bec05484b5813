package paper

import (
	"encoding/binary"
	"hash/fnv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Venue is how the exchange behind an account trades. The zero Venue trades round
// the clock and fills whole. It has a part in what is decided and none in what is
// folded: a journal tells the same account under any Venue.
type Venue struct {
	// IsOpen reports whether a symbol trades at a moment, in the core session or,
	// with extended, outside it as well; nil is always. The same arguments give the
	// same answer.
	IsOpen func(symbol domain.Symbol, at time.Time, extended bool) bool
	// PartialFills makes one fill in ten of several whole units a partial one, of a
	// size that follows from this seed; nil makes none. Legs fill whole, and so do
	// orders that must.
	PartialFills *uint64
}

// NewVenueEngine gives the account of NewEngine at a Venue.
func NewVenueEngine(id domain.BrokerAccountID, cash domain.Money, v Venue) *Engine {
	e := NewEngine(id, cash)
	e.a.venue = v
	return e
}

// Ticket is an order with what only a Venue knows.
type Ticket struct {
	ports.OrderRequest
	// ExpiresAt ends the order, and legs that work by then, unfilled; nil is never.
	ExpiresAt *time.Time
	// LegsTimeInForce is that of the legs; "" is good till canceled.
	LegsTimeInForce domain.TimeInForce
	// Auction lets the order be for the opening or the close, which the venue trades
	// at its quotes like one for the day.
	Auction bool
	// ExtendedHours lets the order trade outside the core session.
	ExtendedHours bool
	// One of TrailPrice and TrailPercent makes a stop order follow the last price,
	// or without one the price it would trade at, in the core session and to its
	// own advantage only. The order comes without a stop price.
	TrailPrice, TrailPercent *domain.Price
	// Either lets the order and its one leg work from the start, each of them to
	// reduce a position only, until one fills: then the other is canceled.
	Either bool
}

// Change is what a replacement does otherwise than the order it takes the place
// of; nil is the same.
type Change struct {
	// ClientOrderID names the replacement.
	ClientOrderID string
	// Quantity is what both orders are to fill together.
	Quantity              *domain.Quantity
	LimitPrice, StopPrice *domain.Price
	Trail                 *domain.Price
	TimeInForce           *domain.TimeInForce
	// ExpiresAt is taken with a TimeInForce only.
	ExpiresAt *time.Time
}

// isOpenFor reports whether an order may trade now.
func (d *decision) isOpenFor(o *resting) bool {
	return d.venue.IsOpen == nil || d.venue.IsOpen(o.Symbol, d.now, o.ExtendedHours)
}

// portion draws whether an order fills in part only, and how much of it then.
func (d *decision) portion(o *resting, whole domain.Quantity) (domain.Quantity, bool) {
	if d.venue.PartialFills == nil || o.Quantity == nil || o.isLeg() || o.TimeInForce == domain.TimeInForceFOK {
		return domain.Quantity{}, false
	}
	units := whole.Decimal()
	if !units.IsInteger() || units.LessThan(decimal.New(2, 0)) || units.GreaterThan(decimal.New(1, 15)) {
		return domain.Quantity{}, false
	}
	h := fnv.New64a()
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], *d.venue.PartialFills)
	binary.BigEndian.PutUint64(n[8:], uint64(d.seq)) //nolint:gosec // never below 0
	_, _ = h.Write(n[:])
	_, _ = h.Write(d.id.UUID[:])
	drawn := h.Sum64() >> 8
	if drawn%10 != 0 {
		return domain.Quantity{}, false
	}
	part, err := domain.NewQuantity(decimal.New(1+int64(drawn/10%uint64(units.IntPart()-1)), 0)) //nolint:gosec // within the units
	return part, err == nil
}

// trail lets the stop prices of a symbol follow its market.
func (d *decision) trail(symbol domain.Symbol) {
	b := d.book(symbol)
	if d.venue.IsOpen != nil && !d.venue.IsOpen(symbol, d.now, false) {
		return
	}
	for _, o := range b.open {
		price := b.market.triggerFor(o.Side)
		if !o.trails() || o.triggered || price == nil || !beyond(o.Side, *o.HighWater, *price) {
			continue
		}
		if stop, ok := o.stopBehind(*price); ok {
			d.emit(&trailed{ClientOrderID: o.ClientOrderID, HighWater: *price, StopPrice: stop})
		}
	}
}

// trailPlaces is how finely a stop price follows.
const trailPlaces = 4

// stopBehind gives the stop price for a market that came as far as p, where there
// is one above 0.
func (e *submitted) stopBehind(p domain.Price) (domain.Price, bool) {
	distance := decimal.Decimal{}
	switch {
	case e.TrailPrice != nil:
		distance = e.TrailPrice.Decimal()
	case e.TrailPercent != nil:
		distance = p.Decimal().Mul(e.TrailPercent.Decimal()).Shift(-2)
	}
	if e.Side == domain.SideSell {
		distance = distance.Neg()
	}
	stop, err := domain.NewPrice(p.Decimal().Add(distance).Round(trailPlaces))
	return stop, err == nil
}

// expire ends what is over by now.
func (d *decision) expire() {
	if d.expiring == 0 {
		return
	}
	for _, symbol := range d.symbols() {
		for _, o := range append([]*resting(nil), d.book(symbol).open...) {
			if o.ExpiresAt == nil || o.ExpiresAt.After(d.now) || !d.isOpen(o) {
				continue
			}
			d.emit(&expired{ClientOrderID: o.ClientOrderID})
			d.endLegs(o)
		}
	}
}
