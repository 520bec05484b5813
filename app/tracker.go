package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// TrackerConfig says how orders at the broker are followed.
type TrackerConfig struct {
	// Every is how often each working order is asked about, Batch how many at
	// once.
	Every time.Duration
	Batch int
	// SendTimeout bounds one call to a broker.
	SendTimeout time.Duration
}

// DefaultTrackerConfig is what the server uses.
func DefaultTrackerConfig() TrackerConfig {
	return TrackerConfig{Every: time.Second, Batch: 100, SendTimeout: 8 * time.Second}
}

// Tracker follows orders that work at a broker and records what becomes of
// them. Several trackers share the orders.
type Tracker struct {
	ledger ports.Ledger
	orders *submitter
	guard  *Guard
	clock  ports.Clock
	log    *slog.Logger
	c      TrackerConfig
}

// NewTracker makes a tracker; Run starts it.
func NewTracker(
	ledger ports.Ledger, brokers ports.Brokers, guard *Guard, clock ports.Clock, log *slog.Logger, c TrackerConfig,
) *Tracker {
	return &Tracker{
		ledger: ledger, guard: guard, clock: clock, log: log, c: c,
		orders: &submitter{ledger: ledger, brokers: brokers, clock: clock, log: log, timeout: c.SendTimeout, routine: true},
	}
}

// Run follows orders until ctx ends.
func (t *Tracker) Run(ctx context.Context) {
	goRound(ctx, t.c.Every, t.round, func(err error) {
		t.log.ErrorContext(ctx, "cannot follow working orders; trying again", "error", err)
	})
}

// round asks about every order that is due, once.
func (t *Tracker) round(ctx context.Context) error {
	for ctx.Err() == nil {
		orders, err := t.ledger.Working(ctx, nil, t.c.Every, t.c.Batch)
		if err != nil {
			return err
		}
		t.refresh(ctx, orders)
		if len(orders) < t.c.Batch {
			break
		}
	}
	return nil
}

// Refresh asks about the orders with those client order ids now.
func (t *Tracker) Refresh(ctx context.Context, clientOrderIDs []string) error {
	if len(clientOrderIDs) == 0 {
		return nil
	}
	orders, err := t.ledger.ByClientOrderIDs(ctx, clientOrderIDs)
	if err != nil {
		return err
	}
	t.refresh(ctx, orders)
	return nil
}

func (t *Tracker) refresh(ctx context.Context, orders []*domain.Order) {
	for _, o := range orders {
		if err := t.follow(ctx, o); err != nil && ctx.Err() == nil {
			t.log.WarnContext(ctx, "cannot follow an order; trying again", "order_id", o.ID(), "kind", domain.KindOf(err), "error", err)
		}
	}
}

func (t *Tracker) follow(ctx context.Context, o *domain.Order) error {
	account, err := t.ledger.Account(ctx, o.Terms().BrokerAccountID)
	if err != nil {
		return err
	}
	events, err := t.orders.lookUp(ctx, account, o)
	if err != nil {
		return err
	}
	if err := t.guard.see(ctx, t.orders, account, o, events); err != nil {
		return err
	}
	fresh, err := t.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: events}, t.clock.Now())
	if err != nil {
		return err
	}
	if fresh.Status() != o.Status() || fresh.FilledQuantity().Cmp(o.FilledQuantity()) != 0 {
		t.log.InfoContext(ctx, "order "+string(fresh.Status()), "order_id", fresh.ID(), "symbol", fresh.Terms().Symbol,
			"side", fresh.Terms().Side, "filled_quantity", fresh.FilledQuantity(), "average_fill_price", fresh.AverageFillPrice())
	}
	return nil
}
