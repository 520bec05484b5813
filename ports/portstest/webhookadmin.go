package portstest

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeWebhookAdmin proves ports.WebhookAdmin.
func DescribeWebhookAdmin(name string, h ApplicationHarness) bool {
	return describeApplication(name+" as a WebhookAdmin", h, func(a *house) {
		s := &webhookSpecs{house: a}
		BeforeEach(func(ctx SpecContext) { s.routed = a.account(ctx, a.ada) })
		Describe("CreateWebhook", func() { s.describeCreate() })
		Describe("ChangeWebhook", func() { s.describeChange() })
		Describe("RotateToken", func() { s.describeRotate() })
		Describe("CreateWebhook, ChangeWebhook and RotateSigningSecret", func() { s.describeSecrets() })
		Describe("RemoveWebhook", func() { s.describeRemove() })
		Describe("PreviewAlert", func() { s.describePreview() })
	})
}

// webhookSpecs has an account of ada's to route to.
type webhookSpecs struct {
	*house
	routed *domain.BrokerAccount
}

// stored gives ada's configs, newest first.
func (s *webhookSpecs) stored(ctx context.Context) []*domain.WebhookConfig {
	GinkgoHelper()
	return read(ctx, s.house, s.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.WebhookConfig], error) {
		return r.WebhookConfigs.List(ctx, ports.PageRequest{})
	}).Items
}

// notFound expects the same KindNotFound for a missing config, another user's
// and a removed one.
func (s *webhookSpecs) notFound(ctx context.Context, call func(id domain.WebhookConfigID) error) {
	GinkgoHelper()
	theirs := s.webhook(ctx, s.bob, s.account(ctx, s.bob))
	removed := s.webhook(ctx, s.ada, s.routed)
	Expect(s.Webhooks.RemoveWebhook(ctx, s.ada, removed.Config.ID())).To(Succeed())
	sameNotFound(
		func() error { return call(newID[domain.WebhookConfig](s.mint)) },
		func() error { return call(theirs.Config.ID()) },
		func() error { return call(removed.Config.ID()) })
}

func (s *webhookSpecs) describeCreate() {
	It("stores a new config and issues its token: hf_ and 43 characters that carry 32 random bytes", func(ctx SpecContext) {
		issued, err := s.Webhooks.CreateWebhook(ctx, s.ada, newWebhook(oddName, s.routed), unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(issued.Token).To(MatchRegexp(`^hf_[A-Za-z0-9_-]{43}$`))
		Expect(base64.RawURLEncoding.DecodeString(issued.Token[3:])).To(HaveLen(32), "32 random bytes")
		Expect(s.stored(ctx)).To(HaveExactElements(HaveField("Snapshot()", sameAs(issued.Config.Snapshot()))))
		receipt := s.send(ctx, issued.Token, buyTen)
		Expect(s.signal(ctx, s.ada, receipt.SignalIDs[0]).WebhookConfigID).To(HaveValue(Equal(issued.Config.ID())))
	})

	It("issues another token every time", func(ctx SpecContext) {
		met := map[string]bool{}
		for range writers {
			met[s.webhook(ctx, s.ada, s.routed).Token] = true
		}
		Expect(met).To(HaveLen(writers))
	})

	DescribeTable("is KindInvalid, and nothing is stored, for", func(ctx SpecContext, spoil func(context.Context, *ports.NewWebhookConfig)) {
		n := newWebhook("momentum", s.routed)
		spoil(ctx, &n)
		Expect(s.Webhooks.CreateWebhook(ctx, s.ada, n, unmarked())).Error().To(failAs(domain.KindInvalid))
		Expect(s.stored(ctx)).To(BeEmpty())
	},
		Entry("a format that is not built", func(_ context.Context, n *ports.NewWebhookConfig) { n.Rules.Format = "telegram" }),
		Entry("faulty rules", func(_ context.Context, n *ports.NewWebhookConfig) { n.Rules.Dedupe.WindowSeconds = 0 }),
		Entry("a faulty name", func(_ context.Context, n *ports.NewWebhookConfig) { n.Name = "" }),
		Entry("no route", func(_ context.Context, n *ports.NewWebhookConfig) { n.Rules.Routes = nil }),
		Entry("a route to another's account", func(ctx context.Context, n *ports.NewWebhookConfig) {
			n.Rules.Routes[0].BrokerAccountID = s.account(ctx, s.bob).ID()
		}),
		Entry("a route to nowhere", func(_ context.Context, n *ports.NewWebhookConfig) {
			n.Rules.Routes[0].BrokerAccountID = newID[domain.BrokerAccount](s.mint)
		}),
	)

	It("gives the token out once: it is empty where the same request is sent again", func(ctx SpecContext) {
		once := s.marked()
		first, err := s.Webhooks.CreateWebhook(ctx, s.ada, newWebhook("momentum", s.routed), once)
		Expect(err).NotTo(HaveOccurred())
		again, err := s.Webhooks.CreateWebhook(ctx, s.ada, newWebhook("momentum", s.routed), once)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Token).To(BeEmpty())
		Expect(again.Config.Snapshot()).To(sameAs(first.Config.Snapshot()))
		Expect(s.stored(ctx)).To(HaveLen(1))
		Expect(s.Webhooks.CreateWebhook(ctx, s.ada, newWebhook("other", s.routed), reused(once))).Error().
			To(failWith(domain.KindConflict, "idempotency_key_reused"))
	})
}

