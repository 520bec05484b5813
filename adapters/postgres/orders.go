package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type orders struct{ session }

var _ ports.OrderRepository = (*orders)(nil)

func (m *orderModel) listID() uuid.UUID { return m.ID }

// orderIsUnsettled picks, of the orders o, those of which more is to come:
// domain.Order.IsSettled says no. It is the predicate of the index
// orders_unsettled, word for word.
const orderIsUnsettled = `(
	o.submission in ('intent', 'in_flight', 'unknown', 'needs_review')
	or (o.submission = 'acknowledged' and o.status not in ('filled', 'canceled', 'replaced', 'rejected', 'expired')))`

// ByID implements ports.OrderRepository.
func (r *orders) ByID(ctx context.Context, id domain.OrderID) (*domain.Order, error) {
	var m orderModel
	if err := r.tx.NewSelect().Model(&m).Where("o.id = ?", id.UUID).Scan(ctx); err != nil {
		return nil, missing("order", err)
	}
	found, err := withEvents(ctx, r.tx, []*orderModel{&m})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// List implements ports.OrderRepository.
func (r *orders) List(ctx context.Context, query ports.OrderQuery) (ports.Page[*domain.Order], error) {
	var (
		none ports.Page[*domain.Order]
		rows []*orderModel
	)
	q := r.tx.NewSelect().Model(&rows)
	limit, err := page(q, query.Page)
	if err != nil {
		return none, err
	}
	if query.SignalID != nil {
		q.Where("o.signal_id = ?", query.SignalID.UUID)
	}
	if query.TicketID != nil {
		q.Where("o.ticket_id = ?", query.TicketID.UUID)
	}
	if query.BrokerAccountID != nil {
		q.Where("o.broker_account_id = ?", query.BrokerAccountID.UUID)
	}
	if query.Symbol != "" {
		q.Where("o.symbol = ?", query.Symbol)
	}
	if query.Status != "" {
		q.Where("o.status = ?", query.Status)
	}
	if query.Submission != "" {
		q.Where("o.submission = ?", query.Submission)
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := withEvents(ctx, r.tx, rows)
	return ports.Page[*domain.Order]{Items: items, Next: next}, err
}

// withEvents gives the orders of the rows, in their order.
func withEvents(ctx context.Context, db bun.IDB, rows []*orderModel) ([]*domain.Order, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	var found []*orderEventModel
	err := db.NewSelect().Model(&found).
		Where("event.order_id in (?)", bun.List(ids)).
		OrderExpr("event.order_id, event.position").
		Scan(ctx)
	if err != nil {
		return nil, translate(err)
	}
	events := map[uuid.UUID][]domain.OrderEvent{}
	for _, m := range found {
		e, err := m.toDomain()
		if err != nil {
			return nil, err
		}
		events[m.OrderID] = append(events[m.OrderID], e)
	}
	return mapAll(rows, func(m *orderModel) (*domain.Order, error) { return m.toDomain(events[m.ID]) })
}
