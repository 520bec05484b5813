package alpaca

import (
	"context"
	"encoding/json"

	"github.com/hookfill/hookfill/domain"
)

// Change is what an open order is replaced by. Fields that are nil or empty stay
// as they are.
type Change struct {
	// ClientOrderID is that of the order which takes the other's place, and needed.
	ClientOrderID string
	Quantity      *domain.Quantity
	LimitPrice    *domain.Price
	StopPrice     *domain.Price
	TimeInForce   domain.TimeInForce
}

// newTerms is what is sent of a change.
type newTerms struct {
	Qty           string `json:"qty,omitempty"`
	LimitPrice    string `json:"limit_price,omitempty"`
	StopPrice     string `json:"stop_price,omitempty"`
	TimeInForce   string `json:"time_in_force,omitempty"`
	ClientOrderID string `json:"client_order_id"`
}

// Replace asks once for another order in the place of an open one, and gives that.
// The one it replaces may fill before. The errors are those of Submit, for the
// order that takes its place; where there is none to replace it is KindNotFound.
func (b *Broker) Replace(ctx context.Context, account *domain.BrokerAccount, clientOrderID string, c Change) (domain.OrderReport, error) {
	if err := checkChange(c); err != nil {
		return domain.OrderReport{}, err
	}
	v, err := b.visit(ctx, account)
	if err != nil {
		return domain.OrderReport{}, err
	}
	o, err := v.find(ctx, clientOrderID)
	if err != nil {
		return domain.OrderReport{}, err
	}
	var placed wireOrder
	got := v.do(ctx, request{method: "PATCH", path: "/v2/orders/" + segment(o.ID), body: changeBody(c)})
	if err := submitted(got, &placed, c.ClientOrderID); err != nil {
		return domain.OrderReport{}, v.doubt(ctx, c.ClientOrderID, err)
	}
	return acknowledged(placed), nil
}

func checkChange(c Change) error {
	var f faults
	f.require(isClientOrderID(c.ClientOrderID), "invalid_client_order_id", "client_order_id", "must be 1 to 128 printable ASCII characters")
	f.require(c.Quantity != nil || c.LimitPrice != nil || c.StopPrice != nil || c.TimeInForce != "", "nothing_to_change", "", "give what is to be changed")
	f.require(c.Quantity == nil || !c.Quantity.IsZero() && c.Quantity.Decimal().IsInteger(), "quantity_step", "quantity", "must be a whole number above 0")
	f.require(c.TimeInForce == "" || c.TimeInForce.IsValid(), "unsupported_time_in_force", "time_in_force", "must be one of day, gtc, opg, ioc, fok, cls")
	return f.err()
}

func changeBody(c Change) []byte {
	t := newTerms{TimeInForce: string(c.TimeInForce), ClientOrderID: c.ClientOrderID}
	if c.Quantity != nil {
		t.Qty = c.Quantity.String()
	}
	if c.LimitPrice != nil {
		t.LimitPrice = c.LimitPrice.String()
	}
	if c.StopPrice != nil {
		t.StopPrice = c.StopPrice.String()
	}
	body, _ := json.Marshal(t) // nothing in it cannot be written
	return body
}
