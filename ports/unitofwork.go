package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// UnitOfWork runs a piece of work on the repositories as one caller, in one
// transaction.
type UnitOfWork interface {
	// Do calls fn with repositories that see and change only what caller owns.
	// What fn changed is kept as a whole when fn gives nil and not at all
	// otherwise. An error of fn comes back unchanged. fn may run more than once
	// and must touch nothing but what it is given. A caller without a user id is
	// KindUnauthenticated and fn does not run.
	Do(ctx context.Context, caller domain.Principal, fn func(context.Context, Repositories) error) error
}

// Repositories are valid only inside the Do that gave them.
type Repositories struct {
	BrokerAccounts BrokerAccountRepository
	WebhookConfigs WebhookConfigRepository
	Signals        SignalRepository
	Orders         OrderRepository
	Positions      PositionRepository
	Requests       RequestRepository
	Unmatched      UnmatchedOrderRepository
	Halts          HaltRepository
	Credentials    CredentialRepository
	SenderSecrets  SenderSecretRepository
}

// BrokerAccountRepository keeps the caller's broker accounts.
type BrokerAccountRepository interface {
	// Add stores a new account. An id already stored is KindConflict.
	Add(ctx context.Context, a *domain.BrokerAccount) error
	// ByID gives an account that is not removed; a missing one and another
	// user's are the same KindNotFound, here and below.
	ByID(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error)
	// List gives the accounts that are not removed.
	List(ctx context.Context, page PageRequest) (Page[*domain.BrokerAccount], error)
	// Update stores what fn made of the account, whose row is locked meanwhile.
	// An error of fn comes back unchanged and nothing is stored. A missing
	// account is KindNotFound and fn does not run.
	Update(ctx context.Context, id domain.BrokerAccountID, fn func(*domain.BrokerAccount) error) (*domain.BrokerAccount, error)
	// Usage counts the account's working or unsettled orders and the webhook
	// configs that route to it.
	Usage(ctx context.Context, id domain.BrokerAccountID) (openOrders, routes int, err error)
}

// TokenHash is the SHA-256 of a webhook token. The token itself is never
// stored.
type TokenHash [32]byte

// WebhookConfigRepository keeps the caller's webhook configs and every version
// of their rules.
type WebhookConfigRepository interface {
	// Add stores a new config reached by token. A route to an account that is
	// missing, removed or another user's is KindInvalid with code
	// broker_account_not_found; an id or token already stored is KindConflict.
	Add(ctx context.Context, c *domain.WebhookConfig, token TokenHash) error
	// ByID gives a config that is not removed, with its present rules; a missing
	// one and another user's are the same KindNotFound, here and below.
	ByID(ctx context.Context, id domain.WebhookConfigID) (*domain.WebhookConfig, error)
	// List gives the configs that are not removed.
	List(ctx context.Context, page PageRequest) (Page[*domain.WebhookConfig], error)
	// Versions gives a config in every version it had, newest first.
	Versions(ctx context.Context, id domain.WebhookConfigID) ([]*domain.WebhookConfig, error)
	// Update stores what fn made of the config, whose row is locked meanwhile,
	// and keeps the former rules as a version. Routes are checked as in Add. An
	// error of fn comes back unchanged and nothing is stored. A missing config is
	// KindNotFound and fn does not run.
	Update(ctx context.Context, id domain.WebhookConfigID, fn func(*domain.WebhookConfig) error) (*domain.WebhookConfig, error)
	// AddToken lets a further token reach the config and ends the former ones
	// overlap seconds from now by the database's clock, at the latest; 0 ends them
	// at once.
	AddToken(ctx context.Context, id domain.WebhookConfigID, token TokenHash, overlapSeconds int) error
	// EndFormerTokens ends every token but the last one added, at once.
	EndFormerTokens(ctx context.Context, id domain.WebhookConfigID) error
	// FormerURLUses gives which alerts still come by a former token: by symbol and
	// action, the last signal of those among the config's last FormerURLReach that
	// carries the decision RuleFormerURL, the latest first. An alert that came by the
	// present token since is not among them.
	FormerURLUses(ctx context.Context, id domain.WebhookConfigID, page PageRequest) (Page[FormerURLUse], error)
	// OpenOrders counts the config's working or unsettled orders.
	OpenOrders(ctx context.Context, id domain.WebhookConfigID) (int, error)
	// Usage gives what the config has used of the rails that count, by the
	// storage's clock.
	Usage(ctx context.Context, id domain.WebhookConfigID) (domain.Usage, error)
	// Stood gives where the config's alert before left its sender in the lane of an
	// account and a symbol; nil where nothing is known, or of another user's.
	Stood(ctx context.Context, id domain.WebhookConfigID, account domain.BrokerAccountID, symbol domain.Symbol) (*domain.Net, error)
	// Refusals gives the deliveries to the config that were not understood.
	Refusals(ctx context.Context, id domain.WebhookConfigID, page PageRequest) (Page[Refusal], error)
}

// FormerURLReach is how many of a config's signals are looked through for alerts that
// still come by a former token.
const FormerURLReach = 5000

// FormerURLUse is an alert, told apart by symbol and action, that came by a former
// token when it last came.
type FormerURLUse struct {
	Symbol     domain.Symbol
	Action     domain.Action
	SignalID   domain.SignalID
	ReceivedAt time.Time
}

// Refusal is a delivery that made no signal, and why.
type Refusal struct {
	DeliveryID domain.DeliveryID
	ReceivedAt time.Time
	Reasons    []domain.Reason
}
