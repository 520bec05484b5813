package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Ledger is the worker's record of decisions and facts. A decision reads the
// lane's epoch, under a lock, in the transaction that writes it; a fact asks
// nobody.
type Ledger struct{ db *DB }

var _ ports.Ledger = (*Ledger)(nil)

// NewLedger makes the ledger of a database.
func NewLedger(db *DB) *Ledger { return &Ledger{db} }

// Installation implements ports.Ledger.
func (l *Ledger) Installation(ctx context.Context) (domain.Installation, error) {
	var mark domain.Installation
	err := l.db.worker.NewRaw(`select mark from private.installation`).Scan(ctx, &mark)
	return mark, translate(err)
}

// fence refuses whoever does not hold the lane any more. The share lock keeps
// the epoch as it is until the decision is committed; forUpdate is for those
// that move the lane as well.
func fence(ctx context.Context, tx bun.Tx, lease ports.Lease, forUpdate bool) (doneSeq int64, err error) {
	lock := "for share"
	if forUpdate {
		lock = "for update"
	}
	var seqs []int64
	err = tx.NewRaw(`select done_seq from private.lanes where lane_id = ? and epoch = ? `+lock, lease.LaneID, lease.Epoch).Scan(ctx, &seqs)
	if err != nil {
		return 0, err
	}
	if len(seqs) == 0 {
		return 0, leaseLost()
	}
	return seqs[0], nil
}

func leaseLost() error {
	return domain.Conflict("lease_lost", "the lane was taken over by another executor")
}

// Plan implements ports.Ledger.
func (l *Ledger) Plan(ctx context.Context, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan) error {
	return l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := fence(ctx, tx, lease, false); err != nil {
			return err
		}
		return planTicket(ctx, tx, lease, id, plan, l.now())
	})
}

// now is only for rows whose time nobody hands in; the database's clock decides
// everything that expires.
func (l *Ledger) now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// The target of the first plan stays, decisions are added. A ticket of another
// lane than the lease's is not found.
const planTicketSQL = `
update public.tickets
set state = 'executing', target = coalesce(target, ?2::numeric), decisions = decisions || ?3::jsonb, updated_at = now()
where id = ?0 and lane_id = ?1 and state in ('queued', 'executing', 'needs_review')
returning signal_id`

func planTicket(ctx context.Context, tx bun.Tx, lease ports.Lease, id domain.TicketID, plan ports.TicketPlan, at time.Time) error {
	var signals []uuid.UUID
	err := tx.NewRaw(planTicketSQL, id.UUID, lease.LaneID, plan.Target.String(), encodeDecisions(plan.Decisions)).Scan(ctx, &signals)
	if err != nil {
		return err
	}
	if len(signals) == 0 {
		return domain.Conflict("ticket_final", "the ticket is not waiting in this lane any more")
	}
	return settleSignal(ctx, tx, signals[0], at)
}

// settleSignal brings a signal's state in line with its tickets'. The row is
// locked first, so that tickets ending side by side in two lanes are both seen.
func settleSignal(ctx context.Context, tx bun.Tx, signal uuid.UUID, at time.Time) error {
	var current domain.State
	err := tx.NewRaw(`select state from public.signals where id = ? for no key update`, signal).Scan(ctx, &current)
	if err != nil {
		return err
	}
	var states []domain.State
	if err := tx.NewRaw(`select state from public.tickets where signal_id = ?`, signal).Scan(ctx, &states); err != nil {
		return err
	}
	next := domain.SignalState(states)
	if next == current {
		return nil
	}
	_, err = tx.NewRaw(`update public.signals set state = ?, updated_at = ? where id = ?`, next, at, signal).Exec(ctx)
	return err
}

