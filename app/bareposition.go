package app

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// protectingRules are those under which what an entry built is closed: they are
// its config's, but that no exit of the guard or of a halt is too old or outside of a
// session, and where what others built in the account is none of its business, they
// are about its own.
func protectingRules(r domain.WebhookRules, ownOnly bool) domain.WebhookRules {
	r.Staleness.ExitSeconds, r.Session = nil, domain.Session{}
	if ownOnly {
		r.PositionScope = domain.PositionScopeWebhook
	}
	return r
}

// seeToProtection is what a signal of source protection does before it exits. Seen
// is false where it is to exit now.
func (x *execution) seeToProtection(ctx context.Context) (wait time.Duration, final, seen bool, err error) {
	if wait, final, seen, err = x.seeToUnprotected(ctx); seen || err != nil {
		return wait, final, seen, err
	}
	if wait, final, seen, err = x.seeToBare(ctx); seen || err != nil {
		return wait, final, seen, err
	}
	return x.seeToStop(ctx)
}

// seeToBare is what a signal of the guard does first: the loss that it is about
// may not be recorded yet, and what the config holds by now may be protected by
// other orders. Seen is false where it is to be closed.
func (x *execution) seeToBare(ctx context.Context) (wait time.Duration, final, seen bool, err error) {
	lost, ours := aboutOrder(x.brief.Signal.Snapshot(), lostOrder)
	if !ours || x.ticket.Target != nil {
		return 0, false, false, nil
	}
	for _, o := range x.brief.Working {
		if o.ID() == lost {
			wait, _, err := x.refresh(ctx, o)
			return wait, false, true, err
		}
	}
	if !x.isCovered() {
		return 0, false, false, nil
	}
	end := x.refusal(domain.ReasonNothingToDo, "what there is of the position is protected by other orders")
	return 0, true, true, x.finish(ctx, end, nil)
}

// isCovered reports whether open stop-losses protect all of the position. A
// take-profit alone protects nothing.
func (x *execution) isCovered() bool {
	position := x.position()
	if position.IsFlat() {
		return false // the plan says so
	}
	left := position.Size()
	exit := position.ExitSide()
	protecting := slices.DeleteFunc(slices.Clone(x.brief.Working), func(o *domain.Order) bool {
		return o.Terms().Side == exit && (!o.IsLeg() || o.Terms().StopPrice == nil)
	})
	for _, holds := range heldBy(protecting, exit) {
		left = left.Less(holds.Min(left))
	}
	return left.IsZero()
}

// marketTimeInForce is how a market order is sent that closes a position: for
// the day, or where a broker knows no day, until it is canceled.
func marketTimeInForce(can ports.Capabilities) domain.TimeInForce {
	if slices.Contains(can.TimesInForce, domain.TimeInForceDay) {
		return domain.TimeInForceDay
	}
	return domain.TimeInForceGTC
}

// standsBare is told once of a position that a halt keeps from being protected,
// or from being closed for want of protection: under halt nothing at all is sent,
// so what ends that is its being lifted, or a person at the broker.
func (x *execution) standsBare(ctx context.Context) error {
	d := domain.Decision{
		Rule: "protection_halted", Verdict: domain.VerdictNote,
		Detail: "a halt is in force, so what protects the position is not sent until it is lifted; the position stands without",
	}
	if !slices.Contains(x.ticket.Decisions, d) {
		x.log.ErrorContext(ctx, "a halt keeps a position from being protected; lift it, or see to the position at the broker",
			"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol)
	}
	return x.noteOnce(ctx, d)
}
