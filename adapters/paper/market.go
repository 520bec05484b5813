package paper

import (
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
)

// market is what a symbol trades at. Its prices are never written through.
type market struct {
	bid, ask, last *domain.Price
	// quoted is set from the first pushed quote on: alerts set no price then.
	quoted bool
}

// takes gives the price an order of the side fills at, nil where there is none.
func (m market) takes(side domain.Side) *domain.Price {
	near := m.bid
	if side == domain.SideBuy {
		near = m.ask
	}
	if near != nil {
		return near
	}
	return m.last
}

// triggerFor gives the price a stop of the side is held against.
func (m market) triggerFor(side domain.Side) *domain.Price {
	switch {
	case m.last != nil:
		return m.last
	case side == domain.SideBuy:
		return m.ask
	}
	return m.bid
}

// mark gives what a unit is worth, 0 while nothing is known.
func (m market) mark() decimal.Decimal {
	switch {
	case m.last != nil:
		return m.last.Decimal()
	case m.bid != nil && m.ask != nil:
		return m.bid.Decimal().Add(m.ask.Decimal()).Mul(decimal.New(5, -1))
	case m.bid != nil:
		return m.bid.Decimal()
	case m.ask != nil:
		return m.ask.Decimal()
	}
	return decimal.Decimal{}
}

// equal reports whether both let the same things fill.
func (m market) equal(other market) bool {
	return m.quoted == other.quoted && samePrice(m.bid, other.bid) && samePrice(m.ask, other.ask) &&
		samePrice(m.last, other.last)
}

func samePrice(a, b *domain.Price) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(*b) == 0
}

func (m market) hasPrice() bool { return m.bid != nil || m.ask != nil || m.last != nil }

// match says what the market does with an order: whether its stop price has
// been reached, now or before, and the price it fills at, nil where it does not.
func (m market) match(o *resting) (fill *domain.Price, isTriggered bool) {
	if o.Type.NeedsStopPrice() && !o.triggered {
		p := m.triggerFor(o.Side)
		if p == nil || beyond(o.Side, *o.StopPrice, *p) {
			return nil, false
		}
	}
	p := m.takes(o.Side)
	if p == nil || o.Type.NeedsLimitPrice() && beyond(o.Side, *p, *o.LimitPrice) {
		return nil, o.Type.NeedsStopPrice()
	}
	return p, o.Type.NeedsStopPrice()
}

// beyond reports whether p is on the far side of q: above it for a buy, below
// it for a sell. A price beyond the limit is too dear; a stop price beyond the
// market is not reached.
func beyond(side domain.Side, p, q domain.Price) bool {
	if side == domain.SideBuy {
		return p.Cmp(q) > 0
	}
	return p.Cmp(q) < 0
}
