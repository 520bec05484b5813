package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// haltColumns fill a haltRow.
const haltColumns = `halt.id, halt.user_id, halt.scope, halt.broker_account_id, halt.webhook_config_id,
  coalesce(halt.symbol, '') as symbol, halt.mode, halt.reason, halt.set_by, halt.since, halt.lifted_at`

// What a halt leaves null restricts nothing, as domain.HaltTarget.Stops says.
const (
	haltsOnSQL = `
select ` + haltColumns + `
from public.tickets ticket
join public.signals signal on signal.id = ticket.signal_id
join public.halts halt
  on halt.lifted_at is null
  and (halt.user_id is null or halt.user_id = ticket.user_id)
  and (halt.broker_account_id is null or halt.broker_account_id = ticket.broker_account_id)
  and (halt.webhook_config_id is null or halt.webhook_config_id = signal.webhook_config_id)
  and (halt.symbol is null or halt.symbol = ticket.symbol)
where ticket.id = `
	haltsOnTicketSQL = haltsOnSQL + `$1 order by halt.id`
	haltsOnOrderSQL  = haltsOnSQL + `(select ticket_id from public.orders where id = $1) order by halt.id`
)

// Whoever writes an attempt down shares two locks with all others who do, that of
// all halts of its owner's and that of those of scope all, before any other lock
// and until it commits. Whoever puts a halt into force takes the one of its owner
// alone (forHaltSQL): it waits for attempts under way, and those after it read the
// halt. So none is committed after a halt that it did not see, and none holds up
// other users.
const (
	haltsOfAll        = `hashtextextended('all', 7)`
	underHaltsOfSQL   = `select pg_advisory_xact_lock_shared(` + haltsOfAll + `), pg_advisory_xact_lock_shared(hashtextextended($1::text, 7))`
	underHaltsOnOrder = `
select pg_advisory_xact_lock_shared(` + haltsOfAll + `), pg_advisory_xact_lock_shared(hashtextextended(user_id::text, 7))
from public.orders
where id = $1`
	forHaltSQL = `select pg_advisory_xact_lock(hashtextextended(coalesce(?::text, 'all'), 7))`
)

// haltsInForce are the halts that reach an order, once they are asked for.
type haltsInForce struct{ rows []haltRow }

func askForHalts(ctx context.Context, t *bundledTx, o domain.OrderTerms) *haltsInForce {
	var h haltsInForce
	t.tell(ctx, underHaltsOfSQL, o.UserID.String())
	ask(ctx, t, &h.rows, pgx.RowToStructByName[haltRow], haltsOnTicketSQL, o.TicketID.UUID)
	return &h
}

func askForHaltsOnOrder(ctx context.Context, t *bundledTx, id domain.OrderID) *haltsInForce {
	var h haltsInForce
	t.tell(ctx, underHaltsOnOrder, id.UUID)
	ask(ctx, t, &h.rows, pgx.RowToStructByName[haltRow], haltsOnOrderSQL, id.UUID)
	return &h
}

// mayAttempt refuses an attempt that a halt holds.
func (h *haltsInForce) mayAttempt(a ports.Attempt) error {
	if j := domain.JudgeHalts(toHalts(h.rows), effectOf(a)); j.Held {
		return domain.Conflict("halted", j.Reason.Message)
	}
	return nil
}

// storedEffect gives what is held against halts afterwards: null where nothing was
// sent.
func storedEffect(a ports.Attempt) *string {
	if a.Found {
		return nil
	}
	return new(string(effectOf(a)))
}

// effectOf gives what an attempt counts as.
func effectOf(a ports.Attempt) domain.Effect {
	if a.Effect == domain.EffectExit {
		return domain.EffectExit
	}
	return domain.EffectEntry
}

type haltRow struct {
	ID              uuid.UUID        `bun:"id"`
	UserID          *uuid.UUID       `bun:"user_id"`
	Scope           domain.HaltScope `bun:"scope"`
	BrokerAccountID *uuid.UUID       `bun:"broker_account_id"`
	WebhookConfigID *uuid.UUID       `bun:"webhook_config_id"`
	Symbol          domain.Symbol    `bun:"symbol"`
	Mode            domain.HaltMode  `bun:"mode"`
	Reason          string           `bun:"reason"`
	SetBy           uuid.UUID        `bun:"set_by"`
	Since           time.Time        `bun:"since"`
	LiftedAt        *time.Time       `bun:"lifted_at"`
}

func toHalts(rows []haltRow) []domain.Halt {
	return column(rows, haltRow.toDomain)
}

