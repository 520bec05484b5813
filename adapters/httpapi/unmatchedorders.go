package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// unmatchedJSON is an order at a broker that carries our mark and that no row
// accounts for.
type unmatchedJSON struct {
	ID              domain.UnmatchedOrderID `json:"id"`
	BrokerAccountID domain.BrokerAccountID  `json:"broker_account_id"`
	ClientOrderID   string                  `json:"client_order_id"`
	BrokerOrderID   string                  `json:"broker_order_id"`
	Symbol          domain.Symbol           `json:"symbol"`
	Status          domain.OrderStatus      `json:"status"`
	FilledQuantity  domain.Net              `json:"filled_quantity"`
	FoundAt         string                  `json:"found_at"`
}

func unmatchedOf(o domain.UnmatchedOrder) unmatchedJSON {
	return unmatchedJSON{
		o.ID, o.BrokerAccountID, o.ClientOrderID, o.BrokerOrderID, o.Symbol, o.Status, o.FilledQuantity, stamp(o.FoundAt),
	}
}

func (a *API) listUnmatchedOrders(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[domain.UnmatchedOrder]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.Unmatched.List(ctx, page)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, unmatchedOf)), nil
}
