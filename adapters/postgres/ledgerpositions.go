package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// lockedPosition is a row of positions under a lock, by its own id.
type lockedPosition struct {
	ID             uuid.UUID
	Scope          ports.PositionScope
	Quantity       string
	AveragePrice   *string
	RealizedProfit string
}

// The position of the account and, of those by webhook, that of the order's
// config or of the orders by hand.
const lockPositionsSQL = `
select id, scope, quantity, average_price, realized_profit
from public.positions
where broker_account_id = ?0 and symbol = ?1
  and (scope = 'account' or (scope = 'webhook' and webhook_config_id is not distinct from ?2))
order by scope
for no key update`

const addPositionsSQL = `
insert into public.positions (
  user_id, broker_account_id, symbol, scope, webhook_config_id, quantity, realized_profit, updated_at)
values (?3, ?0, ?1, 'account', null, 0, 0, ?4), (?3, ?0, ?1, 'webhook', ?2, 0, 0, ?4)
on conflict do nothing`

// lockPositions locks the two positions an order moves. They are made flat where
// the first fill finds none, so that there is something to lock.
func lockPositions(ctx context.Context, w *writes, t domain.OrderTerms, at time.Time) ([]lockedPosition, error) {
	var config *uuid.UUID
	if t.WebhookConfigID != nil {
		config = &t.WebhookConfigID.UUID
	}
	var rows []lockedPosition
	err := w.tx.NewRaw(lockPositionsSQL, t.BrokerAccountID.UUID, t.Symbol, config).Scan(ctx, &rows)
	if err != nil || len(rows) == 2 {
		return rows, err
	}
	_, err = w.tx.NewRaw(addPositionsSQL, t.BrokerAccountID.UUID, t.Symbol, config, t.UserID.UUID, at).Exec(ctx)
	if err != nil {
		return nil, err
	}
	rows = nil
	err = w.tx.NewRaw(lockPositionsSQL, t.BrokerAccountID.UUID, t.Symbol, config).Scan(ctx, &rows)
	return rows, err
}

const movePositionSQL = `
update public.positions
set quantity = ?1::numeric, average_price = ?2::numeric, realized_profit = ?3::numeric, updated_at = ?4
where id = ?0`

// movePositions moves both positions of an order by its new fills, in the order
// they were told.
func movePositions(ctx context.Context, w *writes, t domain.OrderTerms, fills []domain.OrderEvent, at time.Time) error {
	if len(fills) == 0 {
		return nil
	}
	rows, err := lockPositions(ctx, w, t, at)
	if err != nil {
		return err
	}
	for _, row := range rows {
		m := positionModel{Quantity: row.Quantity, AveragePrice: row.AveragePrice, RealizedProfit: row.RealizedProfit}
		p, err := m.position()
		if err != nil {
			return err
		}
		for _, fill := range fills {
			p = p.Apply(t.Side, fill.Quantity, fill.Price)
		}
		m.set(p, at)
		if err := w.addRaw(movePositionSQL, row.ID, m.Quantity, m.AveragePrice, m.RealizedProfit, m.UpdatedAt); err != nil {
			return err
		}
	}
	return nil
}
