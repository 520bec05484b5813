package postgres

import (
	"context"

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
	lockJournalSQL = `select last_seq from private.paper_journals where broker_account_id = $1 for no key update`
	makeJournalSQL = `insert into private.paper_journals (broker_account_id) values ($1) on conflict do nothing`
	addEntriesSQL  = `
with entry as (
  insert into private.paper_entries (broker_account_id, seq, entry)
  select $1, $2 + place, entry
  from unnest($3::jsonb[]) with ordinality as e (entry, place)
  returning seq
)
update private.paper_journals
set last_seq = (select max(seq) from entry)
where broker_account_id = $1`
	readEntriesSQL = `
select entry::text
from private.paper_entries
where broker_account_id = $1 and seq > $2
order by seq`
)

// Append implements ports.PaperJournal.
func (j *Journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error),
) (last int64, err error) {
	var refused error
	err = j.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		refused = nil
		if last, err = j.lock(ctx, tx, account); err != nil {
			return err
		}
		var entries [][]byte
		if last > after {
			if entries, err = j.read(ctx, tx.Tx, account, after); err != nil {
				return err
			}
		}
		var added [][]byte
		if added, refused = fn(entries); refused != nil || len(added) == 0 {
			return refused
		}
		_, err = execPrepared(ctx, tx.Tx, addEntriesSQL, account.UUID, last,
			column(added, func(entry []byte) string { return string(entry) }))
		last += int64(len(added))
		return err
	})
	switch {
	case refused != nil:
		return 0, refused
	case err != nil:
		return 0, err
	}
	return last, nil
}

// lock locks the journal of an account, which its first Append makes.
func (j *Journal) lock(ctx context.Context, tx bun.Tx, account domain.BrokerAccountID) (last int64, err error) {
	for {
		var found []int64
		if err := j.db.queryPrepared(ctx, tx.Tx, &found, lockJournalSQL, account.UUID); err != nil {
			return 0, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
		if _, err := execPrepared(ctx, tx.Tx, makeJournalSQL, account.UUID); err != nil {
			return 0, err
		}
	}
}

// Read implements ports.PaperJournal.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	entries, err := j.read(ctx, j.db.worker.DB, account, after)
	return entries, translate(err)
}

func (j *Journal) read(ctx context.Context, on runner, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	var entries []string
	if err := j.db.queryPrepared(ctx, on, &entries, readEntriesSQL, account.UUID, after); err != nil {
		return nil, err
	}
	return column(entries, func(entry string) []byte { return []byte(entry) }), nil
}
