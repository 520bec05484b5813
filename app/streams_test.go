package app_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// telling is a venue that tells by itself what a spec has it tell.
type telling struct {
	ports.Broker
	lookUps atomic.Int64
	// answering, where it is set, is called before an order is answered.
	answering func(id string)

	mu sync.Mutex
	// lines are those who listen now, most how many ever did at once.
	lines        map[chan string]struct{}
	opened, most int
}

func newTelling(b ports.Broker) *telling {
	return &telling{Broker: b, lines: map[chan string]struct{}{}}
}

func (v *telling) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	v.lookUps.Add(1)
	return v.Broker.ByClientOrderID(ctx, account, id)
}

func (v *telling) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	report, err := v.Broker.Submit(ctx, account, r)
	if v.answering != nil {
		v.answering(r.ClientOrderID)
	}
	return report, err
}

// Follow hears what is told; "" breaks the way.
func (v *telling) Follow(ctx context.Context, _ *domain.BrokerAccount, listening func(), heard func(string)) error {
	line := make(chan string)
	v.mu.Lock()
	v.lines[line] = struct{}{}
	v.opened, v.most = v.opened+1, max(v.most, len(v.lines))
	v.mu.Unlock()
	defer func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		delete(v.lines, line)
	}()
	listening()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case id := <-line:
			if id == "" {
				return &domain.Error{Kind: domain.KindUnavailable, Code: "broker_unavailable", Msg: "the way broke"}
			}
			heard(id)
		}
	}
}

// tell has whoever listens hear it.
func (v *telling) tell(ctx context.Context, ids ...string) {
	GinkgoHelper()
	for _, id := range ids {
		var line chan string
		Eventually(func() chan string {
			v.mu.Lock()
			defer v.mu.Unlock()
			for one := range v.lines {
				line = one
			}
			return line
		}).WithContext(ctx).ShouldNot(BeNil())
		Eventually(line).WithContext(ctx).Should(BeSent(id))
	}
}

func (v *telling) listeners() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.lines)
}

func (v *telling) openings() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.opened
}

// together is how many ever listened at once.
func (v *telling) together() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.most
}

// dying are leases of a process that gives nothing up when it ends, and cannot
// renew once it is cut off.
type dying struct {
	ports.StreamLeases
	cut atomic.Bool
}

func (d *dying) HoldStreams(ctx context.Context, owner string, kinds []domain.BrokerKind, lease time.Duration, limit int) ([]domain.BrokerAccountID, error) {
	if d.cut.Load() {
		return nil, errors.New("no way to the database")
	}
	return d.StreamLeases.HoldStreams(ctx, owner, kinds, lease, limit)
}

func (d *dying) LeaveStreams(context.Context, string) error { return errors.New("dead") }

