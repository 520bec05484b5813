package app

import (
	"context"
	"errors"
	"strings"

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
func (w *StopWatch) exit(ctx context.Context, s ports.WatchedStop, held domain.Quantity) error {
	if s.Exits > 0 {
		over, err := w.isOver(ctx, stopExit(s.EntryID, s.Exits))
		if err != nil || !over {
			return err
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
		about: reachedStop + s.EntryID.String(), at: w.clock.Now(),
		why: domain.Decision{
			Rule: "synthetic_stop", Verdict: domain.VerdictNote,
			Detail: "the market was seen at " + s.TriggerPrice.String() + ", which ends the position of order " + s.EntryID.String(),
		},
	}
	if held.Cmp(s.ConfigPosition.Size()) < 0 {
		c.quantity = &held
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

// isOver reports whether an exit trades no more.
func (w *StopWatch) isOver(ctx context.Context, id domain.SignalID) (bool, error) {
	brief, err := w.ledger.Brief(ctx, domain.TicketID(id))
	if err != nil || !brief.Ticket.State.IsFinal() {
		return false, err
	}
	for _, o := range brief.Orders {
		if !o.IsSettled() {
			return false, nil
		}
	}
	return true, nil
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

// reachedStopOf gives the entry whose synthetic stop a signal is about.
func reachedStopOf(s domain.SignalSnapshot) (entry domain.OrderID, ok bool) {
	text, ok := strings.CutPrefix(string(s.Payload), reachedStop)
	if !ok || s.Source != domain.SourceProtection {
		return entry, false
	}
	entry, err := domain.ParseID[domain.Order](text)
	return entry, err == nil
}

// stopExit gives the id of the nth exit of a synthetic stop, from 1.
func stopExit(entry domain.OrderID, number int) domain.SignalID {
	return signalAfter(entry, byte(number)) //nolint:gosec // there are few
}

// stopIsGone ends an exit of a synthetic stop where that came to its end before the
// exit's turn: what it was about is closed, and what is held now is something else.
func (x *execution) stopIsGone(ctx context.Context) (bool, error) {
	entry, ours := reachedStopOf(x.brief.Signal.Snapshot())
	if !ours || x.ticket.Target != nil {
		return false, nil
	}
	stop, err := x.ledger.SyntheticStop(ctx, entry)
	if err != nil || stop.EndedAt == nil {
		return false, err
	}
	return true, x.finish(ctx, x.refusal(domain.ReasonNothingToDo, "the position that the synthetic stop watched over is closed already"), nil)
}
