package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Record implements ports.Ledger.
func (l *Ledger) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (o *domain.Order, err error) {
	err = l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		w := writes{tx: tx}
		if o, err = recordFacts(ctx, &w, facts, at); err != nil {
			return err
		}
		return w.done(ctx)
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// recordFacts adds what is new to an order and moves the positions by the fills
// among it. The order's row is locked, so a fill told by two at once counts
// once.
func recordFacts(ctx context.Context, w *writes, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	known, err := lockOrder(ctx, w.tx, facts.OrderID)
	if err != nil {
		return nil, err
	}
	o, added, err := applyEvents(w, known, facts.Events, at)
	if err != nil {
		return nil, err
	}
	var fills []domain.OrderEvent
	for _, e := range added {
		if e.Kind == domain.EventFill {
			fills = append(fills, e)
		}
	}
	return o, movePositions(ctx, w, o.Terms(), fills, at)
}

// lockOrder loads an order for a change. Its events are read by a statement of
// their own: the one that waits for the lock sees those from before the wait.
func lockOrder(ctx context.Context, tx bun.Tx, id domain.OrderID) (*domain.Order, error) {
	var m orderModel
	if err := tx.NewSelect().Model(&m).Where("o.id = ?", id.UUID).For("no key update").Scan(ctx); err != nil {
		return nil, missing("order", err)
	}
	orders, err := withEvents(ctx, tx, []*orderModel{&m})
	if err != nil {
		return nil, err
	}
	return orders[0], nil
}

// applyEvents applies events to a locked order and stores those that are new and
// what the order is now. It gives the order as it is stored, and the new events.
func applyEvents(w *writes, o *domain.Order, events []domain.OrderEvent, at time.Time) (*domain.Order, []domain.OrderEvent, error) {
	known := len(o.Events())
	for _, e := range events {
		if _, err := o.Apply(storable(e), at); err != nil {
			return nil, nil, err
		}
	}
	added := o.Events()[known:]
	if len(added) == 0 {
		return o, nil, nil
	}
	if err := addEvents(w, o, known, at); err != nil {
		return nil, nil, err
	}
	stored := o.Snapshot()
	stored.Version++
	if err := updateOrder(w, o, stored.Version); err != nil {
		return nil, nil, err
	}
	o, err := domain.RestoreOrder(stored)
	return o, added, err
}

// addEvents stores an order's events from the given place on.
func addEvents(w *writes, o *domain.Order, from int, at time.Time) error {
	models := toOrderEventModels(o, from, at)
	return w.add(w.tx.NewInsert().Model(&models).Returning(""))
}

// updateOrder stores what an order's events make of it.
func updateOrder(w *writes, o *domain.Order, version int) error {
	return w.add(w.tx.NewUpdate().Model(toOrderModel(o, version)).
		Column("broker_order_id", "submission", "status", "filled_quantity", "average_fill_price", "reject_reason", "version", "updated_at").
		WherePK().Returning(""))
}

// storable replaces what PostgreSQL has no text for: a fact is kept, whatever
// the venue wrote into it.
func storable(e domain.OrderEvent) domain.OrderEvent {
	for _, text := range []*string{&e.SourceID, &e.BrokerOrderID, &e.ExecutionID, &e.Reason} {
		*text = strings.ToValidUTF8(strings.ReplaceAll(*text, "\x00", "\uFFFD"), "\uFFFD")
	}
	return e
}
