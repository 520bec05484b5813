package app_test

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// interruptedLanes let something happen before a lane is first handed back.
type interruptedLanes struct {
	ports.Lanes
	nothing atomic.Int64 // claims that found nothing
	before  func()
	once    sync.Once
}

func (l *interruptedLanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	claimed, err := l.Lanes.Claim(ctx, want)
	if len(claimed) == 0 {
		l.nothing.Add(1)
	}
	return claimed, err
}

func (l *interruptedLanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	l.once.Do(l.before)
	return l.Lanes.Release(ctx, lease, after)
}

var _ = Describe("The executor between polls", func() {
	It("goes on at once with what arrived in a lane while it held it", func(ctx SpecContext) {
		t := newTrader(ctx)
		hook := t.hook(ctx)
		var second domain.SignalID
		lanes := &interruptedLanes{Lanes: t.lanes}
		lanes.before = func() {
			defer GinkgoRecover()
			looked := lanes.nothing.Load()
			second = t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
			// The executor heard of it, looked, and found the lane taken, by itself.
			Eventually(ctx, lanes.nothing.Load).Should(BeNumerically(">", looked))
		}
		c := executorConfig()
		c.Poll = time.Hour
		t.send(ctx, hook, buyTen)
		DeferCleanup(running(t.executor(lanes, c).Run))
		Eventually(ctx, func() int { return len(t.orders(ctx)) }).Should(Equal(2))
		Eventually(ctx, func() domain.State { return t.signal(ctx, second).State }).Should(Equal(domain.StateDone))
	})
})
