package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/hookfill/hookfill/app/appfx"
)

// demoNote remembers the demo webhook between starts. Elsewhere a token is
// never kept; this one guards paper money on this machine.
type demoNote struct {
	Token string `json:"token"`
}

const demoNoteName = "demo.json"

// showDemo opens the demo at the first start and prints how to try it at every
// one.
func showDemo(ctx context.Context, env environment, dir dataDir, publicURL string, demo *appfx.Demo) error {
	note, err := openDemo(ctx, dir, demo)
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

func openDemo(ctx context.Context, dir dataDir, demo *appfx.Demo) (demoNote, error) {
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
	if note.Token, err = demo.Open(ctx, user); err != nil {
		return note, err
	}
	b, err := json.Marshal(note)
	if err != nil {
		return note, err
	}
	return note, dir.replace(demoNoteName, string(b))
}
