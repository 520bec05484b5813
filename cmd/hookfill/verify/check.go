package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Options say what is judged.
type Options struct {
	// URL is a direct connection of the schema's owner.
	URL string
	// Canaries are planted secrets that must be found nowhere.
	Canaries []string
	// Drained asks that nothing is left to do either: for a system at rest.
	Drained bool
	// Records are those of brokers outside the database; the paper broker's is
	// always read.
	Records []Record
	// Rows is how many broken rows are named for each invariant; 0 means 20.
	Rows int
}

const rowsNamed = 20

// Check judges one snapshot of a database. An error means that it could not be
// judged.
func Check(ctx context.Context, o Options) (report Report, err error) {
	if o.Rows == 0 {
		o.Rows = rowsNamed
	}
	conn, err := pgx.Connect(ctx, o.URL)
	if err != nil {
		return report, withoutURL(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, makeRecordTablesSQL); err != nil {
		return report, fmt.Errorf("cannot make temporary tables: %w", err)
	}
	err = pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		report, err = judge(ctx, tx, o)
		return err
	})
	return report, err
}

// withoutURL keeps a password out of the message.
func withoutURL(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("cannot connect to the database: %s", pg.Message)
	}
	return errors.New("cannot connect to the database that the settings name")
}

// plansForMany keeps the planner from going through one table for each row of
// another, which it likes where its statistics are older than the rows: after a
// busy hour the judge would need another.
const plansForMany = "set local enable_nestloop = off"

func judge(ctx context.Context, tx pgx.Tx, o Options) (Report, error) {
	var r Report
	// A row that is hidden from this role must be an error, not an omission.
	if _, err := tx.Exec(ctx, "set local row_security = off; set local jit = off; set local search_path = pg_temp, pg_catalog; "+plansForMany); err != nil {
		return r, err
	}
	var err error
	if r.WithoutRecord, err = readRecords(ctx, tx, append([]Record{paper{}}, o.Records...)); err != nil {
		return r, err
	}
	for _, law := range laws() {
		found := Invariant{ID: law.id, Rule: law.rule, Judged: !law.atRest || o.Drained, Rows: []Row{}}
		if found.Judged {
			for _, query := range law.broken {
				if err := find(ctx, tx, &found, o.Rows, query); err != nil {
					return r, fmt.Errorf("cannot judge %s: %w", law.id, err)
				}
			}
		}
		if law.secrets {
			if err := findSecrets(ctx, tx, &found, o); err != nil {
				return r, fmt.Errorf("cannot judge %s: %w", law.id, err)
			}
		}
		r.Invariants = append(r.Invariants, found)
	}
	return r, count(ctx, tx, &r.Totals)
}

// find adds what a query gives, two columns a row, to what was found.
func find(ctx context.Context, tx pgx.Tx, into *Invariant, limit int, query string, args ...any) error {
	rows, err := tx.Query(ctx, fmt.Sprintf(
		"select subject, problem, count(*) over () from (%s) as broken (subject, problem) order by subject limit %d", query, limit), args...)
	if err != nil {
		return err
	}
	total := 0
	var row Row
	_, err = pgx.ForEachRow(rows, []any{&row.Subject, &row.Problem, &total}, func() error {
		if len(into.Rows) < limit {
			into.Rows = append(into.Rows, row)
		}
		return nil
	})
	into.Broken += total
	return err
}

func count(ctx context.Context, tx pgx.Tx, t *Totals) error {
	return tx.QueryRow(ctx, `
		select (select count(*) from private.deliveries), (select count(*) from public.signals),
		  (select count(*) from public.tickets), (select count(*) from public.orders),
		  (select count(*) from broker_orders), (select count(*) from private.lanes)`,
	).Scan(&t.Deliveries, &t.Signals, &t.Tickets, &t.Orders, &t.BrokerOrders, &t.Lanes)
}