func (r haltRow) toDomain() domain.Halt {
	h := domain.Halt{HaltTerms: domain.HaltTerms{
		ID: domain.HaltID{UUID: r.ID}, Mode: r.Mode, Reason: r.Reason, By: domain.UserID{UUID: r.SetBy}, Since: r.Since.UTC(),
		Target: domain.HaltTarget{Scope: r.Scope, Symbol: r.Symbol},
	}}
	if r.UserID != nil {
		h.Target.UserID = &domain.UserID{UUID: *r.UserID}
	}
	if r.BrokerAccountID != nil {
		h.Target.BrokerAccountID = &domain.BrokerAccountID{UUID: *r.BrokerAccountID}
	}
	if r.WebhookConfigID != nil {
		h.Target.WebhookConfigID = &domain.WebhookConfigID{UUID: *r.WebhookConfigID}
	}
	if r.LiftedAt != nil {
		at := r.LiftedAt.UTC()
		h.LiftedAt = &at
	}
	return h
}

// HaltBoard is the worker's view of halts.
type HaltBoard struct{ db *DB }

var _ ports.HaltBoard = (*HaltBoard)(nil)

// NewHaltBoard makes the halt board of a database.
func NewHaltBoard(db *DB) *HaltBoard { return &HaltBoard{db} }

const flatteningsSQL = `
select ` + haltColumns + `, coalesce(config.version, 0) as config_version
from public.halts halt
left join public.webhook_configs config on config.id = halt.webhook_config_id
where halt.lifted_at is null and halt.mode = 'flatten' and halt.flattened_at is null
order by halt.id`

const flattenedAccountsSQL = `
select account.id, account.user_id, holders.ids, holders.versions
from public.broker_accounts account
join public.halts halt
  on (halt.user_id is null or halt.user_id = account.user_id)
  and (halt.broker_account_id is null or halt.broker_account_id = account.id)
  and (halt.webhook_config_id is null or account.id in (
    select route.broker_account_id from public.webhook_routes route where route.webhook_config_id = halt.webhook_config_id))
cross join lateral (
  select coalesce(array_agg(config.id order by config.id), '{}') as ids, coalesce(array_agg(config.version order by config.id), '{}') as versions
  from public.webhook_configs config
  where halt.webhook_config_id is null and config.user_id = account.user_id and exists (
    select from public.positions held
    where held.broker_account_id = account.id and held.scope = 'webhook' and held.webhook_config_id = config.id and held.quantity <> 0
      and (halt.symbol is null or held.symbol = halt.symbol))
) as holders
where halt.id = $1 and account.deleted_at is null
order by account.id`

// Flattenings implements ports.HaltBoard.
func (b *HaltBoard) Flattenings(ctx context.Context) ([]ports.Flattening, error) {
	rows, err := alone(ctx, b.db, pgx.RowToStructByName[flatteningRow], flatteningsSQL)
	if err != nil {
		return nil, err
	}
	all := make([]ports.Flattening, len(rows))
	for i, r := range rows {
		accounts, err := alone(ctx, b.db, pgx.RowToStructByName[flattenedAccountRow], flattenedAccountsSQL, r.ID)
		if err != nil {
			return nil, err
		}
		all[i] = ports.Flattening{Halt: r.toDomain(), Accounts: column(accounts, flattenedAccountRow.toPort), ConfigVersion: r.ConfigVersion}
	}
	return all, nil
}

type flatteningRow struct {
	haltRow
	ConfigVersion int
}

type flattenedAccountRow struct {
	ID, UserID uuid.UUID
	// The configs that hold something, and their versions.
	IDs      []uuid.UUID `db:"ids"`
	Versions []int
}

func (r flattenedAccountRow) toPort() ports.FlattenedAccount {
	a := ports.FlattenedAccount{ID: domain.BrokerAccountID{UUID: r.ID}, UserID: domain.UserID{UUID: r.UserID}}
	for i, id := range r.IDs {
		a.Holders = append(a.Holders, ports.FlattenedConfig{ID: domain.WebhookConfigID{UUID: id}, Version: r.Versions[i]})
	}
	return a
}

// Flattened implements ports.HaltBoard.
func (b *HaltBoard) Flattened(ctx context.Context, id domain.HaltID, at time.Time) error {
	_, err := alone(ctx, b.db, pgx.RowTo[uuid.UUID],
		`update public.halts set flattened_at = $2 where id = $1 and flattened_at is null returning id`, id.UUID, at)
	return err
}
