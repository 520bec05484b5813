package system_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

func TestSystem(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "system")
}

// movableClock is the machine's clock with somebody who sets it back.
type movableClock struct {
	*system.Clock
	offset *atomic.Int64
}

var _ = portstest.DescribeClock("system.Clock", portstest.ClockHarness{
	New: func(context.Context) ports.Clock {
		offset := &atomic.Int64{}
		return movableClock{
			Clock:  system.NewClockFrom(func() time.Time { return time.Now().Add(time.Duration(offset.Load())) }),
			offset: offset,
		}
	},
	Back: func(c ports.Clock, by time.Duration) {
		moved, ok := c.(movableClock)
		Expect(ok).To(BeTrue())
		moved.offset.Add(-int64(by))
	},
})

var _ = portstest.DescribeIDs("system.IDs", portstest.IDsHarness{
	New: func(context.Context) ports.IDs { return system.NewIDs() },
})
