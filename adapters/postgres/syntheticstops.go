package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	stopColumns = `
  stop.order_id, stop.user_id, stop.ticket_id, stop.broker_account_id, stop.webhook_config_id, stop.symbol, stop.side,
  stop.stop_loss::text, stop.take_profit::text, stop.created_at,
  stop.triggered_at, stop.trigger_price::text, stop.exits, stop.ended_at, coalesce(stop.end_reason, '') as end_reason`
	addStopSQL = `
insert into private.synthetic_stops (
  order_id, user_id, ticket_id, broker_account_id, webhook_config_id, symbol, side, stop_loss, take_profit, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8::numeric, $9::numeric, $10)`
	endStopsBeforeSQL = `
update private.synthetic_stops stop
set ended_at = now(), end_reason = 'closed'
where stop.broker_account_id = $1 and stop.symbol = $2 and stop.webhook_config_id is not distinct from $3 and stop.ended_at is null
  and not exists (select from public.orders o where o.id = stop.order_id and ` + orderIsUnsettled + `)`
	watchedStopsSQL = `
select ` + stopColumns + `,
  o.filled_quantity::text as filled, not (` + orderIsUnsettled + `) as over,
  coalesce(config.quantity, 0)::text as config_quantity, coalesce(account.quantity, 0)::text as account_quantity
from private.synthetic_stops stop
join public.orders o on o.id = stop.order_id
left join public.positions config
  on config.broker_account_id = stop.broker_account_id and config.symbol = stop.symbol and config.scope = 'webhook'
  and config.webhook_config_id is not distinct from stop.webhook_config_id
left join public.positions account
  on account.broker_account_id = stop.broker_account_id and account.symbol = stop.symbol and account.scope = 'account'
  and account.webhook_config_id is null
where stop.ended_at is null and stop.order_id > $1
order by stop.order_id
limit $2`
	triggerSQL = `
update private.synthetic_stops
set trigger_price = case when triggered_at is null then $2::numeric else trigger_price end, triggered_at = coalesce(triggered_at, $3)
where order_id = $1 and ended_at is null
returning order_id`
	exitedSQL = `
update private.synthetic_stops set exits = greatest(exits, $2) where order_id = $1 and ended_at is null returning order_id`
	endStopSQL = `
update private.synthetic_stops
set end_reason = coalesce(end_reason, $2), ended_at = coalesce(ended_at, $3)
where order_id = $1
returning order_id`
	stopSQL = `select ` + stopColumns + ` from private.synthetic_stops stop where stop.order_id = $1`
)

type stopRow struct {
	OrderID         uuid.UUID
	UserID          uuid.UUID
	TicketID        uuid.UUID
	BrokerAccountID uuid.UUID
	WebhookConfigID *uuid.UUID
	Symbol          domain.Symbol
	Side            domain.Side
	StopLoss        *string
	TakeProfit      *string
	CreatedAt       time.Time
	TriggeredAt     *time.Time
	TriggerPrice    *string
	Exits           int
	EndedAt         *time.Time
	EndReason       domain.SyntheticStopEnd
}

func (r stopRow) toDomain() (domain.SyntheticStop, error) {
	var a amounts
	s := domain.SyntheticStop{
		EntryID: domain.OrderID{UUID: r.OrderID}, UserID: domain.UserID{UUID: r.UserID}, TicketID: domain.TicketID{UUID: r.TicketID},
		BrokerAccountID: domain.BrokerAccountID{UUID: r.BrokerAccountID}, Symbol: r.Symbol, Side: r.Side,
		StopLoss:     amountOrNil(&a, "stop_loss", r.StopLoss, domain.RestorePrice),
		TakeProfit:   amountOrNil(&a, "take_profit", r.TakeProfit, domain.RestorePrice),
		TriggerPrice: amountOrNil(&a, "trigger_price", r.TriggerPrice, domain.RestorePrice),
		CreatedAt:    r.CreatedAt.UTC(), TriggeredAt: utc(r.TriggeredAt), Exits: r.Exits, EndedAt: utc(r.EndedAt), EndReason: r.EndReason,
	}
	if r.WebhookConfigID != nil {
		s.WebhookConfigID = &domain.WebhookConfigID{UUID: *r.WebhookConfigID}
	}
	return s, a.err
}

type watchedRow struct {
	stopRow

	Filled          string
	Over            bool
	ConfigQuantity  string
	AccountQuantity string
}

func (r watchedRow) toPort() (ports.WatchedStop, error) {
	var a amounts
	stop, err := r.toDomain()
	if err != nil {
		return ports.WatchedStop{}, err
	}
	return ports.WatchedStop{
		SyntheticStop: stop, Over: r.Over, Filled: amountIn(&a, "filled_quantity", r.Filled, domain.RestoreQuantity),
		ConfigPosition:  amountIn(&a, "quantity", r.ConfigQuantity, domain.RestoreNet),
		AccountPosition: amountIn(&a, "quantity", r.AccountQuantity, domain.RestoreNet),
	}, a.err
}

// addStops writes down what watches over an entry, and ends what watched over a
// position that is gone.
func addStops(ctx context.Context, t *bundledTx, entry domain.OrderTerms, plan ports.TicketPlan) {
	config := configOrNil(entry.WebhookConfigID)
	if plan.Afresh {
		t.tell(ctx, endStopsBeforeSQL, entry.BrokerAccountID.UUID, string(entry.Symbol), config)
	}
	if s := plan.Synthetic; s != nil {
		t.tell(ctx, addStopSQL, s.EntryID.UUID, s.UserID.UUID, s.TicketID.UUID, s.BrokerAccountID.UUID, config,
			string(s.Symbol), string(s.Side), textOf(s.StopLoss), textOf(s.TakeProfit), s.CreatedAt)
	}
}

// WatchedStops implements ports.SyntheticStops.
func (l *Ledger) WatchedStops(ctx context.Context, after domain.OrderID, limit int) ([]ports.WatchedStop, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[watchedRow], watchedStopsSQL, after.UUID, max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, watchedRow.toPort)
}

// Trigger implements ports.SyntheticStops.
func (l *Ledger) Trigger(ctx context.Context, entry domain.OrderID, price domain.Price, at time.Time) error {
	return l.changeStop(ctx, triggerSQL, entry.UUID, price.String(), at)
}

// Exited implements ports.SyntheticStops.
func (l *Ledger) Exited(ctx context.Context, entry domain.OrderID, number int) error {
	return l.changeStop(ctx, exitedSQL, entry.UUID, number)
}

// EndStop implements ports.SyntheticStops.
func (l *Ledger) EndStop(ctx context.Context, entry domain.OrderID, reason domain.SyntheticStopEnd, at time.Time) error {
	return l.changeStop(ctx, endStopSQL, entry.UUID, string(reason), at)
}

func (l *Ledger) changeStop(ctx context.Context, sql string, args ...any) error {
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], sql, args...)
	if err == nil && len(rows) == 0 {
		return domain.NotFound("synthetic stop")
	}
	return err
}

// SyntheticStop implements ports.SyntheticStops.
func (l *Ledger) SyntheticStop(ctx context.Context, entry domain.OrderID) (domain.SyntheticStop, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[stopRow], stopSQL, entry.UUID)
	if err != nil {
		return domain.SyntheticStop{}, err
	}
	if len(rows) == 0 {
		return domain.SyntheticStop{}, domain.NotFound("synthetic stop")
	}
	return rows[0].toDomain()
}
