package verify

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"
)

// paper is the record of the paper broker: the journal of each of its accounts.
type paper struct{}

var _ Record = paper{}

// Kind implements Record.
func (paper) Kind() string { return "paper" }

// paperEntry is what this package understands of a journal's entry.
type paperEntry struct {
	V    int    `json:"v"`
	Kind string `json:"kind"`
	Data struct {
		ClientOrderID string           `json:"client_order_id"`
		Symbol        string           `json:"symbol"`
		Side          string           `json:"side"`
		Quantity      *decimal.Decimal `json:"quantity"`
	} `json:"data"`
}

const paperEntryVersion = 1

// Orders implements Record. A journal with a gap, or with an entry of another
// form, is nobody's record, and an error.
func (paper) Orders(ctx context.Context, snapshot pgx.Tx, account string) ([]BrokerOrder, error) {
	var last int64
	if err := snapshot.QueryRow(ctx,
		`select coalesce(max(last_seq), 0) from private.paper_journals where broker_account_id = $1::uuid`, account).Scan(&last); err != nil {
		return nil, err
	}
	rows, err := snapshot.Query(ctx,
		`select seq, entry from private.paper_entries where broker_account_id = $1::uuid order by seq`, account)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	j := paperJournal{latest: map[string]int{}}
	for rows.Next() {
		var seq int64
		var text []byte
		if err := rows.Scan(&seq, &text); err != nil {
			return nil, err
		}
		if err := j.read(seq, text); err != nil {
			return nil, fmt.Errorf("the journal of paper account %s, entry %d: %w", account, seq, err)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if j.seq != last {
		return nil, fmt.Errorf("the journal of paper account %s ends at entry %d and should end at %d", account, j.seq, last)
	}
	return j.orders, nil
}

// paperJournal is a journal that is being read.
type paperJournal struct {
	seq    int64
	orders []BrokerOrder
	// latest finds the order that last came in under a client order id.
	latest map[string]int
}

func (j *paperJournal) read(seq int64, text []byte) error {
	if seq != j.seq+1 {
		return fmt.Errorf("follows on entry %d", j.seq)
	}
	j.seq = seq
	var e paperEntry
	if err := json.Unmarshal(text, &e); err != nil {
		return err
	}
	if e.V != paperEntryVersion {
		return fmt.Errorf("is of version %d, and only %d is known", e.V, paperEntryVersion)
	}
	switch e.Kind {
	case "opened", "quoted", "priced", "triggered":
		return nil
	case "submitted":
		j.latest[e.Data.ClientOrderID] = len(j.orders)
		j.orders = append(j.orders, BrokerOrder{
			ClientOrderID: e.Data.ClientOrderID, Symbol: e.Data.Symbol, Side: e.Data.Side, Receipt: seq,
		})
		return nil
	}
	at, ok := j.latest[e.Data.ClientOrderID]
	if !ok {
		return fmt.Errorf("%q tells of an order that was never submitted", e.Kind)
	}
	switch e.Kind {
	case "filled":
		if e.Data.Quantity == nil {
			return fmt.Errorf("fills nothing")
		}
		j.orders[at].Filled = j.orders[at].Filled.Add(*e.Data.Quantity)
		j.orders[at].Status = "filled"
	case "canceled", "rejected":
		j.orders[at].Status = e.Kind
	default:
		return fmt.Errorf("is of the unknown kind %q", e.Kind)
	}
	return nil
}
