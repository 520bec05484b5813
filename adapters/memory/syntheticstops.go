package memory

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// watch writes down what watches over an entry, and ends what watched over a
// position that is gone.
func (t *tx) watch(entry domain.OrderTerms, plan ports.TicketPlan) {
	if plan.Afresh {
		for id, s := range t.synthetic {
			before := t.orders[id].order.Terms
			if _, fills := t.live[id]; s.EndedAt == nil && !fills && holding(before) == holding(entry) {
				t.endStop(s, domain.SyntheticStopClosed, t.now)
			}
		}
	}
	if plan.Synthetic != nil {
		put(t, t.synthetic, plan.Synthetic.EntryID, copyStop(*plan.Synthetic))
	}
}

func (t *tx) endStop(s domain.SyntheticStop, reason domain.SyntheticStopEnd, at time.Time) {
	s.EndedAt, s.EndReason = &at, reason
	put(t, t.synthetic, s.EntryID, s)
}

func copyStop(s domain.SyntheticStop) domain.SyntheticStop {
	s.WebhookConfigID, s.StopLoss, s.TakeProfit = clone(s.WebhookConfigID), clone(s.StopLoss), clone(s.TakeProfit)
	s.TriggeredAt, s.TriggerPrice, s.EndedAt = clone(s.TriggeredAt), clone(s.TriggerPrice), clone(s.EndedAt)
	return s
}

// WatchedStops gives synthetic stops in force.
func (s *Store) WatchedStops(ctx context.Context, after domain.OrderID, limit int) ([]ports.WatchedStop, error) {
	var found []ports.WatchedStop
	err := s.transact(ctx, func(t *tx) error {
		found = nil
		for id, stop := range t.synthetic {
			if stop.EndedAt != nil || compareIDs(id.UUID, after.UUID) <= 0 {
				continue
			}
			w, err := t.watched(stop)
			if err != nil {
				return err
			}
			found = append(found, w)
		}
		slices.SortFunc(found, func(a, b ports.WatchedStop) int { return compareIDs(a.EntryID.UUID, b.EntryID.UUID) })
		found = found[:min(len(found), max(limit, 0))]
		return nil
	})
	return found, err
}

func (t *tx) watched(stop domain.SyntheticStop) (ports.WatchedStop, error) {
	row := t.orders[stop.EntryID]
	entry, err := domain.RestoreOrder(copyOrder(row.order))
	if err != nil {
		return ports.WatchedStop{}, err
	}
	own := holding(row.order.Terms)
	whole := positionKey{scope: ports.PositionsByAccount, account: own.account, symbol: own.symbol}
	_, fills := t.live[stop.EntryID]
	return ports.WatchedStop{
		SyntheticStop: copyStop(stop), Filled: entry.FilledQuantity(), Over: !fills,
		ConfigPosition: t.positions[own].position.Quantity, AccountPosition: t.positions[whole].position.Quantity,
	}, nil
}

// Trigger writes down that a synthetic stop was reached.
func (s *Store) Trigger(ctx context.Context, entry domain.OrderID, price domain.Price, at time.Time) error {
	return s.changeStop(ctx, entry, func(stop *domain.SyntheticStop) {
		if stop.TriggeredAt == nil {
			stop.TriggeredAt, stop.TriggerPrice = &at, &price
		}
	})
}

// Exited writes down how many exits a synthetic stop made.
func (s *Store) Exited(ctx context.Context, entry domain.OrderID, number int) error {
	return s.changeStop(ctx, entry, func(stop *domain.SyntheticStop) { stop.Exits = max(stop.Exits, number) })
}

// changeStop changes a synthetic stop that is in force.
func (s *Store) changeStop(ctx context.Context, entry domain.OrderID, change func(*domain.SyntheticStop)) error {
	return s.transact(ctx, func(t *tx) error {
		stop, ok := t.synthetic[entry]
		if !ok || stop.EndedAt != nil {
			return domain.NotFound("synthetic stop")
		}
		change(&stop)
		put(t, t.synthetic, entry, stop)
		return nil
	})
}

// EndStop ends a synthetic stop.
func (s *Store) EndStop(ctx context.Context, entry domain.OrderID, reason domain.SyntheticStopEnd, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		stop, ok := t.synthetic[entry]
		if !ok {
			return domain.NotFound("synthetic stop")
		}
		if stop.EndedAt == nil {
			t.endStop(stop, reason, at)
		}
		return nil
	})
}

// SyntheticStop gives a synthetic stop.
func (s *Store) SyntheticStop(ctx context.Context, entry domain.OrderID) (domain.SyntheticStop, error) {
	var found domain.SyntheticStop
	err := s.transact(ctx, func(t *tx) error {
		stop, ok := t.synthetic[entry]
		if !ok {
			return domain.NotFound("synthetic stop")
		}
		found = copyStop(stop)
		return nil
	})
	return found, err
}
