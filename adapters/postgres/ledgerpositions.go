package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
)

// lockedPositions are the two positions that an order's fills move, that of its
// account and that of its config or of the orders by hand, as they were found.
type lockedPositions struct{ rows []lockedPosition }

// lockedPosition is a row of positions, by its own id.
type lockedPosition struct {
	ID             uuid.UUID
	Quantity       string
	AveragePrice   *string
	RealizedProfit string
}

const (
	lockPositionsSQL = `
select held.id, held.quantity::text, held.average_price::text, held.realized_profit::text
from public.orders o
join public.positions held on held.broker_account_id = o.broker_account_id and held.symbol = o.symbol
where o.id = $1
  and (held.scope = 'account' or (held.scope = 'webhook' and held.webhook_config_id is not distinct from o.webhook_config_id))
order by held.scope
for no key update of held`
	addPositionsSQL = `
insert into public.positions (
  user_id, broker_account_id, symbol, scope, webhook_config_id, quantity, realized_profit, updated_at)
select o.user_id, o.broker_account_id, o.symbol, scope.name, scope.config, 0, 0, $2
from public.orders o
cross join lateral (values ('account', null), ('webhook', o.webhook_config_id)) as scope (name, config)
where o.id = $1
on conflict do nothing`
	movePositionSQL = `
update public.positions
set quantity = $2::numeric, average_price = $3::numeric, realized_profit = $4::numeric, updated_at = $5
where id = $1`
)

func (l *lockedPositions) askFor(ctx context.Context, t *bundledTx, order domain.OrderID) {
	ask(ctx, t, &l.rows, pgx.RowToStructByName[lockedPosition], lockPositionsSQL, order.UUID)
}

// move moves both positions by an order's new fills, in the order they were
// told. The first fill in a lane finds no row to lock and makes both, flat.
func (l *lockedPositions) move(ctx context.Context, t *bundledTx, o domain.OrderTerms, fills []domain.OrderEvent, at time.Time) error {
	if len(fills) == 0 {
		return nil
	}
	if len(l.rows) < 2 {
		t.tell(ctx, addPositionsSQL, o.ID.UUID, at)
		l.askFor(ctx, t, o.ID)
		if err := t.send(ctx); err != nil {
			return err
		}
	}
	for _, row := range l.rows {
		m := positionModel{Quantity: row.Quantity, AveragePrice: row.AveragePrice, RealizedProfit: row.RealizedProfit}
		p, err := m.position()
		if err != nil {
			return err
		}
		for _, fill := range fills {
			p = p.Apply(o.Side, fill.Quantity, fill.Price)
		}
		m.set(p, at)
		t.tell(ctx, movePositionSQL, row.ID, m.Quantity, m.AveragePrice, m.RealizedProfit, m.UpdatedAt)
	}
	return nil
}
