package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

type brokerAccountModel struct {
	bun.BaseModel `bun:"table:public.broker_accounts,alias:account"`

	ID       uuid.UUID         `bun:"id,pk"`
	UserID   uuid.UUID         `bun:"user_id"`
	Name     string            `bun:"name"`
	Kind     domain.BrokerKind `bun:"kind"`
	Settings string            `bun:"settings"`
	// Credentials are counted only; those themselves are in private.
	CredentialsVersion int        `bun:"credentials_version"`
	Trouble            *string    `bun:"trouble"`
	Version            int        `bun:"version"`
	CreatedAt          time.Time  `bun:"created_at"`
	UpdatedAt          time.Time  `bun:"updated_at"`
	DeletedAt          *time.Time `bun:"deleted_at"`
}

// settingsJSON is broker_accounts.settings: of a paper account its cash, of one
// at Alpaca where it is.
type settingsJSON struct {
	Cash        domain.Money             `json:"cash"`
	Environment domain.AlpacaEnvironment `json:"environment,omitempty"`
	BaseURL     string                   `json:"base_url,omitempty"`
}

// troubleJSON is broker_accounts.trouble.
type troubleJSON struct {
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Since   time.Time `json:"since"`
	RetryAt time.Time `json:"retry_at"`
}

func encodeTrouble(t *domain.AccountTrouble) *string {
	if t == nil {
		return nil
	}
	return new(encodeJSON(troubleJSON(*t)))
}

func toBrokerAccountModel(s domain.BrokerAccountSnapshot) *brokerAccountModel {
	return &brokerAccountModel{
		ID:       s.ID.UUID,
		UserID:   s.UserID.UUID,
		Name:     s.Name,
		Kind:     s.Kind,
		Settings: encodeJSON(settingsJSON{s.Paper.Cash, s.Alpaca.Environment, s.Alpaca.BaseURL}),

		CredentialsVersion: s.CredentialsVersion,
		Trouble:            encodeTrouble(s.Trouble),

		Version:   s.Version,
		CreatedAt: s.CreatedAt,
		UpdatedAt: s.UpdatedAt,
		DeletedAt: s.DeletedAt,
	}
}

func (m *brokerAccountModel) toDomain() (*domain.BrokerAccount, error) {
	settings, err := decodeJSON[settingsJSON]("settings", m.Settings)
	if err != nil {
		return nil, err
	}
	var trouble *domain.AccountTrouble
	if m.Trouble != nil {
		read, err := decodeJSON[troubleJSON]("trouble", *m.Trouble)
		if err != nil {
			return nil, err
		}
		trouble = new(domain.AccountTrouble(read))
	}
	return domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID:     domain.BrokerAccountID{UUID: m.ID},
		UserID: domain.UserID{UUID: m.UserID},
		Name:   m.Name,
		Kind:   m.Kind,
		Paper:  domain.PaperSettings{Cash: settings.Cash},
		Alpaca: domain.AlpacaSettings{Environment: settings.Environment, BaseURL: settings.BaseURL},

		CredentialsVersion: m.CredentialsVersion,
		Trouble:            trouble,

		CreatedAt: m.CreatedAt.UTC(),
		UpdatedAt: m.UpdatedAt.UTC(),
		DeletedAt: utc(m.DeletedAt),
		Version:   m.Version,
	}), nil
}
