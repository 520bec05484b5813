package app_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// What a session binds.
const (
	entriesAlone = false
	everything   = true
)

// exchangeHoursFor has a webhook trade in the hours of the exchange.
func exchangeHoursFor(exitsToo bool) func(*domain.WebhookRules) {
	return func(r *domain.WebhookRules) {
		r.Session = domain.Session{Market: domain.MarketNYSE, BindsExits: exitsToo}
		r.Dedupe.WindowSeconds = 1
	}
}

// waitForExchange is exchangeHoursFor where what comes outside waits.
func waitForExchange(exitsToo bool) func(*domain.WebhookRules) {
	return func(r *domain.WebhookRules) {
		exchangeHoursFor(exitsToo)(r)
		r.Session.Waits = true
	}
}

var _ = Describe("A webhook that trades in the exchange's hours", func() {
	var (
		t    *trader
		hook ports.IssuedWebhook
	)
	const longFive = `{"ticker":"AAPL","action":"buy","quantity":"5","price":"100","prev_market_position":"flat","prev_market_position_size":"0","market_position":"long","market_position_size":"5"}`
	closed := func(reasons []domain.Reason) {
		GinkgoHelper()
		Expect(reasons).To(ConsistOf(And(
			HaveField("Code", domain.ReasonOutsideSession), HaveField("Message", "the exchange is closed until 2026-03-03T14:30:00Z"))))
	}

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx) // on a Monday at the opening
		hook = t.hook(ctx, exchangeHoursFor(entriesAlone))
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		t.clock.Advance(7 * time.Hour)
	})

	It("refuses an entry after the close, and says when it trades again", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		s := t.signal(ctx, id)
		Expect(s.State).To(Equal(domain.StateRefused))
		closed(s.Tickets[0].Reasons)
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("answers so at once where the alert can be no exit", func(ctx SpecContext) {
		receipt, err := t.post(ctx, hook, longFive)
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptRefused))
		closed(receipt.Reasons)
		Expect(t.signal(ctx, receipt.SignalIDs[0]).State).To(Equal(domain.StateRefused))
	})

	It("lets an exit go on", func(ctx SpecContext) {
		t.send(ctx, hook, exitAll)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("holds exits as well where it is told to, and answers so at once", func(ctx SpecContext) {
		receipt, err := t.post(ctx, t.hook(ctx, exchangeHoursFor(everything)), exitAll)
		Expect(err).NotTo(HaveOccurred())
		closed(receipt.Reasons)
	})

	It("previews as it would do", func(ctx SpecContext) {
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(buyTen))
		Expect(err).NotTo(HaveOccurred())
		closed(preview.Intents[0].Routes[0].Plan.Reasons)
		preview, err = t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(longFive))
		Expect(err).NotTo(HaveOccurred())
		closed(preview.Intents[0].Reasons)
	})

	It("trades again at the next opening", func(ctx SpecContext) {
		t.clock.Advance(17 * time.Hour)
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("20"))
	})
})
