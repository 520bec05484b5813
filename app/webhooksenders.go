package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// share stores what a config and its senders share by its present rules, which asked
// for before until now, and forgets the rest. It gives a signing secret that is new.
func (w *Webhooks) share(
	ctx context.Context, r ports.Repositories, before domain.Senders, config *domain.WebhookConfig, passphrase string,
) (issued string, err error) {
	asked := config.Snapshot().Rules.Senders
	keep := func(proof domain.SenderProof, secret string) error {
		sealed, err := w.vault.seal(config, proof, secret)
		if err != nil {
			return err
		}
		return r.SenderSecrets.Keep(ctx, config.ID(), sealed, 0)
	}
	switch {
	case asked.Signing && !before.Signing:
		issued = newSigningSecret()
		err = keep(domain.ProofSignature, issued)
	case !asked.Signing && before.Signing:
		err = r.SenderSecrets.Forget(ctx, config.ID(), domain.ProofSignature)
	}
	if err != nil {
		return "", err
	}
	switch {
	case passphrase != "" && !asked.Passphrase:
		err = domain.Invalid("passphrase_not_needed", "senders.passphrase", "the webhook asks for none")
	case passphrase != "":
		if err = domain.CheckPassphrase(passphrase); err == nil {
			err = keep(domain.ProofPassphrase, passphrase)
		}
	case asked.Passphrase && !before.Passphrase:
		err = domain.Invalid("passphrase_required", "senders.passphrase", "write the passphrase that alerts carry")
	case !asked.Passphrase && before.Passphrase:
		err = r.SenderSecrets.Forget(ctx, config.ID(), domain.ProofPassphrase)
	}
	return issued, err
}

// RotateSigningSecret implements ports.WebhookAdmin.
func (w *Webhooks) RotateSigningSecret(
	ctx context.Context, caller domain.Principal, id domain.WebhookConfigID, overlapSeconds int, i ports.Idempotency,
) (ports.IssuedWebhook, error) {
	if err := checkOverlap(overlapSeconds); err != nil {
		return ports.IssuedWebhook{}, err
	}
	return w.issue(ctx, caller, i, func(ctx context.Context, r ports.Repositories) (ports.IssuedWebhook, error) {
		config, err := r.WebhookConfigs.ByID(ctx, id)
		if err != nil {
			return ports.IssuedWebhook{}, err
		}
		if !config.Snapshot().Rules.Senders.Signing {
			return ports.IssuedWebhook{}, domain.Conflict("not_signing", "the webhook takes unsigned alerts; set senders.signing first")
		}
		issued := ports.IssuedWebhook{Config: config, SigningSecret: newSigningSecret()}
		sealed, err := w.vault.seal(config, domain.ProofSignature, issued.SigningSecret)
		if err != nil {
			return ports.IssuedWebhook{}, err
		}
		return issued, r.SenderSecrets.Keep(ctx, id, sealed, overlapSeconds)
	})
}

// newSigningSecret makes one as Standard Webhooks writes it: 32 random bytes.
func newSigningSecret() string {
	key := make([]byte, tokenBytes)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}
