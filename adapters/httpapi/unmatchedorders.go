package httpapi

import (
	"context"
	"strconv"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// unmatchedJSON is an order at a broker that carries our mark and that no row
// accounts for. What its owner said of it is null until it is settled; outcome is
// what came of a cancel, once nothing is left to do for it.
type unmatchedJSON struct {
	ID              domain.UnmatchedOrderID  `json:"id"`
	BrokerAccountID domain.BrokerAccountID   `json:"broker_account_id"`
	ClientOrderID   string                   `json:"client_order_id"`
	BrokerOrderID   string                   `json:"broker_order_id"`
	Symbol          domain.Symbol            `json:"symbol"`
	Status          domain.OrderStatus       `json:"status"`
	FilledQuantity  domain.Net               `json:"filled_quantity"`
	FoundAt         string                   `json:"found_at"`
	Verdict         *domain.UnmatchedVerdict `json:"verdict"`
	Note            *string                  `json:"note"`
	SettledBy       *domain.UserID           `json:"settled_by"`
	SettledAt       *string                  `json:"settled_at"`
	Outcome         *string                  `json:"outcome"`
	EndedAt         *string                  `json:"ended_at"`
}

func unmatchedOf(o domain.UnmatchedOrder) unmatchedJSON {
	wire := unmatchedJSON{
		ID: o.ID, BrokerAccountID: o.BrokerAccountID, ClientOrderID: o.ClientOrderID, BrokerOrderID: o.BrokerOrderID,
		Symbol: o.Symbol, Status: o.Status, FilledQuantity: o.FilledQuantity, FoundAt: stamp(o.FoundAt),
	}
	if s := o.Settlement; s != nil {
		wire.Verdict, wire.Note, wire.SettledBy, wire.SettledAt = &s.Verdict, &s.Note, &s.By, new(stamp(s.At))
	}
	if o.Outcome != nil {
		wire.Outcome, wire.EndedAt = &o.Outcome.Detail, new(stamp(o.Outcome.At))
	}
	return wire
}

func (a *API) listUnmatchedOrders(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	want := ports.UnmatchedQuery{Settled: param(q, "settled", parseBool), Page: q.page()}
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[domain.UnmatchedOrder]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.Unmatched.List(ctx, want)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, unmatchedOf)), nil
}

func parseBool(s string) (bool, error) {
	if s != "true" && s != "false" {
		return false, domain.Invalid("invalid_parameter", "", "must be true or false")
	}
	return strconv.ParseBool(s)
}

func (a *API) settleUnmatchedOrder(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.UnmatchedOrder](c, "unmatched order")
	if err != nil {
		return answer{}, err
	}
	f, _, err := c.input()
	if err != nil {
		return answer{}, err
	}
	verdict, note := orZero(word(f, "verdict", domain.ParseUnmatchedVerdict)), f.textOr("note", "")
	f.required("verdict", "say acknowledge or cancel")
	f.required("note", "say why; it is kept with the order")
	if err := f.end(); err != nil {
		return answer{}, err
	}
	settled, err := a.deps.Desk.SettleUnmatched(ctx, c.caller, id, verdict, note)
	if err != nil {
		return answer{}, err
	}
	return ok(unmatchedOf(settled)), nil
}
