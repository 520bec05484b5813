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
func (d *Desk) Settle(ctx context.Context, caller domain.Principal, id domain.TicketID, word ports.ReviewWord) (*domain.Order, error) {
	if err := word.Check(); err != nil {
		return nil, err
	}
	o, err := d.reviewed(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	said := d.word(caller, o, word)
	if o.Submission() != domain.SubmissionNeedsReview {
		if last, ok := lastReview(o); ok && last.Kind == said.Kind {
			return o, nil
		}
		return nil, domain.Conflict("not_in_review", "the order is "+string(o.Submission())+" and needs no review")
	}
	events, err := d.judge(ctx, o, word, said)
	if err != nil {
		return nil, err
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

// judge asks the broker, where it can be asked, whether the word can be true, and
// gives the facts that follow: the word first, then what the broker told.
func (d *Desk) judge(ctx context.Context, o *domain.Order, word ports.ReviewWord, said domain.OrderEvent) ([]domain.OrderEvent, error) {
	account, err := d.ledger.Account(ctx, o.Terms().BrokerAccountID)
	if err != nil {
		return nil, err
	}
	broker, err := d.orders.brokers.For(account.Kind())
	if err != nil {
		return nil, err
	}
	adopts := word.Action == ports.ReviewAdopt
	if broker.Capabilities().Lookup == ports.LookupNone {
		if adopts && word.BrokerOrderID == "" {
			return nil, domain.Invalid("required", "broker_order_id", "the broker cannot be asked; say which of its orders it is")
		}
		said.BrokerOrderID = word.BrokerOrderID
		return []domain.OrderEvent{said}, nil
	}
	found, err := d.orders.lookUp(ctx, account, o)
	missing := errors.Is(err, domain.KindNotFound)
	switch {
	case err != nil && !missing:
		return nil, err
	case missing && adopts:
		return nil, domain.Conflict("order_not_found", "the broker does not show this order, so there is nothing to adopt")
	case missing:
		return []domain.OrderEvent{said}, nil
	case !adopts:
		return nil, domain.Conflict("order_found", "the broker has this order; adopt it")
	}
	said.BrokerOrderID = found[0].BrokerOrderID
	if word.BrokerOrderID != "" && word.BrokerOrderID != said.BrokerOrderID {
		return nil, domain.Conflict("order_not_found", "the broker calls this order "+said.BrokerOrderID)
	}
	return append([]domain.OrderEvent{said}, found[1:]...), nil
}

// word is what the caller says of an order. One thing is said of each attempt.
func (d *Desk) word(caller domain.Principal, o *domain.Order, word ports.ReviewWord) domain.OrderEvent {
	kinds := map[ports.ReviewAction]domain.OrderEventKind{
		ports.ReviewAdopt: domain.EventFound, ports.ReviewNotPlaced: domain.EventNotPlaced, ports.ReviewResend: domain.EventResendApproved,
	}
	return domain.OrderEvent{
		SourceID: reviewSourceID(o.Attempts()), Kind: kinds[word.Action], At: d.clock.Now(), Attempt: o.Attempts(),
		Reason: string(word.Action) + " by user " + caller.UserID.String() + ": " + word.Reason,
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
					Rule: "review", Verdict: domain.VerdictNote, Detail: "at " + e.At.UTC().Format(time.RFC3339) + " " + e.Reason,
				})
			}
		}
	}
	return said
}
