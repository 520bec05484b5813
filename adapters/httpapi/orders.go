package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const orderNoun = "order"

func (a *API) listOrders(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	want := ports.OrderQuery{
		SignalID:        param(q, "signal_id", domain.ParseID[domain.Signal]),
		BrokerAccountID: param(q, "broker_account_id", domain.ParseID[domain.BrokerAccount]),
		Symbol:          filter(q, "symbol", domain.ParseSymbol),
		Status:          filter(q, "status", domain.ParseOrderStatus),
		Submission:      filter(q, "submission", domain.ParseSubmission),
		Page:            q.page(),
	}
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[*domain.Order]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.Orders.List(ctx, want)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, orderOf)), nil
}

func (a *API) showOrder(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Order](c, orderNoun)
	if err != nil {
		return answer{}, err
	}
	var got *domain.Order
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.Orders.ByID(ctx, id)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(orderOf(got)), nil
}

func (a *API) cancelOrder(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Order](c, orderNoun)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	order, err := a.deps.Desk.CancelOrder(ctx, c.caller, id)
	if err != nil {
		return answer{}, err
	}
	return ok(orderOf(order)), nil
}