func (s *webhookSpecs) describeChange() {
	It("applies a change as a whole; nil fields stay as they are", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		renamed, err := s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), ports.WebhookChange{Name: new(oddName)}, unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(renamed.Config.Snapshot().Name).To(Equal(oddName))
		Expect(renamed.Config.Version()).To(Equal(1))
		Expect(renamed.Config.Status()).To(Equal(domain.WebhookActive))

		changed, err := s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), ports.WebhookChange{
			Status: new(domain.WebhookPaused),
			Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
				r.Symbols = []domain.Symbol{"AAPL"}
				return r, nil
			},
		}, unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(changed.Config.Snapshot().Name).To(Equal(oddName))
		Expect(changed.Config.Status()).To(Equal(domain.WebhookPaused))
		Expect(changed.Config.Version()).To(Equal(2))
		Expect(changed.Config.Snapshot().Rules.Routes).To(sameAs(plainRules(s.routed).Routes), "the present ones")
		Expect(s.stored(ctx)[0].Snapshot()).To(sameAs(changed.Config.Snapshot()))
	})

	boom := errors.New("boom")
	DescribeTable("changes nothing where a part of the change is refused", func(ctx SpecContext, c ports.WebhookChange, refusal error) {
		hook := s.webhook(ctx, s.ada, s.routed)
		if c.Status == nil {
			c.Status = new(domain.WebhookPaused)
		}
		_, err := s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), c, unmarked())
		Expect(err).To(MatchError(refusal))
		Expect(s.stored(ctx)[0].Snapshot()).To(sameAs(hook.Config.Snapshot()))
	},
		Entry("the name", ports.WebhookChange{Name: new("")}, domain.KindInvalid),
		Entry("the status", ports.WebhookChange{Name: new("other"), Status: new(domain.WebhookStatus("off"))}, domain.KindInvalid),
		Entry("the rules", ports.WebhookChange{Name: new("other"), Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
			r.Routes = nil
			return r, nil
		}}, domain.KindInvalid),
		Entry("the format", ports.WebhookChange{Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
			r.Format = "telegram"
			return r, nil
		}}, domain.KindInvalid),
		Entry("by Revise itself", ports.WebhookChange{Name: new("other"), Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
			return r, boom
		}}, boom),
	)

	It("does nothing more when the same request is sent again", func(ctx SpecContext) {
		hook, once := s.webhook(ctx, s.ada, s.routed), s.marked()
		c := ports.WebhookChange{Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) { return r, nil }}
		for range 2 {
			changed, err := s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), c, once)
			Expect(err).NotTo(HaveOccurred())
			Expect(changed.Config.Version()).To(Equal(2))
		}
	})

	It("gives the same KindNotFound for a missing config and another user's", func(ctx SpecContext) {
		s.notFound(ctx, func(id domain.WebhookConfigID) error {
			_, err := s.Webhooks.ChangeWebhook(ctx, s.ada, id, ports.WebhookChange{Name: new("taken")}, unmarked())
			return err
		})
	})
}

