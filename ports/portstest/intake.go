package portstest

import (
	"context"
	"errors"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// DescribeSignalIntake proves ports.SignalIntake.
func DescribeSignalIntake(name string, h ApplicationHarness) bool {
	return describeApplication(name+" as a SignalIntake", h, func(a *house) {
		var hook ports.IssuedWebhook
		BeforeEach(func(ctx SpecContext) { hook = a.webhook(ctx, a.ada, a.account(ctx, a.ada)) })

		It("makes an alert durable and only then answers", func(ctx SpecContext) {
			receipt := a.send(ctx, hook.Token, buyTen)
			Expect(receipt.Result).To(Equal(ports.ReceiptAccepted))
			Expect(receipt.Reasons).To(BeEmpty())
			Expect(receipt.SignalIDs).To(HaveLen(1))
			s := a.signal(ctx, a.ada, receipt.SignalIDs[0])
			Expect(string(s.Payload)).To(Equal(buyTen))
			Expect(s.Source).To(Equal(domain.SourceAlert))
			Expect(s.WebhookConfigID).To(HaveValue(Equal(hook.Config.ID())))
			Expect(s.WebhookConfigVersion).To(Equal(1))
		})

		It("queues what it accepts for execution", func(ctx SpecContext) {
			a.send(ctx, hook.Token, buyTen)
			a.drain(ctx)
			Expect(a.only(ctx, a.ada).Status()).To(Equal(domain.StatusFilled))
		})

		It("answers an alert that is durable already with the signal of the first", func(ctx SpecContext) {
			first := a.send(ctx, hook.Token, buyTen)
			again := a.send(ctx, hook.Token, buyTen)
			Expect(again.Result).To(Equal(ports.ReceiptDuplicate))
			Expect(again.SignalIDs).To(Equal(first.SignalIDs))
			Expect(a.signals(ctx, a.ada)).To(HaveLen(1))
		})

		It("answers one of twenty that post the same alert at once as accepted, the others as duplicates", func(ctx SpecContext) {
			receipts := make([]ports.Receipt, writers)
			atOnce(writers, func(i int) { receipts[i] = a.send(ctx, hook.Token, buyTen) })
			var accepted int
			for _, r := range receipts {
				if r.Result == ports.ReceiptAccepted {
					accepted++
				}
				Expect(r.SignalIDs).To(Equal(receipts[0].SignalIDs))
			}
			Expect(accepted).To(Equal(1))
			Expect(a.signals(ctx, a.ada)).To(HaveLen(1))
		})

		It("makes what is deliberately not executed durable too, and says why", func(ctx SpecContext) {
			_, err := a.Webhooks.ChangeWebhook(ctx, a.ada, hook.Config.ID(), ports.WebhookChange{Status: pointer(domain.WebhookPaused)}, unmarked())
			Expect(err).NotTo(HaveOccurred())
			receipt := a.send(ctx, hook.Token, buyTen)
			Expect(receipt.Result).To(Equal(ports.ReceiptRefused))
			Expect(receipt.Reasons).To(ContainElement(HaveField("Code", "paused")))
			Expect(a.signal(ctx, a.ada, receipt.SignalIDs[0]).State).To(Equal(domain.StateRefused))
			a.drain(ctx)
			Expect(a.orders(ctx, a.ada)).To(BeEmpty())
		})

		It("judges by the config as it is now", func(ctx SpecContext) {
			a.send(ctx, hook.Token, buyTen)
			_, err := a.Webhooks.ChangeWebhook(ctx, a.ada, hook.Config.ID(), ports.WebhookChange{
				Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
					r.Symbols = []domain.Symbol{"MSFT"}
					return r, nil
				},
			}, unmarked())
			Expect(err).NotTo(HaveOccurred())
			receipt := a.send(ctx, hook.Token, sellFive)
			Expect(receipt.Result).To(Equal(ports.ReceiptRefused))
			Expect(a.signal(ctx, a.ada, receipt.SignalIDs[0]).WebhookConfigVersion).To(Equal(2))
		})

		It("is KindNotFound for an unknown, ended or revoked token, with the same error for each", func(ctx SpecContext) {
			removed := a.webhook(ctx, a.ada, a.account(ctx, a.ada))
			a.send(ctx, removed.Token, buyTen)
			Expect(a.Webhooks.RemoveWebhook(ctx, a.ada, removed.Config.ID())).Error().NotTo(HaveOccurred())
			former := hook.Token
			a.send(ctx, former, sellFive)
			rotated, err := a.Webhooks.RotateToken(ctx, a.ada, hook.Config.ID(), 0, unmarked())
			Expect(err).NotTo(HaveOccurred())

			refuse := func(token string) func() error {
				return func() error { _, err := a.receive(ctx, token, buyTen); return err }
			}
			// A server may know a config for a moment longer.
			Eventually(refuse(former)).WithContext(ctx).WithTimeout(patience).Should(failAs(domain.KindNotFound))
			sameNotFound(refuse("hf_unknown"), refuse(""), refuse("\x00"), refuse(removed.Token), refuse(former))
			Expect(a.send(ctx, rotated.Token, buyTen).Result).NotTo(BeEmpty())
		})

		It("is KindInvalid with its reasons and code not_understood for an alert that is not understood, recorded for the config's owner", func(ctx SpecContext) {
			_, err := a.receive(ctx, hook.Token, notUnderstood)
			Expect(err).To(failWith(domain.KindInvalid, "not_understood"))
			said, _ := errors.AsType[*domain.Error](err)
			Expect(a.refusals(ctx, a.ada, hook.Config.ID())).To(HaveExactElements(HaveField("Reasons", Equal(said.AllReasons()))))
			Expect(a.signals(ctx, a.ada)).To(BeEmpty())
		})

		It("is KindInvalid with any other code for one that is understood and impossible, recorded for the config's owner", func(ctx SpecContext) {
			_, err := a.receive(ctx, hook.Token, impossible)
			Expect(err).To(failAs(domain.KindInvalid))
			Expect(codeOf(err)).NotTo(Equal("not_understood"))
			said, _ := errors.AsType[*domain.Error](err)
			Expect(a.refusals(ctx, a.ada, hook.Config.ID())).To(HaveExactElements(HaveField("Reasons", Equal(said.AllReasons()))))
			Expect(a.signals(ctx, a.ada)).To(BeEmpty())
		})

		It("is KindUnavailable with a RetryAfter when the alert could not be made durable within 2.5 s, and a resend is taken", func(ctx SpecContext) {
			if a.Stall == nil {
				Skip("the harness has no Stall: its storage always commits")
			}
			a.send(ctx, hook.Token, sellFive)
			resume := a.Stall()
			began := time.Now()
			_, err := a.receive(ctx, hook.Token, buyTen)
			took := time.Since(began)
			resume()
			Expect(err).To(failAs(domain.KindUnavailable))
			said, _ := errors.AsType[*domain.Error](err)
			Expect(said.RetryAfter).To(BeNumerically(">", 0))
			Expect(took).To(BeNumerically("<", 2900*time.Millisecond), "TradingView gives up after 3 s")
			Eventually(func(ctx context.Context) error {
				_, err := a.receive(ctx, hook.Token, buyTen)
				return err
			}).WithContext(ctx).WithTimeout(patience).Should(Succeed())
		})
	})
}
