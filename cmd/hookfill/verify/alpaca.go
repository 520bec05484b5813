package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// ErrNoRecord is the error of a Record that cannot be read for an account: what its
// broker did is not judged then.
var ErrNoRecord = errors.New("the account's record cannot be read")

// Alpaca is the record of Alpaca: every order of an account, by its API.
type Alpaca struct {
	// Page gives one page of GET /v2/orders of an account for a query, as Alpaca
	// writes it. An account that cannot be opened from here is ErrNoRecord.
	Page func(ctx context.Context, snapshot pgx.Tx, account, query string) ([]byte, error)
}

var _ Record = Alpaca{}

// Kind implements Record.
func (Alpaca) Kind() string { return "alpaca" }

// alpacaOrder is what this package understands of an order.
type alpacaOrder struct {
	ID            string          `json:"id"`
	ClientOrderID string          `json:"client_order_id"`
	Symbol        string          `json:"symbol"`
	Side          string          `json:"side"`
	Status        string          `json:"status"`
	FilledQty     decimal.Decimal `json:"filled_qty"`
	CreatedAt     time.Time       `json:"created_at"`
}

const (
	alpacaPage = 500
	// clocksApart is by how much Alpaca's clock and the database's may differ.
	clocksApart = 10 * time.Second
)

// Orders implements Record. The record is younger than the snapshot: an order that
// may have come in after it counts only where the snapshot already knows that
// Alpaca has it.
func (r Alpaca) Orders(ctx context.Context, snapshot pgx.Tx, account string) ([]BrokerOrder, error) {
	var at time.Time
	if err := snapshot.QueryRow(ctx, "select now()").Scan(&at); err != nil {
		return nil, err
	}
	acknowledged, err := acknowledgedAt(ctx, snapshot, account)
	if err != nil {
		return nil, err
	}
	query := url.Values{"status": {"all"}, "direction": {"asc"}, "nested": {"false"}, "limit": {strconv.Itoa(alpacaPage)}}
	var orders []BrokerOrder
	for {
		text, err := r.Page(ctx, snapshot, account, query.Encode())
		if err != nil {
			return nil, fmt.Errorf("the record of Alpaca account %s: %w", account, err)
		}
		var page []alpacaOrder
		if err := json.Unmarshal(text, &page); err != nil {
			return nil, fmt.Errorf("the record of Alpaca account %s is not understood: %w", account, err)
		}
		for _, o := range page {
			if o.CreatedAt.Before(at.Add(-clocksApart)) || acknowledged[o.ClientOrderID] {
				orders = append(orders, BrokerOrder{
					ClientOrderID: o.ClientOrderID, Symbol: o.Symbol, Side: o.Side, Receipt: int64(len(orders) + 1),
					Status: o.end(), Filled: o.FilledQty,
				})
			}
		}
		if len(page) < alpacaPage {
			return orders, nil
		}
		query.Set("after_order_id", page[len(page)-1].ID)
	}
}

// end is how the order ended, nothing while it works.
func (o alpacaOrder) end() string {
	switch o.Status {
	case "filled", "canceled", "expired", "rejected", "replaced":
		return o.Status
	}
	return ""
}

// acknowledgedAt gives the orders that the broker is known to have.
func acknowledgedAt(ctx context.Context, snapshot pgx.Tx, account string) (map[string]bool, error) {
	rows, err := snapshot.Query(ctx,
		`select client_order_id from public.orders where broker_account_id = $1::uuid and submission = 'acknowledged'`, account)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	known := make(map[string]bool, len(ids))
	for _, id := range ids {
		known[id] = true
	}
	return known, err
}
