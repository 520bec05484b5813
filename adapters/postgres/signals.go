package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type signals struct{ session }

var _ ports.SignalRepository = (*signals)(nil)

func (m *signalModel) listID() uuid.UUID { return m.ID }

// ByID implements ports.SignalRepository.
func (r *signals) ByID(ctx context.Context, id domain.SignalID) (*domain.Signal, error) {
	var m signalModel
	if err := r.tx.NewSelect().Model(&m).Where("signal.id = ?", id.UUID).Scan(ctx); err != nil {
		return nil, missing("signal", err)
	}
	found, err := withTickets(ctx, r.tx, []*signalModel{&m})
	if err != nil {
		return nil, err
	}
	return found[0], nil
}

// List implements ports.SignalRepository, each with its tickets.
func (r *signals) List(ctx context.Context, query ports.SignalQuery) (ports.Page[*domain.Signal], error) {
	var (
		none ports.Page[*domain.Signal]
		rows []*signalModel
	)
	q := r.tx.NewSelect().Model(&rows)
	limit, err := page(q, query.Page)
	if err != nil {
		return none, err
	}
	if query.WebhookConfigID != nil {
		q.Where("signal.webhook_config_id = ?", query.WebhookConfigID.UUID)
	}
	if query.State != "" {
		q.Where("signal.state = ?", query.State)
	}
	if query.Symbol != "" {
		q.Where("signal.symbol = ?", query.Symbol)
	}
	if query.Source != "" {
		q.Where("signal.source = ?", query.Source)
	}
	if query.Asks {
		q.Where("exists (select from public.tickets asking where asking.user_id = signal.user_id and asking.signal_id = signal.id and " + ticketAsks + ")")
	}
	if query.Since != nil {
		q.Where("signal.received_at >= ?", *query.Since)
	}
	if query.Until != nil {
		q.Where("signal.received_at < ?", *query.Until)
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := withTickets(ctx, r.tx, rows)
	return ports.Page[*domain.Signal]{Items: items, Next: next}, err
}

// withTickets gives the signals of the rows, in their order.
func withTickets(ctx context.Context, db bun.IDB, rows []*signalModel) ([]*domain.Signal, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, m := range rows {
		ids[i] = m.ID
	}
	var found []*ticketModel
	err := db.NewSelect().Model(&found).
		Where("ticket.signal_id in (?)", bun.List(ids)).
		OrderExpr("ticket.signal_id, ticket.position").
		Scan(ctx)
	if err != nil {
		return nil, translate(err)
	}
	tickets := map[uuid.UUID][]domain.Ticket{}
	for _, m := range found {
		t, err := m.toDomain()
		if err != nil {
			return nil, err
		}
		tickets[m.SignalID] = append(tickets[m.SignalID], t)
	}
	return mapAll(rows, func(m *signalModel) (*domain.Signal, error) { return m.toDomain(tickets[m.ID]) })
}
