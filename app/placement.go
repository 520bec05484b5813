package app

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// place writes the next order of the ticket down, commits, and only then sends
// it.
func (x *execution) place(ctx context.Context, plan domain.Plan) (time.Duration, bool, error) {
	o, legs, err := x.newOrders(ctx, plan)
	if err != nil {
		return 0, false, err
	}
	first, err := x.orders.attempt(1, x.account, plan.Steps[0].Effect == domain.EffectExit)
	if err != nil {
		return 0, false, err
	}
	first.Effect = plan.Steps[0].Effect
	understood := ports.TicketPlan{
		Target: plan.Target, Decisions: plan.Decisions, Limits: x.limitsOf(plan.Steps[0]), Link: x.link(), Legs: legs,
		Afresh: first.Effect == domain.EffectEntry && x.position().IsFlat(),
	}
	understood.Protected = first.Effect == domain.EffectEntry && isStoppedAtBroker(plan)
	if plan.Synthetic && first.Effect == domain.EffectEntry {
		understood.Synthetic = new(domain.SyntheticStopFor(o.Terms(), plan.Legs))
	}
	err = x.ledger.Intend(ctx, x.lease, o, first, understood)
	if isLimitReached(err) || cameUnderHalt(err) {
		return 0, false, nil // by another lane, or a person, meanwhile: it is judged again
	}
	if err != nil {
		return 0, false, err
	}
	x.absent.drop(o.Terms().ClientOrderID)
	for _, written := range append([]*domain.Order{o}, legs...) {
		if _, err := written.Apply(domain.AttemptedEvent(first.Number, first.At), first.At); err != nil {
			return 0, false, err
		}
	}
	x.brief.Legs = append(x.brief.Legs, legs...)
	if x.ticket.Target == nil {
		x.ticket.Target = &plan.Target
	}
	return x.dispatch(ctx, o)
}

// isStoppedAtBroker reports whether the broker has, or will have, the stop-loss of
// what a plan enters.
func isStoppedAtBroker(plan domain.Plan) bool {
	return !plan.Synthetic && slices.ContainsFunc(plan.Legs, func(l domain.Leg) bool { return l.StopPrice != nil })
}

// nextStep numbers the ticket's next order.
func (x *execution) nextStep() int { return len(x.brief.Orders) + 1 }

// newOrders makes the order of the plan's first step, and its legs where it is an
// entry that is protected.
func (x *execution) newOrders(ctx context.Context, plan domain.Plan) (*domain.Order, []*domain.Order, error) {
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return nil, nil, err
	}
	step := plan.Steps[0]
	signal := x.brief.Signal.Snapshot()
	number := x.nextStep()
	terms := domain.OrderTerms{
		ID: domain.OrderID{UUID: x.ids.New()}, UserID: x.ticket.UserID, SignalID: x.ticket.SignalID, TicketID: x.ticket.ID,
		BrokerAccountID: x.ticket.BrokerAccountID, WebhookConfigID: signal.WebhookConfigID, LaneSeq: x.ticket.LaneSeq,
		Step: number, ClientOrderID: domain.NewClientOrderID(installation, x.ticket.ID, number, 0),
		Symbol: x.ticket.Symbol, Side: step.Side, Type: x.intent.OrderType, TimeInForce: x.intent.TimeInForce,
		Class: domain.OrderClassSimple, Quantity: &step.Quantity,
		LimitPrice: x.intent.LimitPrice, StopPrice: x.intent.StopPrice, ReferencePrice: x.intent.ReferencePrice,
		CreatedAt: x.clock.Now(),
	}
	if step.Effect != domain.EffectEntry || len(plan.Legs) == 0 {
		o, err := domain.NewOrder(terms)
		return o, nil, err
	}
	terms.Class = plan.Class
	o, err := domain.NewOrder(terms)
	if err != nil || plan.Class != domain.OrderClassBracket {
		return o, nil, err
	}
	legs, err := x.newLegs(installation, terms, plan.Legs)
	return o, legs, err
}

