package postgres

import (
	"context"
	"errors"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Inbox makes deliveries durable, a batch a statement and so a transaction and a
// round trip, however many arrivals it has. Lanes nobody has used yet are made
// before and outside of it.
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
	if err := in.place(ctx, b); err != nil {
		return nil, err
	}
	if err := in.takeSurely(ctx, b); err != nil {
		return nil, err
	}
	in.lookAgain(ctx, b)
	return b.results, nil
}

// takeSurely asks again where an answer was lost: an arrival that was stored
// after all is found under its key, and is not stored twice.
func (in *Inbox) takeSurely(ctx context.Context, b *inboxBatch) error {
	err := in.take(ctx, b)
	for run := 1; errors.Is(err, domain.KindUnknownOutcome) && run < maxRuns && ctx.Err() == nil; run++ {
		b.again = true
		again := in.take(ctx, b)
		if errors.Is(again, domain.KindUnavailable) {
			break // nobody can say now, which is not to say that nothing is stored
		}
		err = again
	}
	return err
}

// lookAgain answers the arrivals whose alert another process was storing at the
// same moment: by now it is there to be seen.
func (in *Inbox) lookAgain(ctx context.Context, b *inboxBatch) {
	if len(b.hidden) == 0 {
		return
	}
	results, err := in.store(ctx, column(b.hidden, func(i int) ports.Arrival { return b.arrivals[i] }))
	for n, i := range b.hidden {
		if err != nil {
			b.results[i] = ports.ArrivalResult{Err: err}
			continue
		}
		b.results[i] = results[n]
	}
}

// place finds the lane of every ticket.
func (in *Inbox) place(ctx context.Context, b *inboxBatch) error {
	if err := in.lanes.find(ctx, b); err != nil {
		return err
	}
	everywhere, err := in.lanes.ofAccounts(ctx, b.accountsAboutEverything())
	if err != nil {
		return err
	}
	b.placeTickets(everywhere)
	return nil
}

// take stores the batch and tells what became of it. Where another process took
// one of its keys at the same moment, it starts over and finds that key.
func (in *Inbox) take(ctx context.Context, b *inboxBatch) error {
	arguments := b.arguments()
	taken, err := atOnce(ctx, in.db, readTaken, takeInSQL, arguments)
	for run := 1; standsInTheWay(err, uniqueViolation, "signal_keys") && run < maxRuns; run++ {
		taken, err = atOnce(ctx, in.db, readTaken, takeInSQL, arguments)
	}
	if err != nil {
		return in.laneGone(err)
	}
	b.answer(taken)
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
	b, err := newInboxBatch([]ports.Arrival{byHand(s)})
	if err != nil {
		return err
	}
	if err := in.place(ctx, b); err != nil {
		return err
	}
	err = in.db.exchange(ctx, func(t *bundledTx) error {
		// Finds out whether the connection is alive: nobody can ask again whether
		// this signal is stored, which has no key.
		t.tell(ctx, "select")
		if err := t.send(ctx); err != nil {
			return err
		}
		_, err := immediately(ctx, t, readTaken, takeInSQL, b.arguments())
		return err
	})
	return in.laneGone(err)
}

// byHand is a signal without a delivery. It may be of a config all the same: a
// replay is.
func byHand(s *domain.Signal) ports.Arrival {
	snap := s.Snapshot()
	d := domain.Delivery{UserID: snap.UserID, ReceivedAt: snap.ReceivedAt}
	if snap.WebhookConfigID != nil {
		d.WebhookConfigID = *snap.WebhookConfigID
	}
	return ports.Arrival{Delivery: d, ConfigVersion: snap.WebhookConfigVersion, Signals: []*domain.Signal{s}}
}
