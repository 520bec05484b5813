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
	addProtectedSQL = `
insert into private.protected_entries (
  order_id, user_id, ticket_id, broker_account_id, webhook_config_id, symbol, side, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)`
	endProtectedBeforeSQL = `
update private.protected_entries entry
set ended_at = now(), end_reason = 'closed'
where entry.broker_account_id = $1 and entry.symbol = $2 and entry.webhook_config_id is not distinct from $3 and entry.ended_at is null
  and not exists (select from public.orders o where o.id = entry.order_id and ` + orderIsUnsettled + `)`
	// What entries of one config built in a lane is one position, so their rows are
	// one; what their legs filled is ended already, whichever ticket sent them.
	protectedPositionsSQL = `
select position.*, config.quantity::text as config_quantity, account.quantity::text as account_quantity,
  working.covered::text, working.exiting, working.open, lane.next_seq = lane.done_seq + 1 as idle
from (
  select (array_agg(entry.order_id order by entry.order_id))[1] as entry_id,
    (array_agg(entry.ticket_id order by entry.order_id))[1] as ticket_id,
    entry.broker_account_id, entry.webhook_config_id, entry.symbol, entry.side,
    max(entry.tries) as tries, max(entry.tried_at) as tried_at, max(entry.settled_tries) as settled,
    sum(greatest(o.filled_quantity - legs.filled, 0))::text as built, bool_and(not (` + orderIsUnsettled + `)) as over
  from private.protected_entries entry
  join public.orders o on o.id = entry.order_id
  cross join lateral (
    select coalesce(sum(leg.filled_quantity), 0) as filled from public.orders leg where leg.parent_id = entry.order_id
  ) legs
  where entry.ended_at is null
  group by entry.broker_account_id, entry.webhook_config_id, entry.symbol, entry.side
) position
join private.lanes lane on lane.broker_account_id = position.broker_account_id and lane.symbol = position.symbol
cross join lateral (
  select coalesce(sum(p.quantity), 0) as quantity from public.positions p
  where p.broker_account_id = position.broker_account_id and p.symbol = position.symbol and p.scope = 'webhook'
    and p.webhook_config_id is not distinct from position.webhook_config_id
) config
cross join lateral (
  select coalesce(sum(p.quantity), 0) as quantity from public.positions p
  where p.broker_account_id = position.broker_account_id and p.symbol = position.symbol and p.scope = 'account'
) account
cross join lateral (
  select coalesce(sum(o.quantity - o.filled_quantity)
      filter (where o.side = position.side and o.parent_id is not null and o.stop_price is not null), 0) as covered,
    coalesce(bool_or(o.side = position.side and o.parent_id is null), false) as exiting,
    count(*) > 0 as open
  from public.orders o
  where o.broker_account_id = position.broker_account_id and o.symbol = position.symbol
    and o.webhook_config_id is not distinct from position.webhook_config_id and ` + orderIsUnsettled + `
) working`
	protectedPositionsAfterSQL = protectedPositionsSQL + `
where position.entry_id > $1
order by position.entry_id
limit $2`
	protectedPositionSQL = protectedPositionsSQL + `
where exists (
  select from private.protected_entries entry
  where entry.order_id = $1 and entry.ended_at is null and entry.side = position.side
    and entry.broker_account_id = position.broker_account_id and entry.symbol = position.symbol
    and entry.webhook_config_id is not distinct from position.webhook_config_id)`
	protectingSQL = `
update private.protected_entries
set tried_at = case when $2 > tries then $3 else tried_at end, tries = greatest(tries, $2)
where order_id = $1 and ended_at is null
returning order_id`
	protectedSQL = `
update private.protected_entries
set settled_tries = case when $2 <= tries then greatest(settled_tries, $2) else settled_tries end
where order_id = $1 and ended_at is null
returning order_id`
	endProtectionSQL = `
update private.protected_entries
set end_reason = $5, ended_at = $6
where broker_account_id = $1 and symbol = $2 and webhook_config_id is not distinct from $3 and ($4 = '' or side = $4) and ended_at is null
returning order_id`
)

