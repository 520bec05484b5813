package app_test

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// gatedInbox is an inbox whose commits wait while its gate is shut.
type gatedInbox struct {
	ports.SignalInbox

	mu    sync.Mutex
	gate  chan struct{}
	after func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error)
	// commits are the arrivals of each commit that was asked for, in order.
	commits [][]ports.Arrival
}

// shut lets no commit through until open is called.
func (g *gatedInbox) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	gate := make(chan struct{})
	g.gate = gate
	return sync.OnceFunc(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.gate = nil
		close(gate)
	})
}

// answerNext lets fn change the answer of the next commit.
func (g *gatedInbox) answerNext(fn func([]ports.ArrivalResult, error) ([]ports.ArrivalResult, error)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.after = fn
}

func (g *gatedInbox) asked() [][]ports.Arrival {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([][]ports.Arrival(nil), g.commits...)
}

func (g *gatedInbox) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	g.mu.Lock()
	g.commits = append(g.commits, arrivals)
	gate := g.gate
	g.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	results, err := g.SignalInbox.Append(ctx, arrivals)
	g.mu.Lock()
	after := g.after
	g.after = nil
	g.mu.Unlock()
	if after != nil {
		return after(results, err)
	}
	return results, err
}

// watchedLanes are lanes that tell when nothing is left to do.
type watchedLanes struct {
	ports.Lanes

	mu    sync.Mutex
	out   int
	quiet chan struct{}
}

func watch(lanes ports.Lanes) *watchedLanes {
	return &watchedLanes{Lanes: lanes, quiet: make(chan struct{}, 1)}
}

func (w *watchedLanes) held() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out
}

func (w *watchedLanes) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	before := w.held()
	claimed, err := w.Lanes.Claim(ctx, want)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out += len(claimed)
	if err == nil && before == 0 && len(claimed) == 0 {
		select {
		case w.quiet <- struct{}{}:
		default:
		}
	}
	return claimed, err
}

func (w *watchedLanes) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	err := w.Lanes.Release(ctx, lease, after)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.out--
	return err
}

// step names a call that an executor makes between a ticket and its order.
type step string

const (
	beforeIntend step = "before the order is written down"
	afterIntend  step = "after the order is written down"
	afterSubmit  step = "after the broker has the order"
	beforeFinish step = "before what came of it is recorded"
	afterFinish  step = "after what came of it is recorded"
)

// moment runs something once, at one step.
type moment struct {
	mu   sync.Mutex
	at   step
	what func()
}

func (m *moment) plan(at step, what func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.at, m.what = at, what
}

func (m *moment) reach(at step) {
	m.mu.Lock()
	what := m.what
	if m.at != at {
		what = nil
	}
	if what != nil {
		m.what = nil
	}
	m.mu.Unlock()
	if what != nil {
		what()
	}
}

// steppedLedger is a ledger whose writes are moments.
type steppedLedger struct {
	ports.Ledger
	moment *moment
}

func (l steppedLedger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	l.moment.reach(beforeIntend)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := l.Ledger.Intend(ctx, lease, o, first, plan)
	l.moment.reach(afterIntend)
	return err
}

func (l steppedLedger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	l.moment.reach(beforeFinish)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err := l.Ledger.Finish(ctx, lease, end, facts, at)
	l.moment.reach(afterFinish)
	return err
}

// venue is a broker that counts what it is asked, and can declare less than it
// can do.
type venue struct {
	ports.Broker
	moment *moment

	mu         sync.Mutex
	submitted  []string
	quotes     atomic.Int64
	lookUps    int
	declares   func(*ports.Capabilities)
	instrument func(domain.Instrument) (domain.Instrument, error)
}

func (v *venue) Capabilities() ports.Capabilities {
	can := v.Broker.Capabilities()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.declares != nil {
		v.declares(&can)
	}
	return can
}

func (v *venue) Instrument(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	v.mu.Lock()
	change := v.instrument
	v.mu.Unlock()
	i, err := v.Broker.Instrument(ctx, account, symbol)
	if err == nil && change != nil {
		return change(i)
	}
	return i, err
}

func (v *venue) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	v.mu.Lock()
	v.submitted = append(v.submitted, r.ClientOrderID)
	v.mu.Unlock()
	report, err := v.Broker.Submit(ctx, account, r)
	v.moment.reach(afterSubmit)
	return report, err
}

func (v *venue) ByClientOrderID(ctx context.Context, account *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	v.mu.Lock()
	v.lookUps++
	v.mu.Unlock()
	return v.Broker.ByClientOrderID(ctx, account, id)
}

// asked counts the look-ups.
func (v *venue) asked() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lookUps
}

// sent gives the client order ids of every send, in order.
func (v *venue) sent() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.submitted...)
}

// declare makes the venue promise less than it could.
func (v *venue) declare(fn func(*ports.Capabilities)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.declares = fn
}

// coarse makes the venue trade in steps.
func (v *venue) coarse(by domain.Quantity) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.instrument = func(i domain.Instrument) (domain.Instrument, error) {
		i.QuantityStep = by
		return i, nil
	}
}

// knows makes the venue know one symbol and no other.
func (v *venue) knows(symbol domain.Symbol) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.instrument = func(i domain.Instrument) (domain.Instrument, error) {
		if i.Symbol != symbol {
			return domain.Instrument{}, domain.NotFound("symbol")
		}
		return i, nil
	}
}

// workOver is the ledger of a process that dies: from its end on it reaches
// nothing more.
type workOver struct {
	ports.Ledger
	once sync.Once
	over chan struct{}
}

func (w *workOver) end() { w.once.Do(func() { close(w.over) }) }

func (w *workOver) dead() error {
	select {
	case <-w.over:
		return context.Canceled
	default:
		return nil
	}
}

func (w *workOver) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	if err := w.Ledger.Intend(cutOff{ctx, w}, lease, o, first, plan); err != nil {
		return err
	}
	return w.dead()
}

func (w *workOver) Record(ctx context.Context, facts ports.OrderFacts, at time.Time) (*domain.Order, error) {
	if err := w.dead(); err != nil {
		return nil, err
	}
	return w.Ledger.Record(ctx, facts, at)
}

func (w *workOver) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	if err := w.dead(); err != nil {
		return err
	}
	return w.Ledger.Finish(cutOff{ctx, w}, lease, end, facts, at)
}

// cutOff is a context that is over once its process is dead.
type cutOff struct {
	context.Context
	w *workOver
}

func (c cutOff) Err() error {
	if err := c.w.dead(); err != nil {
		return err
	}
	return c.Context.Err()
}

// hangingLedger writes no order down until its context ends, and says how it
// ended first.
type hangingLedger struct {
	ports.Ledger
	once  sync.Once
	hung  chan struct{}
	ended chan<- error
}

func (l *hangingLedger) Intend(ctx context.Context, _ ports.Lease, _ *domain.Order, _ ports.Attempt, _ ports.TicketPlan) error {
	l.once.Do(func() { close(l.hung) })
	<-ctx.Done()
	select {
	case l.ended <- ctx.Err():
	default: // somebody reads of the first end only
	}
	return ctx.Err()
}

// refusingInbox takes no signal by hand while it has an error.
type refusingInbox struct {
	ports.SignalInbox
	err error
}

func (r *refusingInbox) Submit(ctx context.Context, s *domain.Signal) error {
	if r.err != nil {
		return r.err
	}
	return r.SignalInbox.Submit(ctx, s)
}
