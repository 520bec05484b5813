package app_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An account whose broker counts requests", func() {
	var t *trader
	var hook ports.IssuedWebhook
	var limit ports.RateLimit

	BeforeEach(func(ctx SpecContext) {
		limit = ports.RateLimit{PerMinute: 10, Burst: 4, Reserve: 2}
		t = newTrader(ctx)
		hook = t.hook(ctx)
		t.venue.declare(func(c *ports.Capabilities) { c.Requests = limit })
		t.stay()
	})
	buy := func(n int) string {
		return fmt.Sprintf(`{"ticker":"SYM%d","action":"buy","quantity":"10","price":"100"}`, n)
	}
	state := func(ctx SpecContext, id domain.SignalID) domain.State { return t.signal(ctx, id).State }

	It("sends what there is a request for; the rest waits for the next one, and is not lost", func(ctx SpecContext) {
		var ids []domain.SignalID
		for n := range 5 {
			ids = append(ids, t.send(ctx, hook, buy(n)))
		}
		t.settle(ctx)
		Expect(t.venue.sent()).To(HaveLen(limit.Burst - limit.Reserve))
		for range 5 {
			t.later(ctx, 10*time.Second)
		}
		t.later(ctx, time.Minute)
		for _, id := range ids {
			Expect(state(ctx, id)).To(Equal(domain.StateDone))
		}
		Expect(t.venue.sent()).To(HaveLen(len(ids)), "each once")
	})

	It("lets an exit pass while entries wait", func(ctx SpecContext) {
		held := t.send(ctx, hook, buy(0))
		t.settle(ctx)
		Expect(state(ctx, held)).To(Equal(domain.StateDone))
		var entries []domain.SignalID
		for n := 1; n < 4; n++ {
			entries = append(entries, t.send(ctx, hook, buy(n)))
		}
		t.settle(ctx)
		Expect(t.venue.sent()).To(HaveLen(2), "a second entry took the last that is not kept")
		exit := t.send(ctx, hook, `{"ticker":"SYM0","action":"exit","price":"100"}`)
		t.settle(ctx)
		Expect(state(ctx, exit)).To(Equal(domain.StateDone))
		Expect(t.held(ctx, "SYM0")).To(Equal("0"))
		waiting := 0
		for _, id := range entries {
			if !state(ctx, id).IsFinal() {
				waiting++
			}
		}
		Expect(waiting).To(Equal(2))
	})

	It("asks how orders stand no more often than there is a request for", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		stop := running(t.tracker.Run)
		defer stop()
		Consistently(t.venue.asked).WithContext(ctx).Should(BeNumerically("<=", limit.Burst))
	})

	It("keeps the limit in any minute, however many tickets wait", func(ctx SpecContext) {
		for n := range 30 {
			t.send(ctx, hook, buy(n))
		}
		t.settle(ctx)
		for range 6 {
			t.later(ctx, 9*time.Second)
		}
		Expect(len(t.venue.sent())).To(And(BeNumerically(">", limit.Burst), BeNumerically("<=", limit.PerMinute)))
	})
})