type protectedRow struct {
	EntryID         uuid.UUID
	TicketID        uuid.UUID
	BrokerAccountID uuid.UUID
	WebhookConfigID *uuid.UUID
	Symbol          domain.Symbol
	Side            domain.Side
	Tries           int
	TriedAt         *time.Time
	Settled         int
	Built           string
	Over            bool
	ConfigQuantity  string
	AccountQuantity string
	Covered         string
	Exiting         bool
	Open            bool
	Idle            bool
}

func (r protectedRow) toPort() (ports.ProtectedPosition, error) {
	var a amounts
	p := ports.ProtectedPosition{
		EntryID: domain.OrderID{UUID: r.EntryID}, TicketID: domain.TicketID{UUID: r.TicketID},
		BrokerAccountID: domain.BrokerAccountID{UUID: r.BrokerAccountID}, Symbol: r.Symbol, Side: r.Side,
		Built: amountIn(&a, "filled_quantity", r.Built, domain.RestoreQuantity), Over: r.Over,
		Covered: amountIn(&a, "quantity", r.Covered, domain.RestoreQuantity), Exiting: r.Exiting, Open: r.Open, Idle: r.Idle,
		ConfigPosition:  amountIn(&a, "quantity", r.ConfigQuantity, domain.RestoreNet),
		AccountPosition: amountIn(&a, "quantity", r.AccountQuantity, domain.RestoreNet),
		Tries:           r.Tries, TriedAt: utc(r.TriedAt), Settled: r.Settled,
	}
	if r.WebhookConfigID != nil {
		p.WebhookConfigID = &domain.WebhookConfigID{UUID: *r.WebhookConfigID}
	}
	return p, a.err
}

// addProtected keeps an entry whose stop-loss is at the broker, and keeps no more
// what built a position that is gone.
func addProtected(ctx context.Context, t *bundledTx, entry domain.OrderTerms, plan ports.TicketPlan) {
	config := configOrNil(entry.WebhookConfigID)
	if plan.Afresh {
		t.tell(ctx, endProtectedBeforeSQL, entry.BrokerAccountID.UUID, string(entry.Symbol), config)
	}
	if plan.Protected {
		t.tell(ctx, addProtectedSQL, entry.ID.UUID, entry.UserID.UUID, entry.TicketID.UUID, entry.BrokerAccountID.UUID, config,
			string(entry.Symbol), string(entry.Side.Opposite()), entry.CreatedAt)
	}
}

func configOrNil(id *domain.WebhookConfigID) *uuid.UUID {
	if id == nil {
		return nil
	}
	return &id.UUID
}

// ProtectedPositions implements ports.Protections.
func (l *Ledger) ProtectedPositions(ctx context.Context, after domain.OrderID, limit int) ([]ports.ProtectedPosition, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[protectedRow], protectedPositionsAfterSQL, after.UUID, max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, protectedRow.toPort)
}

// ProtectedPosition implements ports.Protections.
func (l *Ledger) ProtectedPosition(ctx context.Context, entry domain.OrderID) (ports.ProtectedPosition, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[protectedRow], protectedPositionSQL, entry.UUID)
	if err != nil {
		return ports.ProtectedPosition{}, err
	}
	if len(rows) == 0 {
		return ports.ProtectedPosition{}, domain.NotFound("protected entry")
	}
	return rows[0].toPort()
}

// Protecting implements ports.Protections.
func (l *Ledger) Protecting(ctx context.Context, entry domain.OrderID, number int, at time.Time) error {
	return l.writeProtected(ctx, protectingSQL, entry.UUID, number, at)
}

// Protected implements ports.Protections.
func (l *Ledger) Protected(ctx context.Context, entry domain.OrderID, tries int) error {
	return l.writeProtected(ctx, protectedSQL, entry.UUID, tries)
}

func (l *Ledger) writeProtected(ctx context.Context, statement string, args ...any) error {
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], statement, args...)
	if err == nil && len(rows) == 0 {
		return domain.NotFound("protected entry")
	}
	return err
}

// EndProtection implements ports.Protections.
func (l *Ledger) EndProtection(ctx context.Context, lane ports.ProtectedLane, reason domain.ProtectionEnd, at time.Time) error {
	_, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], endProtectionSQL,
		lane.BrokerAccountID.UUID, string(lane.Symbol), configOrNil(lane.WebhookConfigID), string(lane.Side), string(reason), at)
	return err
}
