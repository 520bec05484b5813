package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeLanes proves ports.Lanes.
func DescribeLanes(name string, h StorageHarness) bool {
	return describeStorage(name+" as Lanes", h, func(w *world) {
		var (
			a *domain.BrokerAccount
			c *domain.WebhookConfig
		)
		BeforeEach(func(ctx SpecContext) {
			a = w.account(ctx, w.ada)
			c, _ = w.config(ctx, w.ada, a)
		})
		l := &laneSpecs{w: w, queue: func(ctx context.Context, symbols ...domain.Symbol) {
			GinkgoHelper()
			for _, symbol := range symbols {
				w.queue(ctx, c, symbol)
			}
		}}

		Describe("Claim", func() {
			It("gives the lanes that are ready, each with what it is a lane of and its tickets in order", func(ctx SpecContext) {
				first, second := w.queue(ctx, c, "AAPL")[0], w.queue(ctx, c, "AAPL")[0]
				lanes := w.claim(ctx)
				Expect(lanes).To(HaveLen(1))
				Expect(lanes[0].UserID).To(Equal(w.ada.UserID))
				Expect(lanes[0].BrokerAccountID).To(Equal(a.ID()))
				Expect(lanes[0].Symbol).To(Equal(domain.Symbol("AAPL")))
				Expect(lanes[0].Tickets).To(sameAs([]domain.Ticket{first.Tickets[0], second.Tickets[0]}))
			})
			l.describeClaim()
		})
		Describe("a lease", func() { l.describeLease() })
		Describe("Renew", func() { l.describeRenew() })
		Describe("Release", func() { l.describeRelease() })
		Describe("Claim by many owners", func() { l.describeManyOwners() })
		Describe("Claim from many users", func() { describeTurns(w) })
		describeClaimCost(w)
	})
}

type laneSpecs struct {
	w *world
	// queue stores one alert for each symbol, one after the other.
	queue func(ctx context.Context, symbols ...domain.Symbol)
}

// claim leases up to n lanes for owner.
func (l *laneSpecs) claim(ctx context.Context, owner string, n int) []ports.ClaimedLane {
	GinkgoHelper()
	lanes, err := l.w.Lanes.Claim(ctx, ports.LaneRequest{Owner: owner, Lanes: n, Tickets: 1000, Lease: leaseTime})
	Expect(err).NotTo(HaveOccurred())
	return lanes
}

// only leases the one lane that is ready.
func (l *laneSpecs) only(ctx context.Context) ports.ClaimedLane {
	GinkgoHelper()
	lanes := l.claim(ctx, "worker", 10)
	Expect(lanes).To(HaveLen(1))
	return lanes[0]
}

func symbolsOf(lanes []ports.ClaimedLane) []domain.Symbol {
	out := make([]domain.Symbol, len(lanes))
	for i, lane := range lanes {
		out[i] = lane.Symbol
	}
	return out
}

