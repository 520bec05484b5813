package appfx

import (
	"context"

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

// sealedRow is something sealed, wherever it is stored.
type sealedRow struct {
	// of is whose it is, for people; key is its row's.
	of, key string
	text    []byte
	// reseal opens it with one sealer and closes it with another; without that it only
	// tells whether it can be opened.
	reseal func(opens, closes *seal.Sealer) ([]byte, error)
	// updateSQL puts $1 in the row of key $2 as far as it still has $3.
	updateSQL string
}

func sealedCredentials(ctx context.Context, conn *pgx.Conn) ([]sealedRow, error) {
	rows, err := conn.Query(ctx, sealedSQL+` order by a.id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (sealedRow, error) {
		s, err := scanSealed(row)
		if err != nil {
			return sealedRow{}, err
		}
		id := s.account.ID().String()
		return sealedRow{
			of: id, key: id, text: s.text,
			updateSQL: `update private.broker_credentials set sealed = $1 where broker_account_id = $2::uuid and sealed = $3`,
			reseal: func(opens, closes *seal.Sealer) ([]byte, error) {
				credentials, err := opens.Open(s.account, s.text)
				if err != nil || closes == nil {
					return nil, err
				}
				return closes.Seal(s.account, credentials)
			},
		}, nil
	})
}

func sealedSenderSecrets(ctx context.Context, conn *pgx.Conn) ([]sealedRow, error) {
	rows, err := conn.Query(ctx, `
select id::text, webhook_config_id::text, user_id::text, proof, sealed
from private.sender_secrets
order by webhook_config_id, id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (sealedRow, error) {
		s := sealedRow{updateSQL: `update private.sender_secrets set sealed = $1 where id = $2::uuid and sealed = $3`}
		var user, proof string
		if err := row.Scan(&s.key, &s.of, &user, &proof, &s.text); err != nil {
			return s, err
		}
		id, err := domain.ParseID[domain.WebhookConfig](s.of)
		if err != nil {
			return s, err
		}
		owner, err := domain.ParseID[domain.User](user)
		if err != nil {
			return s, err
		}
		config := domain.RestoreWebhookConfig(domain.WebhookConfigSnapshot{ID: id, UserID: owner})
		s.reseal = func(opens, closes *seal.Sealer) ([]byte, error) {
			secret, err := opens.OpenSecret(config, domain.SenderProof(proof), s.text)
			if err != nil || closes == nil {
				return nil, err
			}
			return closes.SealSecret(config, domain.SenderProof(proof), secret)
		}
		return s, nil
	})
}
