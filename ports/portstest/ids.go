package portstest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// IDsHarness makes makers of ids.
type IDsHarness struct {
	New func(ctx context.Context) ports.IDs
}

// DescribeIDs proves ports.IDs.
func DescribeIDs(name string, h IDsHarness) bool {
	return Describe(name+" as IDs", Label(LabelContract), func() {
		var ids ports.IDs
		BeforeEach(func(ctx SpecContext) { ids = h.New(ctx) })

		It("gives an id that no other call gives, here or anywhere", func(ctx SpecContext) {
			elsewhere := h.New(ctx)
			var mu sync.Mutex
			met := map[[16]byte]bool{}
			atOnce(writers, func(i int) {
				for range 500 {
					id := []ports.IDs{ids, elsewhere}[i%2].New()
					mu.Lock()
					met[id] = true
					mu.Unlock()
				}
			})
			Expect(met).To(HaveLen(writers * 500))
		})

		It("gives UUIDs of version 7 (RFC 9562)", func() {
			id := ids.New()
			Expect(id[6]>>4).To(BeEquivalentTo(7), "version")
			Expect(id[8]>>6).To(BeEquivalentTo(2), "variant")
		})

		It("gives ids that sort after those made earlier, to the millisecond", func(ctx SpecContext) {
			first := ids.New()
			Eventually(func() int {
				id := ids.New()
				return bytes.Compare(id[:6], first[:6])
			}).WithContext(ctx).WithPolling(time.Millisecond).Should(Equal(1), "the millisecond rises")
			later := ids.New()
			Expect(bytes.Compare(later[:], first[:])).To(Equal(1))

			last := later
			for range 1000 {
				id := ids.New()
				Expect(bytes.Compare(id[:6], last[:6])).To(BeNumerically(">=", 0))
				last = id
			}
		})
	})
}
