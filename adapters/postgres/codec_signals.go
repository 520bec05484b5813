package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

type signalModel struct {
	bun.BaseModel `bun:"table:public.signals,alias:signal"`

	ID                   uuid.UUID     `bun:"id,pk"`
	UserID               uuid.UUID     `bun:"user_id"`
	Source               domain.Source `bun:"source"`
	WebhookConfigID      *uuid.UUID    `bun:"webhook_config_id"`
	WebhookConfigVersion *int          `bun:"webhook_config_version"`
	DeliveryID           *uuid.UUID    `bun:"delivery_id"`
	Action               domain.Action `bun:"action"`
	Symbol               domain.Symbol `bun:"symbol"`
	State                domain.State  `bun:"state"`
	Intent               string        `bun:"intent"`
	Payload              string        `bun:"payload"`
	Reasons              string        `bun:"reasons"`
	Decisions            string        `bun:"decisions"`
	ReceivedAt           time.Time     `bun:"received_at"`
	SenderTime           *time.Time    `bun:"sender_time"`
	UpdatedAt            time.Time     `bun:"updated_at"`
}

// toSignalModel gives the row of a signal, without its tickets. What lists are
// narrowed by is there a second time, beside the intent it comes from.
func toSignalModel(s domain.SignalSnapshot) *signalModel {
	m := &signalModel{
		ID:         s.ID.UUID,
		UserID:     s.UserID.UUID,
		Source:     s.Source,
		Action:     s.Intent.Action,
		Symbol:     s.Intent.Symbol,
		State:      s.State,
		Intent:     encodeIntent(s.Intent),
		Payload:    string(s.Payload),
		Reasons:    encodeReasons(s.Reasons),
		Decisions:  encodeDecisions(s.Decisions),
		ReceivedAt: s.ReceivedAt,
		SenderTime: s.Intent.SenderTime,
		UpdatedAt:  s.UpdatedAt,
	}
	if s.WebhookConfigID != nil {
		m.WebhookConfigID, m.WebhookConfigVersion = &s.WebhookConfigID.UUID, &s.WebhookConfigVersion
	}
	if s.DeliveryID != nil {
		m.DeliveryID = &s.DeliveryID.UUID
	}
	return m
}

// toDomain gives the signal with the given tickets.
func (m *signalModel) toDomain(tickets []domain.Ticket) (*domain.Signal, error) {
	intent, err := decodeIntent(m.Intent)
	if err != nil {
		return nil, err
	}
	reasons, err := decodeReasons(m.Reasons)
	if err != nil {
		return nil, err
	}
	decisions, err := decodeDecisions(m.Decisions)
	if err != nil {
		return nil, err
	}
	s := domain.SignalSnapshot{
		ID:         domain.SignalID{UUID: m.ID},
		UserID:     domain.UserID{UUID: m.UserID},
		Source:     m.Source,
		Intent:     intent,
		State:      m.State,
		Reasons:    reasons,
		Decisions:  decisions,
		Tickets:    tickets,
		ReceivedAt: m.ReceivedAt.UTC(),
		UpdatedAt:  m.UpdatedAt.UTC(),
	}
	if m.Payload != "" {
		s.Payload = []byte(m.Payload)
	}
	if m.WebhookConfigID != nil {
		s.WebhookConfigID = &domain.WebhookConfigID{UUID: *m.WebhookConfigID}
	}
	if m.WebhookConfigVersion != nil {
		s.WebhookConfigVersion = *m.WebhookConfigVersion
	}
	if m.DeliveryID != nil {
		s.DeliveryID = &domain.DeliveryID{UUID: *m.DeliveryID}
	}
	return domain.RestoreSignal(s), nil
}
