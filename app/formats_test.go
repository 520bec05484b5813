package app_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The secrets in an alert", func() {
	const canary = "c4n4ry"

	It("reach neither storage nor a signal, and still identify the alert", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		body := `{"secret":"` + canary + `","bot_uuid":"u","tv_instrument":"AAPL","action":"buy","order":{"amount":"1"}}`
		id := t.send(ctx, hook, body)
		Expect(string(t.signal(ctx, id).Payload)).To(And(ContainSubstring(`"bot_uuid":"u"`), Not(ContainSubstring(canary))))

		again, err := t.post(ctx, hook, body)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Result).To(Equal(ports.ReceiptDuplicate))
		Expect(again.SignalIDs).To(Equal([]domain.SignalID{id}))

		_, err = t.post(ctx, hook, `{"secret":"`+canary+`","bot_uuid":"u","action":"buy"}`)
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(err.Error()).NotTo(ContainSubstring(canary))
		_, err = t.post(ctx, hook, canary+",eaoff,eaoff")
		Expect(err).To(MatchError(domain.KindInvalid))

		for _, commit := range t.inbox.asked() {
			for _, arrival := range commit {
				Expect(string(arrival.Delivery.Body)).NotTo(ContainSubstring(canary))
				for _, r := range arrival.Refusal {
					Expect(r.Message + r.Field).NotTo(ContainSubstring(canary))
				}
			}
		}
	})
})

var _ = Describe("An alert that asks for several things", func() {
	const commands = `K(AAPL) { market(side=buy, amount=10); market(side=sell, amount=4, reduceOnly=true); market(position=9); }`

	It("makes a signal of each, answers with all of them and executes them in their order", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
		receipt, err := t.post(ctx, hook, commands)
		Expect(err).NotTo(HaveOccurred())
		Expect(receipt.Result).To(Equal(ports.ReceiptAccepted))
		Expect(receipt.SignalIDs).To(HaveLen(3))
		t.settle(ctx)
		var sent []string
		for _, id := range receipt.SignalIDs {
			Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		}
		for _, o := range t.orders(ctx) {
			terms := o.Terms()
			sent = append(sent, string(terms.Side)+" "+terms.Quantity.String())
		}
		Expect(sent).To(HaveExactElements("buy 10", "sell 4", "buy 3"))
		Expect(t.held(ctx, "AAPL")).To(Equal("9"))
	})

	It("is a duplicate as a whole", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		first, err := t.post(ctx, hook, commands)
		Expect(err).NotTo(HaveOccurred())
		again, err := t.post(ctx, hook, commands)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Result).To(Equal(ports.ReceiptDuplicate))
		Expect(again.SignalIDs).To(Equal(first.SignalIDs[:1]))
		Expect(t.signals(ctx)).To(HaveLen(3))
	})

	It("is taken together or not at all", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		_, err := t.post(ctx, hook, `K(AAPL) { market(side=buy, amount=10); wait(60s); }`)
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(t.signals(ctx)).To(BeEmpty())
	})
})

