package app

import (
	"context"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// seal counts credentials as the account's next and seals them for it; nil where
// its kind needs none.
func (a *Accounts) seal(account *domain.BrokerAccount, c domain.BrokerCredentials) ([]byte, error) {
	if !account.Kind().NeedsCredentials() {
		if !c.IsZero() {
			return nil, domain.Invalid("credentials_not_needed", "credentials", "accounts of kind "+string(account.Kind())+" have none")
		}
		return nil, nil
	}
	if _, err := domain.NewBrokerCredentials(c.KeyID, c.SecretKey, c.OAuthToken); err != nil {
		return nil, err
	}
	if a.sealer == nil {
		return nil, domain.Invalid("master_key_missing", "credentials", "credentials cannot be sealed: set HOOKFILL_MASTER_KEY on the server")
	}
	account.Rekey()
	return a.sealer.Seal(account, c)
}

// RekeyAccount implements ports.BrokerAdmin.
func (a *Accounts) RekeyAccount(
	ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, c domain.BrokerCredentials, i ports.Idempotency,
) (rekeyed *domain.BrokerAccount, err error) {
	err = a.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return once(ctx, r, i, func() (string, error) {
			if rekeyed, err = r.BrokerAccounts.ByID(ctx, id); err != nil {
				return "", err
			}
			sealed, err := a.seal(rekeyed, c)
			if err != nil {
				return "", err
			}
			if sealed == nil {
				return "", domain.Invalid("credentials_not_needed", "credentials", "accounts of this kind have none")
			}
			return id.String(), r.Credentials.Keep(ctx, id, rekeyed.Snapshot().CredentialsVersion, sealed)
		}, func(string) error {
			rekeyed, err = r.BrokerAccounts.ByID(ctx, id)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return rekeyed, nil
}

// Vault opens the credentials of accounts. What it opened it remembers, in memory
// only, until the account has others. It is safe for concurrent use.
type Vault struct {
	care   ports.AccountCare
	sealer ports.Sealer

	mu     sync.Mutex
	opened map[domain.BrokerAccountID]openedCredentials
}

type openedCredentials struct {
	version     int
	credentials domain.BrokerCredentials
}

var _ ports.CredentialReader = (*Vault)(nil)

// NewVault opens what care keeps with sealer; nil opens nothing.
func NewVault(care ports.AccountCare, sealer ports.Sealer) *Vault {
	return &Vault{care: care, sealer: sealer, opened: map[domain.BrokerAccountID]openedCredentials{}}
}

// Credentials implements ports.CredentialReader.
func (v *Vault) Credentials(ctx context.Context, account *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	version := account.Snapshot().CredentialsVersion
	v.mu.Lock()
	known, ok := v.opened[account.ID()]
	v.mu.Unlock()
	if ok && known.version == version {
		return known.credentials, nil
	}
	if v.sealer == nil {
		return domain.BrokerCredentials{}, &domain.Error{
			Kind: domain.KindInternal, Code: "master_key_missing", Msg: "credentials cannot be opened: set HOOKFILL_MASTER_KEY",
		}
	}
	kept, sealed, err := v.care.Sealed(ctx, account.ID())
	if err != nil {
		return domain.BrokerCredentials{}, err
	}
	if kept != version {
		return domain.BrokerCredentials{}, &domain.Error{
			Kind: domain.KindUnavailable, Code: "credentials_changed", Msg: "the account has other credentials by now",
		}
	}
	credentials, err := v.sealer.Open(account, sealed)
	if err != nil {
		return domain.BrokerCredentials{}, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.opened[account.ID()] = openedCredentials{version, credentials}
	return credentials, nil
}
