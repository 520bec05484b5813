package simulation_test

import (
	"context"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// sabotage breaks a promise beneath the product, so that the oracle is seen to
// notice. `make mutants` breaks the product itself, in many more ways.
type sabotage struct {
	name       string
	inbox      func(ports.SignalInbox) ports.SignalInbox
	lanes      func(ports.Lanes) ports.Lanes
	ledger     func(*world, ports.Ledger) ports.Ledger
	sendsTwice bool
	// shows is what the oracle has to say of it.
	shows string
	// from is the first seed that is tried, for what shows in few.
	from uint64
}

func sabotages() []TableEntry {
	all := []sabotage{
		{
			name:  "alerts are acknowledged and not stored",
			inbox: func(i ports.SignalInbox) ports.SignalInbox { return forgetful{i} }, shows: "lost: alert",
		},
		{
			name:  "nobody is given a lane",
			lanes: func(l ports.Lanes) ports.Lanes { return ungiving{l} }, shows: "stuck: ticket",
		},
		{
			name:   "a void lease is as good as any",
			ledger: func(w *world, l ports.Ledger) ports.Ledger { return unfenced{l, w} }, shows: "fence: ", from: 130,
		},
		{
			name:   "a fill counts as often as it is told",
			ledger: func(_ *world, l ports.Ledger) ports.Ledger { return &countsAll{Ledger: l} }, shows: "by the books",
		},
		{
			name:   "nobody reads which prices are watched",
			ledger: func(_ *world, l ports.Ledger) ports.Ledger { return blindfolded{l} }, shows: "unprotected: ", from: 50,
		},
		{name: "every order is sent twice", sendsTwice: true, shows: "doubled: "},
	}
	entries := make([]TableEntry, len(all))
	for i, s := range all {
		entries[i] = Entry(nil, s)
	}
	return entries
}

type forgetful struct{ ports.SignalInbox }

func (forgetful) Append(_ context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	results := make([]ports.ArrivalResult, len(arrivals))
	for i := range results {
		results[i].Outcome = ports.ArrivalStored
	}
	return results, nil
}

type ungiving struct{ ports.Lanes }

func (ungiving) Claim(context.Context, ports.LaneRequest) ([]ports.ClaimedLane, error) {
	return nil, nil
}

type blindfolded struct{ ports.Ledger }

func (blindfolded) WatchedStops(context.Context, domain.OrderID, int) ([]ports.WatchedStop, error) {
	return nil, nil
}

type unfenced struct {
	ports.Ledger
	w *world
}

func (u unfenced) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return u.Ledger.Plan(ctx, u.present(lease), id, plan)
}

func (u unfenced) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	return u.Ledger.Intend(ctx, u.present(lease), o, first, plan)
}

func (u unfenced) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (*domain.Order, error) {
	return u.Ledger.Retry(ctx, u.present(lease), id, next)
}

func (u unfenced) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	return u.Ledger.Finish(ctx, u.present(lease), end, facts, at)
}

func (u unfenced) present(lease ports.Lease) ports.Lease {
	return ports.Lease{LaneID: lease.LaneID, Epoch: u.w.epochs[lease.LaneID]}
}

type countsAll struct {
	ports.Ledger
	told int
}

func (c *countsAll) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	events := make([]domain.OrderEvent, len(facts.Events))
	for i, e := range facts.Events {
		if e.Kind == domain.EventFill {
			c.told++
			e.SourceID, e.ExecutionID = e.SourceID+strconv.Itoa(c.told), e.ExecutionID+strconv.Itoa(c.told)
		}
		events[i] = e
	}
	return c.Ledger.Record(ctx, ports.OrderFacts{OrderID: facts.OrderID, Events: events}, at)
}
