package papersrv

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/paper"
)

// The bounds of a list of orders.
const (
	defaultOrders = 50
	maxOrders     = 500
)

// filter is which orders are asked for.
type filter struct {
	status       string
	limit        int
	after, until time.Time
	// Places among all orders, 0 for none.
	beforeNumber, afterNumber int
	ascending                 bool
	nested                    bool
	side                      string
	symbols                   []string
	class                     []string
}

func listOrders(_ context.Context, c *call) (answer, error) {
	f, err := c.filter()
	if err != nil {
		return answer{}, err
	}
	found := []orderJSON{}
	all := slices.Clone(c.desk.chronicle.Orders())
	if !f.ascending {
		slices.Reverse(all)
	}
	for _, r := range all {
		if len(found) == f.limit {
			break
		}
		if c.desk.hidden[r.ClientOrderID] == 0 && f.takes(r) {
			found = append(found, c.desk.orderJSON(r, f.nested))
		}
	}
	return ok(found), nil
}

func (c *call) filter() (filter, error) {
	f := filter{
		status: c.query("status"), ascending: c.query("direction") == "asc", nested: c.query("nested") == "true",
		side: c.query("side"), limit: defaultOrders,
	}
	if f.status == "" {
		f.status = "open"
	}
	if !slices.Contains([]string{"open", "closed", "all"}, f.status) {
		return f, invalid("status must be open, closed or all")
	}
	if text := c.query("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return f, invalid("limit must be a number from 1 to %d", maxOrders)
		}
		f.limit = min(n, maxOrders)
	}
	if text := c.query("symbols"); text != "" {
		for symbol := range strings.SplitSeq(text, ",") {
			if a, known := assetBySymbol(strings.ToUpper(strings.TrimSpace(symbol))); known {
				symbol = a.Symbol
			}
			f.symbols = append(f.symbols, symbol)
		}
	}
	if text := c.query("asset_class"); text != "" {
		f.class = strings.Split(text, ",")
	}
	var err error
	if f.after, err = c.moment("after"); err != nil {
		return f, err
	}
	if f.until, err = c.moment("until"); err != nil {
		return f, err
	}
	if f.beforeNumber, err = c.place("before_order_id"); err != nil {
		return f, err
	}
	if f.afterNumber, err = c.place("after_order_id"); err != nil {
		return f, err
	}
	byTime := !f.after.IsZero() || !f.until.IsZero()
	if f.beforeNumber > 0 && f.afterNumber > 0 || byTime && f.beforeNumber+f.afterNumber > 0 {
		return f, invalid("before_order_id, after_order_id and after or until exclude each other")
	}
	return f, nil
}

// place gives the place among all orders of one that is named in the query, 0
// where none is.
func (c *call) place(name string) (int, error) {
	text := c.query(name)
	if text == "" {
		return 0, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return 0, invalid("%s must be the id of an order", name)
	}
	r := c.desk.chronicle.ByBrokerOrderID(id)
	if r == nil {
		return 0, orderNotFound()
	}
	return r.Number, nil
}

// takes reports whether an order is asked for. With nested, a leg is told within
// its entry only.
func (f filter) takes(r *paper.Record) bool {
	a, _ := assetBySymbol(string(r.Symbol))
	switch {
	case f.status == "open" && r.Status.IsTerminal(), f.status == "closed" && !r.Status.IsTerminal():
		return false
	case !f.after.IsZero() && !r.SubmittedAt.After(f.after), !f.until.IsZero() && !r.SubmittedAt.Before(f.until):
		return false
	case f.beforeNumber > 0 && r.Number >= f.beforeNumber, r.Number <= f.afterNumber:
		return false
	case f.side != "" && string(r.Side) != f.side, f.nested && (r.Parent != "" || r.Either != "" && r.Either != r.ClientOrderID):
		return false
	case f.symbols != nil && !slices.Contains(f.symbols, string(r.Symbol)):
		return false
	}
	return f.class == nil || slices.Contains(f.class, a.Class)
}

// moment reads a time or a date in the query, zero where it is not there.
func (c *call) moment(name string) (time.Time, error) {
	text := c.query(name)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, invalid("%s must be a timestamp or a date", name)
}
