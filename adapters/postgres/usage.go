package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
)

// What a config has used of the rails that count, by the database's clock, but
// for legs, which only end what was entered; each for the id of a config that is put before and behind.
const (
	// Stands on the index orders_unsettled by the accounts the config routes to or
	// ever did.
	openOrdersOf = `(
    select count(*) from public.orders o
    where o.broker_account_id in (select r.broker_account_id from public.webhook_routes r where r.webhook_config_id = `
	openOrdersBy = `)
      and ` + orderIsUnsettled + `
      and o.parent_id is null and o.webhook_config_id = `
	// Stands on the index orders_intended.
	ordersLastMinuteOf = `(
    select count(*) from public.orders o
    where o.intended_at > now() - interval '60 seconds' and o.parent_id is null and o.webhook_config_id = `
	// Stands on the index positions_config: a row for every symbol and account.
	profitTodayOf = `(
    select coalesce(sum(held.day_profit), 0)::text from public.positions held
    where held.moved_at >= date_trunc('day', now(), 'UTC') and held.scope = 'webhook' and held.webhook_config_id = `
)

// usageWhereLimitedSQL counts, next to a signal and the version of the rules
// that judge it, what these limit. What they don't costs nothing.
const usageWhereLimitedSQL = `
  case when version.rules #>> '{risk,max_open_orders}' is not null then
    ` + openOrdersOf + `signal.webhook_config_id` + openOrdersBy + `signal.webhook_config_id)
  else 0 end as open_orders,
  case when version.rules #>> '{risk,max_orders_per_minute}' is not null then
    ` + ordersLastMinuteOf + `signal.webhook_config_id)
  else 0 end as orders_last_minute,
  case when version.rules #>> '{risk,max_daily_loss}' is not null then
    ` + profitTodayOf + `signal.webhook_config_id)
  else '0' end as profit_today`

const usageSQL = `
select
  ` + openOrdersOf + `config.id` + openOrdersBy + `config.id) as open_orders,
  ` + ordersLastMinuteOf + `config.id) as orders_last_minute,
  ` + profitTodayOf + `config.id) as profit_today
from public.webhook_configs config
where config.deleted_at is null and config.id = `

type usageRow struct {
	OpenOrders       int
	OrdersLastMinute int
	ProfitToday      string
}

func (r usageRow) usage() (domain.Usage, error) {
	var in amounts
	u := domain.Usage{
		OpenOrders: r.OpenOrders, OrdersLastMinute: r.OrdersLastMinute,
		ProfitToday: amountIn(&in, "profit_today", r.ProfitToday, domain.RestoreMoney),
	}
	return u, in.err
}

// Usage implements ports.WebhookConfigRepository.
func (r *webhookConfigs) Usage(ctx context.Context, id domain.WebhookConfigID) (domain.Usage, error) {
	var row usageRow
	err := r.tx.NewRaw(usageSQL+"?", id.UUID).Scan(ctx, &row.OpenOrders, &row.OrdersLastMinute, &row.ProfitToday)
	if err := missing("webhook", err); err != nil {
		return domain.Usage{}, err
	}
	return row.usage()
}

// The lock ends with the transaction and is waited for before any other, so
// that whoever counts sees the orders of those before it.
const (
	lockUsageSQL  = `select pg_advisory_xact_lock(hashtextextended($1::text, 6))`
	countUsageSQL = `
select
  ` + openOrdersOf + `$1::uuid` + openOrdersBy + `$1::uuid) as open_orders,
  ` + ordersLastMinuteOf + `$1::uuid) as orders_last_minute,
  ` + profitTodayOf + `$1::uuid) as profit_today`
)

// keepTo queues the count of what a config has used where limits ask for it,
// alone for the config until the transaction ends where they count orders. What it gives says, once the
// statements are sent, whether there is room for another one.
func keepTo(ctx context.Context, t *bundledTx, limits *domain.RiskLimits, config *domain.WebhookConfigID) func() error {
	if limits == nil || config == nil || !limits.Count() {
		return func() error { return nil }
	}
	var rows []usageRow
	if limits.CountOrders() {
		t.tell(ctx, lockUsageSQL, config.String())
	}
	ask(ctx, t, &rows, pgx.RowToStructByName[usageRow], countUsageSQL, config.UUID)
	return func() error {
		u, err := rows[0].usage()
		if err == nil && !limits.AdmitAnother(u) {
			err = domain.Conflict("limit_reached", "the webhook's limits leave no room for another order")
		}
		return err
	}
}
