package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// comparisonRow is when an account was compared, and until when somebody is at
// it.
type comparisonRow struct {
	id                domain.BrokerAccountID
	compared, claimed time.Time
}

type unmatchedKey struct {
	account       domain.BrokerAccountID
	brokerOrderID string
}

// Compare gives accounts that are due to be compared.
func (s *Store) Compare(ctx context.Context, age, lease time.Duration, limit int) ([]ports.Comparison, error) {
	var found []ports.Comparison
	err := s.transact(ctx, func(t *tx) error {
		found = nil
		var due []comparisonRow
		for id, account := range t.accounts {
			row := t.compared[id]
			row.id = id
			if account.DeletedAt == nil && row.compared.Before(t.now.Add(-age)) && !row.claimed.After(t.now) {
				due = append(due, row)
			}
		}
		slices.SortFunc(due, func(a, b comparisonRow) int {
			return cmp.Or(a.compared.Compare(b.compared), compareIDs(a.id.UUID, b.id.UUID))
		})
		for _, row := range due[:min(len(due), max(limit, 0))] {
			row.claimed = t.now.Add(lease)
			put(t, t.compared, row.id, row)
			found = append(found, ports.Comparison{BrokerAccountID: row.id, LastOrderAt: t.newestOrder(row.id)})
		}
		return nil
	})
	return found, err
}

func (t *tx) newestOrder(account domain.BrokerAccountID) (at time.Time) {
	var newest domain.OrderID
	for id, row := range t.orders {
		if row.order.Terms.BrokerAccountID == account && compareIDs(id.UUID, newest.UUID) > 0 {
			newest, at = id, row.order.Terms.CreatedAt
		}
	}
	return at
}

// Compared says that an account was compared now.
func (s *Store) Compared(ctx context.Context, id domain.BrokerAccountID) error {
	return s.transact(ctx, func(t *tx) error {
		if _, ok := t.accounts[id]; !ok {
			return domain.NotFound("broker account")
		}
		put(t, t.compared, id, comparisonRow{id: id, compared: t.now})
		return nil
	})
}

// Unmatched writes an order down that no row accounts for.
func (s *Store) Unmatched(ctx context.Context, o domain.UnmatchedOrder) (isNew bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		key := unmatchedKey{o.BrokerAccountID, o.BrokerOrderID}
		_, known := t.unmatched[key]
		if isNew = !known; isNew {
			put(t, t.unmatched, key, unmatchedRow{order: copyUnmatched(o)})
		}
		return nil
	})
	return isNew, err
}
