//go:build failpoints

package appfx

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"go.uber.org/fx"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// failpointVariable names a failpoint and the passage at which the process ends
// there as kill -9 ends it: send-after:17.
const failpointVariable = "HOOKFILL_TEST_FAILPOINT"

// The failpoints. Each lies between two things that cannot be done at once.
const (
	// failIntakeBefore: alerts arrived, nothing is stored.
	failIntakeBefore = "intake-before"
	// failIntakeAfter: alerts are stored, nobody was answered.
	failIntakeAfter = "intake-after"
	// failSendBefore: order and attempt are stored, nothing was sent.
	failSendBefore = "send-before"
	// failSendAfter: the broker has answered, nothing of it is stored.
	failSendAfter = "send-after"
	// failFinishAfter: what came of an order is stored, the lane is still held.
	failFinishAfter = "finish-after"
)

// failpoints wraps the ports that the points lie between. The program for users
// is built without the tag and has none of this.
func failpoints() fx.Option {
	name, at, given := strings.Cut(os.Getenv(failpointVariable), ":") //nolint:forbidigo // no setting of the program: of the specs that build this
	passage, err := strconv.ParseInt(at, 10, 64)
	if !given || err != nil {
		return fx.Options()
	}
	p := &failpoint{name: name, at: passage}
	return fx.Options(
		fx.Decorate(func(b ports.SignalInbox) ports.SignalInbox { return failingInbox{b, p} }),
		fx.Decorate(func(b ports.Brokers) ports.Brokers { return failingBrokers{b, p} }),
		fx.Decorate(func(l ports.Ledger) ports.Ledger { return failingLedger{l, p} }),
	)
}

type failpoint struct {
	name   string
	at     int64
	passed atomic.Int64
}

func (p *failpoint) pass(name string) {
	if name == p.name && p.passed.Add(1) == p.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // nothing more happens until it arrives
	}
}

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

type failingBrokers struct {
	ports.Brokers
	p *failpoint
}

func (b failingBrokers) For(kind domain.BrokerKind) (ports.Broker, error) {
	broker, err := b.Brokers.For(kind)
	if err != nil {
		return nil, err
	}
	return failingBroker{broker, b.p}, nil
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

type failingLedger struct {
	ports.Ledger
	p *failpoint
}

func (l failingLedger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	err := l.Ledger.Finish(ctx, lease, end, facts, at)
	if err == nil {
		l.p.pass(failFinishAfter)
	}
	return err
}
