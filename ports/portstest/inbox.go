package portstest

import (
	"context"
	"crypto/sha256"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeSignalInbox proves ports.SignalInbox.
func DescribeSignalInbox(name string, h StorageHarness) bool {
	return describeStorage(name+" as a SignalInbox", h, func(w *world) {
		Describe("Append", func() { describeAppend(w) })
		Describe("Append and places in lanes", func() { describePlaces(w) })
		Describe("Append and duplicates", func() { describeDuplicates(w) })
		Describe("Append and outdated judgements", func() { describeOutdated(w) })
		Describe("Append from many goroutines", func() { describeConcurrentAppends(w) })
		Describe("Submit", func() { describeSubmit(w) })
	})
}

// nothingStored expects that no signal of an arrival was stored.
func (w *world) nothingStored(ctx context.Context, owner domain.Principal, arrivals ...ports.Arrival) {
	GinkgoHelper()
	for _, a := range arrivals {
		for _, s := range a.Signals {
			Expect(ask(ctx, w, owner, signalByID(s.ID()))).Error().To(failAs(domain.KindNotFound))
		}
	}
}

// deliveries counts what was kept for a config.
func (w *world) deliveries(ctx context.Context, id domain.WebhookConfigID) int {
	GinkgoHelper()
	if w.Deliveries == nil {
		Skip("the harness has no Deliveries: what is kept raw cannot be counted")
	}
	n, err := w.Deliveries(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return n
}

func describeAppend(w *world) {
	var (
		account *domain.BrokerAccount
		c       *domain.WebhookConfig
	)
	BeforeEach(func(ctx SpecContext) {
		account = w.account(ctx, w.ada)
		c, _ = w.config(ctx, w.ada, account)
	})

	It("answers each arrival, in their order", func(ctx SpecContext) {
		seen := w.alert(c, "AAPL")
		Expect(w.appendAll(ctx, seen)).To(HaveExactElements(beStored()))
		outdated := w.alert(c, "AAPL")
		outdated.ConfigVersion = 7
		forged := w.resent(c, seen)
		forged.Dedupe.Body = sha256.Sum256([]byte("another body"))
		Expect(w.appendAll(ctx, outdated, w.alert(c, "MSFT"), w.resent(c, seen), w.refusedAlert(c), forged, w.alert(c, "AAPL"))).To(HaveExactElements(
			beAnswered(ports.ArrivalOutdated), beStored(), beAnswered(ports.ArrivalDuplicate), beStored(), beAnswered(ports.ArrivalKeyReused), beStored(),
		))
	})

	It("answers nothing to nothing", func(ctx SpecContext) {
		Expect(w.Inbox.Append(ctx, nil)).To(BeEmpty())
	})

	It("has made everything it answered durable when it returns", func(ctx SpecContext) {
		second := w.again(ctx)
		a := w.alert(c, "AAPL", "MSFT")
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		for _, s := range a.Signals {
			Expect(second.signal(ctx, w.ada, s.ID()).Payload).To(Equal(a.Delivery.Body))
		}
		Expect(second.claim(ctx)).To(HaveLen(2))
	})

	It("keeps the delivery of every arrival that is stored", func(ctx SpecContext) {
		w.appendAll(ctx, w.alert(c, "AAPL"), w.refusedAlert(c), w.alert(c, "AAPL", "MSFT"))
		Expect(w.deliveries(ctx, c.ID())).To(Equal(3))
	})

	It("stores nothing of any arrival when it gives an error", func(ctx SpecContext) {
		first, second := w.alert(c, "AAPL"), w.alert(c, "MSFT")
		Expect(w.Inbox.Append(ended(ctx), []ports.Arrival{first, second})).Error().To(MatchError(context.Canceled))
		w.nothingStored(ctx, w.ada, first, second)
		Expect(w.claim(ctx)).To(BeEmpty())
		Expect(w.appendAll(ctx, first, second)).To(HaveExactElements(beStored(), beStored()), "no key is taken")
	})

	It("gives Err instead of an outcome for an arrival that alone could not be stored", func(ctx SpecContext) {
		poison := w.alert(c, "AAPL")
		s := poison.Signals[0].Snapshot()
		s.Payload = []byte("BUY\x00AAPL")
		poison.Signals = []*domain.Signal{domain.RestoreSignal(s)}
		before, after := w.alert(c, "AAPL"), w.alert(c, "AAPL")

		results := w.appendAll(ctx, before, poison, w.resent(c, before), after)
		Expect(results).To(HaveExactElements(beStored(), HaveField("Err", failAs(domain.KindInvalid)), beAnswered(ports.ArrivalDuplicate), beStored()))
		Expect(results[1].Outcome).To(BeEmpty())
		w.nothingStored(ctx, w.ada, poison)

		lanes := w.claim(ctx)
		Expect(lanes).To(HaveLen(1))
		Expect(lanes[0].Tickets).To(HaveExactElements(HaveField("LaneSeq", int64(1)), HaveField("LaneSeq", int64(2))), "no gap")

		healed := w.resent(c, poison)
		Expect(w.appendAll(ctx, healed)).To(HaveExactElements(beStored()), "its key is not taken")
	})

	It("makes no difference between arrivals prepared ahead and others", func(ctx SpecContext) {
		ahead, plain, refused := w.alert(c, "AAPL", "MSFT"), w.alert(c, "AAPL"), w.refusedAlert(c)
		for _, a := range []*ports.Arrival{&ahead, &refused} {
			Expect(w.Inbox.Prepare(a)).To(Succeed())
		}
		again := w.resent(c, ahead)
		Expect(w.Inbox.Prepare(&again)).To(Succeed())
		Expect(w.appendAll(ctx, ahead, plain, refused, again)).To(HaveExactElements(
			beStored(), beStored(), beStored(), beAnswered(ports.ArrivalDuplicate)))
		for _, s := range append(ahead.Signals, plain.Signals...) {
			Expect(w.signal(ctx, w.ada, s.ID()).Intent).To(Equal(s.Snapshot().Intent))
		}
	})

	It("gives Err for a signal that is stored already", func(ctx SpecContext) {
		first, second := w.alert(c, "AAPL"), w.alert(c, "AAPL")
		Expect(w.appendAll(ctx, first)).To(HaveExactElements(beStored()))
		second.Signals = first.Signals
		Expect(w.appendAll(ctx, w.alert(c, "AAPL"), second)).To(HaveExactElements(beStored(), HaveField("Err", failAs(domain.KindConflict))))
	})

	It("takes a delivery of any bytes and odd strings", func(ctx SpecContext) {
		a := w.refusedAlert(c)
		a.Delivery.Body, a.Delivery.Source = []byte("\x00\xff'\"\\"), oddName
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
	})

	It("shares nothing with what it was given", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		before := a.Signals[0].Snapshot()
		payload := string(before.Payload)
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		a.Delivery.Body[0] = '!'
		*before.Intent.Quantity = domain.MustQuantity("666")
		stored := w.signal(ctx, w.ada, before.ID)
		Expect(string(stored.Payload)).To(Equal(payload))
		Expect(*stored.Intent.Quantity).To(Equal(domain.MustQuantity("10")))
	})

	It("is KindUnavailable once the storage is closed", func(ctx SpecContext) {
		w.close()
		Expect(w.Inbox.Append(ctx, []ports.Arrival{w.alert(c, "AAPL")})).Error().To(failAs(domain.KindUnavailable))
	})
}

func describeOutdated(w *world) {
	var (
		account *domain.BrokerAccount
		c       *domain.WebhookConfig
	)
	BeforeEach(func(ctx SpecContext) {
		account = w.account(ctx, w.ada)
		c, _ = w.config(ctx, w.ada, account)
	})

	DescribeTable("is ArrivalOutdated, and nothing is stored, where the config", func(ctx SpecContext, meanwhile func(context.Context)) {
		alert, refused := w.alert(c, "AAPL"), w.refusedAlert(c)
		meanwhile(ctx)
		Expect(w.appendAll(ctx, alert, refused)).To(HaveEach(beAnswered(ports.ArrivalOutdated)))
		w.nothingStored(ctx, w.ada, alert)
		Expect(w.claim(ctx)).To(BeEmpty())
		Expect(w.deliveries(ctx, c.ID())).To(BeZero())
	},
		Entry("has other rules", func(ctx context.Context) { w.revise(ctx, w.ada, c.ID(), plainRules(account)) }),
		Entry("is paused", func(ctx context.Context) {
			now := w.mint.now()
			w.change(ctx, w.ada, c.ID(), func(c *domain.WebhookConfig) error { c.Pause(now); return nil })
		}),
		Entry("is gone", func(ctx context.Context) { w.removeConfig(ctx, w.ada, c.ID()) }),
	)

	It("lets the caller judge again: the key is not taken", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		c = w.revise(ctx, w.ada, c.ID(), plainRules(account))
		again := w.resent(c, a)
		again.ConfigVersion = c.Version()
		Expect(w.appendAll(ctx, a, again)).To(HaveExactElements(beAnswered(ports.ArrivalOutdated), beStored()))
	})

	It("is not ArrivalOutdated where only the name changed", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		now := w.mint.now()
		w.change(ctx, w.ada, c.ID(), func(c *domain.WebhookConfig) error { return c.Rename("other", now) })
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
	})
}

