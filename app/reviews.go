package app

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Settle implements ports.OrderDesk. The caller's word becomes a fact about the
// order; the executor goes on from it, under its lease, as from any other.
func (d *Desk) Settle(ctx context.Context, caller domain.Principal, id domain.TicketID, action ports.ReviewAction) (*domain.Order, error) {
	o, err := d.reviewed(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	said := d.word(caller, o, action)
	if o.Submission() != domain.SubmissionNeedsReview {
		if last, ok := lastReview(o); ok && last.Kind == said.Kind {
			return o, nil
		}
		return nil, domain.Conflict("not_in_review", "the order is "+string(o.Submission())+" and needs no review")
	}
	found, err := d.ask(ctx, o)
	if err != nil {
		return nil, err
	}
	switch {
	case action != ports.ReviewAdopt && len(found) > 0:
		return nil, domain.Conflict("order_found", "the broker has this order; adopt it")
	case action == ports.ReviewAdopt && len(found) == 0:
		return nil, domain.Conflict("order_not_found", "the broker does not show this order, so there is nothing to adopt")
	case action == ports.ReviewAdopt:
		said.BrokerOrderID = found[0].BrokerOrderID
	}
	events := []domain.OrderEvent{said}
	if len(found) > 0 {
		events = append(events, found[1:]...)
	}
	fresh, err := d.ledger.Review(ctx, ports.OrderFacts{OrderID: o.ID(), Events: events}, d.clock.Now())
	if err != nil {
		return nil, err
	}
	if !wasSaid(fresh, said) {
		return nil, domain.Conflict("not_in_review", "something else was said of the order meanwhile")
	}
	d.bell.Ring()
	return fresh, nil
}

// reviewed gives the order a ticket waits for, under the caller's own rights.
func (d *Desk) reviewed(ctx context.Context, caller domain.Principal, id domain.TicketID) (*domain.Order, error) {
	var orders []*domain.Order
	err := d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		page, err := r.Orders.List(ctx, ports.OrderQuery{TicketID: &id, Page: ports.PageRequest{Limit: ports.MaxPageLimit}})
		orders = page.Items
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if o.Submission() == domain.SubmissionNeedsReview {
			return o, nil
		}
	}
	if len(orders) == 0 {
		return nil, domain.NotFound("review")
	}
	return orders[0], nil
}

// ask gives the facts the broker tells of an order, that it was found first, or
// none where it does not have it or cannot be asked about any.
func (d *Desk) ask(ctx context.Context, o *domain.Order) ([]domain.OrderEvent, error) {
	account, err := d.ledger.Account(ctx, o.Terms().BrokerAccountID)
	if err != nil {
		return nil, err
	}
	broker, err := d.orders.brokers.For(account.Kind())
	if err != nil || broker.Capabilities().Lookup == ports.LookupNone {
		return nil, err
	}
	events, err := d.orders.lookUp(ctx, account, o)
	if errors.Is(err, domain.KindNotFound) {
		return nil, nil
	}
	return events, err
}

// word is what the caller says of an order. One thing is said of each attempt.
func (d *Desk) word(caller domain.Principal, o *domain.Order, action ports.ReviewAction) domain.OrderEvent {
	kinds := map[ports.ReviewAction]domain.OrderEventKind{
		ports.ReviewAdopt: domain.EventFound, ports.ReviewNotPlaced: domain.EventNotPlaced, ports.ReviewResend: domain.EventResendApproved,
	}
	return domain.OrderEvent{
		SourceID: reviewSourceID(o.Attempts()), Kind: kinds[action], At: d.clock.Now(), Attempt: o.Attempts(),
		Reason: string(action) + " by user " + caller.UserID.String(),
	}
}

func reviewSourceID(attempt int) string { return "review:" + strconv.Itoa(attempt) }

func wasSaid(o *domain.Order, said domain.OrderEvent) bool {
	for _, e := range o.Events() {
		if e.SourceID == said.SourceID {
			return e.Kind == said.Kind
		}
	}
	return false
}

// reviewOf gives what a person said of an attempt.
func reviewOf(o *domain.Order, attempt int) (domain.OrderEvent, bool) {
	for _, e := range o.Events() {
		if e.SourceID == reviewSourceID(attempt) {
			return e, true
		}
	}
	return domain.OrderEvent{}, false
}

// lastReview gives what a person said last.
func lastReview(o *domain.Order) (domain.OrderEvent, bool) {
	for attempt := o.Attempts(); attempt > 0; attempt-- {
		if e, ok := reviewOf(o, attempt); ok {
			return e, true
		}
	}
	return domain.OrderEvent{}, false
}

// resendApproved reports whether a person wants the order sent once more.
func resendApproved(o *domain.Order) bool {
	said, ok := reviewOf(o, o.Attempts())
	return ok && said.Kind == domain.EventResendApproved
}

// declaredNotPlaced reports whether the order is not placed by a person's word.
func declaredNotPlaced(o *domain.Order) bool {
	said, ok := reviewOf(o, o.Attempts())
	return ok && said.Kind == domain.EventNotPlaced
}

// reviews gives what was said of the orders as decisions of their ticket.
func reviews(orders []*domain.Order) []domain.Decision {
	var said []domain.Decision
	for _, o := range orders {
		for attempt := 1; attempt <= o.Attempts(); attempt++ {
			if e, ok := reviewOf(o, attempt); ok {
				said = append(said, domain.Decision{
					Rule: "review", Verdict: domain.VerdictNote, Detail: e.Reason + " at " + e.At.UTC().Format(time.RFC3339),
				})
			}
		}
	}
	return said
}
