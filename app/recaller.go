package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// RecallerConfig says how unmatched orders are ended.
type RecallerConfig struct {
	// Every is how often orders are looked for that are to be ended, Batch how many
	// are taken at once.
	Every time.Duration
	Batch int
	// Lease is how long after a broker was asked it is asked again: longer than two
	// calls take.
	Lease time.Duration
	// SendTimeout bounds one call to a broker.
	SendTimeout time.Duration
}

// DefaultRecallerConfig is what the server uses.
func DefaultRecallerConfig() RecallerConfig {
	return RecallerConfig{Every: time.Second, Batch: 10, Lease: 20 * time.Second, SendTimeout: 8 * time.Second}
}

// Recaller asks brokers to end the unmatched orders that their owners want
// ended, and tells what came of it. No halt holds that. Several recallers share
// the orders.
type Recaller struct {
	ledger ports.Ledger
	orders *submitter
	clock  ports.Clock
	log    *slog.Logger
	c      RecallerConfig
}

// NewRecaller makes a recaller; Run starts it.
func NewRecaller(ledger ports.Ledger, brokers ports.Brokers, clock ports.Clock, log *slog.Logger, c RecallerConfig) *Recaller {
	return &Recaller{
		ledger: ledger, clock: clock, log: log, c: c,
		orders: &submitter{ledger: ledger, brokers: brokers, clock: clock, log: log, timeout: c.SendTimeout},
	}
}

// Run ends orders until ctx ends.
func (r *Recaller) Run(ctx context.Context) {
	goRound(ctx, r.c.Every, r.Round, func(err error) {
		r.log.WarnContext(ctx, "cannot look for unmatched orders to end; trying again", "error", err)
	})
}

// Round asks about every order that is due, once.
func (r *Recaller) Round(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := r.ledger.Unwanted(ctx, r.c.Lease, r.c.Batch)
		if err != nil {
			return err
		}
		for _, o := range due {
			if err := r.recall(ctx, o); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "cannot end an unmatched order; trying again",
					"unmatched_order_id", o.ID, "broker_account_id", o.BrokerAccountID, "kind", domain.KindOf(err), "error", err)
			}
		}
		if len(due) < r.c.Batch {
			return nil
		}
	}
	return ctx.Err()
}

func (r *Recaller) recall(ctx context.Context, o domain.UnmatchedOrder) error {
	told, err := r.ask(ctx, o)
	if err != nil {
		return err
	}
	if told.Outcome != nil {
		told.Outcome.At = r.clock.Now()
		r.log.InfoContext(ctx, "unmatched order is settled: "+told.Outcome.Detail, "unmatched_order_id", o.ID, "status", told.Status)
	}
	if err := r.ledger.Recalled(ctx, o.ID, told); !errors.Is(err, domain.KindNotFound) {
		return err
	}
	return nil // somebody else knows already
}

// ask ends the order, unless an order of ours has its client order id by now, or
// the broker means another one by it.
func (r *Recaller) ask(ctx context.Context, o domain.UnmatchedOrder) (ports.Recall, error) {
	over := func(detail string) (ports.Recall, error) {
		return ports.Recall{Status: o.Status, FilledQuantity: o.FilledQuantity, Outcome: &domain.UnmatchedOutcome{Detail: detail}}, nil
	}
	known, err := r.ledger.ByClientOrderIDs(ctx, []string{o.ClientOrderID})
	if err != nil {
		return ports.Recall{}, err
	}
	if len(known) > 0 {
		return over("order " + known[0].ID().String() + " has the same client order id by now; nothing was canceled")
	}
	account, err := r.ledger.Account(ctx, o.BrokerAccountID)
	if err != nil {
		return ports.Recall{}, err
	}
	if account.Snapshot().DeletedAt != nil {
		return over("the broker account was removed; end it at the broker")
	}
	broker, err := r.orders.brokers.For(account.Kind())
	if err != nil {
		return ports.Recall{}, err
	}
	if broker.Capabilities().Lookup == ports.LookupNone {
		return over("the broker cannot be asked for one order; end it there")
	}
	report, err := r.orders.find(ctx, account, o.ClientOrderID)
	switch {
	case errors.Is(err, domain.KindNotFound):
		return over("the broker does not have it any more")
	case err != nil:
		return ports.Recall{}, err
	case report.BrokerOrderID != o.BrokerOrderID:
		return over("the broker has another order under its client order id; end it there")
	}
	if report.Status.IsOpen() && report.Status != domain.StatusPendingCancel {
		if report, err = r.orders.end(ctx, account, o.ClientOrderID); err != nil {
			return ports.Recall{}, err
		}
	}
	told := ports.Recall{Status: report.Status, FilledQuantity: filledOf(report)}
	if report.Status.IsTerminal() {
		told.Outcome = &domain.UnmatchedOutcome{Detail: "the broker says that it is " + string(report.Status)}
	}
	return told, nil
}
