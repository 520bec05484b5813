package postgres

import (
	"context"

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
