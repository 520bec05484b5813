package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// BenchmarkExecute brings b.N tickets in 20 lanes from claim to done with 16
// workers: what the executor does, but for a broker that fills at once.
func BenchmarkExecute(b *testing.B) {
	s := newBenchStore(b)
	inbox := postgres.NewInbox(s.db)
	for done := 0; done < b.N; done += 500 {
		arrivals := make([]ports.Arrival, min(500, b.N-done))
		for i := range arrivals {
			arrivals[i] = s.alert(done+i, domain.Symbol(fmt.Sprintf("SYM%d", i%20)))
		}
		_, err := inbox.Append(b.Context(), arrivals)
		check(b, err)
	}
	e := benchExecutor{
		b: b, lanes: postgres.NewLanes(s.db), ledger: postgres.NewLedger(s.db),
	}
	b.ResetTimer()
	var running sync.WaitGroup
	free := make(chan struct{}, 16)
	for e.done.Load() < int64(b.N) && !b.Failed() {
		free <- struct{}{}
		lanes, err := e.lanes.Claim(b.Context(), "bench", 1+cap(free)-len(free), 16, 15*time.Second)
		check(b, err)
		if len(lanes) == 0 {
			time.Sleep(time.Millisecond)
		}
		for i, lane := range lanes {
			if i > 0 {
				free <- struct{}{}
			}
			running.Go(func() {
				defer func() { <-free }()
				e.runLane(lane)
			})
		}
		if len(lanes) == 0 {
			<-free
		}
	}
	running.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "orders/s")
}

type benchExecutor struct {
	b      *testing.B
	lanes  *postgres.Lanes
	ledger *postgres.Ledger
	done   atomic.Int64
}

func (e *benchExecutor) runLane(lane ports.ClaimedLane) {
	ctx := e.b.Context()
	for _, t := range lane.Tickets {
		if err := e.execute(ctx, lane.Lease, t); err != nil {
			e.b.Error(err)
			return
		}
		e.done.Add(1)
	}
	if err := e.lanes.Release(ctx, lane.Lease, 0); err != nil {
		e.b.Error(err)
	}
}

func (e *benchExecutor) execute(ctx context.Context, lease ports.Lease, t domain.Ticket) error {
	mark, err := e.ledger.Installation(ctx)
	if err != nil {
		return err
	}
	brief, err := e.ledger.Brief(ctx, t.ID)
	if err != nil {
		return err
	}
	if _, err := e.ledger.Account(ctx, t.BrokerAccountID); err != nil {
		return err
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	signal := brief.Signal.Snapshot()
	quantity := domain.MustQuantity("10")
	o, err := domain.NewOrder(domain.OrderTerms{
		ID: newUUID[domain.Order](), UserID: t.UserID, SignalID: t.SignalID, TicketID: t.ID, BrokerAccountID: t.BrokerAccountID,
		WebhookConfigID: signal.WebhookConfigID, LaneSeq: t.LaneSeq, Step: 1, ClientOrderID: domain.NewClientOrderID(mark, t.ID, 1, 0),
		Symbol: t.Symbol, Side: domain.SideBuy, Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay,
		Class: domain.OrderClassSimple, Quantity: &quantity, ReferencePrice: signal.Intent.ReferencePrice, CreatedAt: now,
	})
	if err != nil {
		return err
	}
	plan := ports.TicketPlan{Target: brief.ConfigPosition.Quantity.After(domain.SideBuy, quantity), Decisions: signal.Decisions}
	if err := e.ledger.Intend(ctx, lease, o, ports.Attempt{Number: 1, At: now, Deadline: now.Add(8 * time.Second)}, plan); err != nil {
		return err
	}
	facts := ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{
		{SourceID: domain.SubmissionSourceID(1, domain.EventAcknowledged), Kind: domain.EventAcknowledged, At: now, Attempt: 1, BrokerOrderID: "b-" + o.ID().String()},
		{SourceID: "new", Kind: domain.EventNew, At: now},
		{SourceID: "fill:1", Kind: domain.EventFill, At: now, ExecutionID: "1", Quantity: quantity, Price: domain.MustPrice("189.98"), Completes: true},
	}}
	end := ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: domain.StateDone}
	return e.ledger.Finish(ctx, lease, end, []ports.OrderFacts{facts}, now)
}
