package paper

import (
	"sync"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// ledger is one account as far as this process has read its journal. The
// journal is the truth; what is folded here is true for ever, whatever becomes
// of the command that read it.
type ledger struct {
	// turn holds one token. Commands of this process take it one by one, so that
	// a busy account waits here rather than with a connection in its hand.
	turn chan struct{}
	// commanded is when a command last came, for who has the turn.
	commanded time.Time

	mu     sync.Mutex
	engine *Engine
}

func newLedger(account *domain.BrokerAccount) *ledger {
	l := &ledger{turn: make(chan struct{}, 1), engine: NewEngine(account.ID(), account.Snapshot().Paper.Cash)}
	l.turn <- struct{}{}
	return l
}

// idle is how long after its last command much may have been journaled elsewhere.
const idle = 10 * time.Second

// wasIdle tells whether that command is long ago, or there was none.
func (l *ledger) wasIdle(now time.Time) bool {
	return l.commanded.IsZero() || now.Sub(l.commanded) > idle
}

// sequence is how far the journal has been read.
func (l *ledger) sequence() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.engine.Sequence()
}

// read folds the entries after a sequence number, but for those that somebody
// folded meanwhile, and lets fn look at the account.
func (l *ledger) read(after int64, entries [][]byte, fn func(*Engine)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.engine.Sequence() - after; known < int64(len(entries)) {
		if err := l.engine.Fold(entries[known:]); err != nil {
			return err
		}
	}
	fn(l.engine)
	return nil
}

// forget starts over from the journal, which is not the one read before.
func (l *ledger) forget(account *domain.BrokerAccount) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.engine = newLedger(account).engine
}
