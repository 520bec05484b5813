package postgres

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// writes are statements of one transaction that are sent together: one round
// trip for all of them. Nothing of what they store can be read before send.
type writes struct {
	tx  bun.Tx
	sql []byte
}

// add puts a statement of bun's behind the others.
func (w *writes) add(statement schema.QueryAppender) error {
	sql, err := statement.AppendQuery(schema.NewQueryGen(w.tx.Dialect()), w.sql)
	if err != nil {
		return err
	}
	w.sql = append(sql, ";\n"...)
	return nil
}

// addRaw is add for a statement that is written out.
func (w *writes) addRaw(sql string, args ...any) error { return w.add(w.tx.NewRaw(sql, args...)) }

// send runs what was added so far and gives how many rows the last statement
// touched. The first that fails ends it.
func (w *writes) send(ctx context.Context) (rows int64, err error) {
	if len(w.sql) == 0 {
		return 0, nil
	}
	// Past bun, which would look for placeholders in what is text by now.
	result, err := w.tx.Tx.ExecContext(ctx, string(w.sql))
	w.sql = w.sql[:0]
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// done is send for who does not count.
func (w *writes) done(ctx context.Context) error {
	_, err := w.send(ctx)
	return err
}
