package app

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// takesStops reports whether a broker takes a stop order that works until it is
// canceled, and can be asked how the entry before it stands.
func takesStops(c ports.Capabilities) bool {
	return c.Lookup != ports.LookupNone && slices.Contains(c.OrderTypes, domain.OrderTypeStop) && slices.Contains(c.TimesInForce, domain.TimeInForceGTC)
}

// isProtectedEntry reports whether an order is an entry that came with protection.
func isProtectedEntry(o *domain.Order) bool {
	return !o.IsLeg() && o.Terms().Class != domain.OrderClassSimple
}

// needsStopOrder reports whether an entry is at the broker, or was, whose
// stop-loss is sent by itself once it is over.
func (x *execution) needsStopOrder(o *domain.Order) bool {
	return o.Terms().Class == domain.OrderClassOTO && !o.IsLeg() && o.Submission() == domain.SubmissionAcknowledged &&
		(!o.IsSettled() || !o.FilledQuantity().IsZero())
}

// protectFilled awaits the end of an entry and then has a stop order work for
// what it filled, before the ticket ends. A full exit that waits behind ends the
// entry, or makes the stop order needless. Like every step it begins with what the
// ledger says.
func (x *execution) protectFilled(ctx context.Context, entry *domain.Order) (time.Duration, bool, error) {
	if !entry.IsSettled() {
		if !x.isSuperseded() {
			return x.refresh(ctx, entry)
		}
		settled, err := x.endOrder(ctx, entry)
		if err != nil || settled {
			return 0, false, err
		}
		return waitForVenue, false, nil
	}
	legs := x.legsOf(entry)
	if len(legs) == 0 {
		if x.isSuperseded() {
			return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
		}
		return x.placeStop(ctx, entry)
	}
	switch leg := legs[len(legs)-1]; {
	case isRefused(leg) && x.retriesLeg(legs):
		return x.retryStop(ctx, entry, leg, len(legs))
	case isRefused(leg):
		return x.flatten(ctx, entry, leg)
	case leg.Submission() != domain.SubmissionAcknowledged:
		return x.follow(ctx, leg)
	}
	return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
}

// placeStop writes the stop order for what an entry filled down and sends it.
// What the account does not hold any more is not protected.
func (x *execution) placeStop(ctx context.Context, entry *domain.Order) (time.Duration, bool, error) {
	t := entry.Terms()
	held := x.heldOf(entry)
	if held.IsZero() {
		return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
	}
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, false, err
	}
	instrument, err := broker.Instrument(ctx, x.account, x.ticket.Symbol)
	if err != nil {
		return 0, false, err
	}
	legs, err := x.intent.LegsFor(t.Side, instrument)
	if err != nil {
		return 0, false, err
	}
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return 0, false, err
	}
	t.Quantity, t.CreatedAt = &held, x.clock.Now()
	orders, err := x.newLegs(installation, t, legs)
	if err != nil {
		return 0, false, err
	}
	return x.write(ctx, orders[0])
}

// legRetries is how long after a stop order was refused the next one is sent, where
// the config wants that.
func legRetries() []time.Duration {
	return []time.Duration{time.Second, 5 * time.Second, 30 * time.Second}
}

// retriesLeg reports whether another stop order is sent after those, of which the
// last was refused. None is where a full exit waits behind.
func (x *execution) retriesLeg(legs []*domain.Order) bool {
	return x.rules.Protection.OnRefusedLeg == domain.LegRetry && len(legs) <= len(legRetries()) && !x.isSuperseded()
}

