package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// positionJSON is a holding. Its webhook_config_id is null where the account's
// whole is meant, and for what was traded by hand.
type positionJSON struct {
	BrokerAccountID domain.BrokerAccountID  `json:"broker_account_id"`
	WebhookConfigID *domain.WebhookConfigID `json:"webhook_config_id"`
	Symbol          domain.Symbol           `json:"symbol"`
	Quantity        domain.Net              `json:"quantity"`
	AveragePrice    *domain.Price           `json:"average_price"`
	RealizedProfit  domain.Money            `json:"realized_profit"`
	UpdatedAt       string                  `json:"updated_at"`
}

func positionOf(h ports.HeldPosition) positionJSON {
	return positionJSON{
		BrokerAccountID: h.BrokerAccountID, WebhookConfigID: h.WebhookConfigID, Symbol: h.Symbol,
		Quantity: h.Position.Quantity, AveragePrice: h.Position.AveragePrice, RealizedProfit: h.Position.RealizedProfit,
		UpdatedAt: stamp(h.UpdatedAt),
	}
}

func positionKey(h ports.HeldPosition) string {
	key := h.BrokerAccountID.String() + " " + string(h.Symbol)
	if h.WebhookConfigID != nil {
		key += " " + h.WebhookConfigID.String()
	}
	return key
}

func (a *API) listPositions(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	by := ports.PositionsByAccount
	if given := param(q, "by", parseScope); given != nil {
		by = *given
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var all []ports.HeldPosition
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		all, err = repos.Positions.List(ctx, by)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	got, err := cut(all, positionKey, page)
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, positionOf)), nil
}

func parseScope(s string) (ports.PositionScope, error) {
	scope := ports.PositionScope(s)
	if scope != ports.PositionsByAccount && scope != ports.PositionsByWebhook {
		return "", domain.Invalid("invalid_scope", "by", "must be one of account, webhook")
	}
	return scope, nil
}
