package seal_test

import (
	"bytes"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("What a webhook and its senders share", func() {
	webhook := func(owner, id byte) *domain.WebhookConfig {
		return domain.RestoreWebhookConfig(domain.WebhookConfigSnapshot{
			UserID: domain.UserID{UUID: uuid.UUID{owner}}, ID: domain.WebhookConfigID{UUID: uuid.UUID{id}},
		})
	}
	const secret = "whsec_c2VjcmV0"

	It("is opened for its webhook and proof, with the key it was sealed with or as the one before", func() {
		sealed, err := sealer(key(1)).SealSecret(webhook(1, 2), domain.ProofSignature, secret)
		Expect(err).NotTo(HaveOccurred())
		Expect(bytes.Contains(sealed, []byte("c2Vj"))).To(BeFalse())
		Expect(sealer(key(1)).OpenSecret(webhook(1, 2), domain.ProofSignature, sealed)).To(Equal(secret))
		Expect(sealer(key(2), key(1)).OpenSecret(webhook(1, 2), domain.ProofSignature, sealed)).To(Equal(secret))
	})

	It("is opened for no other owner, webhook, proof or key, nor where it was changed", func() {
		sealed, err := sealer(key(1)).SealSecret(webhook(1, 2), domain.ProofSignature, secret)
		Expect(err).NotTo(HaveOccurred())
		refused := func(_ string, err error) {
			GinkgoHelper()
			Expect(err).To(MatchError(domain.KindInternal))
			Expect(err).To(HaveField("Code", "credentials_unreadable"))
			Expect(err.Error()).NotTo(ContainSubstring("c2Vj"))
		}
		refused(sealer(key(1)).OpenSecret(webhook(9, 2), domain.ProofSignature, sealed))
		refused(sealer(key(1)).OpenSecret(webhook(1, 9), domain.ProofSignature, sealed))
		refused(sealer(key(1)).OpenSecret(webhook(1, 2), domain.ProofPassphrase, sealed))
		refused(sealer(key(2)).OpenSecret(webhook(1, 2), domain.ProofSignature, sealed))
		for i := range sealed {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1
			refused(sealer(key(1)).OpenSecret(webhook(1, 2), domain.ProofSignature, changed))
			refused(sealer(key(1)).OpenSecret(webhook(1, 2), domain.ProofSignature, sealed[:i]))
		}
	})
})
