package app_test

import (
	"context"
	"fmt"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// slowFor lets nothing of one user be written down until it is let go.
type slowFor struct {
	ports.Ledger
	user    domain.UserID
	stalled atomic.Int64
	letGo   chan struct{}
}

func (l *slowFor) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	if o.Terms().UserID == l.user {
		l.stalled.Add(1)
		select {
		case <-l.letGo:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return l.Ledger.Intend(ctx, lease, o, first, plan)
}

var _ = Describe("An executor that one user floods", func() {
	It("runs half of its lanes for them at most, the other half for anybody else at once, and all of theirs in the end", func(ctx SpecContext) {
		ada := newTrader(ctx)
		bob := moveIn(ctx, ada.house, ada.clock)
		flood, other := ada.hook(ctx), bob.hook(ctx)
		buy := func(n int) string {
			return fmt.Sprintf(`{"ticker":"SYM%d","action":"buy","quantity":"1","price":"100"}`, n)
		}
		for n := range 40 {
			ada.send(ctx, flood, buy(n))
		}
		c := executorConfig()
		slow := &slowFor{Ledger: ada.ledger, user: ada.who.UserID, letGo: make(chan struct{})}
		DeferCleanup(running(ada.executorOn(slow, c).Run))
		Eventually(ctx, slow.stalled.Load).Should(BeEquivalentTo(c.Lanes / 2))

		for n := range c.Lanes / 2 {
			bob.send(ctx, other, buy(n))
		}
		Eventually(ctx, func() []domain.SignalSnapshot { return bob.signals(ctx) }).
			Should(And(HaveLen(c.Lanes/2), HaveEach(HaveField("State", domain.StateDone))))
		Expect(slow.stalled.Load()).To(BeEquivalentTo(c.Lanes / 2))

		close(slow.letGo)
		Eventually(ctx, func() []domain.SignalSnapshot { return ada.signals(ctx) }).
			Should(And(HaveLen(40), HaveEach(HaveField("State", domain.StateDone))))
	})
})