func (l *laneSpecs) describeClaim() {
	w := l.w
	It("gives nothing where nothing waits", func(ctx SpecContext) {
		Expect(w.claim(ctx)).To(BeEmpty())
	})

	It("leases up to lanes lanes, those that waited longest first", func(ctx SpecContext) {
		l.queue(ctx, "NVDA", "AAPL", "MSFT", "NVDA")
		Expect(symbolsOf(l.claim(ctx, "one", 2))).To(Equal([]domain.Symbol{"NVDA", "AAPL"}), "a second ticket changes nothing")
		Expect(symbolsOf(l.claim(ctx, "two", 2))).To(Equal([]domain.Symbol{"MSFT"}))
	})

	It("puts a lane that is given back behind those that wait", func(ctx SpecContext) {
		l.queue(ctx, "NVDA", "AAPL")
		Expect(w.Lanes.Release(ctx, l.claim(ctx, "one", 1)[0].Lease, 0)).To(Succeed())
		Expect(symbolsOf(l.claim(ctx, "two", 2))).To(Equal([]domain.Symbol{"AAPL", "NVDA"}))
	})

	It("gives each lane with up to tickets unfinished tickets from its head", func(ctx SpecContext) {
		l.queue(ctx, "AAPL", "AAPL", "AAPL", "AAPL", "MSFT")
		lanes, err := w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "one", Lanes: 10, Tickets: 2, Lease: leaseTime})
		Expect(err).NotTo(HaveOccurred())
		Expect(symbolsOf(lanes)).To(Equal([]domain.Symbol{"AAPL", "MSFT"}))
		Expect(places(lanes[0].Tickets)).To(Equal([]int64{1, 2}))
		Expect(places(lanes[1].Tickets)).To(Equal([]int64{1}))

		Expect(w.finish(ctx, lanes[0].Lease, lanes[0].Tickets[0], domain.StateDone)).To(Succeed())
		Expect(w.Lanes.Release(ctx, lanes[0].Lease, 0)).To(Succeed())
		Expect(places(l.only(ctx).Tickets)).To(Equal([]int64{2, 3, 4}))
	})

	It("wraps context.Canceled when the context ended first, and leases nothing", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		Expect(w.Lanes.Claim(ended(ctx), ports.LaneRequest{Owner: "one", Lanes: 1, Tickets: 1, Lease: leaseTime})).Error().To(MatchError(context.Canceled))
		Expect(l.claim(ctx, "two", 1)).To(HaveLen(1))
	})

	It("is KindUnavailable once the storage is closed", func(ctx SpecContext) {
		w.close()
		Expect(w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "one", Lanes: 1, Tickets: 1, Lease: leaseTime})).Error().To(failAs(domain.KindUnavailable))
	})
}

func (l *laneSpecs) describeLease() {
	w := l.w
	It("keeps a lane from anybody, whatever arrives meanwhile", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		lane := l.only(ctx)
		Expect(l.claim(ctx, "worker", 10)).To(BeEmpty(), "the same owner")
		l.queue(ctx, "AAPL")
		Expect(l.claim(ctx, "other", 10)).To(BeEmpty(), "another owner")

		Expect(w.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateDone)).To(Succeed())
		Expect(l.claim(ctx, "other", 10)).To(BeEmpty(), "nothing is left that it was claimed with")
		Expect(w.Lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
		Expect(places(l.only(ctx).Tickets)).To(Equal([]int64{2}), "what arrived meanwhile")
	})

	It("ends by the storage's clock; claiming the lane then raises its epoch, so that the former lease is void", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		former := l.only(ctx)
		w.advance(ctx, leaseTime-10*time.Second)
		Expect(l.claim(ctx, "other", 10)).To(BeEmpty())
		w.advance(ctx, 20*time.Second)
		next := l.only(ctx)
		Expect(next.Lease.LaneID).To(Equal(former.Lease.LaneID))
		Expect(next.Lease.Epoch).To(BeNumerically(">", former.Lease.Epoch))
		Expect(next.Tickets).To(sameAs(former.Tickets))
		Expect(w.finish(ctx, former.Lease, former.Tickets[0], domain.StateDone)).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(w.finish(ctx, next.Lease, next.Tickets[0], domain.StateDone)).To(Succeed())
	})

	It("is the right to decide until the lane is claimed again, beyond its time too", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		lane := l.only(ctx)
		w.advance(ctx, 2*leaseTime)
		Expect(w.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateDone)).To(Succeed())
	})

	It("is the right to decide for its own lane alone", func(ctx SpecContext) {
		l.queue(ctx, "AAPL", "MSFT")
		lanes := l.claim(ctx, "worker", 10)
		Expect(w.finish(ctx, lanes[0].Lease, lanes[1].Tickets[0], domain.StateDone)).To(failWith(domain.KindConflict, "lease_lost"))
	})
}

