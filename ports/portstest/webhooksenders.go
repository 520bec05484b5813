package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// describeSecrets is about what a webhook and its senders share.
func (s *webhookSpecs) describeSecrets() {
	const passphrase = "correct horse battery"
	asking := func(senders domain.Senders) ports.WebhookChange {
		return ports.WebhookChange{Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
			r.Senders = senders
			return r, nil
		}}
	}
	secretLike := MatchRegexp(`^whsec_[A-Za-z0-9+/]{43}=$`)
	var hook ports.IssuedWebhook
	BeforeEach(func(ctx SpecContext) { hook = s.webhook(ctx, s.ada, s.routed) })
	change := func(ctx context.Context, c ports.WebhookChange, once ports.Idempotency) (ports.IssuedWebhook, error) {
		return s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), c, once)
	}

	It("issue a signing secret once, with the config or the rules that begin to ask for it", func(ctx SpecContext) {
		n := newWebhook("signed", s.routed)
		n.Rules.Senders.Signing = true
		once := s.marked()
		first, err := s.Webhooks.CreateWebhook(ctx, s.ada, n, once)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.SigningSecret).To(secretLike)
		again, err := s.Webhooks.CreateWebhook(ctx, s.ada, n, once)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.SigningSecret).To(BeEmpty())

		changed, err := change(ctx, asking(domain.Senders{Signing: true}), unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.SigningSecret).To(And(secretLike, Not(Equal(first.SigningSecret))))
		Expect(changed.Token).To(BeEmpty())
		Expect(change(ctx, asking(domain.Senders{Signing: true}), unmarked())).To(HaveField("SigningSecret", BeEmpty()), "it asked before")
	})

	It("issue further ones for an overlap of 0 to 31622400 s, where alerts are signed", func(ctx SpecContext) {
		rotate := func(overlap int) (ports.IssuedWebhook, error) {
			return s.Webhooks.RotateSigningSecret(ctx, s.ada, hook.Config.ID(), overlap, unmarked())
		}
		Expect(rotate(0)).Error().To(failWith(domain.KindConflict, "not_signing"))
		first, err := change(ctx, asking(domain.Senders{Signing: true}), unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(rotate(31622400)).To(HaveField("SigningSecret", And(secretLike, Not(Equal(first.SigningSecret)))))
		for _, overlap := range []int{-1, 31622401} {
			Expect(rotate(overlap)).Error().To(failWith(domain.KindInvalid, "invalid_overlap"))
		}
		s.notFound(ctx, func(id domain.WebhookConfigID) error {
			_, err := s.Webhooks.RotateSigningSecret(ctx, s.ada, id, 0, unmarked())
			return err
		})
	})

	It("take a passphrase that is one, where one is asked for", func(ctx SpecContext) {
		n := newWebhook("guarded", s.routed)
		n.Rules.Senders.Passphrase = true
		for text, code := range map[string]string{"": "passphrase_required", "seven c": "invalid_passphrase", "line\nbreak": "invalid_passphrase"} {
			n.Passphrase = text
			Expect(s.Webhooks.CreateWebhook(ctx, s.ada, n, unmarked())).Error().To(failWith(domain.KindInvalid, code))
		}
		n.Passphrase = passphrase
		Expect(s.Webhooks.CreateWebhook(ctx, s.ada, n, unmarked())).Error().NotTo(HaveOccurred())

		c := asking(domain.Senders{Passphrase: true})
		Expect(change(ctx, c, unmarked())).Error().To(failWith(domain.KindInvalid, "passphrase_required"))
		c.Passphrase = passphrase
		Expect(change(ctx, c, unmarked())).Error().NotTo(HaveOccurred())
		Expect(change(ctx, asking(domain.Senders{Passphrase: true}), unmarked())).Error().NotTo(HaveOccurred(), "it has one")
		c = asking(domain.Senders{})
		c.Passphrase = passphrase
		Expect(change(ctx, c, unmarked())).Error().To(failWith(domain.KindInvalid, "passphrase_not_needed"))
		Expect(change(ctx, asking(domain.Senders{}), unmarked())).Error().NotTo(HaveOccurred())
		Expect(change(ctx, asking(domain.Senders{Passphrase: true}), unmarked())).Error().
			To(failWith(domain.KindInvalid, "passphrase_required"), "the one it had is forgotten")
	})
}
