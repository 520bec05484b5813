package portstest_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// unfenced gives lanes and a ledger where every decision is made under the
// lane's present lease, whatever lease it names.
func unfenced(lanes ports.Lanes, ledger ports.Ledger) (ports.Lanes, ports.Ledger) {
	held := &sync.Map{}
	return notesLeases{lanes, held}, ignoresLeases{ledger, held}
}

type notesLeases struct {
	ports.Lanes
	held *sync.Map
}

func (n notesLeases) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	claimed, err := n.Lanes.Claim(ctx, want)
	for _, lane := range claimed {
		n.held.Store(lane.Lease.LaneID, lane.Lease)
	}
	return claimed, err
}

type ignoresLeases struct {
	ports.Ledger
	held *sync.Map
}

func (l ignoresLeases) present(lease ports.Lease) ports.Lease {
	if held, ok := l.held.Load(lease.LaneID); ok {
		return held.(ports.Lease)
	}
	return lease
}

func (l ignoresLeases) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return l.Ledger.Plan(ctx, l.present(lease), id, plan)
}

func (l ignoresLeases) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	return l.Ledger.Intend(ctx, l.present(lease), o, first, plan)
}

func (l ignoresLeases) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (*domain.Order, error) {
	return l.Ledger.Retry(ctx, l.present(lease), id, next)
}

func (l ignoresLeases) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	return l.Ledger.Finish(ctx, l.present(lease), end, facts, at)
}

func (l ignoresLeases) Overtake(ctx context.Context, lease ports.Lease, id domain.TicketID, why domain.Decision) error {
	return l.Ledger.Overtake(ctx, l.present(lease), id, why)
}

type losesFacts struct{ ports.Ledger }

func (l losesFacts) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	if err := l.Ledger.Finish(ctx, lease, end, nil, at); err != nil {
		return err
	}
	var errs error
	for _, f := range facts {
		_, err := l.Record(ctx, f, at)
		errs = errors.Join(errs, err)
	}
	return errs
}

type countsTwice struct {
	ports.Ledger
	told atomic.Int64
}

func (l *countsTwice) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	events := make([]domain.OrderEvent, len(facts.Events))
	for i, e := range facts.Events {
		if e.Kind == domain.EventFill {
			telling := strconv.FormatInt(l.told.Add(1), 10)
			e.SourceID, e.ExecutionID = e.SourceID+telling, e.ExecutionID+telling
		}
		events[i] = e
	}
	return l.Ledger.Record(ctx, ports.OrderFacts{OrderID: facts.OrderID, Events: events}, at)
}

// unlocked is a journal whose Append reads, runs fn and writes without holding
// the account.
type unlocked struct {
	mu      sync.Mutex
	entries map[domain.BrokerAccountID][][]byte
}

func (j *unlocked) Read(_ context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.entries[account][after:], nil
}

func (j *unlocked) Append(ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error)) (int64, error) {
	entries, err := j.Read(ctx, account, after)
	if err != nil {
		return 0, err
	}
	more, err := fn(entries)
	if err != nil {
		return 0, err
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(time.Millisecond): // what a disk takes
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.entries[account] = append(j.entries[account], more...)
	return int64(len(j.entries[account])), nil
}
