package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An executor that is stopped while it claims", func() {
	It("hands back what it claimed, untouched", func(ctx SpecContext) {
		t := newTrader(ctx)
		id := t.send(ctx, t.hook(ctx), `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
		running, stop := context.WithCancel(ctx)
		defer stop()
		t.executor(stoppingLanes{t.lanes, stop}, executorConfig()).Run(running)
		Expect(t.orders(ctx)).To(BeEmpty())

		claimed, err := t.lanes.Claim(ctx, ports.LaneRequest{Owner: "another", Lanes: 16, Tickets: 16, Lease: time.Minute})
		Expect(err).NotTo(HaveOccurred())
		Expect(claimed).To(HaveExactElements(HaveField("Tickets", HaveExactElements(And(
			HaveField("SignalID", id), HaveField("State", domain.StateQueued))))))
	})
})

// stoppingLanes are told to stop while they hand lanes out. As a database does,
// they hand them out all the same, and tell nobody whose context is over.
type stoppingLanes struct {
	ports.Lanes

	stop func()
}

func (s stoppingLanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	claimed, err := s.Lanes.Claim(ctx, want)
	s.stop()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return claimed, err
}
