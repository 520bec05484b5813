package ports

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// SenderSecret is what a webhook's senders prove themselves with, sealed.
type SenderSecret struct {
	// Proof is what it serves for: domain.ProofSignature or domain.ProofPassphrase.
	Proof  domain.SenderProof
	Sealed []byte
}

// SecretSealer closes what a webhook and its senders share, so that whoever reads
// the database cannot post as them.
type SecretSealer interface {
	// SealSecret encrypts a secret for the owner, the webhook and the proof; for no
	// other can it be opened.
	SealSecret(config *domain.WebhookConfig, proof domain.SenderProof, secret string) ([]byte, error)
	// OpenSecret gives what was sealed for the webhook and the proof. What was changed,
	// sealed for another or with a key that is not at hand is KindInternal with code
	// credentials_unreadable.
	OpenSecret(config *domain.WebhookConfig, proof domain.SenderProof, sealed []byte) (string, error)
}

// SenderSecretRepository keeps the sealed secrets of the caller's webhooks. It never
// gives them.
type SenderSecretRepository interface {
	// Keep stores a further secret of a webhook, and ends those it had for the same
	// proof overlapSeconds from now by the database's clock, at the latest; 0 ends them
	// at once. A missing webhook and another user's are the same KindNotFound.
	Keep(ctx context.Context, id domain.WebhookConfigID, s SenderSecret, overlapSeconds int) error
	// Forget deletes all a webhook has for a proof; where there is none it does nothing.
	Forget(ctx context.Context, id domain.WebhookConfigID, proof domain.SenderProof) error
}

// SenderSecretReader gives the secrets that alerts are held against.
type SenderSecretReader interface {
	// SenderSecrets gives those of a webhook that have not ended, whosever it is.
	SenderSecrets(ctx context.Context, id domain.WebhookConfigID) ([]SenderSecret, error)
}
