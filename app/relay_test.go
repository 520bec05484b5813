package app_test

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The relay", func() {
	// A poll nobody lives to see: what is executed was told of.
	never := func() app.ExecutorConfig {
		c := executorConfig()
		c.Poll = 24 * time.Hour
		return c
	}

	relay := func(w ports.Wakeups, bell *app.Doorbell) *app.Relay {
		c := app.DefaultRelayConfig()
		c.Retry, c.RetryAtMost = time.Millisecond, 4*time.Millisecond
		return app.NewRelay(w, bell, quietLog(), c)
	}

	// apart gives a process that only takes in, and runs one that only executes on
	// the same storage.
	apart := func(ctx context.Context, intake, executor storage, clock *memory.Clock, c app.ExecutorConfig, told, heard ports.Wakeups) *trader {
		GinkgoHelper()
		here, there := build(intake, app.DefaultIntakeConfig()), build(executor, app.DefaultIntakeConfig())
		here.open()
		for _, part := range []func(context.Context){
			relay(told, here.bell).Tell, relay(heard, there.bell).Listen, there.executor(there.lanes, c).Run,
		} {
			DeferCleanup(running(part))
		}
		return moveIn(ctx, here, clock)
	}
	state := func(t *trader, id domain.SignalID) func(SpecContext) domain.State {
		return func(ctx SpecContext) domain.State { return t.signal(ctx, id).State }
	}

	It("has the process that executes start at once when another takes an alert in", func(ctx SpecContext) {
		s, clock := inMemory()
		wakeups := &listened{Wakeups: memory.NewWakeups(), listening: make(chan struct{}, 1)}
		t := apart(ctx, s, s, clock, never(), wakeups, wakeups)
		Eventually(wakeups.listening).WithContext(ctx).Should(Receive())
		id := t.send(ctx, t.hook(ctx), buyTen)
		Eventually(state(t, id)).WithContext(ctx).Should(Equal(domain.StateDone))
	})

	It("does so through PostgreSQL", func(ctx SpecContext) {
		here, there := overPostgres(ctx), overPostgres(ctx)
		heard := &listened{Wakeups: postgres.NewWakeups(there.db, there.ids), listening: make(chan struct{}, 1)}
		t := apart(ctx, here.storage, there.storage, nil, never(), postgres.NewWakeups(here.db, here.ids), heard)
		Eventually(heard.listening).WithContext(ctx).Should(Receive())
		id := t.send(ctx, t.hook(ctx), buyTen)
		Eventually(state(t, id)).WithContext(ctx).Should(Equal(domain.StateDone))
	})

	It("loses nothing where every wake-up is lost: lanes are polled", func(ctx SpecContext) {
		s, clock := inMemory()
		t := apart(ctx, s, s, clock, executorConfig(), deaf{}, deaf{})
		hook := t.hook(ctx)
		for _, symbol := range []string{"AAPL", "MSFT", "NVDA"} {
			id := t.send(ctx, hook, `{"ticker":"`+symbol+`","action":"buy","quantity":"10","price":"100"}`)
			Eventually(state(t, id)).WithContext(ctx).Should(Equal(domain.StateDone))
		}
	})

	It("listens again when its way broke, and looks for what it missed", func(ctx SpecContext) {
		s, clock := inMemory()
		wakeups := &breaking{Wakeups: memory.NewWakeups(), breaks: make(chan struct{}), listening: make(chan struct{}, 1)}
		t := apart(ctx, s, s, clock, never(), deaf{}, wakeups)
		Eventually(wakeups.listening).WithContext(ctx).Should(Receive())
		id := t.send(ctx, t.hook(ctx), buyTen)
		close(wakeups.breaks)
		Eventually(state(t, id)).WithContext(ctx).Should(Equal(domain.StateDone))
	})

	It("tells many rings by few wake-ups, and the last ring too", func(ctx SpecContext) {
		counted := &counting{first: make(chan struct{}, 1)}
		bell := app.NewDoorbell()
		c := app.DefaultRelayConfig()
		c.Every = 50 * time.Millisecond
		DeferCleanup(running(app.NewRelay(counted, bell, quietLog(), c).Tell))
		bell.Ring()
		Eventually(counted.first).WithContext(ctx).Should(Receive())
		for range 1000 {
			bell.Ring()
		}
		Eventually(counted.calls).WithContext(ctx).Should(BeNumerically(">=", 2))
		Consistently(counted.calls).WithContext(ctx).Should(BeNumerically("<", 100))
	})
})

// overPostgres is this process's database as one more process sees it.
func overPostgres(ctx context.Context) (s struct {
	storage
	db *postgres.DB
},
) {
	GinkgoHelper()
	db, err := postgres.Open(ctx, postgres.Config{URL: databases.URL(), MaxConns: 8, Throwaway: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	s.db = db
	s.storage = storage{
		work: postgres.NewUnitOfWork(db), directory: postgres.NewDirectory(db), inbox: postgres.NewInbox(db), queue: postgres.NewWaitingDeliveries(db),
		lanes: postgres.NewLanes(db), ledger: postgres.NewLedger(db), journal: postgres.NewJournal(db), secrets: postgres.NewSenderSecrets(db),
		clock: system.NewClock(), ids: system.NewIDs(), users: postgres.NewUsers(db),
	}
	return s
}

// listened tells when somebody listens.
type listened struct {
	ports.Wakeups
	listening chan struct{}
}

func (l *listened) Listen(ctx context.Context, heard func()) error {
	var once sync.Once
	return l.Wakeups.Listen(ctx, func() {
		heard()
		once.Do(func() { l.listening <- struct{}{} })
	})
}

// deaf wake-ups get lost.
type deaf struct{}

func (deaf) Wake(context.Context) error { return nil }

func (deaf) Listen(ctx context.Context, _ func()) error {
	<-ctx.Done()
	return ctx.Err()
}

// breaking wake-ups can be listened to until they break, and then anew.
type breaking struct {
	ports.Wakeups
	breaks, listening chan struct{}
	broke             sync.Once
}

func (b *breaking) Listen(ctx context.Context, heard func()) error {
	first := false
	b.broke.Do(func() { first = true })
	if !first {
		return b.Wakeups.Listen(ctx, heard)
	}
	heard()
	b.listening <- struct{}{}
	select {
	case <-b.breaks:
	case <-ctx.Done():
	}
	return &domain.Error{Kind: domain.KindUnavailable, Code: "broken", Msg: "the way broke"}
}

// counting counts wake-ups.
type counting struct {
	deaf
	mu    sync.Mutex
	n     int
	first chan struct{}
}

func (c *counting) Wake(context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n++; c.n == 1 {
		c.first <- struct{}{}
	}
	return nil
}

func (c *counting) calls() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
