package simulation_test

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The shape of a simulated process: leases and timeouts are short, so that more
// happens within a minute.
const (
	lease       = 6 * time.Second
	sendTimeout = 3 * time.Second
	maxSkew     = 500 * time.Millisecond
)

// process is one run of the server: the real intake, executor and tracker.
type process struct {
	slot, run int
	dead      bool
	stopping  bool
	// pausedUntil is until when nothing of it goes on.
	pausedUntil time.Time
	intake      *app.Intake
	cancel      context.CancelFunc
	running     sync.WaitGroup
	buried      func()
}

func (p *process) title() string {
	if p == nil {
		return "sender"
	}
	return "process " + strconv.Itoa(p.slot) + "." + strconv.Itoa(p.run)
}

// start runs the next process of a slot.
func (w *world) start(slot int) {
	w.runs[slot]++
	p := &process{slot: slot, run: w.runs[slot]}
	p.buried = func() { w.succeed(p) }
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	w.slots[slot] = p
	w.processes = append(w.processes, p)

	skew := w.within(-maxSkew, maxSkew)
	if w.draw(2) == 0 {
		skew = 0
	}
	clock := system.NewClockFrom(func() time.Time { return time.Now().Add(skew) })

	rung := app.NewDoorbell()
	heard := rung
	if w.draw(3) == 0 {
		heard = app.NewDoorbell() // as if the executor were a process of its own
	}
	log := slog.New(slog.DiscardHandler)
	as := func(role string) reaching { return reaching{w, p, role} }
	guardOf := func(role string) *app.Guard {
		return app.NewGuard(as(role).ledger(), as(role).inbox(), clock, rung, log, nil)
	}
	config := app.DefaultExecutorConfig(p.title(), lease)
	config.Poll = time.Second
	config.SendTimeout = sendTimeout
	config.Lanes, config.Tickets = 1+w.draw(4), 1+w.draw(8)
	p.intake = app.NewIntake(as("intake").directory(), app.NewSenderVault(w.store, nil), alerts.New(), as("intake").inbox(), w.store, clock, w.ids, rung, log, app.DefaultIntakeConfig())
	executor := app.NewExecutor(as("executor").lanes(), as("executor").ledger(), as("executor").brokers(), clock, w.ids, heard, log, config)
	tracker := app.NewTracker(as("tracker").ledger(), as("tracker").brokers(), guardOf("tracker"), clock, log,
		app.TrackerConfig{Every: 2 * time.Second, Batch: 10, SendTimeout: sendTimeout})
	reconciler := app.NewReconciler(as("reconciler").ledger(), as("reconciler").brokers(), guardOf("reconciler"), clock, w.ids, log, app.ReconcilerConfig{
		Every: 20 * time.Second, Poll: 5 * time.Second, Lease: 10 * time.Second, Batch: 2, Page: 3, Overlap: 10 * time.Second, SendTimeout: sendTimeout,
	})
	watching := app.DefaultStopWatchConfig()
	watching.Every, watching.SendTimeout = 4*time.Second, sendTimeout
	stops := app.NewStopWatch(as("stop watch").ledger(), as("stop watch").inbox(), as("stop watch").brokers(), clock, rung, log, watching)
	going := app.DefaultPatrolConfig()
	going.Every = 5 * time.Second
	patrol := app.NewPatrol(as("patrol").ledger(), as("patrol").inbox(), as("patrol").brokers(), clock, rung, log, going)
	for _, run := range []func(context.Context){p.intake.Run, executor.Run, tracker.Run, reconciler.Run, stops.Run, patrol.Run} {
		p.running.Go(func() { run(ctx) })
	}
	w.running.Go(p.running.Wait)
}

// succeed starts another process where one is over.
func (w *world) succeed(p *process) {
	if w.slots[p.slot] == p {
		w.in(w.within(time.Millisecond, 5*time.Second), "", func() { w.start(p.slot) })
		w.slots[p.slot] = nil
	}
}

// stop ends a process in an orderly way.
func (w *world) stop(p *process) {
	p.stopping = true
	p.cancel()
	w.stats.Stops++
	w.succeed(p)
}

// reaching are the ports of one part of a process.
type reaching struct {
	w    *world
	p    *process
	role string
}

// errors of the outside.
func notNow() error {
	return &domain.Error{Kind: domain.KindUnavailable, Code: "unavailable", Msg: "the database cannot be reached"}
}

func answerLost() error {
	return &domain.Error{Kind: domain.KindUnknownOutcome, Code: "answer_lost", Msg: "the connection broke during the commit"}
}

func (r reaching) directory() ports.WebhookDirectory { return simDirectory{r} }

func (r reaching) inbox() ports.SignalInbox {
	if spoil := r.w.sabotage.inbox; spoil != nil {
		return simInbox{spoil(r.w.store), r}
	}
	return simInbox{r.w.store, r}
}

func (r reaching) lanes() ports.Lanes {
	if spoil := r.w.sabotage.lanes; spoil != nil {
		return simLanes{spoil(r.w.store), r}
	}
	return simLanes{r.w.store, r}
}

func (r reaching) ledger() ports.Ledger {
	if spoil := r.w.sabotage.ledger; spoil != nil {
		return simLedger{spoil(r.w, r.w.store), r}
	}
	return simLedger{r.w.store, r}
}

func (r reaching) brokers() ports.Brokers {
	brokers := app.Brokers{}
	for kind, v := range r.w.venues {
		brokers[kind] = simBroker{v, r}
		if v.quotes {
			brokers[kind] = simQuoting{simBroker{v, r}}
		}
	}
	return brokers
}

// across takes one call to the store: it waits for its turn and meets its fate.
func across[T any](r reaching, what string, do func() (T, error)) (T, error) {
	var none T
	f := r.w.reach(r.p, r.role+" "+what)
	switch f { //nolint:exhaustive // the others happen, below
	case fails:
		return none, notNow()
	case processIsOff:
		return none, context.Canceled
	case passes:
		return do()
	}
	_, err := do()
	if f == diesAfter {
		r.w.kill(r.p)
		return none, context.Canceled
	}
	if err != nil {
		return none, err
	}
	return none, answerLost()
}

// aside takes one call that only reads what never changes.
func aside[T any](r reaching, do func() (T, error)) (T, error) {
	var none T
	switch r.w.small(r.p) { //nolint:exhaustive // small draws nothing else
	case fails:
		return none, notNow()
	case processIsOff:
		return none, context.Canceled
	}
	return do()
}