var _ = Describe("A broker that tells by itself what happens to orders", func() {
	var t *trader
	var venue *telling
	var id string

	streams := func(owner string, leases ports.StreamLeases) *app.Streams {
		c := app.DefaultStreamsConfig(owner)
		c.Lease, c.Retry, c.RetryAtMost = 30*time.Millisecond, time.Millisecond, 4*time.Millisecond
		return app.NewStreams(leases, t.ledger, t.brokers, t.tracker, t.clock, quietLog(), c)
	}
	store := func() ports.StreamLeases { return t.work.(*memory.Store) }
	listen := func(ctx context.Context) {
		GinkgoHelper()
		DeferCleanup(running(streams("one", store()).Run))
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
	}
	status := func(ctx SpecContext) domain.OrderStatus { return t.only(ctx).Status() }
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		venue = newTelling(t.brokers[domain.BrokerKindPaper])
		t.brokers[domain.BrokerKindPaper] = venue
		t.send(ctx, t.hook(ctx), buyAt90)
		t.settle(ctx)
		id = t.only(ctx).Terms().ClientOrderID
		t.clock.Advance(time.Millisecond)
	})

	It("has what it tells of asked about at once, however often and in whatever order it tells it, and counts it once", func(ctx SpecContext) {
		listen(ctx)
		Eventually(venue.lookUps.Load).WithContext(ctx).Should(BeEquivalentTo(1), "when the stream began")
		t.fillAtVenue(ctx, "89")
		venue.tell(ctx, id, "somebody-else", id)
		Eventually(status).WithContext(ctx).Should(Equal(domain.StatusFilled))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		asked := venue.lookUps.Load()
		venue.tell(ctx, id, "somebody-else", id)
		Consistently(venue.lookUps.Load).WithContext(ctx).WithTimeout(50*time.Millisecond).Should(Equal(asked), "nothing more can happen to it")
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("is asked about all that works when its stream begins, and after every gap", func(ctx SpecContext) {
		listen(ctx)
		Eventually(venue.lookUps.Load).WithContext(ctx).Should(BeEquivalentTo(1))
		t.clock.Advance(time.Millisecond)
		t.fillAtVenue(ctx, "89") // of which nothing is told
		venue.tell(ctx, "")
		Eventually(status).WithContext(ctx).Should(Equal(domain.StatusFilled))
		Expect(venue.openings()).To(BeNumerically(">=", 2))
	})

	It("is told of an order that was thought to be over", func(ctx SpecContext) {
		listen(ctx)
		_, err := t.desk.CancelOrder(ctx, t.who, t.only(ctx).ID())
		Expect(err).NotTo(HaveOccurred())
		t.settle(ctx)
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusCanceled))
		asked := venue.lookUps.Load()
		venue.tell(ctx, id)
		Eventually(venue.lookUps.Load).WithContext(ctx).Should(BeNumerically(">", asked))
	})

	It("is listened to by one process, and by another when that dies", func(ctx SpecContext) {
		kill := running(streams("one", &dying{StreamLeases: store()}).Run)
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
		DeferCleanup(running(streams("two", store()).Run))
		Consistently(venue.openings).WithContext(ctx).WithTimeout(60 * time.Millisecond).Should(Equal(1))
		kill()
		Expect(venue.listeners()).To(BeZero())
		t.fillAtVenue(ctx, "89") // in between
		Consistently(venue.listeners).WithContext(ctx).WithTimeout(60*time.Millisecond).Should(BeZero(), "its lease goes on")
		t.clock.Advance(time.Second)
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
		Eventually(status).WithContext(ctx).Should(Equal(domain.StatusFilled))
		Expect(venue.together()).To(Equal(1))
	})

	It("is taken over at once from a process that ends in good order", func(ctx SpecContext) {
		end := running(streams("one", store()).Run)
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
		DeferCleanup(running(streams("two", store()).Run))
		end()
		Eventually(venue.openings).WithContext(ctx).Should(Equal(2))
	})

	It("is not listened to by a process that cannot renew", func(ctx SpecContext) {
		leases := &dying{StreamLeases: store()}
		DeferCleanup(running(streams("one", leases).Run))
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
		leases.cut.Store(true)
		Eventually(venue.listeners).WithContext(ctx).Should(BeZero())
		leases.cut.Store(false)
		Eventually(venue.listeners).WithContext(ctx).Should(Equal(1))
	})

	It("is asked about an order of which it told while that was being sent, once its answer is written down", func(ctx SpecContext) {
		listen(ctx)
		Eventually(venue.lookUps.Load).WithContext(ctx).Should(BeEquivalentTo(1))
		venue.answering = func(id string) {
			defer GinkgoRecover()
			venue.tell(ctx, id)
			Consistently(venue.lookUps.Load).WithContext(ctx).WithTimeout(120*time.Millisecond).Should(BeEquivalentTo(1), "who sends it writes down what came of it")
		}
		t.send(ctx, t.hook(ctx), buyAt90)
		t.settle(ctx)
		Eventually(venue.lookUps.Load).WithContext(ctx).Should(BeEquivalentTo(2))
	})
})
