package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Record implements ports.Ledger.
func (l *Ledger) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (o *domain.Order, err error) {
	err = l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		o, err = recordFacts(ctx, t, facts, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// recordFacts sends what is queued, adds what is new to an order and moves the
// positions by the fills among it. The order's row is locked, so a fill told by
// two at once counts once.
func recordFacts(ctx context.Context, t *bundledTx, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	var (
		found lockedOrder
		held  lockedPositions
	)
	found.askFor(ctx, t, facts.OrderID)
	if slices.ContainsFunc(facts.Events, isFill) {
		held.askFor(ctx, t, facts.OrderID)
	}
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	known, err := found.order()
	if err != nil {
		return nil, err
	}
	o, added, err := applyEvents(ctx, t, known, facts.Events, at)
	if err != nil {
		return nil, err
	}
	fills := slices.DeleteFunc(added, func(e domain.OrderEvent) bool { return !isFill(e) })
	return o, held.move(ctx, t, o.Terms(), fills, at)
}

func isFill(e domain.OrderEvent) bool { return e.Kind == domain.EventFill }

// applyEvents applies events to a locked order and stores those that are new and
// what the order is now. It gives the order as it is stored, and the new events.
func applyEvents(ctx context.Context, t *bundledTx, o *domain.Order, events []domain.OrderEvent, at time.Time) (*domain.Order, []domain.OrderEvent, error) {
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
	stored := o.Snapshot()
	stored.Version++
	addEvents(ctx, t, o, known, at)
	updateOrder(ctx, t, o, stored.Version)
	o, err := domain.RestoreOrder(stored)
	return o, added, err
}

// storable replaces what PostgreSQL has no text for: a fact is kept, whatever
// the venue wrote into it.
func storable(e domain.OrderEvent) domain.OrderEvent {
	for _, text := range []*string{&e.SourceID, &e.BrokerOrderID, &e.ExecutionID, &e.Reason} {
		*text = asText(*text)
	}
	return e
}

func asText(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
}
