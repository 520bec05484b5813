package appfx

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/domain"
)

// Rewrapped tells what became of the credentials that are stored.
type Rewrapped struct {
	// Rewrapped were sealed anew, Present were sealed with the master key already.
	Rewrapped int `json:"rewrapped"`
	Present   int `json:"present"`
	// Unreadable are the accounts whose credentials neither key opens, by id.
	Unreadable []string `json:"unreadable"`
}

// RewrapCredentials seals with the master key what the previous one sealed, an account
// at a time, and leaves what neither opens as it is. It may run beside busy servers
// that have both keys, and again; url is the schema owner's.
func RewrapCredentials(ctx context.Context, url string, master, previous []byte) (done Rewrapped, err error) {
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
	rows, err := conn.Query(ctx, sealedSQL+` order by a.id`)
	if err != nil {
		return done, err
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (sealed, error) { return scanSealed(row) })
	if err != nil {
		return done, err
	}
	done.Unreadable = []string{}
	for _, s := range all {
		if _, err := present.Open(s.account, s.text); err == nil {
			done.Present++
			continue
		}
		credentials, err := either.Open(s.account, s.text)
		if err != nil {
			done.Unreadable = append(done.Unreadable, s.account.ID().String())
			continue
		}
		changed, err := rewrap(ctx, conn, either, s, credentials)
		switch {
		case err != nil:
			return done, err
		case changed:
			done.Rewrapped++
		default:
			done.Present++
		}
	}
	return done, nil
}

// rewrap changes nothing where the account was given other credentials meanwhile:
// those were sealed with the master key.
func rewrap(ctx context.Context, conn *pgx.Conn, sealer *seal.Sealer, s sealed, credentials domain.BrokerCredentials) (changed bool, err error) {
	anew, err := sealer.Seal(s.account, credentials)
	if err != nil {
		return false, err
	}
	tag, err := conn.Exec(ctx, `update private.broker_credentials set sealed = $1 where broker_account_id = $2::uuid and sealed = $3`,
		anew, s.account.ID().String(), s.text)
	return err == nil && tag.RowsAffected() > 0, err
}
