package verify

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// BrokerOrder is an order by its broker's own record.
type BrokerOrder struct {
	ClientOrderID string
	Symbol        string
	// Side is buy or sell.
	Side string
	// Receipt orders what the broker got first: a lower one came before.
	Receipt int64
	// Status is filled, canceled, expired, rejected or replaced, and empty while
	// the order works or where the record does not tell.
	Status string
	Filled decimal.Decimal
}

// Record is what a kind of broker itself wrote down.
type Record interface {
	// Kind is that of the accounts it has records of.
	Kind() string
	// Orders gives every order an account ever got, whoever sent it; one that
	// was received twice comes twice. snapshot reads the database as it is
	// judged.
	Orders(ctx context.Context, snapshot pgx.Tx, account string) ([]BrokerOrder, error)
}

// A snapshot may write to tables that nobody else sees, and cannot make them.
const makeRecordTablesSQL = `
create temporary table broker_orders (
  account uuid not null, client_order_id text not null, symbol text not null, side text not null,
  receipt bigint not null, status text not null, filled numeric not null
);
create temporary table recorded (account uuid primary key)`

// readRecords pours every record into the tables the laws read and gives the
// accounts that have none.
func readRecords(ctx context.Context, tx pgx.Tx, records []Record) (without []string, err error) {
	rows, err := tx.Query(ctx, `select id::text as id, kind from public.broker_accounts order by id`)
	if err != nil {
		return nil, err
	}
	type account struct{ ID, Kind string }
	accounts, err := pgx.CollectRows(rows, pgx.RowToStructByName[account])
	if err != nil {
		return nil, err
	}
	byKind := map[string]Record{}
	for _, r := range records {
		byKind[r.Kind()] = r
	}
	without = []string{}
	for _, a := range accounts {
		r, ok := byKind[a.Kind]
		if !ok {
			without = append(without, a.ID)
			continue
		}
		orders, err := r.Orders(ctx, tx, a.ID)
		if errors.Is(err, ErrNoRecord) {
			without = append(without, a.ID)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := keep(ctx, tx, a.ID, orders); err != nil {
			return nil, err
		}
	}
	_, err = tx.Exec(ctx, "analyze broker_orders")
	return without, err
}

// keep passes amounts as text: what is judged is what was written.
func keep(ctx context.Context, tx pgx.Tx, account string, orders []BrokerOrder) error {
	var ids, symbols, sides, statuses, filled []string
	var receipts []int64
	for _, o := range orders {
		ids, symbols, sides = append(ids, o.ClientOrderID), append(symbols, o.Symbol), append(sides, o.Side)
		statuses, filled, receipts = append(statuses, o.Status), append(filled, o.Filled.String()), append(receipts, o.Receipt)
	}
	if _, err := tx.Exec(ctx, `
		insert into broker_orders (account, client_order_id, symbol, side, receipt, status, filled)
		select $1::uuid, r.* from unnest($2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::numeric[]) as r`,
		account, ids, symbols, sides, receipts, statuses, filled); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into recorded (account) values ($1::uuid)`, account)
	return err
}
