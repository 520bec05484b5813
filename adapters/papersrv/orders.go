package papersrv

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func placeOrder(ctx context.Context, c *call) (answer, error) {
	var in orderInput
	if err := c.decode(&in); err != nil {
		return answer{}, err
	}
	w, err := c.desk.wishOf(in)
	if err != nil {
		return answer{}, err
	}
	r, err := c.desk.place(ctx, w)
	if err != nil {
		return answer{}, err
	}
	c.desk.hide(r)
	for _, name := range []string{faultTimeout, faultDrop, faultError} {
		if c.withheld == "" && c.desk.suffers(name) {
			c.withheld = name
		}
	}
	return ok(c.desk.taken(r)), nil
}

// place puts a wish through all rules, the venue's and the account's.
func (d *desk) place(ctx context.Context, w wish) (*paper.Record, error) {
	if d.chronicle.ByClientOrderID(w.clientOrderID) != nil {
		return nil, notUnique()
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	if err := d.judge(w); err != nil {
		return nil, err
	}
	return d.submit(ctx, paper.Ticket{
		OrderRequest: d.request(w), ExpiresAt: d.rules.expiry(w, d.clock.Now()), ExtendedHours: w.extendedHours,
		TrailPrice: w.trailPrice, TrailPercent: w.trailPercent, Either: w.class == classOCO,
	})
}

// request is the order as the account takes it. A stop that buys gets a limit, as
// the venue gives it one: 4 % above a stop below 50, else 2.5 %.
func (d *desk) request(w wish) ports.OrderRequest {
	r := ports.OrderRequest{
		ClientOrderID: w.clientOrderID, Symbol: w.asset.symbol(), Side: w.side, Type: w.orderType, TimeInForce: w.timeInForce,
		Quantity: w.quantity, Notional: w.notional, LimitPrice: w.limit, StopPrice: w.stop, Legs: w.legs(d.ids),
	}
	if w.orderType == domain.OrderTypeStop && w.side == domain.SideBuy && !w.trails {
		r.Type, r.LimitPrice = domain.OrderTypeStopLimit, collar(*w.stop)
	}
	if d.rules.pricesFromOrders && w.orderType == domain.OrderTypeLimit {
		r.ReferencePrice = w.limit
	}
	return r
}

func collar(stop domain.Price) *domain.Price {
	factor := decimal.New(1025, -3)
	if stop.Decimal().LessThan(decimal.New(50, 0)) {
		factor = decimal.New(104, -2)
	}
	limit, err := domain.NewPrice(stop.Decimal().Mul(factor).RoundUp(pricePlaces(stop)))
	if err != nil {
		return &stop
	}
	return &limit
}

// taken is an order as the answer to its submission tells it: what becomes of it
// is not known yet, even where it filled at once.
func (d *desk) taken(r *paper.Record) orderJSON {
	fresh := *r
	fresh.Status, fresh.Fills, fresh.EndedAt, fresh.UpdatedAt = domain.StatusPendingNew, nil, time.Time{}, r.SubmittedAt
	o := d.orderJSON(&fresh, true)
	for i, came := range d.legsOf(r) {
		leg := *came
		leg.Status, leg.Fills, leg.EndedAt, leg.UpdatedAt = domain.StatusHeld, nil, time.Time{}, r.SubmittedAt
		o.Legs[i] = d.orderJSON(&leg, false)
	}
	return o
}

func orderByClientOrderID(_ context.Context, c *call) (answer, error) {
	r := c.desk.chronicle.ByClientOrderID(c.query("client_order_id"))
	if c.desk.misses(r) {
		return answer{}, orderNotFound()
	}
	return ok(c.desk.orderJSON(r, true)), nil
}

func getOrder(_ context.Context, c *call) (answer, error) {
	r, err := c.order()
	if err != nil {
		return answer{}, err
	}
	if c.desk.misses(r) {
		return answer{}, orderNotFound()
	}
	return ok(c.desk.orderJSON(r, true)), nil
}

// order finds the order in the path.
func (c *call) order() (*paper.Record, error) {
	id, err := c.orderID()
	if err != nil {
		return nil, err
	}
	r := c.desk.chronicle.ByBrokerOrderID(id)
	if r == nil {
		return nil, orderNotFound()
	}
	return r, nil
}

func cancelOrder(ctx context.Context, c *call) (answer, error) {
	r, err := c.order()
	if err != nil {
		return answer{}, err
	}
	if r.Status.IsTerminal() && r.Status != domain.StatusCanceled {
		return answer{}, invalid("order is already in %q state", r.Status)
	}
	if !r.Status.IsTerminal() && c.desk.suffers(faultCancel) {
		return answer{status: http.StatusNoContent}, nil
	}
	return answer{status: http.StatusNoContent}, c.desk.cancel(ctx, r)
}

// canceledJSON is one order of a cancel of all.
type canceledJSON struct {
	ID     string `json:"id"`
	Status int    `json:"status"`
}

func cancelAllOrders(ctx context.Context, c *call) (answer, error) {
	done, err := c.desk.cancelAll(ctx)
	return answer{http.StatusMultiStatus, done}, err
}

func (d *desk) cancelAll(ctx context.Context) ([]canceledJSON, error) {
	done := []canceledJSON{}
	for _, r := range d.chronicle.Open() {
		if err := d.cancel(ctx, r); err != nil {
			return nil, err
		}
		done = append(done, canceledJSON{r.BrokerOrderID.String(), http.StatusOK})
	}
	return done, nil
}

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
