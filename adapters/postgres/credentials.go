package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type credentials struct{ session }

var _ ports.CredentialRepository = (*credentials)(nil)

// Keep implements ports.CredentialRepository.
func (r *credentials) Keep(ctx context.Context, id domain.BrokerAccountID, version int, sealed []byte) error {
	if _, err := (&brokerAccounts{r.session}).ByID(ctx, id); err != nil {
		return err
	}
	return r.asAPI(ctx, func(tx bun.Tx) error {
		counted, err := tx.ExecContext(ctx, `
			update public.broker_accounts set credentials_version = ?, trouble = null
			where id = ? and deleted_at is null and credentials_version = ?`, version, id.UUID, version-1)
		if err := oneRow(counted, err, domain.Conflict("credentials_changed", "the account was given other credentials meanwhile; read it again")); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "delete from private.broker_credentials where broker_account_id = ?", id.UUID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "insert into private.broker_credentials (broker_account_id, user_id, version, sealed) values (?, ?, ?, ?)",
			id.UUID, r.user.UUID, version, sealed)
		return err
	})
}

// Forget implements ports.CredentialRepository.
func (r *credentials) Forget(ctx context.Context, id domain.BrokerAccountID) error {
	return r.asAPI(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "delete from private.broker_credentials where broker_account_id = ?", id.UUID)
		return err
	})
}

// AccountCare is what the worker knows of accounts beside their rows.
type AccountCare struct{ db *DB }

var _ ports.AccountCare = (*AccountCare)(nil)

// NewAccountCare makes an AccountCare on the worker pool of db.
func NewAccountCare(db *DB) *AccountCare { return &AccountCare{db} }

type sealedRow struct {
	Version int
	Sealed  []byte
}

// Sealed implements ports.AccountCare.
func (c *AccountCare) Sealed(ctx context.Context, id domain.BrokerAccountID) (version int, sealed []byte, err error) {
	rows, err := alone(ctx, c.db, pgx.RowToStructByName[sealedRow],
		"select version, sealed from private.broker_credentials where broker_account_id = $1", id.UUID)
	if err != nil {
		return 0, nil, err
	}
	if len(rows) == 0 {
		return 0, nil, domain.NotFound("credentials")
	}
	return rows[0].Version, rows[0].Sealed, nil
}

// Mark implements ports.AccountCare.
func (c *AccountCare) Mark(ctx context.Context, id domain.BrokerAccountID, version int, t *domain.AccountTrouble) error {
	_, err := alone(ctx, c.db, pgx.RowTo[int],
		"update public.broker_accounts set trouble = $3 where id = $1 and credentials_version = $2 returning 1", id.UUID, version, encodeTrouble(t))
	return err
}
