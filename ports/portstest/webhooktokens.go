package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func describeAddToken(w *world) {
	add := func(ctx context.Context, id domain.WebhookConfigID, token ports.TokenHash, overlap time.Duration) error {
		return w.UnitOfWork.Do(ctx, w.ada, func(ctx context.Context, r ports.Repositories) error {
			return r.WebhookConfigs.AddToken(ctx, id, token, int(overlap/time.Second))
		})
	}
	reach := func(ctx context.Context, token ports.TokenHash) error {
		_, err := w.Directory.ByToken(ctx, token)
		return err
	}

	It("lets a further token reach the config, and with overlap 0 ends the former ones at once", func(ctx SpecContext) {
		c, former := w.config(ctx, w.ada, w.account(ctx, w.ada))
		_, untouched := w.config(ctx, w.ada, w.account(ctx, w.ada))
		further := w.token()
		Expect(add(ctx, c.ID(), further, 0)).To(Succeed())
		Expect(reach(ctx, further)).To(Succeed())
		Expect(reach(ctx, former)).To(failAs(domain.KindNotFound))
		Expect(reach(ctx, untouched)).To(Succeed())
	})

	It("ends the former ones overlap seconds from now by the storage's clock", func(ctx SpecContext) {
		c, former := w.config(ctx, w.ada, w.account(ctx, w.ada))
		further := w.token()
		Expect(add(ctx, c.ID(), further, time.Hour)).To(Succeed())
		w.advance(ctx, time.Hour-time.Minute)
		Expect(reach(ctx, former)).To(Succeed())
		w.advance(ctx, 2*time.Minute)
		Expect(reach(ctx, former)).To(failAs(domain.KindNotFound))
		Expect(reach(ctx, further)).To(Succeed())
	})

	It("never lets a token live longer than it was told before", func(ctx SpecContext) {
		c, dead := w.config(ctx, w.ada, w.account(ctx, w.ada))
		dying, further := w.token(), w.token()
		Expect(add(ctx, c.ID(), dying, 0)).To(Succeed())
		Expect(add(ctx, c.ID(), w.token(), time.Minute)).To(Succeed())
		Expect(add(ctx, c.ID(), further, time.Hour)).To(Succeed())
		Expect(reach(ctx, dead)).To(failAs(domain.KindNotFound))
		Expect(reach(ctx, dying)).To(Succeed())
		w.advance(ctx, 2*time.Minute)
		Expect(reach(ctx, dying)).To(failAs(domain.KindNotFound))
		Expect(reach(ctx, further)).To(Succeed())
	})

	It("is KindNotFound for a missing config", func(ctx SpecContext) {
		token := w.token()
		Expect(add(ctx, newID[domain.WebhookConfig](w.mint), token, 0)).To(failAs(domain.KindNotFound))
		Expect(reach(ctx, token)).To(failAs(domain.KindNotFound))
	})
}

func describeOpenOrders(w *world) {
	of := func(ctx context.Context, id domain.WebhookConfigID) int {
		GinkgoHelper()
		return must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (int, error) {
			return r.WebhookConfigs.OpenOrders(ctx, id)
		})
	}

	It("counts the config's working or unsettled orders", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		other, _ := w.config(ctx, w.ada, a)
		Expect(of(ctx, c.ID())).To(BeZero())
		t := w.placed(ctx, c, "AAPL")
		Expect(of(ctx, c.ID())).To(Equal(1), "in flight")
		w.record(ctx, t.order.ID(), w.acknowledged(t.order))
		Expect(of(ctx, c.ID())).To(Equal(1), "working")
		w.placed(ctx, c, "MSFT")
		Expect(of(ctx, c.ID())).To(Equal(2))
		w.record(ctx, t.order.ID(), w.fill(1, "10", "100"))
		Expect(of(ctx, c.ID())).To(Equal(1), "filled")
		Expect(of(ctx, other.ID())).To(BeZero())
	})
}

func describeRefusals(w *world) {
	page := func(ctx context.Context, id domain.WebhookConfigID, q ports.PageRequest) (ports.Page[ports.Refusal], error) {
		return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[ports.Refusal], error) {
			return r.WebhookConfigs.Refusals(ctx, id, q)
		})
	}

	It("gives the deliveries to the config that were not understood, and why", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		other, _ := w.config(ctx, w.ada, a)
		refused := w.refusedAlert(c)
		Expect(w.appendAll(ctx, w.alert(c, "AAPL"), refused, w.refusedAlert(other))).To(HaveEach(beStored()))
		p, err := page(ctx, c.ID(), ports.PageRequest{})
		Expect(err).NotTo(HaveOccurred())
		Expect(p.Items).To(sameAs([]ports.Refusal{{
			DeliveryID: refused.Delivery.ID, ReceivedAt: refused.Delivery.ReceivedAt, Reasons: refused.Refusal,
		}}))
	})

	Describe("as a list", func() {
		var c *domain.WebhookConfig
		BeforeEach(func(ctx SpecContext) { c, _ = w.config(ctx, w.ada, w.account(ctx, w.ada)) })
		itComesInPages(pagedList{
			more: func(ctx context.Context, n int) []string {
				made := make([]string, n)
				for i := range made {
					a := w.refusedAlert(c)
					Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
					made[i] = a.Delivery.ID.String()
				}
				return made
			},
			page: func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error) {
				p, err := page(ctx, c.ID(), q)
				return idsOf(p, func(r ports.Refusal) domain.DeliveryID { return r.DeliveryID }), err
			},
		})
	})
}
