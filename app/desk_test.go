package app_test

import (
	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func once(key string) ports.Idempotency {
	return ports.Idempotency{Key: key, Fingerprint: [32]byte{1}}
}

var _ = Describe("The desk", func() {
	var t *trader
	var hook ports.IssuedWebhook
	byHand := func(action domain.Action) ports.ManualSignal {
		return ports.ManualSignal{BrokerAccountID: t.account.ID(), Intent: domain.Intent{
			Action: action, Symbol: "AAPL", Quantity: new(domain.MustQuantity("3")), ReferencePrice: new(domain.MustPrice("100")),
		}}
	}

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})

	It("trades once for one key", func(ctx SpecContext) {
		first, err := t.desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))
		Expect(err).NotTo(HaveOccurred())
		again, err := t.desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))
		Expect(err).NotTo(HaveOccurred())
		Expect(again.ID()).To(Equal(first.ID()))
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("3"))
	})

	It("queues at the resend what a cut-off request named and did not queue", func(ctx SpecContext) {
		lost := &refusingInbox{SignalInbox: t.storage.inbox, err: &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "away"}}
		desk := t.deskOn(lost)
		_, err := desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(t.signals(ctx)).To(BeEmpty())

		lost.err = nil
		s, err := desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))
		Expect(err).NotTo(HaveOccurred())
		again, err := desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))
		Expect(err).NotTo(HaveOccurred())
		Expect(again.ID()).To(Equal(s.ID()))
		t.settle(ctx)
		Expect(t.signals(ctx)).To(HaveLen(1))
		Expect(t.held(ctx, "AAPL")).To(Equal("3"))
	})

	It("refuses a key that another request used", func(ctx SpecContext) {
		Expect(t.desk.Trade(ctx, t.who, byHand(domain.ActionBuy), once("a"))).Error().NotTo(HaveOccurred())
		other := once("a")
		other.Fingerprint[0]++
		_, err := t.desk.Trade(ctx, t.who, byHand(domain.ActionSell), other)
		Expect(err).To(HaveField("Code", "idempotency_key_reused"))
	})

	It("replays an alert under the config as it is now, once for one key", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		replayed, err := t.desk.Replay(ctx, t.who, id, once("r"))
		Expect(err).NotTo(HaveOccurred())
		Expect(t.desk.Replay(ctx, t.who, id, once("r"))).To(HaveField("ID()", replayed.ID()))
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("20"))

		_, err = t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{Status: new(domain.WebhookPaused)}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		refused, err := t.desk.Replay(ctx, t.who, id, once("s"))
		Expect(err).NotTo(HaveOccurred())
		Expect(refused.State()).To(Equal(domain.StateRefused))
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("20"))
	})

	It("replays no trade by hand", func(ctx SpecContext) {
		s, err := t.desk.Trade(ctx, t.who, byHand(domain.ActionBuy), ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		_, err = t.desk.Replay(ctx, t.who, s.ID(), ports.Idempotency{})
		Expect(err).To(MatchError(domain.KindConflict))
		Expect(err).To(HaveField("Code", "not_an_alert"))
	})

	It("cancels a working order, and says so when it is over", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		id := t.only(ctx).ID()
		Expect(t.desk.CancelOrder(ctx, t.who, id)).To(HaveField("Status()", domain.StatusCanceled))
		_, err := t.desk.CancelOrder(ctx, t.who, id)
		Expect(err).To(MatchError(domain.KindConflict))
		Expect(err).To(HaveField("Code", "order_not_open"))
	})

	It("learns of a fill that came before the cancel", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		t.fillAtVenue(ctx, "89")
		Expect(t.desk.CancelOrder(ctx, t.who, t.only(ctx).ID())).To(HaveField("Status()", domain.StatusFilled))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("shows nobody another's orders", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		other := domain.Principal{UserID: domain.UserID{UUID: uuid.Must(uuid.NewV7())}}
		_, err := t.desk.CancelOrder(ctx, other, t.only(ctx).ID())
		Expect(err).To(MatchError(domain.KindNotFound))
		Expect(t.only(ctx).IsWorking()).To(BeTrue())
	})
})
