package postgres

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Inbox makes deliveries durable, a batch a transaction. The number of round
// trips does not depend on how many arrivals a batch has:
//
//  1. lanes nobody has used yet are made, before and outside the transaction;
//  2. which arrivals were judged under what still holds, and which take their key;
//  3. where some did not, what took their key before;
//  4. deliveries, refusals, signals, places in the lanes and tickets.
type Inbox struct {
	db    *DB
	lanes *laneIndex
}

var _ ports.SignalInbox = (*Inbox)(nil)

// NewInbox makes the inbox of a database.
func NewInbox(db *DB) *Inbox { return &Inbox{db: db, lanes: newLaneIndex(db)} }

// Append implements ports.SignalInbox.
func (in *Inbox) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	if len(arrivals) == 0 {
		return nil, nil
	}
	results, err := in.store(ctx, arrivals)
	if err == nil || !isPoison(err) {
		return results, err
	}
	return in.isolate(ctx, arrivals, err), nil
}

// isPoison reports an error that some arrival may have brought with it: the
// others would be stored without that one.
func isPoison(err error) bool {
	return !errors.Is(err, domain.KindUnavailable) && !errors.Is(err, domain.KindUnknownOutcome)
}

// isolate stores the halves of a batch apart, down to the arrival at fault. The
// halves commit on their own, so from here on every arrival has its own error.
func (in *Inbox) isolate(ctx context.Context, arrivals []ports.Arrival, err error) []ports.ArrivalResult {
	if len(arrivals) == 1 || !isPoison(err) {
		results := make([]ports.ArrivalResult, len(arrivals))
		for i := range results {
			results[i] = ports.ArrivalResult{Err: err}
		}
		return results
	}
	var results []ports.ArrivalResult
	half := len(arrivals) / 2
	for _, part := range [][]ports.Arrival{arrivals[:half], arrivals[half:]} {
		stored, err := in.store(ctx, part)
		if err != nil {
			stored = in.isolate(ctx, part, err)
		}
		results = append(results, stored...)
	}
	return results
}

// store puts one batch down in one transaction.
func (in *Inbox) store(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	b, err := newInboxBatch(arrivals)
	if err != nil {
		return nil, err
	}
	if err := in.lanes.find(ctx, b); err != nil {
		return nil, err
	}
	err = in.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		if err := b.takeKeys(ctx, t); err != nil {
			return err
		}
		if err := b.findFirst(ctx, t); err != nil {
			return err
		}
		b.addDeliveries(ctx, t)
		return b.queue(ctx, t)
	})
	if err != nil {
		return nil, in.laneGone(err)
	}
	return b.results, nil
}

// queue stores the signals that the results say are to be stored, and their
// tickets at the next places of their lanes.
func (b *inboxBatch) queue(ctx context.Context, t *bundledTx) error {
	if err := b.placeTickets(ctx, t); err != nil {
		return err
	}
	b.addSignals(ctx, t)
	b.addTickets(ctx, t)
	return nil
}

// laneGone tells that a lane this process remembers is gone, and looks again the
// next time.
func (in *Inbox) laneGone(err error) error {
	if !standsInTheWay(err, notNullViolation, "tickets") {
		return err
	}
	in.lanes.forget()
	return unavailable(err)
}

// Submit implements ports.SignalInbox.
func (in *Inbox) Submit(ctx context.Context, s *domain.Signal) error {
	b, err := newInboxBatch([]ports.Arrival{{Signals: []*domain.Signal{s}}})
	if err != nil {
		return err
	}
	if err := in.lanes.find(ctx, b); err != nil {
		return err
	}
	err = in.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		b.results[0].Outcome = ports.ArrivalStored
		return b.queue(ctx, t)
	})
	return in.laneGone(err)
}
