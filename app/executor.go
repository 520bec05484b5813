package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// ExecutorConfig bounds the executor. The zero value is not valid; use
// DefaultExecutorConfig.
type ExecutorConfig struct {
	// Owner names this process in the lanes it holds.
	Owner string
	// Lease is how long a lane stays ours without renewal.
	Lease time.Duration
	// Lanes is how many lanes run side by side, half of them at most of one user.
	// Tickets is how many are taken from one lane at a claim.
	Lanes, Tickets int
	// Poll is how often lanes are looked for when nobody rings.
	Poll time.Duration
	// SendTimeout bounds one call to a broker. It is well under Lease.
	SendTimeout time.Duration
	// Grace is how long a stop waits for tickets under way.
	Grace time.Duration
	// Found, where it is set, is called for every order that a broker has and that
	// no row accounts for.
	Found func()
}

// DefaultExecutorConfig is what the server uses with a lease.
func DefaultExecutorConfig(owner string, lease time.Duration) ExecutorConfig {
	return ExecutorConfig{
		Owner: owner, Lease: lease, Lanes: 32, Tickets: 16, Poll: 250 * time.Millisecond,
		SendTimeout: min(8*time.Second, lease/2), Grace: 700 * time.Millisecond,
	}
}

// Executor takes tickets from lanes, in order, and turns each into orders.
// Several executors, in one process or many, share the lanes.
type Executor struct {
	lanes  ports.Lanes
	ledger ports.Ledger
	orders *submitter
	clock  ports.Clock
	ids    ports.IDs
	bell   *Doorbell
	log    *slog.Logger
	c      ExecutorConfig
	shares *shares
	// started is when this executor was made.
	started time.Time

	absent *absentOrders

	mu   sync.Mutex
	held map[ports.Lease]context.CancelFunc
	// caughtUp are those whose open orders were asked about since the start.
	caughtUp map[holder]struct{}
}

// NewExecutor makes an executor; Run starts it.
func NewExecutor(
	lanes ports.Lanes, ledger ports.Ledger, brokers ports.Brokers, clock ports.Clock, ids ports.IDs,
	bell *Doorbell, log *slog.Logger, c ExecutorConfig,
) *Executor {
	return &Executor{
		lanes: lanes, ledger: ledger, clock: clock, ids: ids, bell: bell, log: log, c: c,
		shares: newShares(c.Lanes),
		orders: &submitter{ledger: ledger, brokers: brokers, clock: clock, log: log, timeout: c.SendTimeout},
		held:   map[ports.Lease]context.CancelFunc{}, absent: newAbsentOrders(maxAbsent), caughtUp: map[holder]struct{}{}, started: clock.Now(),
	}
}

// Run executes until ctx ends. Then tickets under way may finish within the
// grace, and every lane is handed back before Run returns.
func (e *Executor) Run(ctx context.Context) {
	// Work outlives ctx by the grace: a stop does not tear a send apart.
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var running sync.WaitGroup
	renewing := make(chan struct{})
	go func() {
		defer close(renewing)
		e.renewUntil(work)
	}()

	e.claimUntil(ctx, work, &running)

	grace := time.AfterFunc(e.c.Grace, stopWork)
	running.Wait()
	grace.Stop()
	stopWork()
	<-renewing
}

// claimUntil hands claimed lanes to goroutines, at most Lanes at a time, until
// ctx ends.
func (e *Executor) claimUntil(ctx, work context.Context, running *sync.WaitGroup) {
	free := make(chan struct{}, e.c.Lanes)
	for range e.c.Lanes {
		free <- struct{}{}
	}
	poll := time.NewTicker(e.c.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		slots := take(ctx, free, e.c.Lanes)
		claimed, err := e.claim(work, slots)
		if err != nil && ctx.Err() == nil {
			e.log.ErrorContext(ctx, "cannot claim lanes; trying again", "error", err)
		}
		e.shares.take(claimed)
		for _, lane := range claimed {
			running.Go(func() {
				handedBack := e.runLane(ctx, work, lane)
				full := e.shares.give(lane.UserID)
				free <- struct{}{}
				switch {
				case handedBack:
					e.bell.Ring() // for what arrived in the lane while it was held
				case full:
					e.bell.ringHere() // another lane of theirs may run now
				}
			})
		}
		for range slots - len(claimed) {
			free <- struct{}{}
		}
		if len(claimed) == slots {
			continue // there may be more
		}
		e.rest(ctx, poll.C)
	}
}

