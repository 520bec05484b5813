package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Plan implements ports.Ledger. Its time is the database's.
func (l *Ledger) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, err := holdTicket(ctx, tx, lease, id, laneStays)
		if err != nil {
			return err
		}
		w := writes{tx: tx}
		if err := held.plan(ctx, &w, plan, held.Now.UTC()); err != nil {
			return err
		}
		return w.done(ctx)
	})
}

// Intend implements ports.Ledger.
func (l *Ledger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	attempted, err := domain.RestoreOrder(o.Snapshot())
	if err != nil {
		return err
	}
	if _, err := attempted.Apply(domain.AttemptedEvent(first.Number, first.At), first.At); err != nil {
		return err
	}
	err = l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, err := holdTicket(ctx, tx, lease, o.Terms().TicketID, laneStays)
		if err != nil {
			return err
		}
		w := writes{tx: tx}
		if err := addOrder(&w, attempted); err != nil {
			return err
		}
		if err := addAttempt(&w, lease, o.ID(), first); err != nil {
			return err
		}
		if err := held.plan(ctx, &w, plan, first.At); err != nil {
			return err
		}
		return w.done(ctx)
	})
	if isTaken(err, "orders") {
		return &domain.Error{Kind: domain.KindConflict, Code: "order_exists", Msg: "the step of this ticket has an order already", Err: err}
	}
	return err
}

// isTaken reports whether a row of the table stood in the way of a new one.
func isTaken(err error, table string) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && errors.Is(err, domain.KindConflict) && pg.TableName == table
}

// addOrder stores an order that is new, with its events so far.
func addOrder(w *writes, o *domain.Order) error {
	if err := w.add(w.tx.NewInsert().Model(toOrderModel(o, 1)).Returning("")); err != nil {
		return err
	}
	return addEvents(w, o, 0, o.UpdatedAt())
}

const addAttemptSQL = `
insert into private.order_attempts (order_id, number, epoch, deadline, at)
values (?, ?, ?, ?, ?)`

func addAttempt(w *writes, lease ports.Lease, id domain.OrderID, a ports.Attempt) error {
	return w.addRaw(addAttemptSQL, id.UUID, a.Number, lease.Epoch, a.Deadline, a.At)
}

// laneRow says what a lane is a lane of.
type laneRow struct {
	BrokerAccountID uuid.UUID
	Symbol          domain.Symbol
}

func (r laneRow) isOf(t domain.OrderTerms) bool {
	return r.BrokerAccountID == t.BrokerAccountID.UUID && r.Symbol == t.Symbol
}

const holdLaneSQL = `
select broker_account_id, symbol
from private.lanes
where lane_id = ? and epoch = ?
for share`

// Retry implements ports.Ledger.
func (l *Ledger) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (fresh *domain.Order, err error) {
	err = l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		var lanes []laneRow
		if err := tx.NewRaw(holdLaneSQL, lease.LaneID, lease.Epoch).Scan(ctx, &lanes); err != nil {
			return err
		}
		if len(lanes) == 0 {
			return leaseLost()
		}
		o, err := lockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		if !lanes[0].isOf(o.Terms()) {
			return leaseLost()
		}
		if _, err := o.Submission().Next(domain.EventAttempted); err != nil {
			return err
		}
		w := writes{tx: tx}
		if err := addAttempt(&w, lease, id, next); err != nil {
			return err
		}
		if fresh, _, err = applyEvents(&w, o, []domain.OrderEvent{domain.AttemptedEvent(next.Number, next.At)}, next.At); err != nil {
			return err
		}
		return w.done(ctx)
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
	err := l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		held, err := holdTicket(ctx, tx, lease, end.TicketID, laneMoves)
		if err == nil {
			err = held.mayEnd(end)
		}
		if err != nil && !isRefusal(err) {
			return err
		}
		refused = err
		w := writes{tx: tx}
		for _, f := range facts {
			// What one order moved is what the next one finds.
			if err := w.done(ctx); err != nil {
				return err
			}
			if _, err := recordFacts(ctx, &w, f, at); err != nil {
				return err
			}
		}
		if refused == nil {
			if err := held.end(ctx, &w, end, at); err != nil {
				return err
			}
		}
		return w.done(ctx)
	})
	if err != nil {
		return err
	}
	return refused
}
