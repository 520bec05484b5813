package ports

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// CodeCredentialsRefused is the code of the error a broker gives, as
// KindUnavailable, when its venue does not accept the account's credentials:
// nothing was done, and nothing will be until there are others.
const CodeCredentialsRefused = "credentials_refused"

// CredentialReader gives the credentials of accounts to the brokers that need
// them.
type CredentialReader interface {
	// Credentials gives the account's present ones. An account without is
	// KindNotFound; what cannot be opened with the keys at hand is KindInternal,
	// and a store that could not be asked KindUnavailable.
	Credentials(ctx context.Context, account *domain.BrokerAccount) (domain.BrokerCredentials, error)
}

// Sealer closes credentials so that whoever reads the database cannot use them.
type Sealer interface {
	// Seal encrypts credentials for the account's owner, the account and its
	// version of credentials; for no other can they be opened.
	Seal(account *domain.BrokerAccount, c domain.BrokerCredentials) ([]byte, error)
	// Open gives what was sealed for the account at its version. What was changed,
	// sealed for another or with a key that is not at hand is KindInternal with
	// code credentials_unreadable.
	Open(account *domain.BrokerAccount, sealed []byte) (domain.BrokerCredentials, error)
}

// CredentialRepository keeps the caller's sealed credentials. It never gives
// them.
type CredentialRepository interface {
	// Keep stores an account's credentials of a version in place of its former
	// ones, makes the account count that version, and ends what trouble it has. A
	// version that is not the next one is KindConflict with code
	// credentials_changed; a missing account and another user's are the same
	// KindNotFound.
	Keep(ctx context.Context, id domain.BrokerAccountID, version int, sealed []byte) error
	// Forget deletes an account's credentials; one that has none is left as it is.
	Forget(ctx context.Context, id domain.BrokerAccountID) error
}

// AccountCare is what brokers need to know of accounts, and tell of them.
type AccountCare interface {
	// Sealed gives an account's credentials as they were kept, and their version.
	// An account without is KindNotFound.
	Sealed(ctx context.Context, id domain.BrokerAccountID) (version int, sealed []byte, err error)
	// Mark writes down what trouble an account has, nil for none, as far as its
	// credentials are still of that version; otherwise it does nothing.
	Mark(ctx context.Context, id domain.BrokerAccountID, version int, t *domain.AccountTrouble) error
}
