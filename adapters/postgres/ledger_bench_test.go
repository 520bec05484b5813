package postgres_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// BenchmarkExecute brings b.N tickets in 20 lanes from claim to done, 16 lanes
// side by side: what the executor does, but for a broker that fills at once.
func BenchmarkExecute(b *testing.B) {
	w := benchWorld(b)
	for done := 0; done < b.N; done += 500 {
		arrivals := make([]ports.Arrival, min(500, b.N-done))
		for i := range arrivals {
			arrivals[i] = w.alert(domain.Symbol(fmt.Sprintf("SYM%d", i%20)))
		}
		_, err := w.inbox.Append(b.Context(), arrivals)
		must(b, err)
	}
	b.ResetTimer()
	var (
		running sync.WaitGroup
		done    atomic.Int64
		slots   = make(chan struct{}, 16)
	)
	idle := time.NewTicker(time.Millisecond)
	defer idle.Stop()
	for done.Load() < int64(b.N) && !b.Failed() {
		free := 0
		for ; free == 0 || len(slots) < cap(slots); free++ {
			slots <- struct{}{}
		}
		lanes, err := w.lanes.Claim(b.Context(), ports.LaneRequest{Owner: "bench", Lanes: free, Tickets: 16, Lease: 15 * time.Second})
		must(b, err)
		for range free - len(lanes) {
			<-slots
		}
		for _, lane := range lanes {
			running.Go(func() {
				defer func() { <-slots }()
				done.Add(w.runLane(b, lane))
			})
		}
		if len(lanes) == 0 {
			<-idle.C
		}
	}
	running.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}

// runLane executes what was claimed of a lane and gives the lane back.
func (w *queueWorld) runLane(b *testing.B, lane ports.ClaimedLane) (done int64) {
	for _, t := range lane.Tickets {
		if err := w.execute(b.Context(), lane.Lease, t); err != nil {
			b.Error(err)
			return done
		}
		done++
	}
	if err := w.lanes.Release(b.Context(), lane.Lease, 0); err != nil {
		b.Error(err)
	}
	return done
}
