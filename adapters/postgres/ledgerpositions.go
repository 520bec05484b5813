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
	movePositionsSQL = `
update public.positions held
set quantity = moved.quantity, average_price = moved.average_price, realized_profit = moved.realized_profit, updated_at = $5,
  day_profit = moved.realized_profit - held.realized_profit
    + case when held.moved_at >= date_trunc('day', greatest(held.moved_at, now()), 'UTC') then held.day_profit else 0 end,
  moved_at = greatest(held.moved_at, now())
from unnest($1::uuid[], $2::numeric[], $3::numeric[], $4::numeric[]) as moved (id, quantity, average_price, realized_profit)
where held.id = moved.id`
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
	for i := range l.rows {
		if err := l.rows[i].apply(o.Side, fills); err != nil {
			return err
		}
	}
	t.tell(ctx, movePositionsSQL,
		uuids(l.rows, func(r lockedPosition) uuid.UUID { return r.ID }),
		column(l.rows, func(r lockedPosition) string { return r.Quantity }),
		column(l.rows, func(r lockedPosition) *string { return r.AveragePrice }),
		column(l.rows, func(r lockedPosition) string { return r.RealizedProfit }),
		at)
	return nil
}

func (r *lockedPosition) apply(side domain.Side, fills []domain.OrderEvent) error {
	m := positionModel{Quantity: r.Quantity, AveragePrice: r.AveragePrice, RealizedProfit: r.RealizedProfit}
	p, err := m.position()
	if err != nil {
		return err
	}
	for _, fill := range fills {
		p = p.Apply(side, fill.Quantity, fill.Price)
	}
	r.Quantity, r.AveragePrice, r.RealizedProfit = p.Quantity.String(), textOf(p.AveragePrice), p.RealizedProfit.String()
	return nil
}
