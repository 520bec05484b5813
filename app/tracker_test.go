package app_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// fillAtVenue lets the market fill what rests, and tells nobody.
func (t *trader) fillAtVenue(ctx SpecContext, price string) []string {
	GinkgoHelper()
	changed, err := t.paper.Push(ctx, t.account, ports.Quote{Symbol: "AAPL", LastPrice: new(domain.MustPrice(price))})
	Expect(err).NotTo(HaveOccurred())
	return changed
}

var _ = Describe("The tracker", func() {
	var t *trader

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		t.send(ctx, t.hook(ctx), buyAt90)
		t.settle(ctx)
		Expect(t.only(ctx).IsWorking()).To(BeTrue())
	})

	It("follows a resting order to its fill", func(ctx SpecContext) {
		stop := running(t.tracker.Run)
		defer stop()
		t.fillAtVenue(ctx, "89")
		t.clock.Advance(time.Second)
		Eventually(func() domain.OrderStatus { return t.only(ctx).Status() }).WithContext(ctx).Should(Equal(domain.StatusFilled))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("10"))
	})

	It("counts a fill once, however many learn of it", func(ctx SpecContext) {
		changed := t.fillAtVenue(ctx, "89")
		for range 3 {
			Expect(t.tracker.Refresh(ctx, changed)).To(Succeed())
		}
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("knows nothing of orders that are not ours", func(ctx SpecContext) {
		Expect(t.tracker.Refresh(ctx, []string{"somebody-else"})).To(Succeed())
		Expect(t.tracker.Refresh(ctx, nil)).To(Succeed())
		Expect(t.only(ctx).IsWorking()).To(BeTrue())
	})
})
