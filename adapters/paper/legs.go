package paper

import (
	"cmp"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// clientOrderIDs gives the ids of an order and of its legs.
func clientOrderIDs(r ports.OrderRequest) []string {
	ids := []string{r.ClientOrderID}
	for _, leg := range r.Legs {
		ids = append(ids, leg.ClientOrderID)
	}
	return ids
}

func checkLegs(f *faults, r ports.OrderRequest) {
	if len(r.Legs) == 0 {
		return
	}
	f.require(r.Quantity != nil, "quantity_required", "legs", "only an order by quantity has legs")
	ids := clientOrderIDs(r)
	stops, limits := 0, 0
	for i, leg := range r.Legs {
		f.require(isClientOrderID(leg.ClientOrderID) && !slices.Contains(ids[:i+1], leg.ClientOrderID),
			"invalid_client_order_id", "legs", "each needs an id of its own of 1 to 128 printable ASCII characters")
		f.require(leg.Type.NeedsLimitPrice() == (leg.LimitPrice != nil) && leg.Type.NeedsStopPrice() == (leg.StopPrice != nil),
			"price_mismatch", "legs", "each has the prices of its type and no others")
		f.requirePrice("legs", leg.LimitPrice)
		f.requirePrice("legs", leg.StopPrice)
		switch leg.Type {
		case domain.OrderTypeLimit:
			limits++
		case domain.OrderTypeStop, domain.OrderTypeStopLimit:
			stops++
		default:
			f.require(false, "unsupported_order_type", "legs", "must be limit, stop or stop_limit")
		}
	}
	f.require(stops <= 1 && limits <= 1, "too_many_legs", "legs", "at most one stop-loss and one take-profit")
}

// takeLegs journals the legs that came with an order, held.
func (d *decision) takeLegs(t Ticket) {
	r := t.OrderRequest
	for _, leg := range r.Legs {
		d.about = append(d.about, leg.ClientOrderID)
		terms := submitted{
			ClientOrderID: leg.ClientOrderID, BrokerOrderID: d.nameNext("order"), Symbol: r.Symbol,
			Side: r.Side.Opposite(), Type: leg.Type, Quantity: r.Quantity,
			LimitPrice: leg.LimitPrice, StopPrice: leg.StopPrice, Parent: r.ClientOrderID,
		}
		terms.TimeInForce, terms.ExpiresAt = cmp.Or(t.LegsTimeInForce, domain.TimeInForceGTC), t.ExpiresAt
		if t.Either {
			terms.Side, terms.Parent, terms.Either = r.Side, "", r.ClientOrderID
		}
		d.emit(&terms)
	}
}

// follow is what a fill brings about: the legs of the order work from now on, and
// the other leg of a leg is not needed any more. A leg that the market reaches
// already fills at once.
func (d *decision) follow(o *resting) {
	if o.isLeg() {
		d.endSiblings(o)
		return
	}
	for _, id := range o.Legs {
		if leg, ok := d.order(id); ok && leg.resting != nil {
			d.emit(&activated{ClientOrderID: id})
		}
	}
	for _, id := range o.Legs {
		if leg, ok := d.order(id); ok && leg.resting != nil {
			d.settle(leg.resting, d.consider(leg.resting, false))
		}
	}
}

// endSiblings cancels the other legs of a leg that is filled.
func (d *decision) endSiblings(o *resting) {
	for _, id := range d.siblings(o) {
		if leg, ok := d.order(id); ok && leg.resting != nil {
			d.emit(&canceled{ClientOrderID: id})
		}
	}
}

// siblings gives the open legs of the same order, but for o itself. The parent is
// over and has forgotten its legs.
func (d *decision) siblings(o *resting) []string {
	var ids []string
	for _, other := range d.book(o.Symbol).open {
		if other.Parent == o.Parent && other.Either == o.Either && other.ClientOrderID != o.ClientOrderID {
			ids = append(ids, other.ClientOrderID)
		}
	}
	return ids
}

// endLegs cancels the legs of an order that ended unfilled.
func (d *decision) endLegs(o *resting) {
	for _, id := range o.Legs {
		if leg, ok := d.order(id); ok && leg.resting != nil {
			d.emit(&canceled{ClientOrderID: id})
		}
	}
}

// isOpen reports whether an order still is as it was found in its book.
func (d *decision) isOpen(o *resting) bool {
	now, ok := d.order(o.ClientOrderID)
	return ok && now.resting == o
}

// holds gives how much of a leg the account still has to trade.
func (b *book) holds(o *resting) domain.Quantity {
	if b.position.Quantity.ExitSide() != o.Side {
		return domain.Quantity{}
	}
	return o.leaves().Min(b.position.Quantity.Size())
}

// note remembers the orders that an entry changed, each once.
func (d *decision) note(ev event) {
	var id string
	switch e := ev.(type) {
	case *triggered:
		id = e.ClientOrderID
	case *trailed:
		id = e.ClientOrderID
	case *partlyFilled:
		id = e.ClientOrderID
	case *expired:
		id = e.ClientOrderID
	case *replaced:
		id = e.ClientOrderID
	case *activated:
		id = e.ClientOrderID
	case *filled:
		id = e.ClientOrderID
	case *canceled:
		id = e.ClientOrderID
	case *rejected:
		id = e.ClientOrderID
	default:
		return
	}
	if !slices.Contains(d.about, id) && !slices.Contains(d.made.Changed, id) {
		d.made.Changed = append(d.made.Changed, id)
	}
}
