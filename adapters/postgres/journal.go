package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

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
select entry
from private.paper_entries
where broker_account_id = $1 and seq > $2
order by seq`
	readPageSQL = readEntriesSQL + `
limit 2000`
)

// Append implements ports.PaperJournal.
func (j *Journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error),
) (last int64, err error) {
	var refused error
	err = j.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		refused = nil
		var entries [][]byte
		if last, entries, err = lockJournal(ctx, t, account, after); err != nil {
			return err
		}
		var added [][]byte
		if added, refused = fn(entries); refused != nil || len(added) == 0 {
			return refused
		}
		t.tell(ctx, addEntriesSQL, account.UUID, last, column(added, func(entry []byte) string { return string(entry) }))
		last += int64(len(added))
		return nil
	})
	switch {
	case refused != nil:
		return 0, refused
	case err != nil:
		return 0, err
	}
	return last, nil
}

// lockJournal locks the journal of an account, which its first Append makes, and
// gives the number of its last entry and those after the given one.
func lockJournal(ctx context.Context, t *bundledTx, account domain.BrokerAccountID, after int64) (int64, [][]byte, error) {
	for {
		var (
			last    []int64
			entries [][]byte
		)
		ask(ctx, t, &last, pgx.RowTo[int64], lockJournalSQL, account.UUID)
		// A statement of its own: it sees what was stored while the lock was waited for.
		ask(ctx, t, &entries, pgx.RowTo[[]byte], readEntriesSQL, account.UUID, after)
		if err := t.send(ctx); err != nil {
			return 0, nil, err
		}
		if len(last) > 0 {
			return last[0], entries, nil
		}
		t.tell(ctx, makeJournalSQL, account.UUID)
	}
}

// Read implements ports.PaperJournal.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	return alone(ctx, j.db, pgx.RowTo[[]byte], readPageSQL, account.UUID, after)
}
