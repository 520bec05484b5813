package ports

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// Idempotency marks a write so that sending it again does nothing more. An
// empty key marks nothing.
type Idempotency struct {
	// Key is at most 255 printable characters.
	Key string
	// Fingerprint digests the request; the same key with another one is
	// KindConflict with code idempotency_key_reused.
	Fingerprint [32]byte
}

// NewBrokerAccount is what a caller says of an account to open.
type NewBrokerAccount struct {
	Name  string
	Kind  domain.BrokerKind
	Paper domain.PaperSettings
	// Alpaca and Credentials are for accounts of that kind.
	Alpaca      domain.AlpacaSettings
	Credentials domain.BrokerCredentials
}

// BrokerAdmin opens and keeps a caller's broker accounts.
type BrokerAdmin interface {
	// OpenAccount stores a new account, its credentials sealed. What
	// domain.NewBrokerAccount refuses is KindInvalid, as are credentials that the
	// kind does not take or that are missing, and an account that needs some where
	// no master key is set, with code master_key_missing.
	OpenAccount(ctx context.Context, caller domain.Principal, n NewBrokerAccount, once Idempotency) (*domain.BrokerAccount, error)
	// RenameAccount gives an account another name. A missing one and another
	// user's are the same KindNotFound, here and below.
	RenameAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, name string, once Idempotency) (*domain.BrokerAccount, error)
	// RekeyAccount gives an account other credentials, of the kind it needs; those
	// it had are forgotten, and what trouble they made is over.
	RekeyAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, c domain.BrokerCredentials, once Idempotency) (*domain.BrokerAccount, error)
	// RemoveAccount closes an account and forgets its credentials; it is a conflict while orders are open or a
	// webhook routes to it. Removing it again is KindNotFound.
	RemoveAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) error
	// CheckAccount asks the broker for the account's summary.
	CheckAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) (AccountSummary, error)
	// PushQuote tells a paper account what a symbol trades at, and records the
	// fills that follow before it returns. An account of another kind is
	// KindInvalid.
	PushQuote(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, q Quote) error
}

// NewWebhookConfig is what a caller says of a config to make.
type NewWebhookConfig struct {
	Name  string
	Rules domain.WebhookRules
	// Passphrase is for rules that ask senders for one.
	Passphrase string
}

// WebhookChange changes a config; nil fields stay as they are.
type WebhookChange struct {
	Name   *string
	Status *domain.WebhookStatus
	// Revise makes the next version of the rules from the present ones.
	Revise func(domain.WebhookRules) (domain.WebhookRules, error)
	// Passphrase takes the place of the present one where the revised rules ask
	// senders for it; empty keeps that.
	Passphrase string
}

// IssuedWebhook is a config and what its request issued. That is given out once: it
// is empty where the same request is sent again, or issued nothing of the kind.
type IssuedWebhook struct {
	Config *domain.WebhookConfig
	// Token reaches the config.
	Token string
	// SigningSecret signs its alerts: "whsec_" and the base64 of 32 random bytes.
	SigningSecret string
}

// Preview is what an alert would do now.
type Preview struct {
	Format  domain.AlertFormat
	Intents []IntentPreview
}

// IntentPreview is what one intent of an alert would do now.
type IntentPreview struct {
	Intent domain.Intent
	// Decisions and Reasons are those of the config; Reasons is empty where it
	// admits the intent.
	Decisions []domain.Decision
	Reasons   []domain.Reason
	Routes    []RoutePreview
}

// RoutePreview is what an admitted intent would do at one account.
type RoutePreview struct {
	BrokerAccountID domain.BrokerAccountID
	Position        domain.Net
	Plan            domain.Plan
}

