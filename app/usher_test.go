package app_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// leave has a delivery wait, as the edge function leaves it.
func (t *trader) leave(ctx context.Context, hook ports.IssuedWebhook, body string) domain.DeliveryID {
	GinkgoHelper()
	d := domain.Delivery{
		ID: domain.DeliveryID{UUID: t.ids.New()}, UserID: hook.Config.UserID(), WebhookConfigID: hook.Config.ID(),
		ReceivedAt: t.clock.Now(), Body: []byte(body), Source: "192.0.2.7",
	}
	Expect(t.queue.Wait(ctx, d)).To(Succeed())
	return d.ID
}

var _ = Describe("What waits to be judged", func() {
	var (
		t    *trader
		hook ports.IssuedWebhook
	)
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})
	waiting := func(ctx context.Context) []domain.Delivery {
		GinkgoHelper()
		all, err := t.queue.Waiting(ctx, 100)
		Expect(err).NotTo(HaveOccurred())
		return all
	}

	It("is seen in before what the other door took meanwhile, and traded in that order", func(ctx SpecContext) {
		for n := range 3 {
			t.leave(ctx, hook, numbered(n+1))
		}
		receipt, err := t.post(ctx, hook, numbered(4))
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt).To(And(HaveField("Result", ports.ReceiptAccepted), HaveField("SignalIDs", BeEmpty()), HaveField("DeliveryID", Not(BeNil()))))
		Expect(t.signals(ctx)).To(BeEmpty())

		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(waiting(ctx)).To(BeEmpty())
		Expect(t.signals(ctx)).To(HaveLen(4))
		for _, s := range t.signals(ctx) {
			Expect(s.Intent.Quantity.String()).To(Equal(string(rune('0' + s.Tickets[0].LaneSeq))))
		}
		receipt, err = t.post(ctx, hook, numbered(5))
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.SignalIDs).To(HaveLen(1), "nobody waits any more")
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("15"))
	})

	It("is a duplicate by either door", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.leave(ctx, hook, buyTen)
		t.leave(ctx, hook, exitAll)
		_, err := t.post(ctx, hook, exitAll)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(t.signals(ctx)).To(HaveLen(2))
	})

	It("is judged under the config as it is then, and refused for its owner to read", func(ctx SpecContext) {
		id := t.leave(ctx, hook, `{"ticker":`)
		t.leave(ctx, hook, numbered(1))
		_, err := t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{
			Revise: func(r domain.WebhookRules) (domain.WebhookRules, error) {
				r.Symbols = []domain.Symbol{"MSFT"}
				return r, nil
			},
		}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(t.refusals(ctx, hook)).To(ConsistOf(And(
			HaveField("DeliveryID", id), HaveField("Reasons", ContainElement(HaveField("Code", Not(BeEmpty())))))))
		Expect(t.signals(ctx)).To(ConsistOf(And(HaveField("State", domain.StateRefused), HaveField("WebhookConfigVersion", 2))))
	})

	It("is refused where its webhook was removed, and keeps no other from being seen in", func(ctx SpecContext) {
		other := t.hook(ctx)
		t.leave(ctx, other, numbered(1))
		t.leave(ctx, hook, numbered(2))
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, other.Config.ID())).To(Succeed())
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(waiting(ctx)).To(BeEmpty())
		Expect(t.signals(ctx)).To(HaveLen(1))
	})

	It("waits on where the storage is away, and is seen in once that is back", func(ctx SpecContext) {
		t.leave(ctx, hook, numbered(1))
		away := &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "away"}
		t.inbox.answerNext(func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error) { return nil, away })
		Expect(t.usher.Round(ctx)).To(MatchError(domain.KindUnavailable))
		Expect(t.usher.Round(ctx)).To(Succeed())
		Expect(t.signals(ctx)).To(HaveLen(1))
	})

	It("has its sender's secrets taken out once it is judged", func(ctx SpecContext) {
		const secret = "canary-passphrase"
		t.leave(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100","passphrase":"`+secret+`"}`)
		t.leave(ctx, hook, `{"passphrase":"`+secret+`"`)
		Expect(t.usher.Round(ctx)).To(Succeed())
		for _, s := range t.signals(ctx) {
			Expect(string(s.Payload)).NotTo(ContainSubstring(secret))
		}
		Expect(waiting(ctx)).To(BeEmpty())
	})
})