// retryStop sends another stop order once it is time: what was refused, and that
// the position stands without it meanwhile, is told at once.
func (x *execution) retryStop(ctx context.Context, entry, refused *domain.Order, nth int) (time.Duration, bool, error) {
	d := domain.Decision{
		Rule: "protection_retried", Verdict: domain.VerdictNote,
		Detail: "the broker refused stop order " + refused.Terms().ClientOrderID + ", so another is sent: " + refused.RejectReason(),
	}
	if !slices.Contains(x.ticket.Decisions, d) {
		x.log.ErrorContext(ctx, "a stop order was refused; the position stands without until another is taken", "order_id", refused.ID(),
			"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol, "reason", refused.RejectReason())
	}
	if err := x.noteOnce(ctx, d); err != nil {
		return 0, false, err
	}
	if wait := legRetries()[nth-1] - x.clock.Now().Sub(lastAttemptAt(refused)); wait > 0 {
		return wait, false, nil
	}
	return x.placeStop(ctx, entry)
}

// isRefused reports whether the broker has an order neither now nor ever had.
func isRefused(o *domain.Order) bool {
	return o.Submission().NeverReached() || o.Status() == domain.StatusRejected
}

// lostLeg gives a leg of a bracket that the broker does not have, although it has
// the entry; nil where there is none.
func (x *execution) lostLeg(o *domain.Order) *domain.Order {
	if o.Terms().Class != domain.OrderClassBracket || isRefused(o) {
		return nil
	}
	for _, leg := range x.legsOf(o) {
		if isRefused(leg) {
			return leg
		}
	}
	return nil
}

// takeBack ends an entry of which a leg is lost, and the other leg, and then what
// it filled.
func (x *execution) takeBack(ctx context.Context, entry, lost *domain.Order) (time.Duration, bool, error) {
	waits := false
	for _, o := range append([]*domain.Order{entry}, x.legsOf(entry)...) {
		if o.IsSettled() {
			continue
		}
		settled, err := x.endOrder(ctx, o)
		if err != nil {
			return 0, false, err
		}
		waits = waits || !settled
	}
	if waits {
		return waitForVenue, false, nil
	}
	return x.flatten(ctx, entry, lost)
}

// flatten ends a position whose protection the broker does not take: nobody
// wanted it without one.
func (x *execution) flatten(ctx context.Context, entry, leg *domain.Order) (time.Duration, bool, error) {
	x.log.ErrorContext(ctx, "a leg of an entry was refused; the position is closed", "order_id", leg.ID(),
		"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol, "reason", leg.RejectReason())
	held := x.heldOf(entry)
	if held.IsZero() || x.isSuperseded() {
		return 0, true, x.finish(ctx, x.end(domain.StateDone), nil)
	}
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, false, err
	}
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return 0, false, err
	}
	t := entry.Terms()
	t.ID = domain.OrderID{UUID: x.ids.New()}
	t.Step = entry.Terms().Step + 1 + len(x.legsOf(entry))
	t.ClientOrderID = domain.NewClientOrderID(installation, x.ticket.ID, t.Step, 0)
	t.Side, t.Class, t.Quantity, t.CreatedAt = t.Side.Opposite(), domain.OrderClassSimple, &held, x.clock.Now()
	t.Type, t.LimitPrice, t.StopPrice, t.TimeInForce = domain.OrderTypeMarket, nil, nil, marketTimeInForce(broker.Capabilities())
	o, err := domain.NewOrder(t)
	if err != nil {
		return 0, false, err
	}
	return x.write(ctx, o)
}

// write commits an order that takes a position back, with its first attempt, and
// sends it.
func (x *execution) write(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	known, err := x.forgotten(ctx, o.Terms().ClientOrderID)
	if err != nil {
		return 0, false, err
	}
	if known != nil {
		if err := x.alarm(ctx, *known); err != nil {
			return 0, false, err
		}
		return 0, false, x.adopt(ctx, o, *known, ports.TicketPlan{Target: x.target()})
	}
	first, err := x.orders.attempt(1, x.account, true)
	if err != nil {
		return 0, false, err
	}
	first.Effect = domain.EffectExit
	err = x.ledger.Intend(ctx, x.lease, o, first, ports.TicketPlan{Target: x.target()})
	if cameUnderHalt(err) {
		return waitForResume, false, x.standsBare(ctx)
	}
	if err != nil {
		return 0, false, err
	}
	if _, err := o.Apply(domain.AttemptedEvent(first.Number, first.At), first.At); err != nil {
		return 0, false, err
	}
	x.absent.drop(o.Terms().ClientOrderID)
	return x.dispatch(ctx, o)
}

// target is what the ticket was understood to want; one that only protects what is
// held wants nothing else.
func (x *execution) target() domain.Net {
	if x.ticket.Target == nil {
		return x.position()
	}
	return *x.ticket.Target
}

// heldOf gives how much of what an entry filled there still is.
func (x *execution) heldOf(entry *domain.Order) domain.Quantity {
	return domain.NetOf(entry.Terms().Side, entry.FilledQuantity()).LeftIn(x.position(), x.brief.AccountPosition.Quantity)
}

// withRefusedStop says with the end of a ticket that its entry could not be
// protected, where nothing else is to be said.
func (x *execution) withRefusedStop(end ports.TicketEnd) ports.TicketEnd {
	if end.State != domain.StateDone || len(end.Reasons) > 0 {
		return end
	}
	for i, leg := range x.brief.Legs {
		if i < len(x.brief.Legs)-1 && !isBracketLeg(leg) {
			continue // another was sent after it
		}
		if isRefused(leg) {
			end.Reasons = []domain.Reason{{
				Code: "protection_refused", Message: "the broker refused what protects the entry, so the position was closed: " + leg.RejectReason(),
			}}
		}
	}
	return end
}