// The traps are numbered as in the list of what systems before this one fell
// into; those of the formats themselves are in adapters/alerts.
var _ = Describe("A trap others fell into, behind the parser", func() {
	signalled := func(symbol string) string {
		return `{"action":"buy","symbol":"` + symbol + `","quantity":1,"signalId":"2026-11-20T14:30:01Z"}`
	}

	It("2: nobody is answered before the alert is durable, and what is durable is never a reason to send again", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		open := t.inbox.shut()
		answer := t.postLater(ctx, hook, numbered(1))
		Eventually(t.inbox.asked).WithContext(ctx).Should(HaveLen(1))
		Consistently(answer, 50*time.Millisecond).ShouldNot(Receive())
		open()
		Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Receipt.Result", ports.ReceiptAccepted)))
	})

	It("3: an alert that could not be stored leaves no key behind, and its resend is admitted once", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.inbox.after = func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error) {
			return nil, domain.KindUnavailable
		}
		_, err := t.post(ctx, hook, signalled("AAPL"))
		Expect(err).To(MatchError(domain.KindUnavailable))
		t.inbox.after = nil
		results := map[ports.ReceiptResult]int{}
		for range 3 {
			receipt, err := t.post(ctx, hook, signalled("AAPL"))
			Expect(err).NotTo(HaveOccurred())
			results[receipt.Result]++
		}
		Expect(t.signals(ctx)).To(HaveLen(1))
		Expect(results[ports.ReceiptDuplicate]).To(BeNumerically(">=", 2))
	})

	It("3: two symbols with the same signalId of a second both trade, each as an order of its own", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
		t.quote(ctx, "NVDA", "100")
		t.send(ctx, hook, signalled("AAPL"))
		t.send(ctx, hook, signalled("NVDA"))
		t.settle(ctx)
		Expect(t.orders(ctx)).To(HaveLen(2))
		Expect(t.held(ctx, "AAPL")).To(Equal("1"))
		Expect(t.held(ctx, "NVDA")).To(Equal("1"))
	})

	It("5: an entry that a person is asked about is not executed while nobody answers", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.Ask = true })
		id := t.send(ctx, hook, numbered(5))
		t.later(ctx, 2*time.Minute)
		t.settle(ctx)
		Expect(t.signal(ctx, id).Tickets[0].Reasons).To(ConsistOf(HaveField("Code", domain.ReasonAsks)))
		Expect(t.orders(ctx)).To(BeEmpty())
	})

	It("4: what one webhook is sent from an address holds up nobody else's from the same address", func(ctx SpecContext) {
		t := newTrader(ctx)
		busy, other := t.hook(ctx), t.hook(ctx)
		for n := range 200 {
			t.send(ctx, busy, numbered(n+1))
		}
		t.send(ctx, other, numbered(1))
	})
})

var _ = Describe("An entry sized by what its account is worth", func() {
	tenth := func(r *domain.WebhookRules) {
		r.Sizing = domain.Sizing{Type: domain.SizingPercentOfEquity, Value: new(domain.MustQuantity("10"))}
	}
	const buy = `{"ticker":"AAPL","action":"buy","price":"100"}`

	It("has the size that its preview shows, of an account of 1000000", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx, tenth)
		t.quote(ctx, "AAPL", "100")
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(buy))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Intents[0].Routes[0].Plan.Steps).To(HaveExactElements(HaveField("Quantity", domain.MustQuantity("1000"))))
		t.send(ctx, hook, buy)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("1000"))
	})

	It("is sized by the alert where the config leaves it to that", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
		t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","price":"100","quantityType":"percent_of_equity","quantity":1}`)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("100"))
	})
})

var _ = Describe("A webhook with a mapping of its own", func() {
	custom := func(mapping domain.Mapping) func(*domain.WebhookRules) {
		return func(r *domain.WebhookRules) { r.Format, r.Mapping = domain.AlertFormatCustom, mapping }
	}
	mapping := func() domain.Mapping {
		return domain.Mapping{"symbol": `body.what`, "action": `body.up ? "buy" : "sell"`, "quantity": `mul(body.lots, "10")`}
	}

	It("trades what its expressions say, as its preview shows", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx, custom(mapping()))
		t.quote(ctx, "AAPL", "100")
		const body = `{"what":"NASDAQ:aapl","up":true,"lots":0.3}`
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
		Expect(err).NotTo(HaveOccurred())
		Expect(preview.Format).To(Equal(domain.AlertFormatCustom))
		t.send(ctx, hook, body)
		t.settle(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("3"))
	})

	It("is not made, nor changed to one, whose expressions cannot be read", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		rules := hook.Config.Snapshot().Rules
		custom(domain.Mapping{"symbol": `body.what`, "action": `body.(`})(&rules)
		_, err := t.webhooks.CreateWebhook(ctx, t.who, ports.NewWebhookConfig{Name: "custom", Rules: rules}, ports.Idempotency{})
		Expect(err).To(MatchError(domain.KindInvalid))
		_, err = t.webhooks.ChangeWebhook(ctx, t.who, hook.Config.ID(), ports.WebhookChange{
			Revise: func(domain.WebhookRules) (domain.WebhookRules, error) { return rules, nil },
		}, ports.Idempotency{})
		Expect(err).To(MatchError(domain.KindInvalid))
	})
})
