package filejournal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Journal keeps the history of paper accounts in a directory. It is safe for
// concurrent use.
type Journal struct {
	dir string

	mu       sync.Mutex
	closed   bool
	accounts map[domain.BrokerAccountID]*history
}

var _ ports.PaperJournal = (*Journal)(nil)

// Open gives the journal in a directory, which it makes where it is missing, for
// its owner alone.
func Open(dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unavailable(err)
	}
	return &Journal{dir: dir, accounts: map[domain.BrokerAccountID]*history{}}, nil
}

// Close lets go of the files. Afterwards every call is KindUnavailable.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.closed = true
	var errs []error
	for _, h := range j.accounts {
		errs = append(errs, h.close())
	}
	return errors.Join(errs...)
}

// Append runs fn alone for the account and once. What it returns is on the disk
// when this returns. An error other than fn's own leaves nothing behind, but for
// one of code paper_journal_unconfirmed: then nobody can tell until the next call.
func (j *Journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func(entries [][]byte) ([][]byte, error),
) (int64, error) {
	h, err := j.of(ctx, account)
	if err != nil {
		return 0, err
	}
	select {
	case h.turn <- struct{}{}:
		defer func() { <-h.turn }()
	case <-ctx.Done():
		return 0, unavailable(ctx.Err())
	}
	return h.append(ctx, after, fn)
}

// Read gives the entries after a sequence number.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	h, err := j.of(ctx, account)
	if err != nil {
		return nil, err
	}
	entries, _, err := h.read(after)
	return entries, err
}

func (j *Journal) of(ctx context.Context, account domain.BrokerAccountID) (*history, error) {
	if err := ctx.Err(); err != nil {
		return nil, unavailable(err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.closed {
		return nil, unavailable(os.ErrClosed)
	}
	h := j.accounts[account]
	if h == nil {
		h = &history{path: filepath.Join(j.dir, account.String()+".journal"), turn: make(chan struct{}, 1)}
		j.accounts[account] = h
	}
	return h, nil
}

func unavailable(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "paper_journal_unavailable", Msg: "the paper accounts' directory cannot be used", Err: cause,
	}
}

func unconfirmed(cause error) error {
	return &domain.Error{
		Kind: domain.KindUnknownOutcome, Code: "paper_journal_unconfirmed",
		Msg: "the disk did not confirm what was appended to a paper account", Err: cause,
	}
}

func damaged(path string, offset int64, why error) error {
	return &domain.Error{
		Kind: domain.KindInternal, Code: "corrupt_paper_journal",
		Msg: fmt.Sprintf("%s is damaged at byte %d", filepath.Base(path), offset), Err: why,
	}
}
