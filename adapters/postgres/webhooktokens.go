package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// AddToken implements ports.WebhookConfigRepository.
func (r *webhookConfigs) AddToken(ctx context.Context, id domain.WebhookConfigID, token ports.TokenHash, overlapSeconds int) error {
	// The lock lets two rotations come one after the other, so that the first's
	// token ends too.
	if err := lockRow(ctx, r.tx, webhookConfigsTable, "webhook", id.UUID); err != nil {
		return err
	}
	return r.atomically(ctx, func(at session) error {
		err := at.asAPI(ctx, func(tx bun.Tx) error {
			// An end that was set before is never put off.
			_, err := tx.ExecContext(ctx, `
				update private.webhook_tokens
				set ends_at = least(ends_at, now() + make_interval(secs => ?))
				where webhook_config_id = ?`, overlapSeconds, id.UUID)
			return err
		})
		if err != nil {
			return err
		}
		return at.addToken(ctx, id, token)
	})
}

func (s session) addToken(ctx context.Context, id domain.WebhookConfigID, token ports.TokenHash) error {
	return s.asAPI(ctx, func(tx bun.Tx) error {
		added, err := tx.ExecContext(ctx, `
			insert into private.webhook_tokens (token_hash, user_id, webhook_config_id)
			values (?, ?, ?)
			on conflict (token_hash) do nothing`, token[:], s.user.UUID, id.UUID)
		return oneRow(added, err, domain.Conflict("already_exists", "there is a webhook of this token"))
	})
}

// EndFormerTokens implements ports.WebhookConfigRepository.
func (r *webhookConfigs) EndFormerTokens(ctx context.Context, id domain.WebhookConfigID) error {
	if err := lockRow(ctx, r.tx, webhookConfigsTable, "webhook", id.UUID); err != nil {
		return err
	}
	return r.asAPI(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, `
			update private.webhook_tokens former
			set ends_at = least(ends_at, now())
			where webhook_config_id = ? and exists (
				select from private.webhook_tokens later
				where later.webhook_config_id = former.webhook_config_id and later.created_at > former.created_at)`, id.UUID)
		return err
	})
}

type formerURLUseModel struct {
	bun.BaseModel `bun:"alias:last"`

	ID         uuid.UUID     `bun:"id"`
	Symbol     domain.Symbol `bun:"symbol"`
	Action     domain.Action `bun:"action"`
	ReceivedAt time.Time     `bun:"received_at"`
}

func (m formerURLUseModel) listID() uuid.UUID { return m.ID }

func (m formerURLUseModel) toPort() ports.FormerURLUse {
	return ports.FormerURLUse{Symbol: m.Symbol, Action: m.Action, SignalID: domain.SignalID{UUID: m.ID}, ReceivedAt: m.ReceivedAt.UTC()}
}

// The last alert of each symbol and action, of those that are looked at.
const lastAlertsSQL = `
select distinct on (symbol, action) id, symbol, action, received_at, decisions
from (
  select id, symbol, action, received_at, decisions
  from public.signals
  where webhook_config_id = ?
  order by id desc
  limit ?
) as reached
order by symbol, action, id desc`

// FormerURLUses implements ports.WebhookConfigRepository.
func (r *webhookConfigs) FormerURLUses(
	ctx context.Context, id domain.WebhookConfigID, asked ports.PageRequest,
) (ports.Page[ports.FormerURLUse], error) {
	var none ports.Page[ports.FormerURLUse]
	if _, err := r.ByID(ctx, id); err != nil {
		return none, err
	}
	var rows []formerURLUseModel
	q := r.tx.NewSelect().Model(&rows).
		ModelTableExpr("("+lastAlertsSQL+") as last", id.UUID, ports.FormerURLReach).
		Where("last.decisions @> jsonb_build_array(jsonb_build_object('rule', ?::text))", domain.RuleFormerURL)
	limit, err := page(q, asked)
	if err != nil {
		return none, err
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	return ports.Page[ports.FormerURLUse]{Items: column(rows, formerURLUseModel.toPort), Next: next}, nil
}
