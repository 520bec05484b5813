package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// unprotectedEntry begins the payload of a patrol's signals; the entry's id follows.
const unprotectedEntry = "unprotected order "

// seeToUnprotected has a stop order work for what stands without one: at the price
// that the entry came with, for what is bare now, whatever was when the signal was
// queued. Where none is taken, that much is exited instead. Seen is false for every
// other ticket.
func (x *execution) seeToUnprotected(ctx context.Context) (wait time.Duration, final, seen bool, err error) {
	entry, ours := aboutOrder(x.brief.Signal.Snapshot(), unprotectedEntry)
	if !ours {
		return 0, false, false, nil
	}
	if n := len(x.brief.Legs); n > 0 && !isRefused(x.brief.Legs[n-1]) {
		wait, final, err = x.followRestored(ctx, x.brief.Legs[n-1])
		return wait, final, true, err
	}
	position, err := x.ledger.ProtectedPosition(ctx, entry)
	if errors.Is(err, domain.KindNotFound) {
		position, err = ports.ProtectedPosition{}, nil // its owner wants it so, or it is gone
	}
	if err != nil {
		return 0, false, true, err
	}
	bare := position.Bare()
	if bare.IsZero() {
		end := x.refusal(domain.ReasonNothingToDo, "what there is of the position is protected, or not to be")
		return 0, true, true, x.finish(ctx, end, nil)
	}
	if wait, final, err = x.protectAgain(ctx, position, bare); err != nil || final || wait > 0 {
		return wait, final, true, err
	}
	return 0, false, true, nil
}

// followRestored brings a stop order that was put back to where the broker has it.
func (x *execution) followRestored(ctx context.Context, leg *domain.Order) (time.Duration, bool, error) {
	if leg.Submission() != domain.SubmissionAcknowledged {
		return x.follow(ctx, leg)
	}
	end := x.end(domain.StateDone)
	end.Reasons = []domain.Reason{{Code: "protection_restored", Message: "the position had stood without its stop-loss, which was put back"}}
	return 0, true, x.finish(ctx, end, nil)
}

// protectAgain writes the next order for a bare position down and sends it: a stop
// order first, and an exit once the broker refused that.
func (x *execution) protectAgain(ctx context.Context, position ports.ProtectedPosition, bare domain.Quantity) (time.Duration, bool, error) {
	broker, err := x.orders.brokers.For(x.account.Kind())
	if err != nil {
		return 0, false, err
	}
	before, err := x.ledger.Brief(ctx, position.TicketID)
	if err != nil {
		return 0, false, err
	}
	i := slices.IndexFunc(before.Orders, func(o *domain.Order) bool { return o.ID() == position.EntryID })
	if i < 0 {
		return 0, false, domain.NotFound("order")
	}
	installation, err := x.ledger.Installation(ctx)
	if err != nil {
		return 0, false, err
	}
	signal := x.brief.Signal.Snapshot()
	t := before.Orders[i].Terms()
	t.ID, t.SignalID, t.TicketID, t.LaneSeq = domain.OrderID{UUID: x.ids.New()}, x.ticket.SignalID, x.ticket.ID, x.ticket.LaneSeq
	t.WebhookConfigID = signal.WebhookConfigID
	t.Step = len(x.brief.Orders) + len(x.brief.Legs) + 1
	t.ClientOrderID = domain.NewClientOrderID(installation, x.ticket.ID, t.Step, 0)
	t.Side, t.Quantity, t.CreatedAt = position.Side, &bare, x.clock.Now()
	stop, err := x.stopOf(ctx, broker, before, t.Side)
	if err != nil {
		return 0, false, err
	}
	if stop != nil && len(x.brief.Legs) == 0 {
		t.ParentID, t.Class, t.TimeInForce = &position.EntryID, domain.OrderClassOTO, domain.TimeInForceGTC
		t.Type, t.LimitPrice, t.StopPrice = stop.Type, stop.LimitPrice, stop.StopPrice
	} else {
		t.ParentID, t.Class, t.TimeInForce = nil, domain.OrderClassSimple, marketTimeInForce(broker.Capabilities())
		t.Type, t.LimitPrice, t.StopPrice = domain.OrderTypeMarket, nil, nil
	}
	o, err := domain.NewOrder(t)
	if err != nil {
		return 0, false, err
	}
	return x.write(ctx, o)
}

// stopOf gives the stop-loss that an entry came with, nil where the broker takes no
// such order by itself.
func (x *execution) stopOf(ctx context.Context, broker ports.Broker, entry *ports.TicketBrief, exit domain.Side) (*domain.Leg, error) {
	if !takesStops(broker.Capabilities()) {
		return nil, nil //nolint:nilnil // there is none
	}
	instrument, err := broker.Instrument(ctx, x.account, x.ticket.Symbol)
	if err != nil {
		return nil, err
	}
	legs, err := entry.Signal.Snapshot().Intent.LegsFor(exit.Opposite(), instrument)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(legs, func(l domain.Leg) bool { return l.StopPrice != nil })
	if i < 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	return &legs[i], nil
}

// protectedLane names the entries of the ticket's config in its lane.
func (x *execution) protectedLane() ports.ProtectedLane {
	return ports.ProtectedLane{
		BrokerAccountID: x.ticket.BrokerAccountID, Symbol: x.ticket.Symbol, WebhookConfigID: x.brief.Signal.Snapshot().WebhookConfigID,
	}
}
