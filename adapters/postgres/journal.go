package postgres

import (
	"context"
	"encoding/json"
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
func NewJournal(db *DB) *Journal { return &Journal{db} }

const lockJournalSQL = `
insert into private.paper_journals as j (broker_account_id) values (?)
on conflict (broker_account_id) do update set last_seq = j.last_seq
returning last_seq`

type journalRow struct {
	Seq   int64           `json:"seq"`
	Entry json.RawMessage `json:"entry"`
}

const addEntriesSQL = `
with added as (
  insert into private.paper_entries (broker_account_id, seq, entry)
  select ?0, seq, entry from json_to_recordset(?1) as e (seq bigint, entry jsonb)
)
update private.paper_journals set last_seq = ?2 where broker_account_id = ?0`

// Append implements ports.PaperJournal.
func (j *Journal) Append(
	ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error),
) (last int64, err error) {
	err = j.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := tx.NewRaw(lockJournalSQL, account.UUID).Scan(ctx, &last); err != nil {
			return err
		}
		var entries [][]byte
		if last > after {
			if entries, err = readEntries(ctx, tx, account, after); err != nil {
				return err
			}
		}
		added, err := fn(entries)
		if err != nil || len(added) == 0 {
			return err
		}
		rows := make([]journalRow, len(added))
		for i, entry := range added {
			if !json.Valid(entry) {
				return &domain.Error{Kind: domain.KindInternal, Code: "corrupt_entry", Msg: "a journal entry is not JSON", Err: errNotJSON}
			}
			last++
			rows[i] = journalRow{last, entry}
		}
		_, err = tx.NewRaw(addEntriesSQL, account.UUID, encodeJSON(rows), last).Exec(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	return last, nil
}

var errNotJSON = errors.New("not JSON")

// Read implements ports.PaperJournal.
func (j *Journal) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	entries, err := readEntries(ctx, j.db.worker, account, after)
	return entries, translate(err)
}

func readEntries(ctx context.Context, db bun.IDB, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	var entries []string
	err := db.NewRaw(`select entry::text from private.paper_entries where broker_account_id = ? and seq > ? order by seq`,
		account.UUID, after).Scan(ctx, &entries)
	if err != nil {
		return nil, err
	}
	texts := make([][]byte, len(entries))
	for i, e := range entries {
		texts[i] = []byte(e)
	}
	return texts, nil
}
