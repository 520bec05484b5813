package memory

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Review adds what a person decided about an order and wakes its lane.
func (s *Store) Review(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	var order *domain.Order
	err := s.transact(ctx, func(t *tx) (err error) {
		row, ok := t.orders[facts.OrderID]
		if !ok {
			return domain.NotFound("order")
		}
		known := slices.ContainsFunc(row.order.Events, func(e domain.OrderEvent) bool {
			return len(facts.Events) > 0 && e.SourceID == facts.Events[0].SourceID
		})
		if known {
			order, err = domain.RestoreOrder(copyOrder(row.order))
			return err
		}
		if row.submission != domain.SubmissionNeedsReview {
			return domain.Conflict("not_in_review", "the order is "+string(row.submission)+" and needs no review")
		}
		if order, err = t.record(facts, at); err != nil {
			return err
		}
		id := t.laneIDs[laneKey{row.order.Terms.BrokerAccountID, row.order.Terms.Symbol}]
		if lane := t.lanes[id]; lane.parked && lane.ready != nil && lane.ready.After(t.now) {
			put(t, t.lanes, id, t.wakeAt(lane, t.now))
		}
		return nil
	})
	return order, err
}
