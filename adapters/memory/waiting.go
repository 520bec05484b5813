package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// waitingRow is a delivery that nobody judged, and its place among them.
type waitingRow struct {
	seq      int64
	delivery domain.Delivery
}

// Wait keeps a delivery behind all that wait.
func (s *Store) Wait(ctx context.Context, d domain.Delivery) error {
	return s.transact(ctx, func(t *tx) error {
		c, ok := t.configs[d.WebhookConfigID]
		if !ok || c.config.DeletedAt != nil {
			return domain.NotFound("webhook")
		}
		if err := storable(d.Source); err != nil {
			return err
		}
		t.waits++
		put(t, t.waiting, d.ID, waitingRow{t.waits, copyDelivery(d)})
		return nil
	})
}

// Waiting gives deliveries in the order they came.
func (s *Store) Waiting(ctx context.Context, limit int) ([]domain.Delivery, error) {
	var found []domain.Delivery
	err := s.transact(ctx, func(t *tx) error {
		rows := slices.SortedFunc(maps.Values(t.waiting), func(a, b waitingRow) int { return cmp.Compare(a.seq, b.seq) })
		for _, row := range rows[:min(len(rows), max(limit, 0))] {
			found = append(found, copyDelivery(row.delivery))
		}
		return nil
	})
	return found, err
}

// TurnAway records a delivery that waited as refused.
func (s *Store) TurnAway(ctx context.Context, d domain.Delivery, reasons []domain.Reason) error {
	return s.transact(ctx, func(t *tx) error {
		if _, waits := t.waiting[d.ID]; !waits {
			return nil
		}
		drop(t, t.waiting, d.ID)
		return t.addDelivery(d, reasons)
	})
}

// turn tells whether an arrival has to wait, or was seen in already; empty where it
// is to be stored now.
func (t *tx) turn(a ports.Arrival) ports.ArrivalOutcome {
	_, waits := t.waiting[a.Delivery.ID]
	switch {
	case a.Waited && !waits:
		return ports.ArrivalSeenIn
	case a.Waited, len(a.Signals) == 0:
		return ""
	}
	for _, row := range t.waiting {
		if row.delivery.WebhookConfigID == a.Delivery.WebhookConfigID {
			return ports.ArrivalBehind
		}
	}
	return ""
}
