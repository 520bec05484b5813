package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// unmatchedRow is an unmatched order, and from when its broker is to be asked to
// end it.
type unmatchedRow struct {
	order    domain.UnmatchedOrder
	recallAt time.Time
}

func (t *tx) unmatchedByID(id domain.UnmatchedOrderID) (unmatchedKey, unmatchedRow, error) {
	for key, row := range t.unmatched {
		if row.order.ID == id {
			return key, row, nil
		}
	}
	return unmatchedKey{}, unmatchedRow{}, domain.NotFound("unmatched order")
}

type unmatchedOrders struct{ as }

var _ ports.UnmatchedOrderRepository = unmatchedOrders{}

func (r unmatchedOrders) List(ctx context.Context, q ports.UnmatchedQuery) (ports.Page[domain.UnmatchedOrder], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[domain.UnmatchedOrder]{}, err
	}
	var found []domain.UnmatchedOrder
	for _, row := range r.unmatched {
		if o := row.order; o.UserID == r.user && (q.Settled == nil || *q.Settled == (o.Settlement != nil)) {
			found = append(found, copyUnmatched(o))
		}
	}
	return page(found, func(o domain.UnmatchedOrder) uuid.UUID { return o.ID.UUID }, q.Page)
}

func (r unmatchedOrders) ByID(ctx context.Context, id domain.UnmatchedOrderID) (domain.UnmatchedOrder, error) {
	if err := r.begin(ctx); err != nil {
		return domain.UnmatchedOrder{}, err
	}
	_, row, err := r.mine(id)
	return copyUnmatched(row.order), err
}

func (r unmatchedOrders) Settle(ctx context.Context, id domain.UnmatchedOrderID, said domain.UnmatchedSettlement) (domain.UnmatchedOrder, error) {
	if err := r.begin(ctx); err != nil {
		return domain.UnmatchedOrder{}, err
	}
	key, row, err := r.mine(id)
	if err != nil {
		return domain.UnmatchedOrder{}, err
	}
	after, err := row.order.Settled(said)
	if err == nil && after.Settlement != row.order.Settlement {
		put(r.tx, r.unmatched, key, unmatchedRow{order: copyUnmatched(after), recallAt: r.now})
	}
	return copyUnmatched(after), err
}

func (r unmatchedOrders) mine(id domain.UnmatchedOrderID) (unmatchedKey, unmatchedRow, error) {
	key, row, err := r.unmatchedByID(id)
	if err == nil && row.order.UserID != r.user {
		return unmatchedKey{}, unmatchedRow{}, domain.NotFound("unmatched order")
	}
	return key, row, err
}

// Unwanted gives orders that are to be canceled at their brokers.
func (s *Store) Unwanted(ctx context.Context, lease time.Duration, limit int) ([]domain.UnmatchedOrder, error) {
	var found []domain.UnmatchedOrder
	err := s.transact(ctx, func(t *tx) error {
		found = nil
		var due []unmatchedRow
		for _, row := range t.unmatched {
			if row.order.IsUnwanted() && !row.recallAt.After(t.now) {
				due = append(due, row)
			}
		}
		slices.SortFunc(due, func(a, b unmatchedRow) int {
			return cmp.Or(a.recallAt.Compare(b.recallAt), compareIDs(a.order.ID.UUID, b.order.ID.UUID))
		})
		for _, row := range due[:min(len(due), max(limit, 0))] {
			row.recallAt = t.now.Add(lease)
			put(t, t.unmatched, unmatchedKey{row.order.BrokerAccountID, row.order.BrokerOrderID}, row)
			found = append(found, copyUnmatched(row.order))
		}
		return nil
	})
	return found, err
}

// Recalled keeps what a broker told of an order that is to be canceled.
func (s *Store) Recalled(ctx context.Context, id domain.UnmatchedOrderID, told ports.Recall) error {
	return s.transact(ctx, func(t *tx) error {
		key, row, err := t.unmatchedByID(id)
		if err != nil || !row.order.IsUnwanted() {
			return domain.NotFound("unmatched order to be canceled")
		}
		row.order = copyUnmatched(row.order)
		row.order.Status, row.order.FilledQuantity, row.order.Outcome = told.Status, told.FilledQuantity, clone(told.Outcome)
		put(t, t.unmatched, key, row)
		return nil
	})
}

func copyUnmatched(o domain.UnmatchedOrder) domain.UnmatchedOrder {
	o.Settlement, o.Outcome = clone(o.Settlement), clone(o.Outcome)
	return o
}
