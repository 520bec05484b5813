package appfx

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Demo opens what a newcomer tries first: a paper account and a webhook to it.
type Demo struct {
	users    ports.Users
	brokers  ports.BrokerAdmin
	webhooks ports.WebhookAdmin
}

func newDemo(users ports.Users, brokers ports.BrokerAdmin, webhooks ports.WebhookAdmin) *Demo {
	return &Demo{users: users, brokers: brokers, webhooks: webhooks}
}

// Open gives the token of the user's demo webhook. Account and webhook are made
// once, however often it is called; a token is made at every call, and ends the
// one before it.
func (d *Demo) Open(ctx context.Context, user domain.UserID) (string, error) {
	if err := d.users.Ensure(ctx, user); err != nil {
		return "", err
	}
	caller := domain.Principal{UserID: user}
	account, err := d.brokers.OpenAccount(ctx, caller, ports.NewBrokerAccount{
		Name: "paper", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()},
	}, ports.Idempotency{Key: "demo account"})
	if err != nil {
		return "", err
	}
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: account.ID(), Multiplier: domain.MustQuantity("1")}}
	issued, err := d.webhooks.CreateWebhook(ctx, caller, ports.NewWebhookConfig{Name: "demo", Rules: rules}, ports.Idempotency{Key: "demo webhook"})
	if err != nil || issued.Token != "" {
		return issued.Token, err
	}
	again, err := d.webhooks.RotateToken(ctx, caller, issued.Config.ID(), 0, ports.Idempotency{})
	return again.Token, err
}
