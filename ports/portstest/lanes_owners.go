package portstest

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func (l *laneSpecs) describeManyOwners() {
	w := l.w
	It("never hands one lane to two", func(ctx SpecContext) {
		const lanes, owners = 30, 6
		for n := range lanes {
			l.queue(ctx, domain.Symbol(fmt.Sprintf("S%d", n)))
		}
		var mu sync.Mutex
		var handed []domain.Symbol
		atOnce(owners, func(i int) {
			for {
				claimed := l.claim(ctx, strconv.Itoa(i), 3)
				if len(claimed) == 0 {
					return
				}
				mu.Lock()
				handed = append(handed, symbolsOf(claimed)...)
				mu.Unlock()
			}
		})
		Expect(handed).To(HaveLen(lanes))
		slices.Sort(handed)
		Expect(slices.Compact(handed)).To(HaveLen(lanes))
	})

	It("lets many owners finish every ticket once, strictly in the order of its lane", func(ctx SpecContext) {
		const owners, rounds = 4, 8
		symbols := []domain.Symbol{"AAPL", "MSFT", "NVDA", "ORCL", "TSLA"}
		for range rounds {
			l.queue(ctx, symbols...)
		}
		var mu sync.Mutex
		finished := map[domain.Symbol][]int64{}
		atOnce(owners, func(i int) {
			for {
				claimed, err := w.Lanes.Claim(ctx, ports.LaneRequest{Owner: strconv.Itoa(i), Lanes: 2, Tickets: 3, Lease: leaseTime})
				Expect(err).NotTo(HaveOccurred())
				if len(claimed) == 0 {
					mu.Lock()
					var n int
					for _, seqs := range finished {
						n += len(seqs)
					}
					mu.Unlock()
					if n == rounds*len(symbols) {
						return
					}
				}
				for _, lane := range claimed {
					for _, t := range lane.Tickets {
						Expect(w.finish(ctx, lane.Lease, t, domain.StateDone)).To(Succeed())
						mu.Lock()
						finished[lane.Symbol] = append(finished[lane.Symbol], t.LaneSeq)
						mu.Unlock()
					}
					Expect(w.Lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
				}
			}
		})
		Expect(finished).To(HaveLen(len(symbols)))
		for _, seqs := range finished {
			Expect(seqs).To(Equal(upTo(rounds)))
		}
		Expect(w.claim(ctx)).To(BeEmpty())
	})
}

// describeClaimCost holds a claim from a lane with many tickets beside one from
// a lane with one. A claim that looks at what waits is slower by tens of times;
// the bound leaves room for a busy machine.
func describeClaimCost(w *world) {
	It("claims at a cost that does not depend on how many tickets wait", func(ctx SpecContext) {
		const backlog, batch, rounds = 3000, 250, 15
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		cost := func() time.Duration {
			GinkgoHelper()
			took := make([]time.Duration, rounds)
			for i := range took {
				start := time.Now()
				lanes, err := w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "worker", Lanes: 1, Tickets: 8, Lease: leaseTime})
				took[i] = time.Since(start)
				Expect(err).NotTo(HaveOccurred())
				Expect(lanes).To(HaveLen(1))
				Expect(w.Lanes.Release(ctx, lanes[0].Lease, 0)).To(Succeed())
			}
			return slices.Min(took)
		}

		w.queue(ctx, c, "AAPL")
		one := cost()
		for range backlog / batch {
			arrivals := make([]ports.Arrival, batch)
			for i := range arrivals {
				arrivals[i] = w.alert(c, "AAPL")
			}
			w.appendAll(ctx, arrivals...)
		}
		Expect(cost()).To(BeNumerically("<", 4*one+4*time.Millisecond))
	})
}
