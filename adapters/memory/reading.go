package memory

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var (
	_ ports.SignalRepository   = signals{}
	_ ports.OrderRepository    = orders{}
	_ ports.PositionRepository = positions{}
)

type signals struct{ as }

func (r signals) ByID(ctx context.Context, id domain.SignalID) (*domain.Signal, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	row, ok := r.signals[id]
	if !ok || row.signal.UserID != r.user {
		return nil, domain.NotFound("signal")
	}
	return r.restoreSignal(row), nil
}

// restoreSignal joins a signal with its tickets.
func (t *tx) restoreSignal(row signalRow) *domain.Signal {
	s := row.signal
	s.Tickets = make([]domain.Ticket, len(row.tickets))
	for i, id := range row.tickets {
		s.Tickets[i] = t.tickets[id]
	}
	return domain.RestoreSignal(copySignal(s))
}

func (r signals) List(ctx context.Context, q ports.SignalQuery) (ports.Page[*domain.Signal], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[*domain.Signal]{}, err
	}
	var found []signalRow
	for _, row := range r.signals {
		if row.signal.UserID == r.user && admitsSignal(q, row.signal) && (!q.Asks || r.asks(row)) {
			found = append(found, row)
		}
	}
	p, err := page(found, func(row signalRow) uuid.UUID { return row.signal.ID.UUID }, q.Page)
	return mapPage(p, err, r.restoreSignal)
}

func admitsSignal(q ports.SignalQuery, s domain.SignalSnapshot) bool {
	return (q.WebhookConfigID == nil || s.WebhookConfigID != nil && *q.WebhookConfigID == *s.WebhookConfigID) &&
		(q.State == "" || q.State == s.State) &&
		(q.Symbol == "" || q.Symbol == s.Intent.Symbol) &&
		(q.Source == "" || q.Source == s.Source) &&
		(q.Since == nil || !s.ReceivedAt.Before(*q.Since)) &&
		(q.Until == nil || s.ReceivedAt.Before(*q.Until))
}

type orders struct{ as }

func (r orders) ByID(ctx context.Context, id domain.OrderID) (*domain.Order, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	row, ok := r.orders[id]
	if !ok || row.order.Terms.UserID != r.user {
		return nil, domain.NotFound("order")
	}
	return domain.RestoreOrder(copyOrder(row.order))
}

func (r orders) List(ctx context.Context, q ports.OrderQuery) (ports.Page[*domain.Order], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[*domain.Order]{}, err
	}
	var found []orderRow
	for _, row := range r.orders {
		if row.order.Terms.UserID == r.user && admitsOrder(q, row) {
			found = append(found, row)
		}
	}
	p, err := page(found, func(row orderRow) uuid.UUID { return row.order.Terms.ID.UUID }, q.Page)
	if err != nil {
		return ports.Page[*domain.Order]{}, err
	}
	restored, err := restoreOrders(p.Items)
	return ports.Page[*domain.Order]{Items: restored, Next: p.Next}, err
}

func admitsOrder(q ports.OrderQuery, row orderRow) bool {
	t := row.order.Terms
	return (q.SignalID == nil || *q.SignalID == t.SignalID) &&
		(q.TicketID == nil || *q.TicketID == t.TicketID) &&
		(q.BrokerAccountID == nil || *q.BrokerAccountID == t.BrokerAccountID) &&
		(q.Symbol == "" || q.Symbol == t.Symbol) &&
		(q.Status == "" || q.Status == row.status) &&
		(q.Submission == "" || q.Submission == row.submission)
}

func restoreOrders(rows []orderRow) ([]*domain.Order, error) {
	out := make([]*domain.Order, len(rows))
	for i, row := range rows {
		o, err := domain.RestoreOrder(copyOrder(row.order))
		if err != nil {
			return nil, err
		}
		out[i] = o
	}
	return out, nil
}

type positions struct{ as }

func (r positions) List(ctx context.Context, by ports.PositionScope) ([]ports.HeldPosition, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	var keys []positionKey
	for k, row := range r.positions {
		if k.scope == by && row.user == r.user {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b positionKey) int {
		return cmp.Or(compareIDs(a.account.UUID, b.account.UUID), strings.Compare(string(a.symbol), string(b.symbol)), compareIDs(a.config.UUID, b.config.UUID))
	})
	held := make([]ports.HeldPosition, len(keys))
	for i, k := range keys {
		row := r.positions[k]
		held[i] = ports.HeldPosition{
			Scope: by, BrokerAccountID: k.account, Symbol: k.symbol,
			Position: copyPosition(row.position), UpdatedAt: row.updated,
		}
		if !k.config.IsZero() {
			held[i].WebhookConfigID = &k.config
		}
	}
	return held, nil
}
