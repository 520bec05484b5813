package app

import (
	"context"
	"crypto/subtle"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// SenderVault keeps what webhooks and their senders share: closed where it is stored,
// and opened for the moment alerts are held against it.
type SenderVault struct {
	reader ports.SenderSecretReader
	sealer ports.SecretSealer
}

// NewSenderVault opens what reader gives with sealer; without one, webhooks that
// would share something are refused.
func NewSenderVault(reader ports.SenderSecretReader, sealer ports.SecretSealer) *SenderVault {
	return &SenderVault{reader: reader, sealer: sealer}
}

// senderSecrets are what one webhook and its senders share, opened.
type senderSecrets map[domain.SenderProof][]string

// open gives what a config's alerts are held against; nothing where it asks for
// nothing.
func (v *SenderVault) open(ctx context.Context, config *domain.WebhookConfig, asked domain.Senders) (senderSecrets, error) {
	if !asked.NeedsSecrets() {
		return nil, nil //nolint:nilnil // nothing is shared
	}
	if v.sealer == nil {
		return nil, &domain.Error{
			Kind: domain.KindInternal, Code: "master_key_missing", Msg: "what the webhook's senders share cannot be opened: set HOOKFILL_MASTER_KEY",
		}
	}
	sealed, err := v.reader.SenderSecrets(ctx, config.ID())
	if err != nil {
		return nil, err
	}
	opened := senderSecrets{}
	for _, s := range sealed {
		secret, err := v.sealer.OpenSecret(config, s.Proof, s.Sealed)
		if err != nil {
			return nil, err
		}
		opened[s.Proof] = append(opened[s.Proof], secret)
	}
	return opened, nil
}

// seal closes a secret for storage.
func (v *SenderVault) seal(config *domain.WebhookConfig, proof domain.SenderProof, secret string) (ports.SenderSecret, error) {
	if v.sealer == nil {
		return ports.SenderSecret{}, domain.Invalid("master_key_missing", "senders", "secrets cannot be sealed: set HOOKFILL_MASTER_KEY on the server")
	}
	sealed, err := v.sealer.SealSecret(config, proof, secret)
	return ports.SenderSecret{Proof: proof, Sealed: sealed}, err
}

// verifyPassphrase tells whether one of the words an alert carries is one of the
// passphrases, in a time that says nothing of them.
func verifyPassphrase(words, passphrases []string) domain.ProofResult {
	if len(words) == 0 {
		return domain.ProofAbsent
	}
	same := 0
	for _, word := range words {
		for _, p := range passphrases {
			same |= subtle.ConstantTimeCompare([]byte(word), []byte(p))
		}
	}
	if same == 1 {
		return domain.ProofPassed
	}
	return domain.ProofFailed
}
