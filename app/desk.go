package app

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Desk lets a caller act on signals and orders.
type Desk struct {
	work   ports.UnitOfWork
	inbox  ports.SignalInbox
	ledger ports.Ledger
	orders *submitter
	clock  ports.Clock
	ids    ports.IDs
	bell   *Doorbell
}

var _ ports.OrderDesk = (*Desk)(nil)

// NewDesk makes the use cases of acting by hand.
func NewDesk(
	work ports.UnitOfWork, inbox ports.SignalInbox, ledger ports.Ledger, tracker *Tracker, clock ports.Clock, ids ports.IDs, bell *Doorbell,
) *Desk {
	return &Desk{work: work, inbox: inbox, ledger: ledger, orders: tracker.orders, clock: clock, ids: ids, bell: bell}
}

// Trade implements ports.OrderDesk.
func (d *Desk) Trade(ctx context.Context, caller domain.Principal, m ports.ManualSignal, i ports.Idempotency) (*domain.Signal, error) {
	return d.submit(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (*domain.Signal, error) {
		if _, err := r.BrokerAccounts.ByID(ctx, m.BrokerAccountID); err != nil {
			return nil, err
		}
		intent, err := domain.NewIntent(m.Intent)
		if err != nil {
			return nil, err
		}
		return domain.NewSignal(domain.SignalSnapshot{
			ID: domain.SignalID{UUID: d.ids.New()}, UserID: caller.UserID, Source: domain.SourceOperator, Intent: intent,
			Tickets:    ticketsFor(domain.OperatorRules(m.BrokerAccountID).Routes, intent.Symbol, d.ids),
			ReceivedAt: d.clock.Now(),
		}, nil)
	})
}

// Replay implements ports.OrderDesk.
func (d *Desk) Replay(ctx context.Context, caller domain.Principal, id domain.SignalID, i ports.Idempotency) (*domain.Signal, error) {
	return d.submit(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (*domain.Signal, error) {
		old, err := r.Signals.ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		snap := old.Snapshot()
		if snap.WebhookConfigID == nil {
			return nil, domain.Conflict("not_an_alert", "only a signal that came from an alert can be replayed; trade by hand instead")
		}
		config, err := r.WebhookConfigs.ByID(ctx, *snap.WebhookConfigID)
		if err != nil {
			return nil, err
		}
		again := domain.Delivery{ReceivedAt: d.clock.Now(), Body: snap.Payload}
		snap.Intent.PreviousPosition = nil // it is no link of the chain a second time
		return judgeIntent(knownConfig{WebhookConfig: config, snapshot: config.Snapshot()}, snap.Intent, again, d.ids)
	})
}

// submit makes a signal under the caller's own rights and then queues it. The
// idempotency key names the signal before it is queued, so that a request cut
// short in between queues it when it is sent again, and never a second one.
func (d *Desk) submit(
	ctx context.Context, caller domain.Principal, i ports.Idempotency,
	prepare func(context.Context, ports.Repositories) (*domain.Signal, error),
) (*domain.Signal, error) {
	var made *domain.Signal
	err := d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		made, err = prepare(ctx, r)
		if err != nil {
			return err
		}
		return once(ctx, r, i, func() (string, error) { return made.ID().String(), nil }, func(earlier string) error {
			id, err := madeEarlier[domain.Signal](earlier)
			if err != nil {
				return err
			}
			stored, err := r.Signals.ByID(ctx, id)
			if domain.KindOf(err) == domain.KindNotFound {
				snap := made.Snapshot()
				snap.ID = id
				made, err = domain.NewSignal(snap, snap.Reasons)
				return err
			}
			made = stored
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if err := d.inbox.Submit(ctx, made); err != nil && domain.KindOf(err) != domain.KindConflict {
		return nil, err
	}
	d.bell.Ring()
	return made, nil
}

// CancelOrder implements ports.OrderDesk.
func (d *Desk) CancelOrder(ctx context.Context, caller domain.Principal, id domain.OrderID) (*domain.Order, error) {
	var o *domain.Order
	err := d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		o, err = r.Orders.ByID(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !o.IsWorking() {
		return nil, domain.Conflict("order_not_open", "the order is "+string(o.Status())+" and cannot be canceled")
	}
	account, err := d.ledger.Account(ctx, o.Terms().BrokerAccountID)
	if err != nil {
		return nil, err
	}
	if err := d.unprotect(ctx, o); err != nil {
		return nil, err
	}
	events, err := d.orders.cancel(ctx, account, o)
	if err != nil {
		return nil, err
	}
	return d.ledger.Record(ctx, ports.OrderFacts{OrderID: id, Events: events}, d.clock.Now())
}

// unprotect writes down, before a leg is canceled, that its owner wants that: nobody
// closes what it protects, and nobody puts it back.
func (d *Desk) unprotect(ctx context.Context, o *domain.Order) error {
	if !o.IsLeg() {
		return nil
	}
	t := o.Terms()
	now := d.clock.Now()
	asked := ports.OrderFacts{OrderID: t.ID, Events: []domain.OrderEvent{d.orders.ours(o, domain.EventCancelAsked, "", "")}}
	if _, err := d.ledger.Record(ctx, asked, now); err != nil || t.StopPrice == nil {
		return err
	}
	lane := ports.ProtectedLane{BrokerAccountID: t.BrokerAccountID, Symbol: t.Symbol, WebhookConfigID: t.WebhookConfigID, Side: t.Side}
	return d.ledger.EndProtection(ctx, lane, domain.ProtectionCanceled, now)
}