func (l *laneSpecs) describeRenew() {
	w := l.w
	It("extends leases by lease from now", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		lane := l.only(ctx)
		w.advance(ctx, leaseTime/2)
		Expect(w.Lanes.Renew(ctx, []ports.Lease{lane.Lease}, leaseTime)).To(ConsistOf(lane.Lease))
		w.advance(ctx, leaseTime-10*time.Second)
		Expect(l.claim(ctx, "other", 10)).To(BeEmpty())
		w.advance(ctx, 20*time.Second)
		Expect(l.claim(ctx, "other", 10)).To(HaveLen(1))
	})

	It("gives those that still hold", func(ctx SpecContext) {
		l.queue(ctx, "AAPL", "MSFT", "NVDA")
		lanes := l.claim(ctx, "worker", 10)
		Expect(w.Lanes.Release(ctx, lanes[0].Lease, 0)).To(Succeed())
		Expect(l.claim(ctx, "other", 10)).To(HaveLen(1))
		nobody := ports.Lease{LaneID: 1 << 40, Epoch: 1}
		Expect(w.Lanes.Renew(ctx, []ports.Lease{lanes[2].Lease, lanes[0].Lease, nobody, lanes[1].Lease}, leaseTime)).
			To(ConsistOf(lanes[1].Lease, lanes[2].Lease))
		Expect(w.Lanes.Renew(ctx, nil, leaseTime)).To(BeEmpty())
	})

	It("does not take a lane from who holds it now", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		former := l.only(ctx)
		Expect(w.Lanes.Release(ctx, former.Lease, 0)).To(Succeed())
		now := l.only(ctx)
		Expect(w.Lanes.Renew(ctx, []ports.Lease{former.Lease}, 10*leaseTime)).To(BeEmpty())
		w.advance(ctx, leaseTime+10*time.Second)
		Expect(l.claim(ctx, "third", 10)).To(HaveLen(1), "the time of the present lease counts")
		Expect(w.Lanes.Renew(ctx, []ports.Lease{now.Lease}, leaseTime)).To(BeEmpty())
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(w.Lanes.Renew(ended(ctx), []ports.Lease{{LaneID: 1}}, leaseTime)).Error().To(MatchError(context.Canceled))
	})
}

func (l *laneSpecs) describeRelease() {
	w := l.w
	It("gives a lane back, ready at once where after is 0, and ends the lease", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		former := l.only(ctx)
		Expect(w.Lanes.Release(ctx, former.Lease, 0)).To(Succeed())
		Expect(w.finish(ctx, former.Lease, former.Tickets[0], domain.StateDone)).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(w.Lanes.Renew(ctx, []ports.Lease{former.Lease}, leaseTime)).To(BeEmpty())
		Expect(l.only(ctx).Tickets).To(sameAs(former.Tickets))
	})

	It("gives a lane back ready in after, and no new ticket wakes it before", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		Expect(w.Lanes.Release(ctx, l.only(ctx).Lease, time.Hour)).To(Succeed())
		Expect(w.claim(ctx)).To(BeEmpty())
		l.queue(ctx, "AAPL")
		w.advance(ctx, time.Hour-time.Minute)
		Expect(w.claim(ctx)).To(BeEmpty())
		w.advance(ctx, 2*time.Minute)
		Expect(places(l.only(ctx).Tickets)).To(Equal([]int64{1, 2}))
	})

	It("gives a lane back where nothing waits: it is ready when the next ticket arrives", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		lane := l.only(ctx)
		Expect(w.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateDone)).To(Succeed())
		Expect(w.Lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
		Expect(w.claim(ctx)).To(BeEmpty())
		l.queue(ctx, "AAPL")
		Expect(places(l.only(ctx).Tickets)).To(Equal([]int64{2}))
	})

	It("ignores a void lease", func(ctx SpecContext) {
		l.queue(ctx, "AAPL")
		former := l.only(ctx)
		Expect(w.Lanes.Release(ctx, former.Lease, 0)).To(Succeed())
		now := l.only(ctx)
		Expect(w.Lanes.Release(ctx, former.Lease, 0)).To(Succeed())
		Expect(w.Lanes.Release(ctx, ports.Lease{LaneID: 1 << 40, Epoch: 1}, 0)).To(Succeed())
		Expect(w.claim(ctx)).To(BeEmpty())
		Expect(w.Lanes.Renew(ctx, []ports.Lease{now.Lease}, leaseTime)).To(ConsistOf(now.Lease))
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(w.Lanes.Release(ended(ctx), ports.Lease{LaneID: 1}, 0)).To(MatchError(context.Canceled))
	})
}
