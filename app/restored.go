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

// forgotten gives what the broker has under the id of an order that, by the
// ledger, is not there; nil where it has nothing. An error means that it could
// not be asked: then nothing is sent.
func (x *execution) forgotten(ctx context.Context, o *domain.Order) (*domain.OrderReport, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return nil, err
	}
	if !x.mayBeForgotten() || broker.Capabilities().Lookup == ports.LookupNone || x.isAbsent(o) {
		return nil, nil
	}
	report, err := x.orders.find(ctx, x.account, o.Terms().ClientOrderID)
	if errors.Is(err, domain.KindNotFound) {
		x.setAbsent(o, true)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	x.log.ErrorContext(ctx, "the broker has an order that the ledger does not know to be sent; it is not sent again",
		"client_order_id", report.ClientOrderID, "broker_order_id", report.BrokerOrderID, "broker_account_id", x.account.ID(),
		"ticket_id", x.ticket.ID, "symbol", x.ticket.Symbol)
	if o.Attempts() > 0 {
		return &report, nil
	}
	isNew, err := x.ledger.Unmatched(ctx, unmatched(x.ids, x.account, x.ticket.Symbol, report, x.clock.Now()))
	if err != nil {
		return nil, err
	}
	if isNew && x.c.Found != nil {
		x.c.Found()
	}
	return &report, nil
}

// remember records what the broker has of an order in place of sending it.
func (x *execution) remember(ctx context.Context, o *domain.Order, report domain.OrderReport) error {
	_, err := x.record(ctx, o, append(x.orders.foundIfNew(o, report), report.Events()...))
	return err
}

// isAbsent and setAbsent keep a ticket that waits, for a request of the account's
// budget, from spending others on the same question.
func (e *Executor) isAbsent(o *domain.Order) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, ok := e.absent[o.Terms().ClientOrderID]
	return ok
}

func (e *Executor) setAbsent(o *domain.Order, absent bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if absent {
		e.absent[o.Terms().ClientOrderID] = struct{}{}
		return
	}
	delete(e.absent, o.Terms().ClientOrderID)
}
