package appfx

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/seal"
)

// Rewrapped tells what became of all that is stored sealed: the credentials of
// brokers, and what webhooks and their senders share.
type Rewrapped struct {
	// Rewrapped were sealed anew, Present were sealed with the master key already.
	Rewrapped int `json:"rewrapped"`
	Present   int `json:"present"`
	// Unreadable are the accounts and webhooks, by id, with something that neither key
	// opens.
	Unreadable []string `json:"unreadable"`
}

// RewrapSealed seals with the master key what the previous one sealed, a row at a
// time, and leaves what neither opens as it is. It may run beside busy servers that
// have both keys, and again; url is the schema owner's.
func RewrapSealed(ctx context.Context, url string, master, previous []byte) (done Rewrapped, err error) {
	present, err := seal.New(master, nil)
	if err != nil {
		return done, err
	}
	either, err := seal.New(master, previous)
	if err != nil {
		return done, err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	credentials, err := sealedCredentials(ctx, conn)
	if err != nil {
		return done, err
	}
	shared, err := sealedSenderSecrets(ctx, conn)
	if err != nil {
		return done, err
	}
	done.Unreadable = []string{}
	for _, s := range append(credentials, shared...) {
		if _, err := s.reseal(present, nil); err == nil {
			done.Present++
			continue
		}
		anew, err := s.reseal(either, present)
		if err != nil {
			done.Unreadable = append(done.Unreadable, s.of)
			continue
		}
		// Nothing changes where there is something else by now: that was sealed with the
		// master key.
		tag, err := conn.Exec(ctx, s.updateSQL, anew, s.key, s.text)
		switch {
		case err != nil:
			return done, err
		case tag.RowsAffected() > 0:
			done.Rewrapped++
		default:
			done.Present++
		}
	}
	return done, nil
}