// sendAgain makes a further attempt at an order that provably is not at the
// broker, under the same client order id, unless it is not wanted any more.
func (x *execution) sendAgain(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	if !x.stillWanted(o) {
		return x.giveUp(ctx, o)
	}
	effect := x.effectOf(o)
	if j := domain.JudgeHalts(x.brief.Halts, effect); j.Wait {
		return waitForResume, false, x.noteOnce(ctx, j.Decision)
	} else if j.Held {
		return x.giveUpHalted(ctx, o, j)
	}
	next, err := x.orders.attempt(o.Attempts()+1, x.account, effect == domain.EffectExit)
	if err != nil {
		return 0, false, err
	}
	fresh, err := x.ledger.Retry(ctx, x.lease, o.ID(), next)
	if cameUnderHalt(err) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	x.absent.drop(o.Terms().ClientOrderID)
	return x.dispatch(ctx, fresh)
}

// dispatch sends an order whose attempt is committed and records what came of
// it, together with the ticket's end where this was its last order.
func (x *execution) dispatch(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	last := x.isLast(o)
	events := x.orders.send(ctx, x.account, o, x.legsOf(o))
	facts := ports.OrderFacts{OrderID: o.ID(), Events: events}
	for _, event := range events {
		if _, err := o.Apply(event, x.clock.Now()); err != nil {
			return 0, false, err
		}
	}
	x.logOrder(ctx, o)
	if end, ended := x.endWith(o, last); ended {
		return 0, true, x.finish(ctx, end, []ports.OrderFacts{facts})
	}
	if _, err := x.ledger.Record(ctx, facts, x.clock.Now()); err != nil {
		return 0, false, err
	}
	if o.Submission() == domain.SubmissionIntent {
		return waitAfterError, false, nil
	}
	return 0, false, nil
}

// endWith says how the ticket ends with an order just sent, where it does: it
// never reached the broker for good, or it is there and nothing follows it.
func (x *execution) endWith(o *domain.Order, last bool) (ports.TicketEnd, bool) {
	switch {
	case o.IsLeg():
		// What becomes of it is seen to before the ticket ends.
	case x.mustRestore(o), x.awaitsRest(o):
		// So is what an exit ended that leaves something to protect.
	case o.Submission().NeverReached() || o.Status() == domain.StatusRejected:
		return x.endAfter(o)
	case o.Submission() == domain.SubmissionAcknowledged && last && !x.hasPendingLegs(o) && !x.needsStopOrder(o):
		return x.end(domain.StateDone), true
	}
	return ports.TicketEnd{}, false
}

func (x *execution) logOrder(ctx context.Context, o *domain.Order) {
	t := o.Terms()
	x.log.InfoContext(ctx, "order "+string(o.Status()), "order_id", t.ID, "client_order_id", t.ClientOrderID,
		"symbol", t.Symbol, "side", t.Side, "quantity", t.Quantity, "submission", o.Submission(),
		"filled_quantity", o.FilledQuantity(), "average_fill_price", o.AverageFillPrice(), "attempt", o.Attempts())
}

func lastAttemptAt(o *domain.Order) time.Time {
	var at time.Time
	for _, e := range o.Events() {
		if e.Kind == domain.EventAttempted && e.At.After(at) {
			at = e.At
		}
	}
	return at
}

// giveUp ends a ticket whose order is provably not placed and came too late, or
// before an exit that waits.
func (x *execution) giveUp(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	end := x.end(domain.StateExpired)
	end.Reasons = []domain.Reason{{Code: "stale", Message: "the order could not be placed before it was too old"}}
	if x.isSuperseded() {
		end = x.superseded()
	}
	facts := ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{x.orders.ours(o, domain.EventNotPlaced, "", end.Reasons[0].Message)}}
	return 0, true, x.finish(ctx, end, []ports.OrderFacts{facts})
}

// reduces reports whether an order makes the position smaller: the one there is and
// the one there will be once what is on its way at market has filled, for it was
// planned against either.
func (x *execution) reduces(o *domain.Order) bool {
	for _, before := range []domain.Net{x.position(), x.expected()} {
		if before.After(o.Terms().Side, o.LeavesQuantity()).Size().Cmp(before.Size()) >= 0 {
			return false
		}
	}
	return true
}

// stillWanted reports whether an order not placed yet should be: while no full
// exit waits behind, and it is not too old, by the rule for exits or that for
// entries, or a person wants it however old it is.
func (x *execution) stillWanted(o *domain.Order) bool {
	if x.isSuperseded() {
		return false
	}
	if o.IsLeg() {
		return true // a position is never too old to be protected
	}
	effect := domain.EffectEntry
	if x.reduces(o) {
		effect = domain.EffectExit
	}
	return resendApproved(o) || !x.rules.Staleness.Expired(effect, x.age()) && !x.intent.Outlived(effect, x.age())
}
