package app

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// waitForChain is how long a lane rests while the alert is waited for that its
// head came from: the lane is looked at again that often, because what arrives
// meanwhile may be an exit.
const waitForChain = 250 * time.Millisecond

// holdsForChain gives how long to wait for the alert before this one. How long
// it waited is told by its receipt, so that nothing starts the time anew. What
// has a target is past waiting.
func (x *execution) holdsForChain() time.Duration {
	if x.ticket.Target != nil || x.mayTrap() {
		return 0
	}
	left := time.Duration(x.rules.Chain.HoldFor(x.intent, x.brief.Stood, x.age())) * time.Second
	return min(left, waitForChain)
}

// mayTrap reports whether anything that may be an exit stands behind the ticket,
// or may do so farther behind than the brief tells.
func (x *execution) mayTrap() bool {
	behind := x.brief.Behind
	return len(behind) == ports.ChainReach ||
		slices.ContainsFunc(behind, func(s ports.QueuedSignal) bool { return !s.Intent.BuildsOnly() })
}

// alertBefore gives the alert that this one came from where that arrived after
// it. It goes first, unless something else than that alert wants the ticket to
// give way.
func (x *execution) alertBefore() *ports.QueuedSignal {
	if x.ticket.State != domain.StateQueued || !x.intent.BreaksChain(x.brief.Stood) {
		return nil
	}
	for _, a := range x.brief.Behind {
		if by := x.brief.SupersededBy; by != nil && *by != a.SignalID {
			continue
		}
		if a.SameConfig && a.Intent.Precedes(x.intent) && !slices.Contains(x.held, a.TicketID) {
			return &a
		}
	}
	return nil
}

// letPass takes the alert before this one first, all the way to its end.
func (x *execution) letPass(ctx context.Context, before ports.QueuedSignal) (time.Duration, error) {
	why := domain.Decision{
		Rule: "chain_order", Verdict: domain.VerdictAdjust,
		Detail: "taken before signal " + x.ticket.SignalID.String() + ", which came from where this one leads",
	}
	if err := x.ledger.Overtake(ctx, x.lease, before.TicketID, why); err != nil {
		return 0, err
	}
	held := append(slices.Clip(x.held), x.ticket.ID)
	return x.runTicket(ctx, ports.ClaimedLane{Lease: x.lease}, domain.Ticket{ID: before.TicketID}, held...)
}

// link gives what the next alert is held against, where this ticket's own is
// being decided about and changes that. What is queued again says nothing new of
// where its sender stands.
func (x *execution) link() *ports.ChainLink {
	if x.brief.Rules == nil || x.brief.Signal.Snapshot().DeliveryID == nil || x.ticket.Target != nil || x.intent.Action == domain.ActionCancel {
		return nil
	}
	stood, stands := x.brief.Stood, x.intent.Stand()
	switch {
	case stood == nil && (stands == nil || x.intent.PreviousPosition == nil):
		return nil
	case stood != nil && stands != nil && stood.Cmp(*stands) == 0:
		return nil
	}
	return &ports.ChainLink{Stands: stands}
}
