package app_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// lossy makes the trader's broker one that loses answers, of a class.
func (t *trader) lossy(can ports.Capabilities, fates ...fate) *lossyBroker {
	b := &lossyBroker{
		Broker: t.paper, can: can, clock: t.clock, fates: fates, placed: map[string]int{}, hidden: map[string]int{},
	}
	t.venue.Broker = b
	return b
}

func expiring(d ports.DuplicateRule) ports.Capabilities {
	return ports.Capabilities{Duplicates: d, Lookup: ports.LookupScan, RequestExpiry: 5 * time.Second}
}

var _ = Describe("An executor that lost an answer", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})

	DescribeTable("sends again once the request has provably expired, where", func(ctx SpecContext, d ports.DuplicateRule) {
		b := t.lossy(expiring(d), fate{lost: true})
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		for range 10 {
			Expect(t.venue.sent()).To(HaveLen(1), "not proven before the attempt's deadline, the expiry and 2 s for the clocks")
			t.later(ctx, 1400*time.Millisecond)
		}
		t.later(ctx, time.Second)
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		o := t.only(ctx)
		Expect(t.venue.sent()).To(Equal([]string{o.Terms().ClientOrderID, o.Terms().ClientOrderID}))
		Expect(b.orders()).To(Equal(map[string]int{o.Terms().ClientOrderID: 1}))
	},
		func(d ports.DuplicateRule) string { return "duplicates are " + string(d) },
		Entry(nil, ports.DuplicatesRejectedWhileOpen),
		Entry(nil, ports.DuplicatesRejected24h),
		Entry(nil, ports.DuplicatesAccepted),
	)

	It("finds an order that arrived late, and does not send it again", func(ctx SpecContext) {
		b := t.lossy(expiring(ports.DuplicatesAccepted), fate{arrives: 4 * time.Second})
		id := t.send(ctx, hook, buyTen)
		for range 30 {
			t.later(ctx, time.Second)
		}
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.venue.sent()).To(HaveLen(1))
		Expect(b.orders()).To(HaveLen(1))
	})

	It("does not send an entry that became too old while its absence was proven", func(ctx SpecContext) {
		t.lossy(expiring(ports.DuplicatesAccepted), fate{lost: true})
		short := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.EntrySeconds = new(5) })
		id := t.send(ctx, short, buyTen)
		for range 30 {
			t.later(ctx, time.Second)
		}
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateExpired))
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNotPlaced))
		Expect(t.venue.sent()).To(HaveLen(1))
	})

	It("leaves it to a person where the broker cannot be asked", func(ctx SpecContext) {
		t.lossy(ports.Capabilities{Duplicates: ports.DuplicatesRejectedForever, Lookup: ports.LookupNone}, fate{lost: true})
		id := t.send(ctx, hook, buyTen)
		for range 30 {
			t.later(ctx, 10*time.Second)
		}
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateNeedsReview))
		Expect(t.venue.sent()).To(HaveLen(1))
	})

	It("sends nothing once an attempt is over", func(ctx SpecContext) {
		t.moment.plan(afterIntend, func() { t.clock.Advance(8 * time.Second) })
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		Expect(t.venue.sent()).To(BeEmpty())
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.venue.sent()).To(HaveLen(1))
		Expect(t.only(ctx).Attempts()).To(Equal(2))
	})
})

// classes are brokers of every kind of rule.
func classes() *rapid.Generator[ports.Capabilities] {
	return rapid.Custom(func(r *rapid.T) ports.Capabilities {
		return ports.Capabilities{
			Duplicates: rapid.SampledFrom([]ports.DuplicateRule{
				ports.DuplicatesRejectedForever, ports.DuplicatesRejectedWhileOpen, ports.DuplicatesRejected24h, ports.DuplicatesAccepted,
			}).Draw(r, "duplicates"),
			Lookup:        rapid.SampledFrom([]ports.LookupRule{ports.LookupDirect, ports.LookupScan, ports.LookupNone}).Draw(r, "lookup"),
			RequestExpiry: rapid.SampledFrom([]time.Duration{0, 5 * time.Second, 30 * time.Second}).Draw(r, "expiry"),
		}
	})
}

func fates() *rapid.Generator[fate] {
	return rapid.Custom(func(r *rapid.T) fate {
		return fate{
			lost:    rapid.Bool().Draw(r, "lost"),
			arrives: time.Duration(rapid.IntRange(0, 40_000).Draw(r, "arrives")) * time.Millisecond,
		}
	})
}

var _ = Describe("Outcomes under every class of broker", func() {
	It("never double an order, and end settled or in review", func(ctx SpecContext) {
		rapid.Check(GinkgoTB(), func(r *rapid.T) {
			s, clock := inMemory()
			t := tenant(ctx, s, clock)
			stop := running(t.intake.Run)
			defer stop()
			hook := t.hook(ctx)
			b := t.lossy(classes().Draw(r, "class"), rapid.SliceOfN(fates(), 1, 6).Draw(r, "fates")...)
			for i := range rapid.IntRange(1, 3).Draw(r, "signals") {
				t.send(ctx, hook, fmt.Sprintf(`{"ticker":"AAPL","price":"100","action":"buy","quantity":"1","extras":{"n":%d}}`, i))
			}
			for range 40 {
				t.later(ctx, time.Duration(rapid.IntRange(1, 9_000).Draw(r, "pause"))*time.Millisecond)
			}
			for range 8 {
				t.later(ctx, time.Minute)
			}
			for id, n := range b.orders() {
				Expect(n).To(Equal(1), "%s", id)
			}
			for _, o := range t.orders(ctx) {
				Expect(o.IsSettled() || o.Submission() == domain.SubmissionNeedsReview).To(BeTrue(), "%s", o.Submission())
			}
		})
	})
})