// rest waits until lanes are to be looked for. The look that follows answers
// whatever asked for it until then.
func (e *Executor) rest(ctx context.Context, poll <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-e.bell.rung:
	case <-poll:
	}
	select {
	case <-e.bell.rung:
	default:
	}
	select {
	case <-poll:
	default:
	}
}

// claim is not cut short by a stop: a claim whose answer nobody waits for may
// have been made all the same, and its lanes would stand still for a whole
// lease. What is claimed while stopping is handed back by runLane.
func (e *Executor) claim(work context.Context, slots int) ([]ports.ClaimedLane, error) {
	if slots == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(work, e.patience())
	defer cancel()
	return e.lanes.Claim(ctx, ports.LaneRequest{
		Owner: e.c.Owner, Lanes: slots, Tickets: e.c.Tickets, Lease: e.c.Lease, Held: e.shares.now(), PerUser: e.shares.most,
	})
}

// patience is how long the lanes are waited for. A stop waits no longer than
// that, however long the lease.
func (e *Executor) patience() time.Duration { return min(e.c.Lease/3, 5*time.Second) }

// take waits for one free slot and takes all there are, 0 once ctx ended.
func take(ctx context.Context, free <-chan struct{}, most int) int {
	select {
	case <-free:
	case <-ctx.Done():
		return 0
	}
	for n := 1; n < most; n++ {
		select {
		case <-free:
		default:
			return n
		}
	}
	return most
}

// runLane executes the claimed tickets in order. It stops at the first one that
// has to wait, hands the lane back saying for how long, and reports whether it
// may run at once.
func (e *Executor) runLane(stopping, work context.Context, lane ports.ClaimedLane) bool {
	ctx, lost := context.WithCancel(work)
	defer lost()
	e.hold(lane.Lease, lost)
	defer e.letGo(lane.Lease)

	wait := time.Duration(0)
	for _, ticket := range lane.Tickets {
		if stopping.Err() != nil {
			break
		}
		next, err := e.runTicket(ctx, lane, ticket)
		if err != nil {
			e.logStop(ctx, lane, ticket, err)
			if ctx.Err() != nil {
				break // cut short by us: whoever comes next need not wait
			}
			next = retryAfter(err)
		}
		if next > 0 {
			wait = next
			break
		}
	}
	e.release(lane.Lease, wait)
	return wait == 0
}

// release is done even when the lane's context is over: a lane that is not
// handed back stands still for the rest of its lease.
func (e *Executor) release(lease ports.Lease, wait time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), e.patience())
	defer cancel()
	if err := e.lanes.Release(ctx, lease, wait); err != nil {
		e.log.WarnContext(ctx, "cannot hand a lane back; it is free when its lease ends", "lane_id", lease.LaneID, "error", err)
	}
}

func (e *Executor) logStop(ctx context.Context, lane ports.ClaimedLane, t domain.Ticket, err error) {
	e.log.WarnContext(ctx, "ticket has to wait", "ticket_id", t.ID, "signal_id", t.SignalID,
		"broker_account_id", lane.BrokerAccountID, "symbol", lane.Symbol, "kind", domain.KindOf(err), "error", err)
}

// waitAfterError is how long a lane rests after a failure that says nothing
// better.
const waitAfterError = time.Second

func retryAfter(err error) time.Duration {
	if e, ok := asError(err); ok && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return waitAfterError
}
