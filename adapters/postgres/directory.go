package postgres

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Directory finds the configs that tokens reach, for whoever asks.
type Directory struct{ db *DB }

var _ ports.WebhookDirectory = (*Directory)(nil)

// NewDirectory makes a Directory on the worker pool of db.
func NewDirectory(db *DB) *Directory { return &Directory{db: db} }

// ByToken implements ports.WebhookDirectory.
func (d *Directory) ByToken(ctx context.Context, token ports.TokenHash) (ports.ReachedWebhook, error) {
	var m webhookConfigModel
	err := selectWebhookConfigs(d.db.worker, &m, presentVersion).
		ColumnExpr("exists (select from private.webhook_tokens as later where later.user_id = token.user_id and "+
			"later.webhook_config_id = token.webhook_config_id and later.created_at > token.created_at) as former").
		Join("join private.webhook_tokens as token on token.user_id = config.user_id and token.webhook_config_id = config.id").
		Where("token.token_hash = ?", token[:]).
		Where("token.ends_at is null or token.ends_at > now()").
		Scan(ctx)
	if err != nil {
		return ports.ReachedWebhook{}, missing("webhook", err)
	}
	c, err := m.toDomain()
	return ports.ReachedWebhook{WebhookConfig: c, Former: m.Former}, err
}

// ByID implements ports.WebhookDirectory.
func (d *Directory) ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error) {
	var m webhookConfigModel
	if err := selectWebhookConfigs(d.db.worker, &m, presentVersion).Where("config.id = ?", id.UUID).Scan(ctx); err != nil {
		return nil, missing("webhook", err)
	}
	return m.toDomain()
}
