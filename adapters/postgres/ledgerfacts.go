package postgres

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Record implements ports.Ledger.
func (l *Ledger) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (o *domain.Order, err error) {
	err = l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		o, err = recordFacts(ctx, tx, facts, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o, nil
}

// recordFacts adds what is new to an order and moves the positions by the fills
// among it. The order's row is locked, so a fill told by two at once counts
// once.
func recordFacts(ctx context.Context, tx bun.Tx, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	o, err := lockOrder(ctx, tx, facts.OrderID)
	if err != nil {
		return nil, err
	}
	added, err := addEvents(ctx, tx, o, facts.Events, at)
	if err != nil {
		return nil, err
	}
	for _, e := range added {
		if e.Kind == domain.EventFill {
			if err := movePositions(ctx, tx, o.Terms(), e, at); err != nil {
				return nil, err
			}
		}
	}
	return o, nil
}

// addEvents applies events to a locked order, stores those that are new and what
// the order is now, and gives the new ones.
func addEvents(ctx context.Context, tx bun.Tx, o *domain.Order, events []domain.OrderEvent, at time.Time) ([]domain.OrderEvent, error) {
	known := len(o.Events())
	var added []domain.OrderEvent
	for _, e := range events {
		isNew, err := o.Apply(e, at)
		if err != nil {
			return nil, err
		}
		if isNew {
			added = append(added, e)
		}
	}
	if len(added) == 0 {
		return nil, nil
	}
	models := toOrderEventModels(o, known, at)
	if _, err := tx.NewInsert().Model(&models).Returning("").Exec(ctx); err != nil {
		return nil, err
	}
	return added, updateOrder(ctx, tx, o)
}

// movePositions moves the position of the order's config and that of its
// account, each under the lock of its row.
func movePositions(ctx context.Context, tx bun.Tx, t domain.OrderTerms, fill domain.OrderEvent, at time.Time) error {
	for _, scope := range []ports.PositionScope{ports.PositionsByAccount, ports.PositionsByWebhook} {
		held := positionModel{
			UserID: t.UserID.UUID, BrokerAccountID: t.BrokerAccountID.UUID, Scope: scope, Symbol: t.Symbol,
		}
		if scope == ports.PositionsByWebhook && t.WebhookConfigID != nil {
			held.WebhookConfigID = &t.WebhookConfigID.UUID
		}
		if err := movePosition(ctx, tx, held, t.Side, fill, at); err != nil {
			return err
		}
	}
	return nil
}

// The row is made flat where there is none, so that it can be locked.
const lockPositionSQL = `
insert into public.positions as held (
  user_id, broker_account_id, scope, webhook_config_id, symbol, quantity, realized_profit, updated_at)
values (?0, ?1, ?2, ?3, ?4, 0, 0, ?5)
on conflict (broker_account_id, symbol, scope, webhook_config_id) do update set updated_at = excluded.updated_at
returning id, quantity, average_price, realized_profit`

func movePosition(ctx context.Context, tx bun.Tx, held positionModel, side domain.Side, fill domain.OrderEvent, at time.Time) error {
	var locked struct {
		ID             string
		Quantity       string
		AveragePrice   *string
		RealizedProfit string
	}
	err := tx.NewRaw(lockPositionSQL, held.UserID, held.BrokerAccountID, held.Scope, held.WebhookConfigID, held.Symbol, at).Scan(ctx, &locked)
	if err != nil {
		return err
	}
	held.Quantity, held.AveragePrice, held.RealizedProfit = locked.Quantity, locked.AveragePrice, locked.RealizedProfit
	before, err := held.position()
	if err != nil {
		return err
	}
	held.set(before.Apply(side, fill.Quantity, fill.Price), at)
	_, err = tx.NewRaw(`update public.positions set quantity = ?, average_price = ?, realized_profit = ? where id = ?`,
		held.Quantity, held.AveragePrice, held.RealizedProfit, locked.ID).Exec(ctx)
	return err
}
