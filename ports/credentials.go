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
