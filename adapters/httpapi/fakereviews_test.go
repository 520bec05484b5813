package httpapi_test

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Settle knows one way for an order to be settled: it is not placed.
func (w *world) Settle(ctx context.Context, caller domain.Principal, id domain.TicketID, word ports.ReviewWord) (got *domain.Order, err error) {
	err = w.do(ctx, func() error {
		for _, o := range w.orders {
			if t := o.Terms(); t.TicketID == id && t.UserID == caller.UserID {
				got = o
			}
		}
		switch {
		case got == nil:
			return domain.NotFound("review")
		case word.Action == ports.ReviewAdopt:
			return domain.Conflict("order_not_found", "the broker does not show this order")
		}
		if err := word.Check(); err != nil {
			return err
		}
		_, err := got.Apply(domain.OrderEvent{SourceID: "review:1", Kind: domain.EventNotPlaced, At: noon(), Attempt: 1, Reason: "not_placed"}, noon())
		return err
	})
	return got, err
}
