package postgres

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// The predicate is that of the index orders_working, word for word. Two that
// ask at once are given different orders.
const workingSQL = `
with due as (
  select id, asked_at
  from public.orders
  where submission = 'acknowledged' and status not in ('filled', 'canceled', 'replaced', 'rejected', 'expired')
    and asked_at <= now() - make_interval(secs => ?0)
    and (?1::uuid is null or broker_account_id = ?1::uuid)
  order by asked_at
  limit ?2
  for no key update skip locked
), asked as (
  update public.orders o
  set asked_at = now()
  from due
  where o.id = due.id
  returning o.*, due.asked_at as asked_before
)
select * from asked order by asked_before, id`

// Working implements ports.Ledger.
func (l *Ledger) Working(ctx context.Context, account *domain.BrokerAccountID, age time.Duration, limit int) ([]*domain.Order, error) {
	if limit <= 0 {
		return nil, nil
	}
	var rows []*orderModel
	if err := l.db.worker.NewRaw(workingSQL, age.Seconds(), account, limit).Scan(ctx, &rows); err != nil {
		return nil, translate(err)
	}
	return withEvents(ctx, l.db.worker, rows)
}

// ByClientOrderIDs implements ports.Ledger.
func (l *Ledger) ByClientOrderIDs(ctx context.Context, ids []string) ([]*domain.Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []*orderModel
	if err := l.db.worker.NewSelect().Model(&rows).Where("o.client_order_id in (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, translate(err)
	}
	return withEvents(ctx, l.db.worker, rows)
}
