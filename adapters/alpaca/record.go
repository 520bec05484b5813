package alpaca

import (
	"context"

	"github.com/hookfill/hookfill/domain"
)

// OrderPage gives one page of the account's orders as Alpaca writes it, for a query
// of its own, to whoever judges what is said of them. It is read like any other
// answer, and nothing in it is understood here.
func (b *Broker) OrderPage(ctx context.Context, account *domain.BrokerAccount, query string) ([]byte, error) {
	v, err := b.visit(ctx, account)
	if err != nil {
		return nil, err
	}
	a := v.do(ctx, request{method: "GET", path: "/v2/orders", query: query})
	if err := asked(a, "orders"); err != nil {
		return nil, err
	}
	return a.body, nil
}
