package portstest

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// ClockHarness makes clocks.
type ClockHarness struct {
	// New gives a clock that shows about the present time.
	New func(ctx context.Context) ports.Clock
	// Back, where it can be done, tries to put a clock back, as an operator or a
	// time service does to a machine's.
	Back func(c ports.Clock, by time.Duration)
}

// DescribeClock proves ports.Clock.
func DescribeClock(name string, h ClockHarness) bool {
	return Describe(name+" as a Clock", Label(LabelContract), func() {
		var clock ports.Clock
		BeforeEach(func(ctx SpecContext) { clock = h.New(ctx) })

		It("gives the present time", func() {
			Expect(clock.Now()).To(BeTemporally("~", time.Now(), time.Minute))
		})

		It("gives it in UTC, whole microseconds", func() {
			for range 1000 {
				now := clock.Now()
				Expect(now.Location()).To(BeIdenticalTo(time.UTC))
				Expect(now.Nanosecond() % 1000).To(BeZero())
			}
		})

		It("never goes backwards within one process", func() {
			atOnce(4, func(int) {
				last := clock.Now()
				for range 10_000 {
					now := clock.Now()
					if now.Before(last) {
						Fail("it went back from " + last.String() + " to " + now.String())
					}
					last = now
				}
			})
		})

		It("never goes backwards though it is put back", func() {
			if h.Back == nil {
				Skip("the harness has no Back: the clock cannot be put back")
			}
			before := clock.Now()
			h.Back(clock, time.Hour)
			Expect(clock.Now()).To(BeTemporally(">=", before))
		})
	})
}
