package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

type brokerAccountModel struct {
	bun.BaseModel `bun:"table:public.broker_accounts,alias:account"`

	ID        uuid.UUID         `bun:"id,pk"`
	UserID    uuid.UUID         `bun:"user_id"`
	Name      string            `bun:"name"`
	Kind      domain.BrokerKind `bun:"kind"`
	Settings  string            `bun:"settings"`
	Version   int               `bun:"version"`
	CreatedAt time.Time         `bun:"created_at"`
	UpdatedAt time.Time         `bun:"updated_at"`
	DeletedAt *time.Time        `bun:"deleted_at"`
}

// paperSettingsJSON is broker_accounts.settings of a paper account.
type paperSettingsJSON struct {
	Cash domain.Money `json:"cash"`
}

func toBrokerAccountModel(s domain.BrokerAccountSnapshot) *brokerAccountModel {
	return &brokerAccountModel{
		ID:        s.ID.UUID,
		UserID:    s.UserID.UUID,
		Name:      s.Name,
		Kind:      s.Kind,
		Settings:  encodeJSON(paperSettingsJSON(s.Paper)),
		Version:   s.Version,
		CreatedAt: s.CreatedAt,
		UpdatedAt: s.UpdatedAt,
		DeletedAt: s.DeletedAt,
	}
}

func (m *brokerAccountModel) toDomain() (*domain.BrokerAccount, error) {
	paper, err := decodeJSON[paperSettingsJSON]("settings", m.Settings)
	if err != nil {
		return nil, err
	}
	return domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID:        domain.BrokerAccountID{UUID: m.ID},
		UserID:    domain.UserID{UUID: m.UserID},
		Name:      m.Name,
		Kind:      m.Kind,
		Paper:     domain.PaperSettings(paper),
		CreatedAt: m.CreatedAt.UTC(),
		UpdatedAt: m.UpdatedAt.UTC(),
		DeletedAt: utc(m.DeletedAt),
		Version:   m.Version,
	}), nil
}
