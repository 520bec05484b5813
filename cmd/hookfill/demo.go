package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// demoDesk opens what a newcomer tries first.
type demoDesk struct {
	brokers  ports.BrokerAdmin
	webhooks ports.WebhookAdmin
	users    ports.Users
}

// demoNote remembers the demo webhook between starts. Elsewhere a token is
// never kept; this one guards paper money on this machine.
type demoNote struct {
	Token string `json:"token"`
}

const demoNoteName = "demo.json"

// open makes the demo at the first start and prints how to try it at every one.
func (d *demoDesk) open(ctx context.Context, env environment, dir dataDir, publicURL string) error {
	note, err := d.note(ctx, dir)
	if err != nil {
		return err
	}
	hook := publicURL + "/hooks/" + note.Token
	fmt.Fprintf(env.stdout, `
A paper account with 100000 and a webhook for it are open. The webhook's URL:

  %[1]s

Send it the alert a TradingView strategy sends for "buy 10 AAPL":

  curl -s %[1]s -d '{"ticker":"NASDAQ:AAPL","action":"buy","sentiment":"long","quantity":"10","price":"187.32","time":"2026-11-20T14:30:00Z","interval":"5"}'

Then look at what became of it (in this folder):

  bin/hookfill signals list     bin/hookfill orders list     bin/hookfill positions

`, hook)
	return nil
}

func (d *demoDesk) note(ctx context.Context, dir dataDir) (demoNote, error) {
	var note demoNote
	text, err := dir.read(demoNoteName)
	switch {
	case err == nil:
		return note, json.Unmarshal([]byte(text), &note)
	case !errors.Is(err, fs.ErrNotExist):
		return note, err
	}
	user, err := dir.user()
	if err != nil {
		return note, err
	}
	if note.Token, err = d.make(ctx, user); err != nil {
		return note, err
	}
	b, err := json.Marshal(note)
	if err != nil {
		return note, err
	}
	return note, dir.replace(demoNoteName, string(b))
}

// make opens the account and the webhook. The idempotency key lets a start that
// was cut short in between go on where it was.
func (d *demoDesk) make(ctx context.Context, user domain.UserID) (string, error) {
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
	if err != nil {
		return "", err
	}
	if issued.Token != "" {
		return issued.Token, nil
	}
	// It was made, but the note of its token was lost: issue another.
	again, err := d.webhooks.RotateToken(ctx, caller, issued.Config.ID(), 0, ports.Idempotency{})
	return again.Token, err
}