func describeSubmit(w *world) {
	It("stores one signal that came by hand, its ticket at the next place of its lane, and wakes the lane", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		w.queue(ctx, c, "AAPL")
		s := w.newByHand(w.ada, market("AAPL"), a)
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		stored := w.signal(ctx, w.ada, s.ID())
		Expect(stored.Source).To(Equal(domain.SourceOperator))
		Expect(stored.Tickets).To(HaveExactElements(HaveField("LaneSeq", int64(2))))

		other := w.byHand(ctx, w.ada, "MSFT", a)
		Expect(other.Tickets).To(HaveExactElements(HaveField("LaneSeq", int64(1))))
		Expect(w.claim(ctx)).To(HaveExactElements(HaveField("Symbol", domain.Symbol("AAPL")), HaveField("Symbol", domain.Symbol("MSFT"))))
	})

	It("keeps which config and version a signal by hand belongs to: a replay does", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		id := c.ID()
		snap := w.newByHand(w.ada, market("AAPL"), a).Snapshot()
		snap.Source, snap.WebhookConfigID, snap.WebhookConfigVersion = domain.SourceAlert, &id, 1
		Expect(w.Inbox.Submit(ctx, domain.RestoreSignal(snap))).To(Succeed())
		Expect(w.signal(ctx, w.ada, snap.ID)).To(And(
			HaveField("WebhookConfigID", HaveValue(Equal(id))), HaveField("WebhookConfigVersion", 1), HaveField("DeliveryID", BeNil())))
	})

	It("keeps which config and version a signal of protection belongs to, or that it belongs to none", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		id := c.ID()
		of, byHand := w.newByHand(w.ada, market("AAPL"), a).Snapshot(), w.newByHand(w.ada, market("AAPL"), a).Snapshot()
		of.Source, of.WebhookConfigID, of.WebhookConfigVersion = domain.SourceProtection, &id, 1
		byHand.Source = domain.SourceProtection
		for _, snap := range []domain.SignalSnapshot{of, byHand} {
			Expect(w.Inbox.Submit(ctx, domain.RestoreSignal(snap))).To(Succeed())
		}
		Expect(w.signal(ctx, w.ada, of.ID)).To(And(
			HaveField("Source", domain.SourceProtection), HaveField("WebhookConfigID", HaveValue(Equal(id))), HaveField("WebhookConfigVersion", 1)))
		Expect(w.signal(ctx, w.ada, byHand.ID)).To(HaveField("WebhookConfigID", BeNil()))
	})

	It("gives a signal with an empty symbol one ticket a lane of the account", func(ctx SpecContext) {
		a, elsewhere := w.account(ctx, w.ada), w.account(ctx, w.ada)
		w.byHand(ctx, w.ada, "AAPL", a)
		w.byHand(ctx, w.ada, "MSFT", a)
		w.byHand(ctx, w.ada, "NVDA", elsewhere)
		all := w.byHand(ctx, w.ada, "", a)
		Expect(all.Tickets).To(ConsistOf(
			And(HaveField("Symbol", domain.Symbol("AAPL")), HaveField("LaneSeq", int64(2))),
			And(HaveField("Symbol", domain.Symbol("MSFT")), HaveField("LaneSeq", int64(2)))))
	})

	It("refuses a signal that is stored already as KindConflict", func(ctx SpecContext) {
		s := w.newByHand(w.ada, market("AAPL"), w.account(ctx, w.ada))
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		Expect(w.Inbox.Submit(ctx, s)).To(failAs(domain.KindConflict))
	})

	It("stores nothing when the context ended first", func(ctx SpecContext) {
		s := w.newByHand(w.ada, market("AAPL"), w.account(ctx, w.ada))
		Expect(w.Inbox.Submit(ended(ctx), s)).To(MatchError(context.Canceled))
		Expect(ask(ctx, w, w.ada, signalByID(s.ID()))).Error().To(failAs(domain.KindNotFound))
	})

	It("gives places without a gap, twenty at once", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		atOnce(writers, func(int) {
			Expect(w.Inbox.Submit(ctx, w.newByHand(w.ada, market("AAPL"), a))).To(Succeed())
		})
		lanes := w.claim(ctx)
		Expect(lanes).To(HaveLen(1))
		Expect(places(lanes[0].Tickets)).To(Equal(upTo(writers)))
	})
}

// places gives the places of tickets, in their order.
func places(tickets []domain.Ticket) []int64 {
	out := make([]int64, len(tickets))
	for i, t := range tickets {
		out[i] = t.LaneSeq
	}
	return out
}

// upTo counts from 1 to n.
func upTo(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(i) + 1
	}
	return out
}

// within sets how long an alert's identity is remembered.
func within(a ports.Arrival, window time.Duration) ports.Arrival {
	a.Dedupe.Window = window
	return a
}