func (s *webhookSpecs) describeRotate() {
	reaches := func(ctx context.Context, token string) error {
		_, err := s.receive(ctx, token, notUnderstood)
		if errors.Is(err, domain.KindInvalid) {
			return nil
		}
		return err
	}

	It("issues a further token and ends the former ones at once with 0 seconds", func(ctx SpecContext) {
		former := s.webhook(ctx, s.ada, s.routed)
		further, err := s.Webhooks.RotateToken(ctx, s.ada, former.Config.ID(), 0, unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(further.Token).To(MatchRegexp(`^hf_[A-Za-z0-9_-]{43}$`))
		Expect(further.Token).NotTo(Equal(former.Token))
		Expect(further.Config.ID()).To(Equal(former.Config.ID()))
		Expect(reaches(ctx, further.Token)).To(Succeed())
		Expect(reaches(ctx, former.Token)).To(failAs(domain.KindNotFound))
	})

	It("ends the former ones overlapSeconds from now", func(ctx SpecContext) {
		former := s.webhook(ctx, s.ada, s.routed)
		further, err := s.Webhooks.RotateToken(ctx, s.ada, former.Config.ID(), 3600, unmarked())
		Expect(err).NotTo(HaveOccurred())
		s.advance(ctx, time.Hour-time.Minute)
		Expect(reaches(ctx, former.Token)).To(Succeed())
		s.advance(ctx, 2*time.Minute)
		Eventually(reaches).WithContext(ctx).WithArguments(former.Token).WithTimeout(patience).Should(failAs(domain.KindNotFound))
		Expect(reaches(ctx, further.Token)).To(Succeed())
	})

	It("takes 0 to 31622400 seconds", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		Expect(s.Webhooks.RotateToken(ctx, s.ada, hook.Config.ID(), 31622400, unmarked())).Error().NotTo(HaveOccurred())
		for _, seconds := range []int{-1, 31622401} {
			Expect(s.Webhooks.RotateToken(ctx, s.ada, hook.Config.ID(), seconds, unmarked())).Error().To(failAs(domain.KindInvalid))
		}
		Expect(reaches(ctx, hook.Token)).To(Succeed())
	})

	It("ends every former token at once when told to, and not the last one", func(ctx SpecContext) {
		former := s.webhook(ctx, s.ada, s.routed)
		last, err := s.Webhooks.RotateToken(ctx, s.ada, former.Config.ID(), 3600, unmarked())
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Webhooks.EndFormerTokens(ctx, s.ada, former.Config.ID())).To(Succeed())
		Eventually(reaches).WithContext(ctx).WithArguments(former.Token).WithTimeout(patience).Should(failAs(domain.KindNotFound))
		Expect(reaches(ctx, last.Token)).To(Succeed())
		Expect(s.Webhooks.EndFormerTokens(ctx, s.ada, former.Config.ID())).To(Succeed(), "there is none")
		s.notFound(ctx, func(id domain.WebhookConfigID) error { return s.Webhooks.EndFormerTokens(ctx, s.ada, id) })
	})

	It("issues one token for a request that is sent again, and gives it out once", func(ctx SpecContext) {
		hook, once := s.webhook(ctx, s.ada, s.routed), s.marked()
		first, err := s.Webhooks.RotateToken(ctx, s.ada, hook.Config.ID(), 0, once)
		Expect(err).NotTo(HaveOccurred())
		again, err := s.Webhooks.RotateToken(ctx, s.ada, hook.Config.ID(), 0, once)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Token).To(BeEmpty())
		Expect(reaches(ctx, first.Token)).To(Succeed(), "the second ends nothing")
	})

	It("gives the same KindNotFound for a missing config and another user's", func(ctx SpecContext) {
		s.notFound(ctx, func(id domain.WebhookConfigID) error {
			_, err := s.Webhooks.RotateToken(ctx, s.ada, id, 0, unmarked())
			return err
		})
	})
}

