package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Intend writes an order down with its first attempt.
func (s *Store) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	return s.transact(ctx, func(t *tx) error {
		terms := o.Terms()
		ticket, ok := t.tickets[terms.TicketID]
		if !ok {
			return domain.NotFound("ticket")
		}
		if _, err := t.holdsFor(lease, terms.BrokerAccountID, terms.Symbol); err != nil {
			return err
		}
		if !first.Found {
			if err := t.mayAttempt(ticket, first); err != nil {
				return err
			}
			if err := t.keepTo(plan.Limits, terms.WebhookConfigID); err != nil {
				return err
			}
		}
		for _, order := range append([]*domain.Order{o}, plan.Legs...) {
			if err := t.addOrder(order, first); err != nil {
				return err
			}
		}
		if !first.Found {
			if err := t.spend(terms.BrokerAccountID, first.Request); err != nil {
				return err
			}
		}
		t.watch(terms, plan)
		t.keep(terms, plan)
		return t.plan(ticket, plan)
	})
}

// addOrder stores an order that is new with its first attempt.
func (t *tx) addOrder(o *domain.Order, first ports.Attempt) error {
	terms := o.Terms()
	if t.hasOrder(terms) {
		return domain.Conflict("order_exists", "the order is written down already")
	}
	order, err := domain.RestoreOrder(copyOrder(o.Snapshot()))
	if err != nil {
		return err
	}
	if _, err := order.Apply(domain.AttemptedEvent(first.Number, first.At), first.At); err != nil {
		return err
	}
	put(t, t.byTicket, terms.TicketID, append(slices.Clip(t.byTicket[terms.TicketID]), terms.ID))
	put(t, t.clientIDs, terms.ClientOrderID, terms.ID)
	t.putOrder(order, t.now)
	return nil
}

// hasOrder reports whether an order's place is taken: its id, its client order
// id, or its step and revision of the ticket.
func (t *tx) hasOrder(terms domain.OrderTerms) bool {
	if _, taken := t.orders[terms.ID]; taken {
		return true
	}
	if _, taken := t.clientIDs[terms.ClientOrderID]; taken {
		return true
	}
	return slices.ContainsFunc(t.byTicket[terms.TicketID], func(id domain.OrderID) bool {
		other := t.orders[id].order.Terms
		return other.Step == terms.Step && other.Revision == terms.Revision
	})
}

// putOrder stores an order with one change more.
func (t *tx) putOrder(o *domain.Order, asked time.Time) {
	s := copyOrder(o.Snapshot())
	s.Version++
	intended := t.now
	if row, known := t.orders[s.Terms.ID]; known {
		intended = row.intended
	}
	put(t, t.orders, s.Terms.ID, orderRow{
		order: s, submission: o.Submission(), status: o.Status(), working: o.IsWorking(), asked: asked, intended: intended,
	})
	if o.IsWorking() || o.Submission().IsUnsettled() {
		put(t, t.live, s.Terms.ID, struct{}{})
	} else {
		drop(t, t.live, s.Terms.ID)
	}
}

// Retry writes a further attempt down.
func (s *Store) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (*domain.Order, error) {
	var order *domain.Order
	err := s.transact(ctx, func(t *tx) error {
		row, ok := t.orders[id]
		if !ok {
			return domain.NotFound("order")
		}
		terms := row.order.Terms
		if _, err := t.holdsFor(lease, terms.BrokerAccountID, terms.Symbol); err != nil {
			return err
		}
		if _, err := row.submission.Next(domain.EventAttempted); err != nil {
			return err
		}
		if err := t.mayAttempt(t.tickets[terms.TicketID], next); err != nil {
			return err
		}
		o, err := domain.RestoreOrder(copyOrder(row.order))
		if err != nil {
			return err
		}
		added, err := o.Apply(domain.AttemptedEvent(next.Number, next.At), next.At)
		if err != nil {
			return err
		}
		if !added {
			return domain.Conflict("attempt_exists", "the attempt is written down already")
		}
		if err := t.spend(terms.BrokerAccountID, next.Request); err != nil {
			return err
		}
		t.putOrder(o, row.asked)
		order, err = domain.RestoreOrder(copyOrder(t.orders[id].order))
		return err
	})
	return order, err
}

// Record adds facts to an order.
func (s *Store) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	var order *domain.Order
	err := s.transact(ctx, func(t *tx) (err error) {
		order, err = t.record(facts, at)
		return err
	})
	return order, err
}

func (t *tx) record(facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	row, ok := t.orders[facts.OrderID]
	if !ok {
		return nil, domain.NotFound("order")
	}
	o, err := domain.RestoreOrder(copyOrder(row.order))
	if err != nil {
		return nil, err
	}
	changed := false
	for _, e := range facts.Events {
		if err := storable(e.SourceID, e.BrokerOrderID, e.ExecutionID, e.Reason); err != nil {
			return nil, err
		}
		added, err := o.Apply(e, at)
		if err != nil {
			return nil, err
		}
		changed = changed || added
		if added && e.Kind == domain.EventFill {
			t.move(o.Terms(), e, at)
		}
	}
	if changed {
		t.putOrder(o, row.asked)
	}
	return domain.RestoreOrder(copyOrder(t.orders[facts.OrderID].order))
}

// move applies a fill to the position of the order's config and of its account.
func (t *tx) move(terms domain.OrderTerms, fill domain.OrderEvent, at time.Time) {
	own := holding(terms)
	whole := positionKey{scope: ports.PositionsByAccount, account: own.account, symbol: own.symbol}
	for _, k := range []positionKey{own, whole} {
		row := t.positions[k]
		next := row.position.Apply(terms.Side, fill.Quantity, fill.Price)
		earned := row.earnedOn(t.now).Add(next.RealizedProfit).Sub(row.position.RealizedProfit)
		put(t, t.positions, k, positionRow{
			user: terms.UserID, position: copyPosition(next), updated: at, moved: t.now, earned: earned,
		})
	}
}

// Working gives orders the broker has not been asked about for a while.
func (s *Store) Working(ctx context.Context, account *domain.BrokerAccountID, age time.Duration, limit int) ([]*domain.Order, error) {
	var orders []*domain.Order
	err := s.transact(ctx, func(t *tx) (err error) {
		var due []orderRow
		for id := range t.live {
			row := t.orders[id]
			if row.working && row.asked.Before(t.now.Add(-age)) && (account == nil || *account == row.order.Terms.BrokerAccountID) {
				due = append(due, row)
			}
		}
		slices.SortFunc(due, func(a, b orderRow) int {
			return cmp.Or(a.asked.Compare(b.asked), compareIDs(a.order.Terms.ID.UUID, b.order.Terms.ID.UUID))
		})
		due = due[:min(len(due), max(limit, 0))]
		for _, row := range due {
			row.asked = t.now
			put(t, t.orders, row.order.Terms.ID, row)
		}
		orders, err = restoreOrders(due)
		return err
	})
	if err != nil {
		return nil, err
	}
	return orders, nil
}

// ByClientOrderIDs finds orders by the ids they carry at the broker.
func (s *Store) ByClientOrderIDs(ctx context.Context, ids []string) ([]*domain.Order, error) {
	var orders []*domain.Order
	err := s.transact(ctx, func(t *tx) (err error) {
		var rows []orderRow
		for _, clientID := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			if id, ok := t.clientIDs[clientID]; ok {
				rows = append(rows, t.orders[id])
			}
		}
		orders, err = restoreOrders(rows)
		return err
	})
	return orders, err
}
