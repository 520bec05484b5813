package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	signalPath = "/v1/signals/"
	signalNoun = "signal"
)

func (a *API) listSignals(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	want := ports.SignalQuery{
		WebhookConfigID: param(q, "webhook_config_id", domain.ParseID[domain.WebhookConfig]),
		State:           filter(q, "state", domain.ParseState),
		Symbol:          filter(q, "symbol", domain.ParseSymbol),
		Source:          filter(q, "source", domain.ParseSource),
		Asks:            orZero(param(q, "asks", parseYes)),
		Since:           param(q, "since", parseTime),
		Until:           param(q, "until", parseTime),
		Page:            q.page(),
	}
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[*domain.Signal]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.Signals.List(ctx, want)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, signalSummaryOf)), nil
}

func (a *API) showSignal(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Signal](c, signalNoun)
	if err != nil {
		return answer{}, err
	}
	var signal *domain.Signal
	var orders []*domain.Order
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		if signal, err = repos.Signals.ByID(ctx, id); err != nil {
			return err
		}
		orders, err = allOrders(ctx, repos.Orders, id)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(signalOf(signal, orders)), nil
}

// allOrders reads every order of a signal.
func allOrders(ctx context.Context, repo ports.OrderRepository, id domain.SignalID) ([]*domain.Order, error) {
	var orders []*domain.Order
	q := ports.OrderQuery{SignalID: &id, Page: ports.PageRequest{Limit: ports.MaxPageLimit}}
	for {
		page, err := repo.List(ctx, q)
		if err != nil {
			return nil, err
		}
		orders = append(orders, page.Items...)
		if page.Next == "" {
			return orders, nil
		}
		q.Page.Cursor = page.Next
	}
}

func (a *API) tradeByHand(ctx context.Context, c *call) (answer, error) {
	f, once, err := c.input()
	if err != nil {
		return answer{}, err
	}
	account := word(f, "broker_account_id", domain.ParseID[domain.BrokerAccount])
	f.required("broker_account_id", "name the broker account")
	intent := intentFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	signal, err := a.deps.Desk.Trade(ctx, c.caller, ports.ManualSignal{BrokerAccountID: *account, Intent: intent}, once)
	if err != nil {
		return answer{}, err
	}
	return created(signalOf(signal, nil), signalPath+signal.ID().String()), nil
}

func (a *API) replaySignal(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Signal](c, signalNoun)
	if err != nil {
		return answer{}, err
	}
	once, err := c.noInput()
	if err != nil {
		return answer{}, err
	}
	signal, err := a.deps.Desk.Replay(ctx, c.caller, id, once)
	if err != nil {
		return answer{}, err
	}
	return created(signalOf(signal, nil), signalPath+signal.ID().String()), nil
}
