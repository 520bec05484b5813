package seal

import (
	"fmt"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.SecretSealer = (*Sealer)(nil)

// SealSecret implements ports.SecretSealer.
func (s *Sealer) SealSecret(config *domain.WebhookConfig, proof domain.SenderProof, secret string) ([]byte, error) {
	return s.close([]byte(secret), boundToSenders(config, proof)), nil
}

// OpenSecret implements ports.SecretSealer.
func (s *Sealer) OpenSecret(config *domain.WebhookConfig, proof domain.SenderProof, sealed []byte) (string, error) {
	plain, err := s.open(sealed, boundToSenders(config, proof))
	if err != nil {
		return "", &domain.Error{
			Kind: domain.KindInternal, Code: "credentials_unreadable", Err: err,
			Msg: "what the webhook's senders share cannot be opened: set the HOOKFILL_MASTER_KEY it was sealed with, or give the webhook another",
		}
	}
	return string(plain), nil
}

// boundToSenders writes down what a secret is sealed for.
func boundToSenders(config *domain.WebhookConfig, proof domain.SenderProof) []byte {
	return fmt.Appendf(nil, "hookfill sender secret %d %s %s %s", format, config.UserID(), config.ID(), proof)
}
