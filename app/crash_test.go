package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An executor that stops in the middle of a ticket", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx)
	})

	// dies runs an executor that loses its context and grace at a step.
	dies := func(ctx SpecContext, at step) {
		GinkgoHelper()
		reached, killed := make(chan struct{}), make(chan struct{})
		t.moment.plan(at, func() {
			close(reached)
			<-killed
		})
		c := executorConfig()
		c.Grace = time.Nanosecond
		dying, kill := context.WithCancel(ctx)
		defer kill()
		over := make(chan struct{})
		work := &workOver{Ledger: t.ledger, over: over}
		e := t.executorOn(work, c)
		stop := running(func(context.Context) { e.Run(dying) })
		Eventually(reached).WithContext(ctx).Should(BeClosed())
		work.end()
		kill()
		close(killed)
		stop()
	}

	DescribeTable("leaves what the next one ends with exactly one order,",
		func(ctx SpecContext, at step, sent int) {
			id := t.send(ctx, hook, buyTen)
			dies(ctx, at)
			t.settle(ctx)
			t.later(ctx, time.Minute)
			Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
			o := t.only(ctx)
			Expect(o.Status()).To(Equal(domain.StatusFilled))
			Expect(t.venue.sent()).To(HaveLen(sent))
			Expect(t.venue.sent()).To(HaveEach(o.Terms().ClientOrderID))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
			Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		},
		func(at step, _ int) string { return string(at) },
		Entry(nil, beforeIntend, 1),
		Entry(nil, afterIntend, 1),
		Entry(nil, afterSubmit, 1),
		Entry(nil, beforeFinish, 1),
		Entry(nil, afterFinish, 1),
	)

	It("hands its lanes back at once", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		hang := &hangingLedger{Ledger: t.ledger, hung: make(chan struct{}), ended: make(chan error, 1)}
		c := executorConfig()
		c.Grace = time.Nanosecond
		stop := running(t.executorOn(hang, c).Run)
		Eventually(hang.hung).WithContext(ctx).Should(BeClosed())
		stop()
		Expect(t.lanes.Claim(ctx, ports.LaneRequest{Owner: "next", Lanes: 1, Tickets: 1, Lease: time.Minute})).To(HaveLen(1), "without any time passing")
	})

	It("decides nothing under a lease it lost", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		var taken []ports.ClaimedLane
		t.moment.plan(beforeIntend, func() {
			defer GinkgoRecover()
			t.clock.Advance(time.Minute)
			var err error
			taken, err = t.lanes.Claim(ctx, ports.LaneRequest{Owner: "other", Lanes: 1, Tickets: 1, Lease: time.Minute})
			Expect(err).NotTo(HaveOccurred())
		})
		t.settle(ctx)
		Expect(taken).To(HaveLen(1))
		Expect(t.orders(ctx)).To(BeEmpty())
		Expect(t.venue.sent()).To(BeEmpty())
		Expect(t.lanes.Release(ctx, taken[0].Lease, 0)).To(Succeed())
		t.settle(ctx)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		Expect(t.venue.sent()).To(HaveLen(1))
	})

	It("stops working on a lane that renewal shows to be lost", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		stopped := make(chan error, 1)
		hang := &hangingLedger{Ledger: t.ledger, hung: make(chan struct{}), ended: stopped}
		c := executorConfig()
		c.Lease = 30 * time.Millisecond
		stop := running(t.executorOn(hang, c).Run)
		defer stop()
		Eventually(hang.hung).WithContext(ctx).Should(BeClosed())
		// The executor may notice first, and take the lane again before another does.
		Eventually(func(ctx context.Context) ([]ports.ClaimedLane, error) {
			t.clock.Advance(time.Minute)
			return t.lanes.Claim(ctx, ports.LaneRequest{Owner: "other", Lanes: 1, Tickets: 1, Lease: time.Hour})
		}).WithContext(ctx).Should(HaveLen(1))
		Eventually(stopped).WithContext(ctx).Should(Receive(MatchError(context.Canceled)))
		Expect(t.venue.sent()).To(BeEmpty())
	})
})
