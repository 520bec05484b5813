package memory

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.StreamLeases = (*Store)(nil)

// streamRow is who listens to an account, and until when.
type streamRow struct {
	owner string
	until time.Time
}

// HoldStreams gives the accounts that owner listens to.
func (s *Store) HoldStreams(
	ctx context.Context, owner string, kinds []domain.BrokerKind, lease time.Duration, limit int,
) ([]domain.BrokerAccountID, error) {
	var given []domain.BrokerAccountID
	err := s.transact(ctx, func(t *tx) error {
		var held, free []domain.BrokerAccountID
		for id, account := range t.accounts {
			row, taken := t.streams[id]
			taken = taken && row.until.After(t.now)
			switch {
			case account.DeletedAt != nil || !slices.Contains(kinds, account.Kind):
			case taken && row.owner == owner:
				held = append(held, id)
			case !taken:
				free = append(free, id)
			}
		}
		for _, ids := range [][]domain.BrokerAccountID{held, free} {
			slices.SortFunc(ids, func(a, b domain.BrokerAccountID) int { return compareIDs(a.UUID, b.UUID) })
		}
		given = append(held, free...)
		given = given[:min(len(given), max(limit, 0))]
		for _, id := range given {
			put(t, t.streams, id, streamRow{owner, t.now.Add(lease)})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return given, nil
}

// LeaveStreams gives up all that owner holds.
func (s *Store) LeaveStreams(ctx context.Context, owner string) error {
	return s.transact(ctx, func(t *tx) error {
		for id, row := range t.streams {
			if row.owner == owner && row.until.After(t.now) {
				put(t, t.streams, id, streamRow{owner, t.now})
			}
		}
		return nil
	})
}
