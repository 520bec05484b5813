package memory

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// protectedRow is an entry whose stop-loss is at the broker.
type protectedRow struct {
	tries   int
	triedAt *time.Time
	settled int
	ended   *time.Time
	reason  domain.ProtectionEnd
}

// protectedKey is whose entries are one position.
type protectedKey struct {
	of   positionKey
	side domain.Side
}

func (t *tx) protectedKey(entry domain.OrderID) protectedKey {
	terms := t.orders[entry].order.Terms
	return protectedKey{holding(terms), terms.Side.Opposite()}
}

// keep keeps an entry, and keeps no more what built a position that is gone.
func (t *tx) keep(entry domain.OrderTerms, plan ports.TicketPlan) {
	if plan.Afresh {
		for id, row := range t.protected {
			if _, fills := t.live[id]; row.ended == nil && !fills && holding(t.orders[id].order.Terms) == holding(entry) {
				t.endProtected(id, domain.ProtectionClosed, t.now)
			}
		}
	}
	if plan.Protected {
		put(t, t.protected, entry.ID, protectedRow{})
	}
}

func (t *tx) endProtected(id domain.OrderID, reason domain.ProtectionEnd, at time.Time) {
	row := t.protected[id]
	row.ended, row.reason = &at, reason
	put(t, t.protected, id, row)
}

// ProtectedPositions gives what kept entries built.
func (s *Store) ProtectedPositions(ctx context.Context, after domain.OrderID, limit int) ([]ports.ProtectedPosition, error) {
	var found []ports.ProtectedPosition
	err := s.transact(ctx, func(t *tx) (err error) {
		found, err = t.protectedPositions()
		return err
	})
	found = slices.DeleteFunc(found, func(p ports.ProtectedPosition) bool { return compareIDs(p.EntryID.UUID, after.UUID) <= 0 })
	return found[:min(len(found), max(limit, 0))], err
}

// ProtectedPosition gives what a kept entry built, with the others.
func (s *Store) ProtectedPosition(ctx context.Context, entry domain.OrderID) (ports.ProtectedPosition, error) {
	var found ports.ProtectedPosition
	err := s.transact(ctx, func(t *tx) error {
		row, ok := t.protected[entry]
		if !ok || row.ended != nil {
			return domain.NotFound("protected entry")
		}
		all, err := t.protectedPositions()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(p ports.ProtectedPosition) bool { return t.protectedKey(p.EntryID) == t.protectedKey(entry) })
		found = all[i]
		return nil
	})
	return found, err
}

func (t *tx) protectedPositions() ([]ports.ProtectedPosition, error) {
	entries := map[protectedKey][]domain.OrderID{}
	for id, row := range t.protected {
		if row.ended == nil {
			entries[t.protectedKey(id)] = append(entries[t.protectedKey(id)], id)
		}
	}
	var found []ports.ProtectedPosition
	for key, ids := range entries {
		slices.SortFunc(ids, func(a, b domain.OrderID) int { return compareIDs(a.UUID, b.UUID) })
		p, err := t.protectedPosition(key, ids)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b ports.ProtectedPosition) int { return compareIDs(a.EntryID.UUID, b.EntryID.UUID) })
	return found, nil
}

func (t *tx) protectedPosition(key protectedKey, ids []domain.OrderID) (ports.ProtectedPosition, error) {
	first := t.orders[ids[0]].order.Terms
	whole := positionKey{scope: ports.PositionsByAccount, account: key.of.account, symbol: key.of.symbol}
	lane := t.lanes[t.laneIDs[laneKey{account: key.of.account, symbol: key.of.symbol}]]
	p := ports.ProtectedPosition{
		EntryID: first.ID, TicketID: first.TicketID, BrokerAccountID: first.BrokerAccountID, WebhookConfigID: clone(first.WebhookConfigID),
		Symbol: first.Symbol, Side: key.side, Over: true, Idle: lane.last == lane.done,
		ConfigPosition: t.positions[key.of].position.Quantity, AccountPosition: t.positions[whole].position.Quantity,
	}
	var built, covered domain.Net
	for _, id := range ids {
		row := t.protected[id]
		left, err := t.leftOf(id)
		if err != nil {
			return p, err
		}
		built = built.After(domain.SideBuy, left)
		if _, fills := t.live[id]; fills {
			p.Over = false
		}
		if row.tries >= p.Tries && row.tries > 0 {
			p.Tries, p.TriedAt = row.tries, clone(row.triedAt)
		}
		p.Settled = max(p.Settled, row.settled)
	}
	for id := range t.live {
		terms := t.orders[id].order.Terms
		switch {
		case holding(terms) != key.of:
			continue
		case terms.Side != key.side:
		case terms.ParentID == nil:
			p.Exiting = true
		case terms.StopPrice != nil:
			o, err := domain.RestoreOrder(copyOrder(t.orders[id].order))
			if err != nil {
				return p, err
			}
			covered = covered.After(domain.SideBuy, o.LeavesQuantity())
		}
		p.Open = true
	}
	p.Built, p.Covered = built.Size(), covered.Size()
	return p, nil
}

// leftOf is what an entry filled less what its legs did.
func (t *tx) leftOf(entry domain.OrderID) (domain.Quantity, error) {
	o, err := domain.RestoreOrder(copyOrder(t.orders[entry].order))
	if err != nil {
		return domain.Quantity{}, err
	}
	left := o.FilledQuantity()
	for _, row := range t.orders {
		if row.order.Terms.ParentID == nil || *row.order.Terms.ParentID != entry {
			continue
		}
		leg, err := domain.RestoreOrder(copyOrder(row.order))
		if err != nil {
			return domain.Quantity{}, err
		}
		left = left.Less(leg.FilledQuantity().Min(left))
	}
	return left, nil
}

// Protecting writes down how often a position was found bare.
func (s *Store) Protecting(ctx context.Context, entry domain.OrderID, number int, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		row, ok := t.protected[entry]
		if !ok || row.ended != nil {
			return domain.NotFound("protected entry")
		}
		if number > row.tries {
			row.tries, row.triedAt = number, &at
			put(t, t.protected, entry, row)
		}
		return nil
	})
}

// Protected writes down that a position was found protected.
func (s *Store) Protected(ctx context.Context, entry domain.OrderID, tries int) error {
	return s.transact(ctx, func(t *tx) error {
		row, ok := t.protected[entry]
		if !ok || row.ended != nil {
			return domain.NotFound("protected entry")
		}
		if tries > row.settled && tries <= row.tries {
			row.settled = tries
			put(t, t.protected, entry, row)
		}
		return nil
	})
}

// EndProtection keeps entries no more.
func (s *Store) EndProtection(ctx context.Context, lane ports.ProtectedLane, reason domain.ProtectionEnd, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		for id, row := range t.protected {
			terms := t.orders[id].order.Terms
			ours := terms.BrokerAccountID == lane.BrokerAccountID && terms.Symbol == lane.Symbol &&
				same(terms.WebhookConfigID, lane.WebhookConfigID) && (lane.Side == "" || terms.Side.Opposite() == lane.Side)
			if ours && row.ended == nil {
				t.endProtected(id, reason, at)
			}
		}
		return nil
	})
}
