package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// haltJSON is a halt in force. Of the four that name its target only those of
// its scope are set.
type haltJSON struct {
	ID              domain.HaltID           `json:"id"`
	Scope           domain.HaltScope        `json:"scope"`
	UserID          *domain.UserID          `json:"user_id"`
	BrokerAccountID *domain.BrokerAccountID `json:"broker_account_id"`
	WebhookConfigID *domain.WebhookConfigID `json:"webhook_config_id"`
	Symbol          *string                 `json:"symbol"`
	Mode            domain.HaltMode         `json:"mode"`
	Reason          string                  `json:"reason"`
	By              domain.UserID           `json:"by"`
	Since           string                  `json:"since"`
}

func haltOf(h domain.Halt) haltJSON {
	return haltJSON{
		ID: h.ID, Scope: h.Target.Scope, UserID: h.Target.UserID, BrokerAccountID: h.Target.BrokerAccountID,
		WebhookConfigID: h.Target.WebhookConfigID, Symbol: orNull(string(h.Target.Symbol)),
		Mode: h.Mode, Reason: h.Reason, By: h.By, Since: stamp(h.Since),
	}
}

func (a *API) listHalts(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var all []domain.Halt
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		all, err = repos.Halts.List(ctx)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	got, err := cut(all, func(h domain.Halt) string { return h.ID.String() }, page)
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, haltOf)), nil
}

// setHalt needs no idempotency key to be sent again: the second time the halt is
// there.
func (a *API) setHalt(ctx context.Context, c *call) (answer, error) {
	f, _, err := c.input()
	if err != nil {
		return answer{}, err
	}
	f.required("scope", "say what to halt: all, user, account, webhook or symbol")
	f.required("mode", "say how: halt, reduce_only or flatten")
	target := domain.HaltTarget{
		Scope:           orZero(word(f, "scope", domain.ParseHaltScope)),
		BrokerAccountID: word(f, "broker_account_id", domain.ParseID[domain.BrokerAccount]),
		WebhookConfigID: word(f, "webhook_config_id", domain.ParseID[domain.WebhookConfig]),
		Symbol:          orZero(word(f, "symbol", domain.ParseSymbol)),
	}
	mode, reason := orZero(word(f, "mode", domain.ParseHaltMode)), f.textOr("reason", "")
	if err := f.end(); err != nil {
		return answer{}, err
	}
	halt, err := a.deps.Halts.SetHalt(ctx, c.caller, target, mode, reason)
	if err != nil {
		return answer{}, err
	}
	return ok(haltOf(halt)), nil
}

func (a *API) liftHalt(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	target := domain.HaltTarget{
		Scope:           filter(q, "scope", domain.ParseHaltScope),
		BrokerAccountID: param(q, "broker_account_id", domain.ParseID[domain.BrokerAccount]),
		WebhookConfigID: param(q, "webhook_config_id", domain.ParseID[domain.WebhookConfig]),
		Symbol:          filter(q, "symbol", domain.ParseSymbol),
	}
	if err := q.end(); err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	return noContent(), a.deps.Halts.LiftHalt(ctx, c.caller, target)
}
