package memory

import (
	"bytes"
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var (
	_ ports.CredentialRepository = credentials{}
	_ ports.AccountCare          = (*Store)(nil)
)

// credentialRow is an account's sealed credentials.
type credentialRow struct {
	version int
	sealed  []byte
}

type credentials struct{ as }

func (r credentials) Keep(ctx context.Context, id domain.BrokerAccountID, version int, sealed []byte) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	s, err := accounts(r).find(id)
	if err != nil {
		return err
	}
	if s.CredentialsVersion != version-1 {
		return domain.Conflict("credentials_changed", "the account was given other credentials meanwhile; read it again")
	}
	s.CredentialsVersion, s.Trouble = version, nil
	put(r.tx, r.accounts, id, s)
	put(r.tx, r.sealed, id, credentialRow{version, bytes.Clone(sealed)})
	return nil
}

func (r credentials) Forget(ctx context.Context, id domain.BrokerAccountID) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	if s, ok := r.accounts[id]; ok && s.UserID == r.user {
		drop(r.tx, r.sealed, id)
	}
	return nil
}

// Sealed gives an account's credentials as they were kept.
func (s *Store) Sealed(ctx context.Context, id domain.BrokerAccountID) (version int, sealed []byte, err error) {
	err = s.transact(ctx, func(t *tx) error {
		row, ok := t.sealed[id]
		if !ok {
			return domain.NotFound("credentials")
		}
		version, sealed = row.version, bytes.Clone(row.sealed)
		return nil
	})
	return version, sealed, err
}

// Mark writes down what trouble an account has.
func (s *Store) Mark(ctx context.Context, id domain.BrokerAccountID, version int, trouble *domain.AccountTrouble) error {
	return s.transact(ctx, func(t *tx) error {
		if row, ok := t.accounts[id]; ok && row.CredentialsVersion == version {
			row.Trouble = clone(trouble)
			put(t, t.accounts, id, row)
		}
		return nil
	})
}
