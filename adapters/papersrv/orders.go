package papersrv

import (
	"context"
	"net/http"
	"time"

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
	if err := d.rules.checkAuction(w, d.clock.Now()); err != nil {
		return nil, err
	}
	if err := d.judge(w); err != nil {
		return nil, err
	}
	t := paper.Ticket{
		OrderRequest: d.request(w), ExpiresAt: d.rules.expiry(w, d.clock.Now()), ExtendedHours: w.extendedHours,
		TrailPrice: w.trailPrice, TrailPercent: w.trailPercent, Either: w.class == classOCO, Auction: w.isForAuction(),
	}
	if w.class != classSimple {
		t.LegsTimeInForce = w.timeInForce
	}
	return d.submit(ctx, t)
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
	return answer{status: http.StatusNoContent}, c.desk.cancelOrDelay(ctx, r)
}

// cancelOrDelay cancels an order, where nothing makes that too late.
func (d *desk) cancelOrDelay(ctx context.Context, r *paper.Record) error {
	if d.isTooLate(r) {
		return nil
	}
	return d.cancel(ctx, r)
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
		if err := d.cancelOrDelay(ctx, r); err != nil {
			return nil, err
		}
		done = append(done, canceledJSON{r.BrokerOrderID.String(), http.StatusOK})
	}
	return done, nil
}
