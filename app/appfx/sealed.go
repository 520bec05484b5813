package appfx

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/domain"
)

// sealedSQL reads sealed credentials with what they are bound to, as the schema's
// owner.
const sealedSQL = `
select a.id::text, a.user_id::text, coalesce(a.settings->>'environment', ''), coalesce(a.settings->>'base_url', ''), c.version, c.sealed
from public.broker_accounts a join private.broker_credentials c on c.broker_account_id = a.id`

// sealed is an account at Alpaca and its credentials as they are stored.
type sealed struct {
	account *domain.BrokerAccount
	text    []byte
}

func scanSealed(row pgx.Row) (s sealed, err error) {
	var account, user, environment, base string
	var version int
	if err := row.Scan(&account, &user, &environment, &base, &version, &s.text); err != nil {
		return s, err
	}
	id, err := domain.ParseID[domain.BrokerAccount](account)
	if err != nil {
		return s, err
	}
	owner, err := domain.ParseID[domain.User](user)
	if err != nil {
		return s, err
	}
	s.account = domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: id, UserID: owner, Kind: domain.BrokerKindAlpaca,
		Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaEnvironment(environment), BaseURL: base}, CredentialsVersion: version,
	})
	return s, nil
}

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
		if err := rewrap(ctx, conn, either, s, credentials); err != nil {
			return done, err
		}
		done.Rewrapped++
	}
	slices.Sort(done.Unreadable)
	return done, nil
}

// rewrap changes nothing where the account was given other credentials meanwhile:
// those were sealed with the master key.
func rewrap(ctx context.Context, conn *pgx.Conn, sealer *seal.Sealer, s sealed, credentials domain.BrokerCredentials) error {
	anew, err := sealer.Seal(s.account, credentials)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `update private.broker_credentials set sealed = $1 where broker_account_id = $2::uuid and sealed = $3`,
		anew, s.account.ID().String(), s.text)
	return err
}
