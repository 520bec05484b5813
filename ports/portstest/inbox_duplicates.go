package portstest

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
)

// beDuplicateOf matches the answer to an alert stored before.
func beDuplicateOf(a ports.Arrival) types.GomegaMatcher {
	return And(beAnswered(ports.ArrivalDuplicate), HaveField("FirstSignalID", HaveValue(Equal(a.Signals[0].ID()))))
}

func describeDuplicates(w *world) {
	var c *domain.WebhookConfig
	BeforeEach(func(ctx SpecContext) { c, _ = w.config(ctx, w.ada, w.account(ctx, w.ada)) })

	forge := func(a ports.Arrival) ports.Arrival {
		a = w.resent(c, a)
		a.Dedupe.Body = sha256.Sum256([]byte("another body"))
		return a
	}
	waiting := func(ctx context.Context) (n int) {
		GinkgoHelper()
		for _, lane := range w.claim(ctx) {
			n += len(lane.Tickets)
		}
		return n
	}

	It("answers a duplicate within the window of the first with the first signal, and nothing new queues", func(ctx SpecContext) {
		a := w.alert(c, "AAPL", "MSFT")
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		again := w.resent(c, a)
		Expect(w.appendAll(ctx, again)).To(HaveExactElements(beDuplicateOf(a)))
		w.nothingStored(ctx, w.ada, again)
		Expect(waiting(ctx)).To(Equal(2))
	})

	It("finds duplicates inside one call", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		Expect(w.appendAll(ctx, w.alert(c, "AAPL"), a, w.resent(c, a), w.alert(c, "AAPL"), w.resent(c, a))).To(HaveExactElements(
			beStored(), beStored(), beDuplicateOf(a), beStored(), beDuplicateOf(a)))
		Expect(waiting(ctx)).To(Equal(3))
	})

	It("counts the key as new beyond the window", func(ctx SpecContext) {
		a := within(w.alert(c, "AAPL"), time.Hour)
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		w.advance(ctx, time.Hour-time.Minute)
		Expect(w.appendAll(ctx, within(w.resent(c, a), time.Hour))).To(HaveExactElements(beDuplicateOf(a)), "a duplicate does not extend the window")
		w.advance(ctx, 2*time.Minute)
		renewed, forged := w.resent(c, a), forge(a)
		Expect(w.appendAll(ctx, renewed, w.resent(c, a), forged)).To(HaveExactElements(
			beStored(), beDuplicateOf(renewed), beAnswered(ports.ArrivalKeyReused)))
		Expect(waiting(ctx)).To(Equal(2))
	})

	It("takes the window of the first, whatever a later arrival says", func(ctx SpecContext) {
		a := within(w.alert(c, "AAPL"), time.Minute)
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		w.advance(ctx, 2*time.Minute)
		Expect(w.appendAll(ctx, within(w.resent(c, a), 24*time.Hour))).To(HaveExactElements(beStored()))
	})

	It("keeps a duplicate's delivery", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		w.appendAll(ctx, a, w.resent(c, a))
		Expect(w.deliveries(ctx, c.ID())).To(Equal(2))
	})

	It("answers a key met again with another body with ArrivalKeyReused: nothing queues and the delivery is kept as refused", func(ctx SpecContext) {
		a := w.alert(c, "AAPL")
		forged, inside := forge(a), forge(a)
		Expect(w.appendAll(ctx, a, inside)).To(HaveExactElements(beStored(), beAnswered(ports.ArrivalKeyReused)))
		Expect(w.appendAll(ctx, forged)).To(HaveExactElements(beAnswered(ports.ArrivalKeyReused)))
		w.nothingStored(ctx, w.ada, forged, inside)
		Expect(waiting(ctx)).To(Equal(1))
		refusals := must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[ports.Refusal], error) {
			return r.WebhookConfigs.Refusals(ctx, c.ID(), ports.PageRequest{})
		})
		Expect(refusals.Items).To(HaveExactElements(
			And(HaveField("DeliveryID", inside.Delivery.ID), HaveField("Reasons", Not(BeEmpty()))),
			And(HaveField("DeliveryID", forged.Delivery.ID), HaveField("Reasons", Not(BeEmpty())))))
		Expect(w.appendAll(ctx, w.resent(c, a))).To(HaveExactElements(beDuplicateOf(a)), "the key still stands for the first body")
	})

	It("keeps the keys of two configs apart", func(ctx SpecContext) {
		other, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		a := w.alert(c, "AAPL")
		elsewhere := w.alert(other, "AAPL")
		elsewhere.Dedupe = a.Dedupe
		Expect(w.appendAll(ctx, a, elsewhere)).To(HaveExactElements(beStored(), beStored()))
	})

	It("takes no key for an arrival with a Refusal", func(ctx SpecContext) {
		refused, understood, again := w.refusedAlert(c), w.alert(c, "AAPL"), w.refusedAlert(c)
		understood.Dedupe, again.Dedupe = refused.Dedupe, refused.Dedupe
		Expect(w.appendAll(ctx, refused, understood, again)).To(HaveExactElements(beStored(), beStored(), beStored()))
	})

	It("takes the key of an alert whose signal is refused: it was understood", func(ctx SpecContext) {
		a := w.alert(c)
		a.Signals = []*domain.Signal{w.signalOf(c, a.Delivery, market("AAPL"), domain.Reason{Code: "paused"})}
		Expect(w.appendAll(ctx, a, w.resent(c, a))).To(HaveExactElements(beStored(), beDuplicateOf(a)))
	})
}
