package app

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// SettleUnmatched implements ports.OrderDesk. It only writes down what was said:
// a Recaller asks the broker.
func (d *Desk) SettleUnmatched(
	ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID, verdict domain.UnmatchedVerdict, note string,
) (settled domain.UnmatchedOrder, err error) {
	said := domain.UnmatchedSettlement{Verdict: verdict, Note: note, By: caller.UserID, At: d.clock.Now()}
	if err := said.Check(); err != nil {
		return domain.UnmatchedOrder{}, err
	}
	if verdict == domain.UnmatchedCancel {
		if err := d.stillUnmatched(ctx, caller, id); err != nil {
			return domain.UnmatchedOrder{}, err
		}
	}
	err = d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		settled, err = r.Unmatched.Settle(ctx, id, said)
		return err
	})
	return settled, err
}

// stillUnmatched refuses to cancel by an id that an order of the caller's has:
// the broker might end that one.
func (d *Desk) stillUnmatched(ctx context.Context, caller domain.Principal, id domain.UnmatchedOrderID) error {
	var o domain.UnmatchedOrder
	err := d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		o, err = r.Unmatched.ByID(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	known, err := d.ledger.ByClientOrderIDs(ctx, []string{o.ClientOrderID})
	if err == nil && len(known) > 0 {
		err = domain.Conflict("order_known", "order "+known[0].ID().String()+" has the same client order id; cancel that, or end this one at the broker")
	}
	return err
}
