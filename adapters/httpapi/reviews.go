package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// reviewJSON is an order that only a person can settle, by its ticket.
type reviewJSON struct {
	TicketID domain.TicketID      `json:"ticket_id"`
	Reason   string               `json:"reason"`
	Actions  []ports.ReviewAction `json:"actions"`
	Order    orderJSON            `json:"order"`
}

func reviewOf(o *domain.Order) reviewJSON {
	return reviewJSON{o.Terms().TicketID, o.RejectReason(), ports.ReviewActions(), orderOf(o)}
}

func (a *API) listReviews(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	want := ports.OrderQuery{Submission: domain.SubmissionNeedsReview, Page: q.page()}
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
	return ok(listOf(got, reviewOf)), nil
}

func (a *API) settleReview(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.Ticket](c, "review")
	if err != nil {
		return answer{}, err
	}
	f, _, err := c.input()
	if err != nil {
		return answer{}, err
	}
	action := word(f, "action", ports.ParseReviewAction)
	said := ports.ReviewWord{Reason: f.textOr("reason", ""), BrokerOrderID: f.textOr("broker_order_id", "")}
	f.required("action", "say adopt, not_placed or resend")
	f.required("reason", "say why; it is kept with the order")
	if err := f.end(); err != nil {
		return answer{}, err
	}
	said.Action = *action
	order, err := a.deps.Desk.Settle(ctx, c.caller, id, said)
	if err != nil {
		return answer{}, err
	}
	return ok(orderOf(order)), nil
}
