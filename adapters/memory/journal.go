package memory

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.PaperJournal = (*Journal)(nil)

// Journal keeps the history of paper accounts.
type Journal struct {
	mu       sync.Mutex
	accounts map[domain.BrokerAccountID]*history
}

// history is one account's entries. Who holds turn may add to them.
type history struct {
	turn    chan struct{}
	entries [][]byte
}

// NewJournal makes a journal without entries.
func NewJournal() *Journal { return &Journal{accounts: map[domain.BrokerAccountID]*history{}} }

func (j *Journal) of(account domain.BrokerAccountID) *history {
	j.mu.Lock()
	defer j.mu.Unlock()
	h := j.accounts[account]
	if h == nil {
		h = &history{turn: make(chan struct{}, 1)}
		j.accounts[account] = h
	}
	return h
}

// after gives copies of the entries behind a sequence number, and how many
// there are in all.
func (j *Journal) after(h *history, seq int64) ([][]byte, int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := int64(len(h.entries))
	return copyEntries(h.entries[min(max(seq, 0), n):]), n
}

func copyEntries(entries [][]byte) [][]byte {
	out := make([][]byte, len(entries))
	for i, e := range entries {
		out[i] = bytes.Clone(e)
	}
	return out
}

// Append runs fn alone for the account. fn runs once.
func (j *Journal) Append(ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error)) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("memory: not begun: %w", err)
	}
	h := j.of(account)
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return 0, fmt.Errorf("memory: not begun: %w", ctx.Err())
	}
	entries, n := j.after(h, after)
	more, err := fn(entries)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, fmt.Errorf("memory: not kept: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	h.entries = append(h.entries, copyEntries(more)...)
	return n + int64(len(more)), nil
}

// Read gives the entries behind a sequence number.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("memory: %w", err)
	}
	entries, _ := j.after(j.of(account), after)
	return entries, nil
}
