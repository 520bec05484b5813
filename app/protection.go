package app

import (
	"context"
	"errors"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// newLegs makes the orders that protect an entry. Their steps follow on its own.
func (x *execution) newLegs(installation domain.Installation, entry domain.OrderTerms, legs []domain.Leg) ([]*domain.Order, error) {
	orders, before := make([]*domain.Order, len(legs)), 0
	for _, leg := range x.brief.Legs {
		if *leg.Terms().ParentID == entry.ID {
			before++ // refused
		}
	}
	for i, leg := range legs {
		t := entry
		t.ID, t.ParentID = domain.OrderID{UUID: x.ids.New()}, &entry.ID
		t.Step = entry.Step + 1 + before + i
		t.ClientOrderID = domain.NewClientOrderID(installation, x.ticket.ID, t.Step, 0)
		t.Side, t.Type, t.TimeInForce = entry.Side.Opposite(), leg.Type, domain.TimeInForceGTC
		t.LimitPrice, t.StopPrice = leg.LimitPrice, leg.StopPrice
		var err error
		if orders[i], err = domain.NewOrder(t); err != nil {
			return nil, err
		}
	}
	return orders, nil
}

// legsOf gives the legs of an order of the ticket.
func (x *execution) legsOf(o *domain.Order) []*domain.Order {
	var legs []*domain.Order
	for _, leg := range x.brief.Legs {
		if *leg.Terms().ParentID == o.ID() {
			legs = append(legs, leg)
		}
	}
	return legs
}

func legRequests(legs []*domain.Order) []ports.OrderLeg {
	var requests []ports.OrderLeg
	for _, leg := range legs {
		t := leg.Terms()
		requests = append(requests, ports.OrderLeg{
			ClientOrderID: t.ClientOrderID, Type: t.Type, LimitPrice: t.LimitPrice, StopPrice: t.StopPrice,
		})
	}
	return requests
}

// isProtected reports whether orders are open that protect the position. Legs
// whose entry has filled nothing protect nothing yet.
func (x *execution) isProtected() bool {
	waiting := map[domain.OrderID]bool{}
	for _, o := range x.brief.Working {
		waiting[o.ID()] = o.FilledQuantity().IsZero()
	}
	for _, o := range x.brief.Working {
		if o.IsLeg() && !waiting[*o.Terms().ParentID] {
			return true
		}
	}
	return false
}

// hasPendingLegs reports whether the broker has an order of which it is not known
// yet what became of its legs.
func (x *execution) hasPendingLegs(o *domain.Order) bool {
	if o.Terms().Class != domain.OrderClassBracket || o.Submission() != domain.SubmissionAcknowledged || o.Status() == domain.StatusRejected {
		return false
	}
	for _, leg := range x.legsOf(o) {
		if leg.Submission().IsUnsettled() {
			return true
		}
	}
	return false
}

// confirmLegs asks for the legs of an order that the broker has, until all of
// them are known: no ticket ends before. The broker took all of it or nothing, so
// a leg that it does not have once look-ups no longer lag is an alarm, and the
// entry is taken back.
func (x *execution) confirmLegs(ctx context.Context, o *domain.Order) (time.Duration, error) {
	for _, leg := range x.legsOf(o) {
		if !leg.Submission().IsUnsettled() {
			continue
		}
		if wait, err := x.confirmLeg(ctx, o, leg); wait > 0 || err != nil {
			return wait, err
		}
	}
	return 0, nil
}

func (x *execution) confirmLeg(ctx context.Context, entry, leg *domain.Order) (time.Duration, error) {
	events, err := x.orders.lookUp(ctx, x.account, leg)
	if errors.Is(err, domain.KindNotFound) {
		var wait time.Duration
		if wait, err = x.untilProvenAbsent(entry); wait > 0 || err != nil {
			return wait, err
		}
		events = []domain.OrderEvent{x.legNotPlaced(leg, "the broker does not have this leg, although it took its entry")}
	}
	if err != nil {
		return 0, err
	}
	_, err = x.record(ctx, leg, events)
	return 0, err
}

// untilProvenAbsent gives how long a look-up may still miss an order of which
// nothing can be under way any more.
func (x *execution) untilProvenAbsent(o *domain.Order) (time.Duration, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, err
	}
	since := x.clock.Now().Sub(lastAttemptAt(o))
	return x.c.SendTimeout + broker.Capabilities().VisibleWithin - since, nil
}

// isBracketLeg reports whether an order was sent with another one, and never by
// itself.
func isBracketLeg(o *domain.Order) bool {
	return o.IsLeg() && o.Terms().Class == domain.OrderClassBracket
}

// legNotPlaced is the fact that the broker does not have a leg.
func (x *execution) legNotPlaced(leg *domain.Order, reason string) domain.OrderEvent {
	if leg.Submission() == domain.SubmissionInFlight {
		return x.orders.ours(leg, domain.EventRefused, "", reason)
	}
	return x.orders.ours(leg, domain.EventNotPlaced, "", reason)
}

// endOfLegs tells, with the end of a ticket, what became of legs whose entry was
// not placed: neither were they.
func (x *execution) endOfLegs(end ports.TicketEnd) []ports.OrderFacts {
	var facts []ports.OrderFacts
	if !end.State.IsFinal() {
		return nil
	}
	for _, leg := range x.brief.Legs {
		if isBracketLeg(leg) && leg.Submission().IsUnsettled() {
			facts = append(facts, ports.OrderFacts{OrderID: leg.ID(), Events: []domain.OrderEvent{
				x.legNotPlaced(leg, "the entry that it protects was not placed"),
			}})
		}
	}
	return facts
}
