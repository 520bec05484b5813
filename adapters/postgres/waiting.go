package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// WaitingDeliveries keeps what nobody has judged yet. The edge function's door puts
// deliveries there by a function of the database.
type WaitingDeliveries struct{ db *DB }

var _ ports.WaitingDeliveries = (*WaitingDeliveries)(nil)

// NewWaitingDeliveries makes the waiting deliveries of a database.
func NewWaitingDeliveries(db *DB) *WaitingDeliveries { return &WaitingDeliveries{db: db} }

const (
	waitSQL = `
insert into private.waiting_deliveries (id, user_id, webhook_config_id, received_at, source, body, proofs)
select $1, c.user_id, c.id, $3, $4, $5, $6::jsonb
from public.webhook_configs c
where c.id = $2 and c.deleted_at is null
returning id`
	waitingSQL = `
select id, user_id, webhook_config_id, received_at, source, body, coalesce(proofs, '[]')::text as proofs
from private.waiting_deliveries
order by seq
limit $1`
	turnAwaySQL = `
with gone as (
  delete from private.waiting_deliveries where id = $1 returning id, user_id, webhook_config_id, received_at, source, proofs
), delivered as (
  insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body, proofs)
  select id, user_id, webhook_config_id, received_at, source, 'refused', $2, proofs from gone
)
insert into public.refusals (id, user_id, webhook_config_id, received_at, reasons)
select id, user_id, webhook_config_id, received_at, $3::jsonb from gone
returning id`
)

type waitingRow struct {
	ID              uuid.UUID
	UserID          uuid.UUID
	WebhookConfigID uuid.UUID
	ReceivedAt      time.Time
	Source          string
	Body            []byte
	Proofs          string
}

func (r waitingRow) toDomain() (domain.Delivery, error) {
	proofs, err := decodeProofs(r.Proofs)
	return domain.Delivery{
		ID: domain.DeliveryID{UUID: r.ID}, UserID: domain.UserID{UUID: r.UserID}, WebhookConfigID: domain.WebhookConfigID{UUID: r.WebhookConfigID},
		ReceivedAt: r.ReceivedAt.UTC(), Source: r.Source, Body: r.Body, Proofs: proofs,
	}, err
}

// Wait implements ports.WaitingDeliveries.
func (w *WaitingDeliveries) Wait(ctx context.Context, d domain.Delivery) error {
	kept, err := alone(ctx, w.db, pgx.RowTo[uuid.UUID], waitSQL, d.ID.UUID, d.WebhookConfigID.UUID, d.ReceivedAt, d.Source, d.Body,
		encodeProofs(d.Proofs))
	if err == nil && len(kept) == 0 {
		return domain.NotFound("webhook")
	}
	return err
}

// Waiting implements ports.WaitingDeliveries.
func (w *WaitingDeliveries) Waiting(ctx context.Context, limit int) ([]domain.Delivery, error) {
	rows, err := alone(ctx, w.db, pgx.RowToStructByName[waitingRow], waitingSQL, max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, waitingRow.toDomain)
}

// TurnAway implements ports.WaitingDeliveries.
func (w *WaitingDeliveries) TurnAway(ctx context.Context, d domain.Delivery, reasons []domain.Reason) error {
	_, err := alone(ctx, w.db, pgx.RowTo[uuid.UUID], turnAwaySQL, d.ID.UUID, d.Body, encodeReasons(reasons))
	return err
}
