package memory_test

import (
	"bytes"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/memory"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("SequentialIDs", func() {
	It("gives the same ids for the same calls", func() {
		a, b := memory.NewSequentialIDs(), memory.NewSequentialIDs()
		for range 3 {
			Expect(a.New()).To(Equal(b.New()))
		}
		Expect(memory.NewSequentialIDs().New().String()).To(Equal("019b76da-a801-7000-8000-000000000001"))
	})

	It("gives UUIDs of version 7, each after the one before", func() {
		ids := memory.NewSequentialIDs()
		last := ids.New()
		for range 1000 {
			id := ids.New()
			Expect(id.Version()).To(Equal(uuid.Version(7)))
			Expect(id.Variant()).To(Equal(uuid.RFC4122))
			Expect(bytes.Compare(id[:], last[:])).To(Equal(1))
			last = id
		}
	})

	It("never gives one twice, to many goroutines either", func() {
		ids := memory.NewSequentialIDs()
		var (
			wg  sync.WaitGroup
			met sync.Map
		)
		for range 8 {
			wg.Go(func() {
				defer GinkgoRecover()
				for range 100 {
					_, twice := met.LoadOrStore(ids.New(), true)
					Expect(twice).To(BeFalse())
				}
			})
		}
		wg.Wait()
	})
})

var _ = Describe("Clock", func() {
	It("stands until it is told to move", func() {
		start := time.Date(2026, 11, 22, 12, 0, 0, 1500, time.FixedZone("elsewhere", 3600))
		clock := memory.NewClock(start)
		Expect(clock.Now()).To(Equal(time.Date(2026, 11, 22, 11, 0, 0, 1000, time.UTC)), "UTC, whole microseconds")
		clock.Advance(time.Hour)
		Expect(clock.Now()).To(Equal(time.Date(2026, 11, 22, 12, 0, 0, 1000, time.UTC)))
		clock.Set(start)
		Expect(clock.Now()).To(Equal(time.Date(2026, 11, 22, 12, 0, 0, 1000, time.UTC)), "never backwards")
	})

	It("shows the start of 1970 before it is set", func() {
		var clock memory.Clock
		Expect(clock.Now()).To(Equal(time.Unix(0, 0).UTC()))
	})
})
