package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Of two that claim at once, the second finds the first one's claim when it has
// the row, and leaves it. now() is when a transaction began; what another one
// wrote since is later.
const (
	compareSQL = `
with due as (
  select account.id, account.user_id, r.compared_at
  from public.broker_accounts account
  left join private.reconciliations r on r.broker_account_id = account.id
  where account.deleted_at is null
    and (r.compared_at is null or r.compared_at < now() - make_interval(secs => $1))
    and (r.claimed_until is null or r.claimed_until <= now())
  order by r.compared_at nulls first, account.id
  limit $3
), claimed as (
  insert into private.reconciliations as r (broker_account_id, claimed_until)
  select id, now() + make_interval(secs => $2) from due order by id
  on conflict (broker_account_id) do update
  set claimed_until = excluded.claimed_until
  where (r.compared_at is null or r.compared_at < now() - make_interval(secs => $1))
    and (r.claimed_until is null or r.claimed_until <= now())
  returning broker_account_id
)
select due.id,
  (select o.created_at from public.orders o
   where o.user_id = due.user_id and o.broker_account_id = due.id order by o.id desc limit 1) as last_order_at
from claimed join due on due.id = claimed.broker_account_id
order by due.compared_at nulls first, due.id`
	comparedSQL = `
insert into private.reconciliations as r (broker_account_id, compared_at)
select id, now() from public.broker_accounts where id = $1
on conflict (broker_account_id) do update set compared_at = excluded.compared_at, claimed_until = null
returning broker_account_id`
	unmatchedSQL = `
insert into public.unmatched_orders
  (id, user_id, broker_account_id, client_order_id, broker_order_id, symbol, status, filled_quantity, found_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (broker_account_id, broker_order_id) do nothing
returning id`
)

type comparisonRow struct {
	ID          uuid.UUID
	LastOrderAt *time.Time
}

// Compare implements ports.Reconciliations.
func (l *Ledger) Compare(ctx context.Context, age, lease time.Duration, limit int) ([]ports.Comparison, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[comparisonRow], compareSQL, age.Seconds(), lease.Seconds(), max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, func(r comparisonRow) (ports.Comparison, error) {
		c := ports.Comparison{BrokerAccountID: domain.BrokerAccountID{UUID: r.ID}}
		if r.LastOrderAt != nil {
			c.LastOrderAt = r.LastOrderAt.UTC()
		}
		return c, nil
	})
}

// Compared implements ports.Reconciliations.
func (l *Ledger) Compared(ctx context.Context, id domain.BrokerAccountID) error {
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], comparedSQL, id.UUID)
	if err == nil && len(rows) == 0 {
		return domain.NotFound("broker account")
	}
	return err
}

// Unmatched implements ports.Reconciliations.
func (l *Ledger) Unmatched(ctx context.Context, o domain.UnmatchedOrder) (bool, error) {
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], unmatchedSQL,
		o.ID.UUID, o.UserID.UUID, o.BrokerAccountID.UUID, asText(o.ClientOrderID), asText(o.BrokerOrderID),
		asText(string(o.Symbol)), string(o.Status), o.FilledQuantity.String(), o.FoundAt)
	return len(rows) > 0, err
}
