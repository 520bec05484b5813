package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// waitForResume is how often a lane whose exit a halt holds looks whether it is
// lifted.
const waitForResume = 500 * time.Millisecond

// effectOf says what an order does to the position there is now.
func (x *execution) effectOf(o *domain.Order) domain.Effect {
	if x.reduces(o) {
		return domain.EffectExit
	}
	return domain.EffectEntry
}

// underHalts gives what halts make of the next step: held is false where nothing
// stops it, otherwise the ticket waits or is over.
func (x *execution) underHalts(ctx context.Context, plan domain.Plan) (held bool, wait time.Duration, err error) {
	j := domain.JudgeHalts(x.brief.Halts, plan.Steps[0].Effect)
	switch {
	case !j.Held:
		return false, 0, nil
	case j.Wait:
		return true, waitForResume, x.noteOnce(ctx, j.Decision)
	}
	return true, 0, x.finish(ctx, x.endOf(plan.Under(x.brief.Halts)), nil)
}

// noteOnce stores why a ticket waits, the first time. Its target is not settled by
// that: what else happens to the position meanwhile counts.
func (x *execution) noteOnce(ctx context.Context, d domain.Decision) error {
	if slices.Contains(x.ticket.Decisions, d) {
		return nil
	}
	return x.ledger.Note(ctx, x.lease, x.ticket.ID, []domain.Decision{d})
}

// giveUpHalted ends a ticket whose order is provably not placed and is held by a
// halt now.
func (x *execution) giveUpHalted(ctx context.Context, o *domain.Order, j domain.HaltJudgement) (time.Duration, bool, error) {
	end := x.refusal(j.Reason.Code, j.Reason.Message)
	end.Decisions = []domain.Decision{j.Decision}
	event := x.orders.ours(o, domain.EventNotPlaced, "", j.Reason.Message)
	return 0, true, x.finish(ctx, end, []ports.OrderFacts{{OrderID: o.ID(), Events: []domain.OrderEvent{event}}})
}

// cameUnderHalt reports that a halt was set since the ticket was read: nothing
// was written, and the ticket is to be looked at again.
func cameUnderHalt(err error) bool {
	e, ok := asError(err)
	return ok && e.Code == "halted" && errors.Is(err, domain.KindConflict)
}
