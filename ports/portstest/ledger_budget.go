package portstest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// tightLimit gives requests back one in half a minute: none while a spec runs.
func tightLimit() ports.RateLimit { return ports.RateLimit{PerMinute: 12, Burst: 10, Reserve: 4} }

// spend takes requests until the budget refuses one, and gives how many it gave
// and when the next one is there.
func (l *ledgerSpecs) spend(ctx context.Context, r ports.Request) (granted int, wait time.Duration) {
	GinkgoHelper()
	for ; granted <= tightLimit().PerMinute; granted++ {
		err := l.w.Ledger.Spend(ctx, l.account.ID(), r)
		if err == nil {
			continue
		}
		Expect(err).To(failWith(domain.KindUnavailable, "throttled"))
		e, _ := errors.AsType[*domain.Error](err)
		return granted, e.RetryAfter
	}
	Fail("the budget never ends")
	return 0, 0
}

func (l *ledgerSpecs) describeSpend() {
	w := l.w
	plain, urgent := ports.Request{Limit: tightLimit()}, ports.Request{Limit: tightLimit(), Urgent: true}
	It("takes requests until the burst is used up, and then says when the next one is there", func(ctx SpecContext) {
		granted, wait := l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Burst))
		Expect(wait).To(And(BeNumerically(">", 0), BeNumerically("<=", 30*time.Second)))
		w.advance(ctx, wait)
		Expect(w.Ledger.Spend(ctx, l.account.ID(), urgent)).To(Succeed())
	})

	It("leaves the reserve to what is urgent", func(ctx SpecContext) {
		granted, wait := l.spend(ctx, plain)
		Expect(granted).To(Equal(tightLimit().Burst - tightLimit().Reserve))
		granted, _ = l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Reserve))
		w.advance(ctx, wait)
		Expect(w.Ledger.Spend(ctx, l.account.ID(), plain)).To(failWith(domain.KindUnavailable, "throttled"), "the reserve comes back first")
		Expect(w.Ledger.Spend(ctx, l.account.ID(), urgent)).To(Succeed())
	})

	It("gives back no more than the burst, however long nobody asks", func(ctx SpecContext) {
		l.spend(ctx, urgent)
		w.advance(ctx, time.Hour)
		granted, _ := l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Burst))
	})

	It("gives all processes together no more than the limit in a minute", func(ctx SpecContext) {
		handles := []ports.Ledger{w.Ledger, w.again(ctx).Ledger, w.again(ctx).Ledger, w.again(ctx).Ledger}
		var granted atomic.Int64
		for range 20 { // 57 seconds, and what the specs take
			atOnce(writers, func(i int) {
				if handles[i%len(handles)].Spend(ctx, l.account.ID(), urgent) == nil {
					granted.Add(1)
				}
			})
			w.advance(ctx, 2850*time.Millisecond)
		}
		Expect(granted.Load()).To(And(BeNumerically("<=", tightLimit().PerMinute), BeNumerically(">=", tightLimit().PerMinute-3)))
	})

	It("counts every account by itself", func(ctx SpecContext) {
		l.spend(ctx, urgent)
		Expect(w.Ledger.Spend(ctx, w.account(ctx, w.ada).ID(), urgent)).To(Succeed())
	})

	It("takes nothing for a broker that does not count", func(ctx SpecContext) {
		l.spend(ctx, urgent)
		Expect(w.Ledger.Spend(ctx, l.account.ID(), ports.Request{})).To(Succeed())
	})

	It("fails where the context ended first, and takes nothing", func(ctx SpecContext) {
		Expect(w.Ledger.Spend(ended(ctx), l.account.ID(), urgent)).To(MatchError(context.Canceled))
		Expect(w.Ledger.Spend(ended(ctx), l.account.ID(), ports.Request{})).To(MatchError(context.Canceled))
		granted, _ := l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Burst))
	})
}

// describeBudget proves that an attempt and its request are one.
func (l *ledgerSpecs) describeBudget() {
	w := l.w
	plain, urgent := ports.Request{Limit: tightLimit()}, ports.Request{Limit: tightLimit(), Urgent: true}
	on := func(a ports.Attempt, r ports.Request) ports.Attempt {
		a.Request = r
		return a
	}

	It("take one request an attempt", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		o := w.newOrder(s, t, 1)
		Expect(w.Ledger.Intend(ctx, lease, o, on(w.attempt(1), urgent), plan("10"))).To(Succeed())
		w.record(ctx, o.ID(), w.ambiguous())
		Expect(w.Ledger.Retry(ctx, lease, o.ID(), on(w.attempt(2), urgent))).Error().NotTo(HaveOccurred())
		granted, _ := l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Burst - 2))
	})

	It("write nothing down where nothing is left, and say when to come again", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		l.spend(ctx, urgent)
		before := l.seen(ctx, t.ID)
		err := w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), on(w.attempt(1), urgent), plan("10"))
		Expect(err).To(failWith(domain.KindUnavailable, "throttled"))
		e, _ := errors.AsType[*domain.Error](err)
		Expect(e.RetryAfter).To(BeNumerically(">", 0))
		Expect(l.seen(ctx, t.ID)).To(Equal(before))

		o := w.intend(ctx, lease, s, t, 1)
		w.record(ctx, o.ID(), w.ambiguous())
		before = l.seen(ctx, t.ID)
		Expect(w.Ledger.Retry(ctx, lease, o.ID(), on(w.attempt(2), urgent))).Error().To(failWith(domain.KindUnavailable, "throttled"))
		Expect(l.seen(ctx, t.ID)).To(Equal(before))
	})

	It("let an exit through while entries wait", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		l.spend(ctx, plain)
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), on(w.attempt(1), plain), plan("10"))).
			To(failWith(domain.KindUnavailable, "throttled"))
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), on(w.attempt(1), urgent), plan("10"))).To(Succeed())
	})

	It("take nothing for an order that the broker has already, and neither halt nor limit holds it", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		w.working(ctx, l.config, "MSFT")
		l.spend(ctx, urgent)
		w.halt(ctx, w.ada, domain.HaltTarget{Scope: domain.HaltScopeUser}, domain.HaltModeHalt)
		full := plan("10")
		full.Limits = &domain.RiskLimits{MaxOpenOrders: new(1)}
		found := on(w.attempt(1), urgent)
		found.Found = true
		o := w.newOrder(s, t, 1)
		Expect(w.Ledger.Intend(ctx, lease, o, found, full)).To(Succeed())
		Expect(w.order(ctx, o.ID(), w.ada.UserID).Attempts()).To(Equal(1))
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 2), found, full)).To(failWith(domain.KindConflict, "lease_lost"))
	})

	It("take nothing for what is not written down", func(ctx SpecContext) {
		t := w.placed(ctx, l.config, "AAPL")
		again := w.newOrder(t.signal, t.ticket, 1)
		Expect(w.Ledger.Intend(ctx, t.lease, again, on(w.attempt(1), urgent), plan("10"))).To(failWith(domain.KindConflict, "order_exists"))
		Expect(w.Lanes.Release(ctx, t.lease, 0)).To(Succeed())
		Expect(w.Ledger.Intend(ctx, t.lease, w.newOrder(t.signal, t.ticket, 2), on(w.attempt(1), urgent), plan("10"))).
			To(failWith(domain.KindConflict, "lease_lost"))
		granted, _ := l.spend(ctx, urgent)
		Expect(granted).To(Equal(tightLimit().Burst))
	})
}
