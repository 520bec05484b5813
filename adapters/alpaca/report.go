package alpaca

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// orderBody writes an order that was checked.
func orderBody(r ports.OrderRequest) []byte {
	o := newOrder{
		Symbol: string(r.Symbol), Side: string(r.Side), Type: string(r.Type), TimeInForce: string(r.TimeInForce),
		ClientOrderID: r.ClientOrderID,
	}
	if r.Quantity != nil {
		o.Qty = r.Quantity.String()
	}
	if r.Notional != nil {
		o.Notional = r.Notional.String()
	}
	if r.LimitPrice != nil {
		o.LimitPrice = r.LimitPrice.String()
	}
	if r.StopPrice != nil {
		o.StopPrice = r.StopPrice.String()
	}
	body, _ := json.Marshal(o) // nothing in it cannot be written
	return body
}

// statusOf gives the status for Alpaca's word; one that is not known has none.
// An order accepted for bidding is accepted.
func statusOf(word string) (domain.OrderStatus, bool) {
	if word == "accepted_for_bidding" {
		return domain.StatusAccepted, true
	}
	s := domain.OrderStatus(word)
	return s, s.IsValid()
}

// at is when the order changed last.
func (o wireOrder) at() time.Time {
	at := o.CreatedAt
	switch {
	case o.UpdatedAt != nil:
		at = *o.UpdatedAt
	case o.SubmittedAt != nil:
		at = *o.SubmittedAt
	}
	return microseconds(at)
}

func (o wireOrder) submittedAt() time.Time {
	if o.SubmittedAt != nil {
		return *o.SubmittedAt
	}
	return o.CreatedAt
}

func microseconds(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// filled reads how much of the order was executed.
func (o wireOrder) filled() (domain.Quantity, error) {
	if o.FilledQty == "" {
		return domain.Quantity{}, nil
	}
	return domain.ParseQuantity(o.FilledQty.String())
}

// ordered gives what the order is of, as far as that can be read.
func (o wireOrder) ordered() (domain.Side, *domain.Quantity) {
	side, err := domain.ParseSide(o.Side)
	if err != nil || o.Qty == "" {
		return side, nil
	}
	q, err := domain.ParseQuantity(o.Qty.String())
	if err != nil {
		return side, nil
	}
	return side, &q
}

// report tells what an order is, with its executions.
func (v *visit) report(ctx context.Context, o wireOrder) (domain.OrderReport, error) {
	filled, err := o.filled()
	if err != nil {
		return domain.OrderReport{}, unreadable(err)
	}
	var fills []domain.Fill
	if !filled.IsZero() {
		all, err := v.fills(ctx, []wireOrder{o})
		if err != nil {
			return domain.OrderReport{}, err
		}
		fills = all[o.ID]
	}
	return reportOf(o, fills)
}

// reportOf tells of an order whose executions are not all known only that it is
// partially filled, by what is: an order that is over takes no more fills.
func reportOf(o wireOrder, fills []domain.Fill) (domain.OrderReport, error) {
	status, known := statusOf(o.Status)
	filled, err := o.filled()
	if !known || err != nil {
		return domain.OrderReport{}, unreadable(err)
	}
	r := domain.OrderReport{
		ClientOrderID: o.ClientOrderID, BrokerOrderID: o.ID, Status: status, At: o.at(), Fills: fills,
	}
	r.Side, r.Quantity = o.ordered()
	if status == domain.StatusRejected {
		r.Reason = "Alpaca rejected the order"
	}
	if sum(fills).Cmp(filled) != 0 {
		r.Status = domain.StatusPartiallyFilled
	}
	return r, nil
}

func sum(fills []domain.Fill) domain.Quantity {
	var q domain.Quantity
	for _, f := range fills {
		q = q.Add(f.Quantity)
	}
	return q
}

// acknowledged tells of an order that was taken, and of which nothing else could
// be learned.
func acknowledged(o wireOrder) domain.OrderReport {
	r, err := reportOf(o, nil)
	if err != nil {
		r = domain.OrderReport{ClientOrderID: o.ClientOrderID, BrokerOrderID: o.ID, Status: domain.StatusPartiallyFilled, At: o.at()}
	}
	return r
}
