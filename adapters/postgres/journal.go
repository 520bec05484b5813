package postgres

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Journal keeps the history of paper accounts: a row an account, locked while
// an entry is decided and added, so that every process sees the same account.
type Journal struct{ db *DB }

var _ ports.PaperJournal = (*Journal)(nil)

// NewJournal makes the journal of a database.
func NewJournal(db *DB) *Journal { return &Journal{db: db} }

const (
	lockJournalSQL = `select last_seq from private.paper_journals where broker_account_id = ? for no key update`
	makeJournalSQL = `insert into private.paper_journals (broker_account_id) values (?) on conflict do nothing`
	moveJournalSQL = `update private.paper_journals set last_seq = ?1 where broker_account_id = ?0`
	addEntrySQL    = `insert into private.paper_entries (broker_account_id, seq, entry) values (?, ?, ?)`
	entriesSQL     = `select entry from private.paper_entries where broker_account_id = ? and seq > ? order by seq`
)

// Append implements ports.PaperJournal.
func (j *Journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error),
) (last int64, err error) {
	var refused error
	err = j.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		refused = nil
		if last, err = lockJournal(ctx, tx, account); err != nil {
			return err
		}
		var entries [][]byte
		if last > after {
			if entries, err = readEntries(ctx, tx, account, after); err != nil {
				return err
			}
		}
		var added [][]byte
		if added, refused = fn(entries); refused != nil || len(added) == 0 {
			return refused
		}
		w := writes{tx: tx}
		for _, entry := range added {
			last++
			if err := w.addRaw(addEntrySQL, account.UUID, last, entry); err != nil {
				return err
			}
		}
		if err := w.addRaw(moveJournalSQL, account.UUID, last); err != nil {
			return err
		}
		return w.done(ctx)
	})
	switch {
	case refused != nil:
		return 0, refused
	case err != nil:
		return 0, err
	}
	return last, nil
}

// lockJournal locks the journal of an account, which its first entry makes.
func lockJournal(ctx context.Context, tx bun.Tx, account domain.BrokerAccountID) (last int64, err error) {
	err = tx.NewRaw(lockJournalSQL, account.UUID).Scan(ctx, &last)
	if !errors.Is(err, sql.ErrNoRows) {
		return last, err
	}
	if _, err := tx.NewRaw(makeJournalSQL, account.UUID).Exec(ctx); err != nil {
		return 0, err
	}
	err = tx.NewRaw(lockJournalSQL, account.UUID).Scan(ctx, &last)
	return last, err
}

// Read implements ports.PaperJournal.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	entries, err := readEntries(ctx, j.db.worker, account, after)
	return entries, translate(err)
}

func readEntries(ctx context.Context, db bun.IDB, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	var entries [][]byte
	err := db.NewRaw(entriesSQL, account.UUID, after).Scan(ctx, &entries)
	return entries, err
}
