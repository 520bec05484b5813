package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("What runs in the background", func() {
	It("leaves no goroutine behind", func(ctx SpecContext) {
		s, clock := inMemory()
		t := tenant(ctx, s, clock)
		before := gleak.Goroutines()
		stops := []func(){
			running(t.intake.Run), running(t.tracker.Run), running(t.executor(t.lanes, executorConfig()).Run),
			running(app.NewHousekeeping(memory.NewStore(clock, t.ids), quietLog()).Run),
		}
		id := t.send(ctx, t.hook(ctx), buyTen)
		Eventually(func() domain.State { return t.signal(ctx, id).State }).WithContext(ctx).Should(Equal(domain.StateDone))
		for _, stop := range stops {
			stop()
		}
		Eventually(gleak.Goroutines).WithContext(ctx).WithTimeout(5 * time.Second).ShouldNot(gleak.HaveLeaked(before))
	})

	It("ends at once when it was never wanted", func(ctx SpecContext) {
		s, clock := inMemory()
		t := tenant(ctx, s, clock)
		over, cancel := context.WithCancel(ctx)
		cancel()
		t.intake.Run(over)
		t.tracker.Run(over)
		t.executor(t.lanes, executorConfig()).Run(over)
		Expect(t.lanes.Claim(ctx, ports.LaneRequest{Owner: "next", Lanes: 1, Tickets: 1, Lease: time.Minute})).To(BeEmpty())
	})
})
