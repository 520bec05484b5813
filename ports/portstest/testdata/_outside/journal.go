// Package outside is what somebody else writes: a paper journal in files and a
// clock, with nothing of hookfill but its ports and their suites.
package outside

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Journal keeps each account's entries in a file of its directory.
type Journal struct{ dir string }

var _ ports.PaperJournal = (*Journal)(nil)

// NewJournal makes a journal in a directory that exists.
func NewJournal(dir string) *Journal { return &Journal{dir: dir} }

// Append holds the account's lock file meanwhile, against other processes too.
func (j *Journal) Append(ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error)) (int64, error) {
	release, err := j.lock(ctx, account)
	if err != nil {
		return 0, err
	}
	defer release()
	entries, err := j.load(account)
	if err != nil {
		return 0, err
	}
	more, err := fn(behind(entries, after))
	if err != nil {
		return 0, err
	}
	for _, e := range more {
		entries = append(entries, e)
	}
	return int64(len(entries)), j.save(ctx, account, entries)
}

// Read takes no lock: a file is replaced as a whole.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("outside: %w", err)
	}
	entries, err := j.load(account)
	return behind(entries, after), err
}

func behind(entries []json.RawMessage, after int64) [][]byte {
	var out [][]byte
	for _, e := range entries[min(after, int64(len(entries))):] {
		out = append(out, e)
	}
	return out
}

func (j *Journal) lock(ctx context.Context, account domain.BrokerAccountID) (release func(), err error) {
	f, err := os.OpenFile(j.path(account, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, unavailable(err)
	}
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for ctx.Err() == nil {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return func() { _ = f.Close() }, nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
		}
	}
	return nil, errors.Join(fmt.Errorf("outside: %w", ctx.Err()), f.Close())
}

func (j *Journal) load(account domain.BrokerAccountID) ([]json.RawMessage, error) {
	text, err := os.ReadFile(j.path(account, "json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var entries []json.RawMessage
	if err == nil {
		err = json.Unmarshal(text, &entries)
	}
	if err != nil {
		return nil, unavailable(err)
	}
	return entries, nil
}

func (j *Journal) save(ctx context.Context, account domain.BrokerAccountID, entries []json.RawMessage) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("outside: %w", err)
	}
	text, err := json.Marshal(entries)
	if err == nil {
		err = os.WriteFile(j.path(account, "next"), text, 0o600)
	}
	if err == nil {
		err = os.Rename(j.path(account, "next"), j.path(account, "json"))
	}
	if err != nil {
		return unavailable(err)
	}
	return nil
}

func (j *Journal) path(account domain.BrokerAccountID, kind string) string {
	return filepath.Join(j.dir, account.String()+"."+kind)
}

func unavailable(cause error) error {
	return &domain.Error{Kind: domain.KindUnavailable, Msg: "the journal's directory is not available", Err: cause}
}
