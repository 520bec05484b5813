package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type halts struct {
	session
	operator bool
}

var _ ports.HaltRepository = (*halts)(nil)

// The halt in force for a target, locked.
const haltInForceSQL = `
select ` + haltColumns + `
from public.halts halt
where halt.lifted_at is null and halt.scope = ?
  and halt.user_id is not distinct from ?::uuid
  and halt.broker_account_id is not distinct from ?::uuid
  and halt.webhook_config_id is not distinct from ?::uuid
  and halt.symbol is not distinct from ?::text
for update`

// Put implements ports.HaltRepository.
func (r *halts) Put(ctx context.Context, h domain.Halt) (domain.Halt, error) {
	if err := r.mayHalt(h.Target); err != nil {
		return domain.Halt{}, err
	}
	if id := h.Target.BrokerAccountID; id != nil {
		if _, err := (&brokerAccounts{r.session}).ByID(ctx, *id); err != nil {
			return domain.Halt{}, err
		}
	}
	if id := h.Target.WebhookConfigID; id != nil {
		if _, err := (&webhookConfigs{r.session}).ByID(ctx, *id); err != nil {
			return domain.Halt{}, err
		}
	}
	inForce := h
	err := r.asAPI(ctx, func(tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, forHaltSQL, targetArgs(h.Target)[1]); err != nil {
			return err
		}
		present, found, err := r.find(ctx, tx, h.Target)
		switch {
		case err != nil:
			return err
		case found && present.Mode == h.Mode:
			inForce = present.toDomain()
			return nil
		case found:
			if err := lift(ctx, tx, present.ID, h.Since); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `
			insert into public.halts (id, scope, user_id, broker_account_id, webhook_config_id, symbol, mode, reason, set_by, since)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			append(append([]any{h.ID.UUID}, targetArgs(h.Target)...), h.Mode, h.Reason, h.By.UUID, h.Since)...)
		return err
	})
	if err != nil {
		return domain.Halt{}, err
	}
	return inForce, nil
}

// Lift implements ports.HaltRepository.
func (r *halts) Lift(ctx context.Context, target domain.HaltTarget, at time.Time) error {
	if err := r.mayHalt(target); err != nil {
		return err
	}
	return r.asAPI(ctx, func(tx bun.Tx) error {
		present, found, err := r.find(ctx, tx, target)
		if err != nil {
			return err
		}
		if !found {
			return domain.NotFound("halt")
		}
		return lift(ctx, tx, present.ID, at)
	})
}

// List implements ports.HaltRepository.
func (r *halts) List(ctx context.Context) ([]domain.Halt, error) {
	var rows []haltRow
	err := r.tx.NewRaw("select "+haltColumns+" from public.halts halt where halt.lifted_at is null order by halt.id").Scan(ctx, &rows)
	if err != nil {
		return nil, translate(err)
	}
	return toHalts(rows), nil
}

// mayHalt says in words what the policies would refuse.
func (r *halts) mayHalt(target domain.HaltTarget) error {
	switch {
	case target.UserID == nil && !r.operator:
		return &domain.Error{Kind: domain.KindForbidden, Code: "operator_required", Msg: "scope all needs an operator's token"}
	case target.UserID != nil && *target.UserID != r.user:
		return &domain.Error{Kind: domain.KindForbidden, Code: "forbidden", Msg: "what is halted must be the caller's own"}
	}
	return nil
}

func (r *halts) find(ctx context.Context, tx bun.Tx, target domain.HaltTarget) (haltRow, bool, error) {
	var row haltRow
	err := tx.NewRaw(haltInForceSQL, targetArgs(target)...).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return haltRow{}, false, nil
	}
	return row, err == nil, err
}

func lift(ctx context.Context, tx bun.Tx, id uuid.UUID, at time.Time) error {
	lifted, err := tx.ExecContext(ctx, "update public.halts set lifted_at = ?, held_until = clock_timestamp() where id = ?", at, id)
	return oneRow(lifted, err, domain.NotFound("halt"))
}

// targetArgs gives scope, owner, account, config and symbol, null where unset.
func targetArgs(t domain.HaltTarget) []any {
	args := []any{t.Scope, nil, nil, nil, nil}
	if t.UserID != nil {
		args[1] = t.UserID.UUID
	}
	if t.BrokerAccountID != nil {
		args[2] = t.BrokerAccountID.UUID
	}
	if t.WebhookConfigID != nil {
		args[3] = t.WebhookConfigID.UUID
	}
	if t.Symbol != "" {
		args[4] = string(t.Symbol)
	}
	return args
}
