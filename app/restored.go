package app

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// A database put back from a backup has forgotten what was sent since. Its
// tickets are older than the executors that are started on it, so the first
// order of such a ticket may be at the broker already, under the very id that it
// gets again. Where the broker can be asked, it is asked before that is sent.

// mayBeForgotten reports whether an order of the ticket may be known to the
// broker although the ledger says that it was not sent.
func (x *execution) mayBeForgotten() bool {
	return x.brief.Signal.Snapshot().ReceivedAt.Before(x.started)
}

// takeIn gives the ticket the order that its next step has at the broker already,
// whatever a halt, a rail or its age says by now: it is there, and is this
// ticket's. It reports whether there was one. What follows is judged as always.
func (x *execution) takeIn(ctx context.Context, last *domain.Order) (bool, error) {
	if _, ours := aboutOrder(x.brief.Signal.Snapshot(), unprotectedEntry); ours {
		return false, nil // what it sends is asked about before
	}
	if !x.mayBeForgotten() || x.intent.Action == domain.ActionCancel || x.account.Snapshot().DeletedAt != nil {
		return false, nil
	}
	if last != nil {
		if _, ended := x.endAfter(last); ended || !last.IsSettled() || isProtectedEntry(last) {
			return false, nil
		}
	}
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return false, err
	}
	report, err := x.forgotten(ctx, domain.NewClientOrderID(installation, x.ticket.ID, x.nextStep(), 0))
	if err != nil || report == nil {
		return false, err
	}
	plan, err := x.planOf(ctx, *report)
	if err != nil || len(plan.Steps) == 0 {
		return false, err
	}
	o, legs, err := x.newOrders(ctx, plan)
	if err != nil {
		return false, err
	}
	if err := x.alarm(ctx, *report); err != nil {
		return false, err
	}
	return true, x.adopt(ctx, o, *report, ports.TicketPlan{
		Target: plan.Target, Decisions: plan.Decisions, Link: x.link(), Legs: legs,
		Protected: len(plan.Steps) > 0 && plan.Steps[0].Effect == domain.EffectEntry && isStoppedAtBroker(plan),
	})
}

// planOf understands the intent as if nothing held it, so that the order has its
// legs and what follows it is known. What the broker was sent counts: where the
// intent would mean something else by now, the order is all there is of the plan.
func (x *execution) planOf(ctx context.Context, report domain.OrderReport) (domain.Plan, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return domain.Plan{}, err
	}
	instrument, err := broker.Instrument(ctx, x.account, x.ticket.Symbol)
	if err != nil && !errors.Is(err, domain.KindNotFound) {
		return domain.Plan{}, err
	}
	free := *x
	free.can, free.market = broker.Capabilities(), domain.Prices{}
	free.rules.Staleness, free.rules.Risk, free.rules.Sides = domain.Staleness{}, domain.RiskLimits{}, nil
	plan := free.plan(instrument)
	switch {
	case !report.Side.IsValid() || report.Quantity == nil:
	case len(plan.Steps) > 0 && plan.Steps[0].Side == report.Side:
		plan.Steps[0].Quantity = *report.Quantity
	default:
		target := x.position().After(report.Side, *report.Quantity)
		effect := domain.EffectEntry
		if target.Size().Cmp(x.position().Size()) < 0 {
			effect = domain.EffectExit
		}
		plan = domain.Plan{Steps: []domain.Step{{Effect: effect, Side: report.Side, Quantity: *report.Quantity}}, Target: target}
	}
	plan.Decisions = append(plan.Decisions, domain.Decision{
		Rule: "found_at_broker", Verdict: domain.VerdictNote,
		Detail: "the broker has order " + report.BrokerOrderID + " of this ticket already; it is taken in, and nothing that would hold it was asked",
	})
	return plan, nil
}

// adopt writes an order down that the broker has, and what it says of it.
func (x *execution) adopt(ctx context.Context, o *domain.Order, report domain.OrderReport, plan ports.TicketPlan) error {
	now := x.clock.Now()
	if err := x.ledger.Intend(ctx, x.lease, o, ports.Attempt{Number: 1, At: now, Deadline: now, Found: true}, plan); err != nil {
		return err
	}
	if _, err := o.Apply(domain.AttemptedEvent(1, now), now); err != nil {
		return err
	}
	return x.remember(ctx, o, report)
}

// forgotten gives what the broker has under a client order id of an order that,
// by the ledger, is not there; nil where it has nothing. An error means that it
// could not be asked: then nothing is sent.
func (x *execution) forgotten(ctx context.Context, clientOrderID string) (*domain.OrderReport, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return nil, err
	}
	if !x.mayBeForgotten() || broker.Capabilities().Lookup == ports.LookupNone || x.absent.has(clientOrderID) {
		return nil, nil
	}
	report, err := x.orders.find(ctx, x.account, clientOrderID)
	if errors.Is(err, domain.KindNotFound) {
		x.absent.add(clientOrderID)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x.log.ErrorContext(ctx, "the broker has an order that the ledger does not know to be sent; it is not sent again",
		"client_order_id", report.ClientOrderID, "broker_order_id", report.BrokerOrderID, "broker_account_id", x.account.ID(),
		"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol)
	return &report, nil
}

// alarm tells of an order that no row accounted for.
func (x *execution) alarm(ctx context.Context, report domain.OrderReport) error {
	isNew, err := x.ledger.Unmatched(ctx, unmatched(x.ids, x.account, x.ticket.Symbol, report, x.clock.Now()))
	if isNew && x.c.Found != nil {
		x.c.Found()
	}
	return err
}

// remember records what the broker has of an order in place of sending it.
func (x *execution) remember(ctx context.Context, o *domain.Order, report domain.OrderReport) error {
	_, err := x.record(ctx, o, append(x.orders.foundIfNew(o, report), report.Events()...))
	return err
}
