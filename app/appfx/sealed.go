package appfx

import (
	"github.com/jackc/pgx/v5"

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
