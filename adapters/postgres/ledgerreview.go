package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// A lane that rests is made ready; one that is leased has no rest to end. The
// lane is locked before the order, as everywhere.
const wakeLaneOfSQL = `
update private.lanes lane
set parked_until = null
from public.orders o
where o.id = $1 and lane.broker_account_id = o.broker_account_id and lane.symbol = o.symbol`

// Review implements ports.Ledger.
func (l *Ledger) Review(ctx context.Context, facts ports.OrderFacts, at time.Time) (fresh *domain.Order, err error) {
	err = l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		var found lockedOrder
		t.tell(ctx, wakeLaneOfSQL, facts.OrderID.UUID)
		found.askFor(ctx, t, facts.OrderID)
		if err := t.send(ctx); err != nil {
			return err
		}
		o, err := found.order()
		if err != nil {
			return err
		}
		known := slices.ContainsFunc(o.Events(), func(e domain.OrderEvent) bool {
			return len(facts.Events) > 0 && e.SourceID == storable(facts.Events[0]).SourceID
		})
		if known {
			fresh = o
			return nil
		}
		if o.Submission() != domain.SubmissionNeedsReview {
			return domain.Conflict("not_in_review", "the order is "+string(o.Submission())+" and needs no review")
		}
		fresh, err = recordFacts(ctx, t, facts, at)
		return err
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}
