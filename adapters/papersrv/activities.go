package papersrv

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain/nyse"
)

// fillJSON is an execution as the account's activities tell it. It names the
// order by the venue's id alone.
type fillJSON struct {
	ID              string    `json:"id"`
	ActivityType    string    `json:"activity_type"`
	Type            string    `json:"type"`
	OrderID         uuid.UUID `json:"order_id"`
	OrderStatus     string    `json:"order_status"`
	Symbol          string    `json:"symbol"`
	Side            string    `json:"side"`
	Qty             string    `json:"qty"`
	CumQty          string    `json:"cum_qty"`
	LeavesQty       string    `json:"leaves_qty"`
	Price           string    `json:"price"`
	TransactionTime time.Time `json:"transaction_time"`
}

const (
	activityFill  = "FILL"
	maxActivities = 100
)

// listActivities tells of fills, which are all that an account does here.
func listActivities(_ context.Context, c *call) (answer, error) {
	size := maxActivities
	if text := c.query("page_size"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxActivities {
			return answer{}, invalid("page_size must be a number from 1 to %d", maxActivities)
		}
		size = n
	}
	within, err := c.window()
	if err != nil {
		return answer{}, err
	}
	found := []fillJSON{}
	if !c.asksForFills() {
		return ok(found), nil
	}
	for _, u := range c.desk.chronicle.Updates(0) {
		if u.Fill != nil && within(u.At) {
			found = append(found, c.desk.fillJSON(u))
		}
	}
	if c.query("direction") != "asc" {
		slices.Reverse(found)
	}
	if token := c.query("page_token"); token != "" {
		i := slices.IndexFunc(found, func(f fillJSON) bool { return f.ID == token })
		if i < 0 {
			return answer{}, invalid("page_token is unknown")
		}
		found = found[i+1:]
	}
	return ok(found[:min(size, len(found))]), nil
}

func (c *call) asksForFills() bool {
	types := c.variable("type")
	if types == "" {
		types = c.query("activity_types")
	}
	category := c.query("category")
	return (types == "" || slices.Contains(strings.Split(types, ","), activityFill)) &&
		(category == "" || category == "trade_activity")
}

// window reads the time that is asked for: a date in New York, or what lies
// between two moments.
func (c *call) window() (func(time.Time) bool, error) {
	date, err := c.moment("date")
	if err != nil {
		return nil, err
	}
	after, err := c.moment("after")
	if err != nil {
		return nil, err
	}
	until, err := c.moment("until")
	if err != nil {
		return nil, err
	}
	return func(at time.Time) bool {
		return (date.IsZero() || at.In(nyse.Zone(at)).Format(time.DateOnly) == date.Format(time.DateOnly)) &&
			(after.IsZero() || at.After(after)) && (until.IsZero() || at.Before(until))
	}, nil
}

// fillJSON tells of a fill as the order was right after it.
func (d *desk) fillJSON(u paper.Update) fillJSON {
	cumulated, _ := u.Order.Filled()
	leaves, kind := "0", "fill"
	if !u.Order.Status.IsTerminal() {
		kind = "partial_fill"
		leaves = d.leaves(u.Order).String()
	}
	return fillJSON{
		ID:           strings.Replace(u.At.In(nyse.Zone(u.At)).Format("20060102150405.000"), ".", "", 1) + "::" + u.Fill.ExecutionID,
		ActivityType: activityFill, Type: kind, OrderID: u.Order.BrokerOrderID, OrderStatus: string(u.Order.Status),
		Symbol: string(u.Order.Symbol), Side: string(u.Order.Side), Qty: u.Fill.Quantity.String(), CumQty: cumulated.String(),
		LeavesQty: leaves, Price: u.Fill.Price.String(), TransactionTime: u.At,
	}
}
