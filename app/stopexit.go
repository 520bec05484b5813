package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// trigger writes down that a price was reached, and only then acts on it.
func (w *StopWatch) trigger(ctx context.Context, s ports.WatchedStop, price domain.Price) error {
	now := w.clock.Now()
	err := w.ledger.Trigger(ctx, s.EntryID, price, now)
	if errors.Is(err, domain.KindNotFound) {
		return nil // it ended meanwhile
	}
	if err != nil {
		return err
	}
	w.log.InfoContext(ctx, "a synthetic stop was reached", "order_id", s.EntryID, "symbol", s.Symbol, "price", price,
		"stop_loss", s.StopLoss, "take_profit", s.TakeProfit)
	s.TriggeredAt, s.TriggerPrice = &now, &price
	return w.exit(ctx, s, s.Held(s.Filled, s.ConfigPosition, s.AccountPosition))
}

// exit has what is held closed: at once, and again where an exit came to nothing.
// The signal is a full exit, so that entries that wait before it give way; what it
// closes is settled when its turn comes.
func (w *StopWatch) exit(ctx context.Context, s ports.WatchedStop, held domain.Quantity) error {
	if s.Exits > 0 {
		closed, over, err := closedBy(ctx, w.ledger, s.EntryID, s.Exits)
		if err != nil || !over {
			return err
		}
		if closed.Cmp(s.Filled) >= 0 {
			return w.ledger.EndStop(ctx, s.EntryID, domain.SyntheticStopClosed, w.clock.Now())
		}
		if s.Exits > len(w.c.Retries) {
			return w.fail(ctx, s, held)
		}
		if w.clock.Now().Sub(*s.TriggeredAt) < w.c.Retries[s.Exits-1] {
			return nil
		}
	}
	number := s.Exits + 1
	brief, err := w.ledger.Brief(ctx, s.TicketID)
	if err != nil {
		return err
	}
	c := closing{
		id: stopExit(s.EntryID, number), account: brief.Account, symbol: s.Symbol, entry: brief.Signal.Snapshot(),
		about: reachedStop, order: s.EntryID, at: w.clock.Now(),
		why: domain.Decision{
			Rule: "synthetic_stop", Verdict: domain.VerdictNote,
			Detail: "the market was seen at " + s.TriggerPrice.String() + ", which ends the position of order " + s.EntryID.String(),
		},
	}
	signal, err := newClosing(w.brokers, c)
	if err != nil {
		return err
	}
	if err := w.inbox.Submit(ctx, signal); err != nil && domain.KindOf(err) != domain.KindConflict {
		return err
	}
	if number > 1 {
		w.alarm(ctx, "an exit of a synthetic stop came to nothing; another is made", s, held)
	}
	if err := w.ledger.Exited(ctx, s.EntryID, number); err != nil && !errors.Is(err, domain.KindNotFound) {
		return err
	}
	w.bell.Ring()
	return nil
}

// closedBy gives how much the first exits of a synthetic stop closed, and whether
// all of them are over: they trade no more.
func closedBy(ctx context.Context, ledger ports.Ledger, entry domain.OrderID, exits int) (closed domain.Quantity, over bool, err error) {
	var sum domain.Net
	for number := 1; number <= exits; number++ {
		brief, err := ledger.Brief(ctx, domain.TicketID(stopExit(entry, number)))
		if err != nil || !brief.Ticket.State.IsFinal() {
			return closed, false, err
		}
		for _, o := range brief.Orders {
			if !o.IsSettled() {
				return closed, false, nil
			}
			sum = sum.After(domain.SideBuy, o.FilledQuantity())
		}
	}
	return sum.Size(), true, nil
}

func (w *StopWatch) fail(ctx context.Context, s ports.WatchedStop, held domain.Quantity) error {
	if err := w.ledger.EndStop(ctx, s.EntryID, domain.SyntheticStopFailed, w.clock.Now()); err != nil {
		return err
	}
	w.alarm(ctx, "no exit of a synthetic stop closed the position; see to it at the broker", s, held)
	return nil
}

func (w *StopWatch) alarm(ctx context.Context, what string, s ports.WatchedStop, held domain.Quantity) {
	w.log.ErrorContext(ctx, what, "order_id", s.EntryID, "broker_account_id", s.BrokerAccountID, "symbol", s.Symbol, "quantity", held, "exits", s.Exits)
	if w.c.Alarm != nil {
		w.c.Alarm()
	}
}

// reachedStop begins the payload of a stop watch's signals; the entry's id follows.
const reachedStop = "synthetic stop of order "

// stopExit gives the id of the nth exit of a synthetic stop, from 1.
func stopExit(entry domain.OrderID, number int) domain.SignalID {
	return signalAfter(entry, byte(number)) //nolint:gosec // there are few
}

// seeToStop has an exit of a synthetic stop close what its entry filled, as far as
// that is held once nothing of the config is open any more, and nothing else. Seen
// is false where that is to be exited now.
func (x *execution) seeToStop(ctx context.Context) (wait time.Duration, final, seen bool, err error) {
	entry, ours := aboutOrder(x.brief.Signal.Snapshot(), reachedStop)
	if !ours {
		return 0, false, false, nil
	}
	x.closes = &domain.Quantity{}
	if x.ticket.Target != nil {
		return 0, false, false, nil
	}
	if open := x.inTheWay(); len(open) > 0 {
		wait, _, err := x.cancelThem(ctx, open)
		return wait, false, true, err
	}
	held, err := x.heldOfStop(ctx, entry)
	if err != nil {
		return 0, false, true, err
	}
	if held.IsZero() {
		end := x.refusal(domain.ReasonNothingToDo, "the position that the synthetic stop watched over is closed already")
		return 0, true, true, x.finish(ctx, end, nil)
	}
	x.closes, x.intent.Quantity = &held, &held
	return 0, false, false, nil
}

// heldOfStop is what is left of what the entry of a synthetic stop filled: nothing
// where the stop has come to its end, for what is held now is something else.
func (x *execution) heldOfStop(ctx context.Context, entry domain.OrderID) (domain.Quantity, error) {
	stop, err := x.ledger.SyntheticStop(ctx, entry)
	if err != nil || stop.EndedAt != nil {
		return domain.Quantity{}, err
	}
	brief, err := x.ledger.Brief(ctx, stop.TicketID)
	if err != nil {
		return domain.Quantity{}, err
	}
	i := slices.IndexFunc(brief.Orders, func(o *domain.Order) bool { return o.ID() == entry })
	if i < 0 {
		return domain.Quantity{}, domain.NotFound("order")
	}
	before := 0
	for before < stop.Exits && stopExit(entry, before+1) != x.ticket.SignalID {
		before++
	}
	closed, _, err := closedBy(ctx, x.ledger, entry, before)
	if err != nil {
		return domain.Quantity{}, err
	}
	filled := brief.Orders[i].FilledQuantity()
	return stop.Held(filled.Less(closed.Min(filled)), brief.ConfigPosition.Quantity, brief.AccountPosition.Quantity), nil
}
