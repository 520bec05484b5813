package memory

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var (
	_ ports.UnitOfWork       = (*Store)(nil)
	_ ports.WebhookDirectory = (*Store)(nil)
	_ ports.SignalInbox      = (*Store)(nil)
	_ ports.Lanes            = (*Store)(nil)
	_ ports.Ledger           = (*Store)(nil)
	_ ports.Users            = (*Store)(nil)
	_ ports.Housekeeper      = (*Store)(nil)
	_ ports.HaltBoard        = (*Store)(nil)
)

// Store is all of storage but the paper journal. It is safe for concurrent use.
type Store struct {
	clock ports.Clock
	ids   ports.IDs
	mark  domain.Installation
	// lock holds one token; who takes it has the tables for itself. It is no
	// mutex so that waiting for it can end with a context.
	lock   chan struct{}
	tables tables
	closed bool
}

// NewStore makes an empty store. Leases, windows and overlaps are measured by
// clock; ids are made where a port makes rows of its own.
func NewStore(clock ports.Clock, ids ports.IDs) *Store {
	random := ids.New()
	return &Store{
		clock: clock, ids: ids, mark: domain.NewInstallation(random[8:]),
		lock: make(chan struct{}, 1), tables: newTables(),
	}
}

// Close ends the store: what it is asked afterwards is KindUnavailable. It waits
// for the transaction that is under way.
func (s *Store) Close() error {
	s.lock <- struct{}{}
	defer func() { <-s.lock }()
	s.closed = true
	return nil
}

// Ensure makes the user known. The store takes rows of users it does not know
// too.
func (s *Store) Ensure(ctx context.Context, _ domain.UserID) error {
	return s.transact(ctx, func(*tx) error { return nil })
}

// tx is a transaction: the tables, for as long as it has the store for itself.
type tx struct {
	*tables
	store *Store
	// now is the time of the whole transaction.
	now  time.Time
	undo []func()
	over atomic.Bool
}

// transact runs fn alone and keeps what it changed where it gives nil.
func (s *Store) transact(ctx context.Context, fn func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: not begun: %w", err)
	}
	select {
	case s.lock <- struct{}{}:
	case <-ctx.Done():
		return fmt.Errorf("memory: not begun: %w", ctx.Err())
	}
	t := &tx{tables: &s.tables, store: s, now: s.clock.Now()}
	keep := false
	defer func() {
		if !keep {
			t.rollbackTo(0)
		}
		t.over.Store(true)
		<-s.lock
	}()
	if s.closed {
		return &domain.Error{Kind: domain.KindUnavailable, Code: "closed", Msg: "the store is closed"}
	}
	if err := fn(t); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: not kept: %w", err)
	}
	keep = true
	return nil
}

// rollbackTo undoes every change but the first n.
func (t *tx) rollbackTo(n int) {
	for i := len(t.undo) - 1; i >= n; i-- {
		t.undo[i]()
	}
	t.undo = t.undo[:n]
}

// put stores a row until the transaction is undone.
func put[K comparable, V any](t *tx, table map[K]V, k K, v V) {
	remember(t, table, k)
	table[k] = v
}

// drop deletes a row until the transaction is undone.
func drop[K comparable, V any](t *tx, table map[K]V, k K) {
	remember(t, table, k)
	delete(table, k)
}

func remember[K comparable, V any](t *tx, table map[K]V, k K) {
	before, had := table[k]
	t.undo = append(t.undo, func() {
		if had {
			table[k] = before
		} else {
			delete(table, k)
		}
	})
}
