package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// refusalModel is a row of refusals; its id is the delivery's.
type refusalModel struct {
	bun.BaseModel `bun:"table:public.refusals,alias:refusal"`

	ID              uuid.UUID `bun:"id,pk"`
	UserID          uuid.UUID `bun:"user_id"`
	WebhookConfigID uuid.UUID `bun:"webhook_config_id"`
	ReceivedAt      time.Time `bun:"received_at"`
	Reasons         string    `bun:"reasons"`
}

func (m *refusalModel) listID() uuid.UUID { return m.ID }

func (m *refusalModel) toDomain() (ports.Refusal, error) {
	reasons, err := decodeReasons(m.Reasons)
	return ports.Refusal{
		DeliveryID: domain.DeliveryID{UUID: m.ID},
		ReceivedAt: m.ReceivedAt.UTC(),
		Reasons:    reasons,
	}, err
}

// Refusals implements ports.WebhookConfigRepository.
func (r *webhookConfigs) Refusals(ctx context.Context, id domain.WebhookConfigID, req ports.PageRequest) (ports.Page[ports.Refusal], error) {
	var (
		none ports.Page[ports.Refusal]
		rows []*refusalModel
	)
	if _, err := r.ByID(ctx, id); err != nil {
		return none, err
	}
	q := r.tx.NewSelect().Model(&rows).Where("refusal.webhook_config_id = ?", id.UUID)
	limit, err := page(q, req)
	if err != nil {
		return none, err
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := mapAll(rows, (*refusalModel).toDomain)
	return ports.Page[ports.Refusal]{Items: items, Next: next}, err
}
