package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// insertOrder stores an order that is new, with its events so far.
func insertOrder(ctx context.Context, tx bun.Tx, o *domain.Order) error {
	if _, err := tx.NewInsert().Model(toOrderModel(o, 1)).Returning("").Exec(ctx); err != nil {
		if err = translate(err); errors.Is(err, domain.KindConflict) {
			return &domain.Error{Kind: domain.KindConflict, Code: "order_exists", Msg: "the step of this ticket has an order already", Err: err}
		}
		return err
	}
	models := toOrderEventModels(o, 0, o.UpdatedAt())
	_, err := tx.NewInsert().Model(&models).Returning("").Exec(ctx)
	return err
}

// lockOrder loads an order for a change.
func lockOrder(ctx context.Context, tx bun.Tx, id domain.OrderID) (*domain.Order, error) {
	var m orderModel
	if err := tx.NewSelect().Model(&m).Where("id = ?", id.UUID).For("no key update").Scan(ctx); err != nil {
		if err = translate(err); errors.Is(err, domain.KindNotFound) {
			return nil, domain.NotFound("order")
		}
		return nil, err
	}
	orders, err := withEvents(ctx, tx, []*orderModel{&m})
	if err != nil {
		return nil, err
	}
	return orders[0], nil
}

// updateOrder stores what an order is now; its events are stored already.
func updateOrder(ctx context.Context, tx bun.Tx, o *domain.Order) error {
	_, err := tx.NewUpdate().Model(toOrderModel(o, o.Version()+1)).
		Column("broker_order_id", "submission", "status", "filled_quantity", "average_fill_price", "reject_reason", "version", "updated_at").
		WherePK().Returning("").Exec(ctx)
	return err
}

// workingSQL is the predicate of the index orders_working.
const workingSQL = `submission = 'acknowledged' and status not in ('filled', 'canceled', 'replaced', 'rejected', 'expired')`

// unsettledSQL is the predicate of the index orders_unsettled.
const unsettledSQL = `(submission in ('intent', 'in_flight', 'unknown', 'needs_review') or (` + workingSQL + `))`

// Working implements ports.Ledger.
func (l *Ledger) Working(ctx context.Context, account *domain.BrokerAccountID, age time.Duration, limit int) ([]*domain.Order, error) {
	var rows []*orderModel
	due := l.db.worker.NewSelect().Table("orders").Column("id").
		Where(workingSQL).Where("asked_at <= now() - make_interval(secs => ?)", age.Seconds()).
		OrderExpr("asked_at").Limit(int64(limit)).For("no key update skip locked")
	if account != nil {
		due = due.Where("broker_account_id = ?", account.UUID)
	}
	err := l.db.worker.NewUpdate().With("due", due).Model(&rows).
		Set("asked_at = now()").Table("due").Where("o.id = due.id").Returning("o.*").Scan(ctx)
	if err != nil {
		return nil, translate(err)
	}
	orders, err := withEvents(ctx, l.db.worker, rows)
	return orders, translate(err)
}

// ByClientOrderIDs implements ports.Ledger.
func (l *Ledger) ByClientOrderIDs(ctx context.Context, ids []string) ([]*domain.Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []*orderModel
	if err := l.db.worker.NewSelect().Model(&rows).Where("client_order_id in (?)", bun.In(ids)).Scan(ctx); err != nil {
		return nil, translate(err)
	}
	orders, err := withEvents(ctx, l.db.worker, rows)
	return orders, translate(err)
}

// Account implements ports.Ledger.
func (l *Ledger) Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	var m brokerAccountModel
	if err := l.db.worker.NewSelect().Model(&m).Where("id = ?", id.UUID).Scan(ctx); err != nil {
		if err = translate(err); errors.Is(err, domain.KindNotFound) {
			return nil, domain.NotFound("broker account")
		}
		return nil, err
	}
	return m.toDomain()
}
