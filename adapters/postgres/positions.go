package postgres

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type positions struct{ session }

var _ ports.PositionRepository = (*positions)(nil)

// List implements ports.PositionRepository. In the scope of webhooks, what
// orders by hand built comes without a config and last.
func (r *positions) List(ctx context.Context, by ports.PositionScope) ([]ports.HeldPosition, error) {
	if by != ports.PositionsByAccount && by != ports.PositionsByWebhook {
		return nil, domain.Invalid("invalid_scope", "by", "must be one of account, webhook")
	}
	var rows []*positionModel
	err := r.tx.NewSelect().Model(&rows).
		Where("held.scope = ?", by).
		OrderExpr("held.broker_account_id, held.symbol collate \"C\", held.webhook_config_id").
		Scan(ctx)
	if err != nil {
		return nil, translate(err)
	}
	return mapAll(rows, (*positionModel).toHeld)
}

func (m *positionModel) toHeld() (ports.HeldPosition, error) {
	p, err := m.position()
	held := ports.HeldPosition{
		Scope:           m.Scope,
		BrokerAccountID: domain.BrokerAccountID{UUID: m.BrokerAccountID},
		Symbol:          m.Symbol,
		Position:        p,
		UpdatedAt:       m.UpdatedAt.UTC(),
	}
	if m.WebhookConfigID != nil {
		held.WebhookConfigID = &domain.WebhookConfigID{UUID: *m.WebhookConfigID}
	}
	return held, err
}
