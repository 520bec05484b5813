package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The queue under load", func() {
	It("keeps every lane contiguous, in order and moving, while eight append and four execute", func(ctx SpecContext) {
		const appenders, rounds, executors = 8, 12, 4
		w := newQueueWorld(ctx, 2)
		var (
			stored    atomic.Int64
			appending sync.WaitGroup
			done      = make(chan struct{})
			log       executionLog
			executing sync.WaitGroup
		)
		for i := range appenders {
			appending.Go(func() {
				defer GinkgoRecover()
				for round := range rounds {
					w.queue(ctx, symbolsFrom(i+round)...)
					stored.Add(5 * 2)
				}
			})
		}
		for i := range executors {
			executing.Go(func() {
				defer GinkgoRecover()
				w.executeUntil(ctx, fmt.Sprintf("executor-%d", i), done, &log)
			})
		}
		appending.Wait()
		Eventually(ctx, log.count).WithTimeout(time.Minute).Should(BeEquivalentTo(stored.Load()))
		close(done)
		executing.Wait()

		Expect(log.lanes).To(HaveLen(2 * 6))
		for lane, places := range log.lanes {
			Expect(places).To(Equal(countTo(len(places))), lane)
		}
		stuck := sqlRows(ctx, sqlConn(ctx, databases.URL()), `
			select lane_id, next_seq, done_seq, ready_at from private.lanes
			where user_id = $1 and (next_seq <> done_seq + 1 or ready_at is not null)`, w.user.UUID)
		Expect(stuck).To(BeEmpty())
		for _, account := range w.accounts {
			held := sqlRows(ctx, sqlConn(ctx, databases.URL()), `
				select sum(quantity)::text from public.positions
				where broker_account_id = $1 and scope = 'account'`, account.UUID)
			Expect(held).To(ConsistOf(fmt.Sprint(10 * stored.Load() / 2)))
		}
	})
})

// symbolsFrom gives five of six symbols, in an order that depends on n.
func symbolsFrom(n int) []domain.Symbol {
	all := []domain.Symbol{"AAPL", "MSFT", "NVDA", "ORCL", "TSLA", "IBM"}
	symbols := make([]domain.Symbol, 5)
	for i := range symbols {
		symbols[i] = all[(n+i)%len(all)]
	}
	return symbols
}

// executionLog is which places of each lane were executed, in time.
type executionLog struct {
	mu    sync.Mutex
	lanes map[string][]int64
	n     int64
}

func (l *executionLog) add(t domain.Ticket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lanes == nil {
		l.lanes = map[string][]int64{}
	}
	name := t.BrokerAccountID.String() + " " + string(t.Symbol)
	l.lanes[name] = append(l.lanes[name], t.LaneSeq)
	l.n++
}

func (l *executionLog) count() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// executeUntil claims and executes until done is closed. Lanes of others, which
// specs before may have left, stay with it.
func (w *queueWorld) executeUntil(ctx context.Context, owner string, done <-chan struct{}, log *executionLog) {
	GinkgoHelper()
	poll := time.NewTicker(2 * time.Millisecond)
	defer poll.Stop()
	for {
		lanes, err := w.lanes.Claim(ctx, ports.LaneRequest{Owner: owner, Lanes: 2, Tickets: 3, Lease: longLease})
		Expect(err).NotTo(HaveOccurred())
		for _, lane := range lanes {
			if lane.UserID == w.user {
				w.executeLane(ctx, lane, log)
			}
		}
		select {
		case <-done:
			return
		case <-poll.C:
		}
	}
}

func (w *queueWorld) executeLane(ctx context.Context, lane ports.ClaimedLane, log *executionLog) {
	GinkgoHelper()
	for _, t := range lane.Tickets {
		Expect(w.execute(ctx, lane.Lease, t)).To(Succeed())
		log.add(t)
	}
	Expect(w.lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
}

func countTo(n int) []int64 {
	places := make([]int64, n)
	for i := range places {
		places[i] = int64(i) + 1
	}
	return places
}
