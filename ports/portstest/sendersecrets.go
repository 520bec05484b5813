package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeSenderSecrets proves ports.SenderSecretRepository and
// ports.SenderSecretReader over the same rows; it needs the storage's Secrets.
func DescribeSenderSecrets(name string, h StorageHarness) bool {
	return describeStorage(name+" as a SenderSecretRepository and SenderSecretReader", h, func(w *world) {
		var c *domain.WebhookConfig
		BeforeEach(func(ctx SpecContext) { c, _ = w.config(ctx, w.ada, w.account(ctx, w.ada)) })
		keep := func(ctx context.Context, caller domain.Principal, proof domain.SenderProof, sealed string, overlap int) error {
			return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
				return r.SenderSecrets.Keep(ctx, c.ID(), ports.SenderSecret{Proof: proof, Sealed: []byte(sealed)}, overlap)
			})
		}
		forget := func(ctx context.Context, caller domain.Principal, proof domain.SenderProof) error {
			return w.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
				return r.SenderSecrets.Forget(ctx, c.ID(), proof)
			})
		}
		inForce := func(ctx context.Context) (all []string) {
			GinkgoHelper()
			secrets, err := w.Secrets.SenderSecrets(ctx, c.ID())
			Expect(err).NotTo(HaveOccurred())
			for _, s := range secrets {
				all = append(all, string(s.Proof)+" "+string(s.Sealed))
			}
			return all
		}

		It("give a webhook's secrets, each with its proof, and those of no other", func(ctx SpecContext) {
			Expect(inForce(ctx)).To(BeEmpty())
			Expect(keep(ctx, w.ada, domain.ProofSignature, "\x00one\xff", 0)).To(Succeed())
			Expect(keep(ctx, w.ada, domain.ProofPassphrase, "two", 0)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("signature \x00one\xff", "passphrase two"))
			other, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
			Expect(w.Secrets.SenderSecrets(ctx, other.ID())).To(BeEmpty())
		})

		It("let the former of a proof work for the overlap, and not longer", func(ctx SpecContext) {
			Expect(keep(ctx, w.ada, domain.ProofPassphrase, "phrase", 0)).To(Succeed())
			Expect(keep(ctx, w.ada, domain.ProofSignature, "one", 0)).To(Succeed())
			Expect(keep(ctx, w.ada, domain.ProofSignature, "two", 3600)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("passphrase phrase", "signature one", "signature two"))
			Expect(keep(ctx, w.ada, domain.ProofSignature, "three", 7200)).To(Succeed())
			Expect(w.Advance(ctx, time.Hour+time.Second)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("passphrase phrase", "signature two", "signature three"), "an end is never put off")
			Expect(keep(ctx, w.ada, domain.ProofSignature, "four", 0)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("passphrase phrase", "signature four"))
		})

		It("forget all of one proof", func(ctx SpecContext) {
			Expect(keep(ctx, w.ada, domain.ProofSignature, "one", 0)).To(Succeed())
			Expect(keep(ctx, w.ada, domain.ProofSignature, "two", 3600)).To(Succeed())
			Expect(keep(ctx, w.ada, domain.ProofPassphrase, "phrase", 0)).To(Succeed())
			Expect(forget(ctx, w.ada, domain.ProofSignature)).To(Succeed())
			Expect(forget(ctx, w.ada, domain.ProofSignature)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("passphrase phrase"))
		})

		It("are for the webhook's owner alone to keep and forget", func(ctx SpecContext) {
			Expect(keep(ctx, w.ada, domain.ProofSignature, "one", 0)).To(Succeed())
			Expect(keep(ctx, w.bob, domain.ProofSignature, "bob's", 0)).To(failAs(domain.KindNotFound))
			Expect(forget(ctx, w.bob, domain.ProofSignature)).To(Succeed())
			Expect(inForce(ctx)).To(ConsistOf("signature one"))
		})

		It("are for no webhook that is removed", func(ctx SpecContext) {
			w.removeConfig(ctx, w.ada, c.ID())
			Expect(keep(ctx, w.ada, domain.ProofSignature, "one", 0)).To(failAs(domain.KindNotFound))
		})
	})
}
