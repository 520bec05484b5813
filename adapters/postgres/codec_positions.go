package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// positionModel is a row of positions. Its id is the database's own. An
// account's whole position and what orders by hand built both have no config;
// Scope tells them apart.
type positionModel struct {
	bun.BaseModel `bun:"table:public.positions,alias:held"`

	UserID          uuid.UUID           `bun:"user_id"`
	BrokerAccountID uuid.UUID           `bun:"broker_account_id"`
	Scope           ports.PositionScope `bun:"scope"`
	WebhookConfigID *uuid.UUID          `bun:"webhook_config_id"`
	Symbol          domain.Symbol       `bun:"symbol"`
	Quantity        string              `bun:"quantity"`
	AveragePrice    *string             `bun:"average_price"`
	RealizedProfit  string              `bun:"realized_profit"`
	UpdatedAt       time.Time           `bun:"updated_at"`
}

func (m *positionModel) position() (domain.Position, error) {
	var r amounts
	p := domain.Position{
		Quantity:       amountIn(&r, "quantity", m.Quantity, domain.RestoreNet),
		AveragePrice:   amountOrNil(&r, "average_price", m.AveragePrice, domain.RestorePrice),
		RealizedProfit: amountIn(&r, "realized_profit", m.RealizedProfit, domain.RestoreMoney),
	}
	return p, r.err
}