// WebhookAdmin makes and keeps a caller's webhook configs.
type WebhookAdmin interface {
	// CreateWebhook stores a new config and issues its token: "hf_" and 43
	// characters that carry 32 random bytes. A format that is not built is
	// KindInvalid, as are faulty rules and routes, a passphrase that is asked for and
	// missing, with code passphrase_required, or that is none, with invalid_passphrase,
	// and rules that need a secret where no master key is set, with master_key_missing.
	CreateWebhook(ctx context.Context, caller domain.Principal, n NewWebhookConfig, once Idempotency) (IssuedWebhook, error)
	// ChangeWebhook applies a change as a whole, with the errors of CreateWebhook. Rules
	// that begin to ask for signed alerts issue a signing secret, and secrets that are
	// asked for no more are forgotten. A missing config and another user's are the same
	// KindNotFound, here and below.
	ChangeWebhook(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, c WebhookChange, once Idempotency) (IssuedWebhook, error)
	// RotateToken issues a further token and ends the former ones overlapSeconds
	// from now, 0 to 31622400.
	RotateToken(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, once Idempotency) (IssuedWebhook, error)
	// EndFormerTokens ends every token but the last one issued, at once.
	EndFormerTokens(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error
	// RotateSigningSecret issues a further signing secret and ends the former ones as
	// RotateToken does tokens. A webhook that takes unsigned alerts is KindConflict with
	// code not_signing.
	RotateSigningSecret(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, once Idempotency) (IssuedWebhook, error)
	// RemoveWebhook ends a config and its tokens; it is a conflict while its
	// orders are open.
	RemoveWebhook(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID) error
	// PreviewAlert tells what an alert with that body would do now, and does
	// nothing. Errors are those of SignalIntake for the same body.
	PreviewAlert(ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, body []byte) (Preview, error)
}

// ManualSignal is a trade by hand.
type ManualSignal struct {
	BrokerAccountID domain.BrokerAccountID
	Intent          domain.Intent
}

// OrderDesk lets a caller act on signals and orders.
type OrderDesk interface {
	// Trade queues an intent of the caller's own, against the account's whole
	// position. A missing account and another user's are the same KindNotFound.
	Trade(ctx context.Context, caller domain.Principal, m ManualSignal, once Idempotency) (*domain.Signal, error)
	// Replay queues the intent of an alert's signal again, as a new signal judged
	// by the config's present version. The config of the signal must still exist.
	Replay(ctx context.Context, caller domain.Principal, id domain.SignalID, once Idempotency) (*domain.Signal, error)
	// Answer says what to do with a signal of which tickets ask, or wait for their
	// session, and gives it as it is then. Execute queues, for each that asks, a new
	// signal of the same intent to the same account, judged by the config's present
	// version and as old as the answer; the ticket names it. Discard leaves them
	// expired; it is the only answer to one that waits. The same answer again changes
	// nothing and queues nothing more, whatever cut the first short. Another answer,
	// or a signal of which nothing asks or waits, is KindConflict with code not_asked.
	// A missing signal and another user's are the same KindNotFound.
	Answer(ctx context.Context, caller domain.Principal, id domain.SignalID, action BacklogAction) (*domain.Signal, error)
	// CancelOrder asks the broker to end a working order and records its answer.
	// An order that is not working is KindConflict with code order_not_open.
	CancelOrder(ctx context.Context, caller domain.Principal, id domain.OrderID) (*domain.Order, error)
	// Settle carries out what the caller says of the order of a ticket that needs
	// review, gives the order as it is then, and lets its lane go on. A missing
	// ticket and another user's are the same KindNotFound; one that does not need
	// review is KindConflict with code not_in_review, unless the same was said
	// before. The broker is asked first wherever it can be: adopt of an order it
	// does not have is KindConflict with code order_not_found, as is that of one it
	// calls by another id than the word does, and not_placed or resend of one that
	// it has KindConflict with code order_found. A word that ReviewWord.Check
	// refuses is KindInvalid. Who said what, when and why is kept with the order
	// and, once it ends, among the ticket's decisions.
	Settle(ctx context.Context, caller domain.Principal, id domain.TicketID, said ReviewWord) (*domain.Order, error)
	// SettleUnmatched keeps what the caller says of an unmatched order and gives it
	// as it is then. To acknowledge it is all there is to do; what is to be canceled
	// the executor cancels, and the order tells what came of it. A missing order and
	// another user's are the same KindNotFound. A verdict or note that is not valid
	// is KindInvalid; the errors of domain.UnmatchedOrder.Settled are KindConflict,
	// as is, with code order_known, to cancel one whose client order id an order of
	// the caller's has by now.
	SettleUnmatched(ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID, verdict domain.UnmatchedVerdict, note string) (domain.UnmatchedOrder, error)
}
