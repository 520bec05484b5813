package postgres

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Inbox makes deliveries durable, a batch a transaction. The number of
// statements does not depend on how many arrivals a batch has:
//
//  1. lanes nobody has used yet are made, before and outside the transaction;
//  2. which arrivals were judged under what still holds, and which take their key;
//  3. for those that did not, what took it before;
//  4. deliveries, refusals and signals;
//  5. places in the lanes, the tickets, and the lanes' wake-up.
//
// Locks are taken in one order everywhere in this package: keys by config and
// key, lanes by id, orders, signals, positions by account, symbol and scope.
type Inbox struct {
	db    *DB
	lanes *laneIndex
}

var _ ports.SignalInbox = (*Inbox)(nil)

// NewInbox makes the inbox of a database.
func NewInbox(db *DB) *Inbox { return &Inbox{db: db, lanes: newLaneIndex(db)} }

// Append implements ports.SignalInbox.
func (in *Inbox) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	results := make([]ports.ArrivalResult, len(arrivals))
	if len(arrivals) == 0 {
		return results, nil
	}
	err := in.store(ctx, arrivals, results)
	if !isPoison(err) {
		return results, err
	}
	in.isolate(ctx, arrivals, results, err)
	return results, nil
}

// isPoison reports an error that some arrival brought with it: the others would
// be stored without that one.
func isPoison(err error) bool {
	return errors.Is(err, domain.KindInvalid) || errors.Is(err, domain.KindConflict) || errors.Is(err, domain.KindForbidden)
}

// isolate stores the halves of a batch apart, down to the arrival at fault. The
// halves commit on their own, so from here on every arrival has its own error.
func (in *Inbox) isolate(ctx context.Context, arrivals []ports.Arrival, results []ports.ArrivalResult, err error) {
	if len(arrivals) == 1 {
		results[0] = ports.ArrivalResult{Err: err}
		return
	}
	half := len(arrivals) / 2
	for _, part := range [][2]int{{0, half}, {half, len(arrivals)}} {
		of, to := arrivals[part[0]:part[1]], results[part[0]:part[1]]
		err := in.store(ctx, of, to)
		switch {
		case isPoison(err):
			in.isolate(ctx, of, to, err)
		case err != nil:
			for i := range to {
				to[i] = ports.ArrivalResult{Err: err}
			}
		}
	}
}

// store puts one batch down in one transaction.
func (in *Inbox) store(ctx context.Context, arrivals []ports.Arrival, results []ports.ArrivalResult) error {
	if err := in.lanes.ensure(ctx, arrivals); err != nil {
		return err
	}
	return in.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		b := newInboxBatch(arrivals, results)
		if err := b.takeKeys(ctx, tx); err != nil {
			return err
		}
		if err := b.findFirst(ctx, tx); err != nil {
			return err
		}
		if err := b.placeTickets(ctx, tx, in.lanes); err != nil {
			return err
		}
		if err := b.storeRows(ctx, tx); err != nil {
			return err
		}
		return b.tickets.store(ctx, tx, in.lanes)
	})
}

// Submit implements ports.SignalInbox.
func (in *Inbox) Submit(ctx context.Context, s *domain.Signal) error {
	arrivals := []ports.Arrival{{Signals: []*domain.Signal{s}}}
	if err := in.lanes.ensure(ctx, arrivals); err != nil {
		return err
	}
	return in.db.work(ctx, func(ctx context.Context, tx bun.Tx) error {
		b := newInboxBatch(arrivals, []ports.ArrivalResult{{Outcome: ports.ArrivalStored}})
		if err := b.placeTickets(ctx, tx, in.lanes); err != nil {
			return err
		}
		if err := b.storeSignals(ctx, tx); err != nil {
			return err
		}
		return b.tickets.store(ctx, tx, in.lanes)
	})
}
