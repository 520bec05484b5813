package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Plan implements ports.Ledger. Its time is the database's.
func (l *Ledger) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		held, err := hold(ctx, t, lease, id)
		if err != nil {
			return err
		}
		return held.plan(ctx, t, plan, held.Now)
	})
}

// Note implements ports.Ledger.
func (l *Ledger) Note(ctx context.Context, lease ports.Lease, id domain.TicketID, decisions []domain.Decision) error {
	return l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		held, err := hold(ctx, t, lease, id)
		if err != nil {
			return err
		}
		t.tell(ctx, "update public.tickets set decisions = decisions || $2::jsonb, updated_at = $3 where id = $1",
			id.UUID, encodeDecisions(decisions), held.Now)
		return nil
	})
}

func hold(ctx context.Context, t *bundledTx, lease ports.Lease, id domain.TicketID) (*heldTicket, error) {
	var held []heldTicket
	askToHold(ctx, t, &held, holdLaneAsItIsSQL, lease, id)
	if err := t.send(ctx); err != nil {
		return nil, err
	}
	return onlyHeld(held)
}

// Intend implements ports.Ledger.
func (l *Ledger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	attempted, err := mapAll(append([]*domain.Order{o}, plan.Legs...), func(o *domain.Order) (*domain.Order, error) {
		fresh, err := domain.RestoreOrder(o.Snapshot())
		if err == nil {
			_, err = fresh.Apply(domain.AttemptedEvent(first.Number, first.At), first.At)
		}
		return fresh, err
	})
	if err != nil {
		return err
	}
	if first.Found {
		plan.Limits, first.Request = nil, ports.Request{}
	}
	err = l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		halts := askForHalts(ctx, t, o.Terms())
		room := keepTo(ctx, t, plan.Limits, o.Terms().WebhookConfigID)
		var (
			rows  []heldTicket
			spent spending
		)
		askToHold(ctx, t, &rows, holdLaneAsItIsSQL, lease, o.Terms().TicketID)
		spent.askFor(ctx, t, o.Terms().BrokerAccountID, first.Request)
		if err := t.send(ctx); err != nil {
			return err
		}
		held, err := onlyHeld(rows)
		if err != nil {
			return err
		}
		if err := halts.mayAttempt(first); err != nil && !first.Found {
			return err
		}
		if err := room(); err != nil {
			return err
		}
		if err := spent.verdict(); err != nil {
			return err
		}
		for _, order := range attempted {
			addOrder(ctx, t, order, lease, first)
		}
		addStops(ctx, t, o.Terms(), plan)
		addProtected(ctx, t, o.Terms(), plan)
		return held.plan(ctx, t, plan, first.At)
	})
	if standsInTheWay(err, uniqueViolation, "orders") {
		return &domain.Error{Kind: domain.KindConflict, Code: "order_exists", Msg: "the step of this ticket has an order already", Err: err}
	}
	return err
}

// laneOf says what a lane is a lane of.
type laneOf struct {
	BrokerAccountID uuid.UUID
	Symbol          domain.Symbol
}

const (
	holdLaneSQL = `
select broker_account_id, symbol
from private.lanes
where lane_id = $1 and epoch = $2
for share`
	addAttemptSQL = `
insert into private.order_attempts (order_id, number, epoch, deadline, at, effect)
values ($1, $2, $3, $4, $5, $6)`
)

// Retry implements ports.Ledger.
func (l *Ledger) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (fresh *domain.Order, err error) {
	err = l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		var (
			lanes []laneOf
			found lockedOrder
		)
		halts := askForHaltsOnOrder(ctx, t, id)
		ask(ctx, t, &lanes, pgx.RowToStructByName[laneOf], holdLaneSQL, lease.LaneID, lease.Epoch)
		found.askFor(ctx, t, id)
		if err := t.send(ctx); err != nil {
			return err
		}
		if len(lanes) == 0 {
			return leaseLost()
		}
		o, err := found.order()
		if err != nil {
			return err
		}
		if (laneOf{o.Terms().BrokerAccountID.UUID, o.Terms().Symbol}) != lanes[0] {
			return leaseLost()
		}
		if _, err := o.Submission().Next(domain.EventAttempted); err != nil {
			return err
		}
		if err := halts.mayAttempt(next); err != nil {
			return err
		}
		if !next.Request.Limit.IsUnlimited() {
			if err := spend(ctx, t, o.Terms().BrokerAccountID, next.Request); err != nil {
				return err
			}
		}
		t.tell(ctx, addAttemptSQL, id.UUID, next.Number, lease.Epoch, next.Deadline, next.At, string(effectOf(next)))
		fresh, _, err = applyEvents(ctx, t, o, []domain.OrderEvent{domain.AttemptedEvent(next.Number, next.At)}, next.At)
		return err
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

// Finish implements ports.Ledger. What refuses the end is told only after the
// facts are stored.
func (l *Ledger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	var refused error
	err := l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		var rows []heldTicket
		askToHold(ctx, t, &rows, holdLaneToMoveSQL, lease, end.TicketID)
		for _, f := range facts {
			if _, err := recordFacts(ctx, t, f, at); err != nil {
				return err
			}
		}
		if len(facts) == 0 {
			if err := t.send(ctx); err != nil {
				return err
			}
		}
		held, err := onlyHeld(rows)
		if err == nil {
			err = held.mayEnd(end)
		}
		if refused = err; refused != nil {
			return nil //nolint:nilerr // the facts are kept; Finish tells the refusal after the commit
		}
		return held.end(ctx, t, end, at)
	})
	if err != nil {
		return err
	}
	return refused
}