// Intend implements ports.Ledger.
func (l *Ledger) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	return l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := fence(ctx, tx, lease, false); err != nil {
			return err
		}
		fresh, err := domain.RestoreOrder(o.Snapshot())
		if err != nil {
			return err
		}
		if _, err := fresh.Apply(domain.AttemptedEvent(first.Number, first.At), first.At); err != nil {
			return err
		}
		if err := insertOrder(ctx, tx, fresh); err != nil {
			return err
		}
		if err := insertAttempt(ctx, tx, lease, o.ID(), first); err != nil {
			return err
		}
		return planTicket(ctx, tx, lease, o.Terms().TicketID, plan, first.At)
	})
}

// Retry implements ports.Ledger.
func (l *Ledger) Retry(ctx context.Context, lease ports.Lease, id domain.OrderID, next ports.Attempt) (fresh *domain.Order, err error) {
	err = l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		if _, err := fence(ctx, tx, lease, false); err != nil {
			return err
		}
		o, err := lockOrder(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := o.Submission().Next(domain.EventAttempted); err != nil {
			return err
		}
		if err := insertAttempt(ctx, tx, lease, id, next); err != nil {
			return err
		}
		_, err = addEvents(ctx, tx, o, []domain.OrderEvent{domain.AttemptedEvent(next.Number, next.At)}, next.At)
		fresh = o
		return err
	})
	if err != nil {
		return nil, err
	}
	return fresh, nil
}

func insertAttempt(ctx context.Context, tx bun.Tx, lease ports.Lease, id domain.OrderID, a ports.Attempt) error {
	_, err := tx.NewRaw(
		`insert into private.order_attempts (order_id, number, epoch, deadline, at) values (?, ?, ?, ?, ?)`,
		id.UUID, a.Number, lease.Epoch, a.Deadline, a.At).Exec(ctx)
	return err
}

const finishTicketSQL = `
update public.tickets
set state = ?1, reasons = ?2::jsonb, decisions = decisions || ?3::jsonb, updated_at = ?4
where id = ?0
returning signal_id`

// Finish implements ports.Ledger. Under a lost lease the facts are recorded all
// the same, and only then is the loss told.
func (l *Ledger) Finish(ctx context.Context, lease ports.Lease, end ports.TicketEnd, facts []ports.OrderFacts, at time.Time) error {
	var refused error
	err := l.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		refused = nil
		doneSeq, err := fence(ctx, tx, lease, true)
		if domain.KindOf(err) == domain.KindConflict {
			refused = err
		} else if err != nil {
			return err
		}
		for _, f := range facts {
			if _, err := recordFacts(ctx, tx, f, at); err != nil {
				return err
			}
		}
		if refused != nil {
			return nil
		}
		if doneSeq+1 != end.LaneSeq {
			refused = domain.Conflict("not_head", "the ticket is not at the head of its lane")
			return nil
		}
		return endTicket(ctx, tx, lease, end, at)
	})
	if err != nil {
		return err
	}
	return refused
}

func endTicket(ctx context.Context, tx bun.Tx, lease ports.Lease, end ports.TicketEnd, at time.Time) error {
	var states []domain.State
	err := tx.NewRaw(`select state from public.tickets where id = ? and lane_id = ? and lane_seq = ?`,
		end.TicketID.UUID, lease.LaneID, end.LaneSeq).Scan(ctx, &states)
	if err != nil {
		return err
	}
	if len(states) == 0 {
		return domain.Conflict("not_head", "the ticket is not at the head of its lane")
	}
	if states[0] != end.State {
		if _, err := states[0].Next(end.State); err != nil {
			return err
		}
	}
	var signals []uuid.UUID
	err = tx.NewRaw(finishTicketSQL, end.TicketID.UUID, end.State, encodeReasons(end.Reasons), encodeDecisions(end.Decisions), at).Scan(ctx, &signals)
	if err != nil {
		return err
	}
	if end.State.IsFinal() {
		_, err = tx.NewRaw(`update private.lanes set done_seq = ? where lane_id = ?`, end.LaneSeq, lease.LaneID).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return settleSignal(ctx, tx, signals[0], at)
}
