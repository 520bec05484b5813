//go:build failpoints

package appfx

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type failingInbox struct {
	ports.SignalInbox
	p *failpoint
}

func (b failingInbox) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	b.p.pass(failIntakeBefore)
	results, err := b.SignalInbox.Append(ctx, arrivals)
	if err == nil {
		b.p.pass(failIntakeAfter)
	}
	return results, err
}

func (b failingInbox) Submit(ctx context.Context, s *domain.Signal) error {
	b.p.pass(failSubmitBefore)
	err := b.SignalInbox.Submit(ctx, s)
	if err == nil {
		b.p.pass(failSubmitAfter)
	}
	return err
}

type failingLanes struct {
	ports.Lanes
	p *failpoint
}

func (l failingLanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	lanes, err := l.Lanes.Claim(ctx, want)
	if len(lanes) > 0 {
		l.p.pass(failClaimAfter)
	}
	return lanes, err
}

func (l failingLanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	l.p.pass(failReleaseBefore)
	return l.Lanes.Release(ctx, lease, after)
}

type failingBrokers struct {
	ports.Brokers
	p *failpoint
}

func (b failingBrokers) For(kind domain.BrokerKind) (ports.Broker, error) {
	broker, err := b.Brokers.For(kind)
	if err != nil {
		return nil, err
	}
	failing := failingBroker{broker, b.p}
	if quotes, ok := broker.(ports.Quotes); ok {
		return struct {
			failingBroker
			ports.Quotes
		}{failing, quotes}, nil
	}
	return failing, nil
}

type failingBroker struct {
	ports.Broker
	p *failpoint
}

func (b failingBroker) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	b.p.pass(failSendBefore)
	report, err := b.Broker.Submit(ctx, account, r)
	b.p.pass(failSendAfter)
	return report, err
}

func (b failingBroker) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	report, err := b.Broker.ByClientOrderID(ctx, account, id)
	b.p.pass(failLookUpAfter)
	return report, err
}

func (b failingBroker) Cancel(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	b.p.pass(failCancelBefore)
	report, err := b.Broker.Cancel(ctx, account, id)
	b.p.pass(failCancelAfter)
	return report, err
}

type failingLedger struct {
	ports.Ledger
	p *failpoint
}

// around lets a decision or a record pass between two failpoints.
func (l failingLedger) around(before string, do func() error, after string) error {
	l.p.pass(before)
	err := do()
	if err == nil {
		l.p.pass(after)
	}
	return err
}

func (l failingLedger) Overtake(ctx context.Context, lease ports.Lease, id domain.TicketID, why domain.Decision) error {
	return l.around(failOvertakeBefore, func() error { return l.Ledger.Overtake(ctx, lease, id, why) }, failOvertakeAfter)
}

func (l failingLedger) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return l.around(failPlanBefore, func() error { return l.Ledger.Plan(ctx, lease, id, plan) }, failPlanAfter)
}

func (l failingLedger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	return l.around(failIntendBefore, func() error { return l.Ledger.Intend(ctx, lease, o, first, plan) }, failIntendAfter)
}

func (l failingLedger) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (o *domain.Order, err error) {
	err = l.around(failRetryBefore, func() error {
		o, err = l.Ledger.Retry(ctx, lease, id, next)
		return err
	}, failRetryAfter)
	return o, err
}

func (l failingLedger) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (o *domain.Order, err error) {
	err = l.around(failRecordBefore, func() error {
		o, err = l.Ledger.Record(ctx, facts, at)
		return err
	}, failRecordAfter)
	return o, err
}

func (l failingLedger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	return l.around(failFinishBefore, func() error { return l.Ledger.Finish(ctx, lease, end, facts, at) }, failFinishAfter)
}

type failingHaltBoard struct {
	ports.HaltBoard
	p *failpoint
}

func (b failingHaltBoard) Flattened(ctx context.Context, id domain.HaltID, at time.Time) error {
	err := b.HaltBoard.Flattened(ctx, id, at)
	if err == nil {
		b.p.pass(failFlattenedAfter)
	}
	return err
}
