package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// formerURLUseJSON is an alert that still comes by a former URL.
type formerURLUseJSON struct {
	Symbol     domain.Symbol   `json:"symbol"`
	Action     domain.Action   `json:"action"`
	SignalID   domain.SignalID `json:"signal_id"`
	ReceivedAt string          `json:"received_at"`
}

func formerURLUseOf(u ports.FormerURLUse) formerURLUseJSON {
	return formerURLUseJSON{Symbol: u.Symbol, Action: u.Action, SignalID: u.SignalID, ReceivedAt: stamp(u.ReceivedAt)}
}

func (a *API) listFormerURLUses(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[ports.FormerURLUse]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.WebhookConfigs.FormerURLUses(ctx, id, page)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, formerURLUseOf)), nil
}

func (a *API) endFormerURLs(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.WebhookConfig](c, webhookNoun)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	return noContent(), a.deps.Webhooks.EndFormerTokens(ctx, c.caller, id)
}
