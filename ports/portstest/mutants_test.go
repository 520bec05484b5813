package portstest_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

// A suite that cannot fail proves nothing. Each mutant is storage with one fault
// a real adapter could have; the suite must name the promise it breaks.
type mutant struct {
	fault  string
	suite  func(string, portstest.StorageHarness) bool
	mutate func(*portstest.Storage)
	// broken is the sentence of a spec that has to fail.
	broken string
}

// mutantVariable names the mutant a process of its own runs the suite of.
const mutantVariable = "PORTSTEST_MUTANT"

// Where this process is to run a mutant, that is all it registers.
var _ = registerMutant(os.Getenv(mutantVariable))

func registerMutant(fault string) bool {
	for _, m := range mutants() {
		if m.fault == fault {
			return m.suite("mutant", portstest.StorageHarness{New: func(context.Context) portstest.Storage {
				clock := memory.NewClock(time.Now())
				store := memory.NewStore(clock, memory.NewSequentialIDs())
				s := portstest.Storage{
					UnitOfWork: store, Directory: store, Inbox: store, Lanes: store, Ledger: store, Users: store,
					Housekeeper: store, Journal: memory.NewJournal(), Close: store.Close,
					Advance: func(_ context.Context, d time.Duration) error { clock.Advance(d); return nil },
				}
				m.mutate(&s)
				return s
			}})
		}
	}
	return describeMutants()
}

func describeMutants() bool {
	return Describe("The suites", func() {
		var rows []any
		for _, m := range mutants() {
			rows = append(rows, Entry(m.fault, m))
		}
		DescribeTable("catch storage that", append(rows, func(ctx SpecContext, m mutant) {
			self, err := os.Executable()
			Expect(err).NotTo(HaveOccurred())
			cmd := exec.CommandContext(ctx, self, "-test.run=^TestPortstest$", "-ginkgo.no-color", "-ginkgo.focus="+regexp.QuoteMeta(m.broken))
			cmd.Env = append(os.Environ(), mutantVariable+"="+m.fault)
			report, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			Expect(errors.As(err, &exit)).To(BeTrue(), "the suite fails:\n%s", report)
			Expect(string(report)).To(ContainSubstring("[FAIL]"))
			Expect(string(report)).To(ContainSubstring(m.broken))
		})...)
	})
}

func mutants() []mutant {
	return []mutant{
		{
			"keeps what a failed transaction changed", portstest.DescribeUnitOfWork,
			func(s *portstest.Storage) { s.UnitOfWork = keepsAll{s.UnitOfWork} },
			"keeps nothing when fn gives an error",
		},
		{
			"takes everybody for the same user", portstest.DescribeUnitOfWork,
			func(s *portstest.Storage) { s.UnitOfWork = &oneUser{UnitOfWork: s.UnitOfWork} },
			"do not show or change another's",
		},
		{
			"remembers a token's config for ever", portstest.DescribeWebhookDirectory,
			func(s *portstest.Storage) { s.Directory = &remembers{WebhookDirectory: s.Directory} },
			"with its present rules and status",
		},
		{
			"forgets which alerts it has seen", portstest.DescribeSignalInbox,
			func(s *portstest.Storage) { s.Inbox = forgetful{s.Inbox} },
			"finds duplicates inside one call",
		},
		{
			"stores the last arrival first", portstest.DescribeSignalInbox,
			func(s *portstest.Storage) { s.Inbox = backwards{s.Inbox} },
			"in the order of the arrivals",
		},
		{
			"lets a poisoned arrival spoil the others", portstest.DescribeSignalInbox,
			func(s *portstest.Storage) { s.Inbox = allOrNothing{s.Inbox} },
			"an arrival that alone could not be stored",
		},
		{
			"renews leases that are void", portstest.DescribeLanes,
			func(s *portstest.Storage) { s.Lanes = generous{s.Lanes} },
			"gives those that still hold",
		},
		{
			"wakes parked lanes", portstest.DescribeLanes,
			func(s *portstest.Storage) { s.Lanes = impatient{s.Lanes} },
			"no new ticket wakes it before",
		},
		{
			"does not check the epoch of a decision", portstest.DescribeLedger,
			func(s *portstest.Storage) { s.Lanes, s.Ledger = unfenced(s.Lanes, s.Ledger) },
			"refuses a decision as KindConflict with code lease_lost",
		},
		{
			"loses facts with the lease", portstest.DescribeLedger,
			func(s *portstest.Storage) { s.Ledger = losesFacts{s.Ledger} },
			"records the facts even under a void lease",
		},
		{
			"counts a fill each time it is told", portstest.DescribeLedger,
			func(s *portstest.Storage) { s.Ledger = &countsTwice{Ledger: s.Ledger} },
			"changes nothing for a fact already known, by its source id",
		},
		{
			"lets two write one paper account", portstest.DescribePaperJournal,
			func(s *portstest.Storage) { s.Journal = &unlocked{entries: map[domain.BrokerAccountID][][]byte{}} },
			"runs fn alone for the account",
		},
	}
}

type keepsAll struct{ ports.UnitOfWork }

func (u keepsAll) Do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) error {
	var failed error
	err := u.UnitOfWork.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		failed = fn(ctx, r)
		return nil
	})
	return errors.Join(err, failed)
}

type oneUser struct {
	ports.UnitOfWork
	once sync.Once
	user domain.Principal
}

func (u *oneUser) Do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) error {
	u.once.Do(func() { u.user = caller })
	return u.UnitOfWork.Do(ctx, u.user, fn)
}

type remembers struct {
	ports.WebhookDirectory
	known sync.Map
}

func (d *remembers) ByToken(ctx context.Context, token ports.TokenHash) (ports.ReachedWebhook, error) {
	if c, ok := d.known.Load(token); ok {
		return c.(ports.ReachedWebhook), nil
	}
	c, err := d.WebhookDirectory.ByToken(ctx, token)
	if err == nil {
		d.known.Store(token, c)
	}
	return c, err
}

type forgetful struct{ ports.SignalInbox }

func (i forgetful) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	for n := range arrivals {
		arrivals[n].Dedupe.Key = [32]byte(append(arrivals[n].Delivery.ID.UUID[:], make([]byte, 16)...))
	}
	return i.SignalInbox.Append(ctx, arrivals)
}

type backwards struct{ ports.SignalInbox }

func (i backwards) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	results := make([]ports.ArrivalResult, len(arrivals))
	for n := len(arrivals) - 1; n >= 0; n-- {
		one, err := i.SignalInbox.Append(ctx, arrivals[n:n+1])
		if err != nil {
			return nil, err
		}
		results[n] = one[0]
	}
	return results, nil
}

type allOrNothing struct{ ports.SignalInbox }

func (i allOrNothing) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	results, err := i.SignalInbox.Append(ctx, arrivals)
	for _, r := range results {
		err = errors.Join(err, r.Err)
	}
	return results, err
}

type generous struct{ ports.Lanes }

func (g generous) Renew(ctx context.Context, leases []ports.Lease, lease time.Duration) ([]ports.Lease, error) {
	_, err := g.Lanes.Renew(ctx, leases, lease)
	return leases, err
}

type impatient struct{ ports.Lanes }

func (i impatient) Release(ctx context.Context, lease ports.Lease, _ time.Duration) error {
	return i.Lanes.Release(ctx, lease, 0)
}
