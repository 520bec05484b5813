package app

import (
	"context"
	"errors"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// settle finds out what became of an order whose send was cut short, in this
// process or in one that died. Where the broker does not have it, what its rules
// prove decides: sent again, not placed, asked again, or left to a person.
func (x *execution) settle(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, false, err
	}
	if o.Submission() == domain.SubmissionInFlight {
		unknown := x.orders.ours(o, domain.EventAmbiguous, "", "the answer to the attempt was lost")
		if o, err = x.record(ctx, o, []domain.OrderEvent{unknown}); err != nil {
			return 0, false, err
		}
	}
	can := broker.Capabilities()
	// What is absent now was not there when the question was asked.
	since := x.clock.Now().Sub(lastAttemptAt(o))
	if can.Lookup != ports.LookupNone {
		events, err := x.orders.lookUp(ctx, x.account, o)
		if err == nil {
			_, err = x.record(ctx, o, events)
			return 0, false, err
		}
		if !errors.Is(err, domain.KindNotFound) {
			return 0, false, err
		}
	}
	return x.settleAbsent(ctx, o, can, since)
}

func (x *execution) settleAbsent(ctx context.Context, o *domain.Order, can ports.Capabilities, since time.Duration) (time.Duration, bool, error) {
	proven, wait := absence(can, since, x.c.SendTimeout)
	switch proven {
	case undecidable:
		return x.escalate(ctx, o)
	case unproven:
		return nextLookUp(since, wait), false, nil
	case harmless, neverAccepted:
	}
	return x.sendAgain(ctx, o)
}

// escalate leaves the ticket to a person. The lane waits behind it and the
// broker is asked again from time to time. The order may have been escalated by
// one who lost the lane before the ticket was.
func (x *execution) escalate(ctx context.Context, o *domain.Order) (time.Duration, bool, error) {
	if o.Submission() == domain.SubmissionNeedsReview && x.ticket.State == domain.StateNeedsReview {
		return waitForReview, false, nil
	}
	const why = "the broker may or may not have this order, and sending it again could double it"
	end := x.end(domain.StateNeedsReview)
	end.Reasons = []domain.Reason{{Code: "needs_review", Message: why}}
	facts := ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{x.orders.ours(o, domain.EventEscalated, "", why)}}
	return waitForReview, false, x.finish(ctx, end, []ports.OrderFacts{facts})
}