func (s *webhookSpecs) describeRemove() {
	It("ends a config and its tokens", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		Expect(s.Webhooks.RemoveWebhook(ctx, s.ada, hook.Config.ID())).To(Succeed())
		Expect(s.stored(ctx)).To(BeEmpty())
		Expect(s.receive(ctx, hook.Token, buyTen)).Error().To(failAs(domain.KindNotFound))
	})

	It("is a conflict while its orders are open", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		o := s.resting(ctx, s.ada, hook.Token)
		Expect(s.Webhooks.RemoveWebhook(ctx, s.ada, hook.Config.ID())).To(failWith(domain.KindConflict, "orders_open"))
		Expect(s.stored(ctx)).To(HaveLen(1))
		Expect(s.Desk.CancelOrder(ctx, s.ada, o.ID())).Error().NotTo(HaveOccurred())
		Expect(s.Webhooks.RemoveWebhook(ctx, s.ada, hook.Config.ID())).To(Succeed())
	})

	It("gives the same KindNotFound for a missing config and another user's", func(ctx SpecContext) {
		s.notFound(ctx, func(id domain.WebhookConfigID) error { return s.Webhooks.RemoveWebhook(ctx, s.ada, id) })
	})
}

func (s *webhookSpecs) describePreview() {
	It("tells what an alert with that body would do now, and does nothing", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		s.send(ctx, hook.Token, buyTen)
		s.drain(ctx)
		preview, err := s.Webhooks.PreviewAlert(ctx, s.ada, hook.Config.ID(), []byte(sellFive))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Format).NotTo(BeElementOf(domain.AlertFormatAuto, domain.AlertFormat("")))
		Expect(preview.Intents).To(HaveLen(1))
		Expect(preview.Intents[0].Intent.Action).To(Equal(domain.ActionSell))
		Expect(preview.Intents[0].Reasons).To(BeEmpty())
		Expect(preview.Intents[0].Routes).To(HaveLen(1))
		route := preview.Intents[0].Routes[0]
		Expect(route.BrokerAccountID).To(Equal(s.routed.ID()))
		Expect(route.Position).To(sameAs(domain.MustNet("10")))
		Expect(route.Plan.Steps).To(sameAs([]domain.Step{{Effect: domain.EffectExit, Side: domain.SideSell, Quantity: domain.MustQuantity("5")}}))

		s.drain(ctx)
		Expect(s.signals(ctx, s.ada)).To(HaveLen(1))
		Expect(s.orders(ctx, s.ada)).To(HaveLen(1))
		Expect(s.send(ctx, hook.Token, sellFive).Result).To(Equal(ports.ReceiptAccepted), "it is no duplicate of its preview")
	})

	It("tells why the config would refuse it", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		_, err := s.Webhooks.ChangeWebhook(ctx, s.ada, hook.Config.ID(), ports.WebhookChange{Status: new(domain.WebhookPaused)}, unmarked())
		Expect(err).NotTo(HaveOccurred())
		preview, err := s.Webhooks.PreviewAlert(ctx, s.ada, hook.Config.ID(), []byte(buyTen))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Intents[0].Reasons).To(ContainElement(HaveField("Code", "paused")))
		Expect(preview.Intents[0].Decisions).NotTo(BeEmpty())
		Expect(preview.Intents[0].Routes).To(BeEmpty())
	})

	It("gives the errors of SignalIntake for the same body, and records nothing", func(ctx SpecContext) {
		hook := s.webhook(ctx, s.ada, s.routed)
		for _, body := range []string{notUnderstood, impossible, ""} {
			_, previewed := s.Webhooks.PreviewAlert(ctx, s.ada, hook.Config.ID(), []byte(body))
			Expect(previewed).To(failAs(domain.KindInvalid))
			Expect(s.refusals(ctx, s.ada, hook.Config.ID())).To(BeEmpty())
			other := s.webhook(ctx, s.ada, s.routed)
			_, received := s.receive(ctx, other.Token, body)
			Expect(shown(previewed)).To(Equal(shown(received)))
		}
	})

	It("gives the same KindNotFound for a missing config and another user's", func(ctx SpecContext) {
		s.notFound(ctx, func(id domain.WebhookConfigID) error {
			_, err := s.Webhooks.PreviewAlert(ctx, s.ada, id, []byte(buyTen))
			return err
		})
	})
}
