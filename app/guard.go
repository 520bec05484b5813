package app

import (
	"context"
	"crypto/sha256"
	"log/slog"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Guard sees to positions whose protection a broker ends after their tickets are
// over: a leg that it rejects, cancels or lets expire and that nobody asked it to
// end. That is an alarm, and the position is closed by a signal of source
// protection, which its owner reads as any other. Several guards queue one.
type Guard struct {
	ledger ports.Ledger
	inbox  ports.SignalInbox
	clock  ports.Clock
	bell   *Doorbell
	log    *slog.Logger
	found  func()
}

// NewGuard makes a guard. Found, where it is not nil, is called for every
// position that is left without what protected it.
func NewGuard(ledger ports.Ledger, inbox ports.SignalInbox, clock ports.Clock, bell *Doorbell, log *slog.Logger, found func()) *Guard {
	return &Guard{ledger: ledger, inbox: inbox, clock: clock, bell: bell, log: log, found: found}
}

// lostOrder begins the payload of the guard's signals; the order's id follows.
const lostOrder = "lost order "

// see is told what was learned of an order before that is recorded: once it is,
// nobody asks about the order again. Cut short in between, it is learned again,
// and queued no second time.
func (g *Guard) see(ctx context.Context, orders *submitter, account *domain.BrokerAccount, o *domain.Order, events []domain.OrderEvent) error {
	if !o.IsLeg() || o.IsSettled() {
		return nil
	}
	lost, err := withEvents(o, events)
	if err != nil || !lost.EndedByItself() {
		return err
	}
	brief, err := g.ledger.Brief(ctx, o.Terms().TicketID)
	if err != nil {
		return err
	}
	bare, err := g.leftBare(ctx, orders, account, brief, lost)
	if err != nil || !bare {
		return err
	}
	signal, err := g.closing(orders, account, brief.Signal.Snapshot(), lost)
	if err != nil {
		return err
	}
	switch err := g.inbox.Submit(ctx, signal); {
	case domain.KindOf(err) == domain.KindConflict:
		return nil
	case err != nil:
		return err
	}
	g.log.ErrorContext(ctx, "a broker ended what protects a position; the position is closed", "order_id", lost.ID(),
		"signal_id", signal.ID(), "symbol", o.Terms().Symbol, "status", lost.Status(), "reason", lost.RejectReason())
	if g.found != nil {
		g.found()
	}
	g.bell.Ring()
	return nil
}

// leftBare reports whether the leg's entry filled more than its legs have ended,
// by the broker's word where the ledger may lag behind it: of the legs of one
// entry a broker ends the other when one fills, and both where it is not filled.
func (g *Guard) leftBare(
	ctx context.Context, orders *submitter, account *domain.BrokerAccount, brief *ports.TicketBrief, lost *domain.Order,
) (bool, error) {
	var built, ended domain.Net
	for _, o := range append(brief.Orders, brief.Legs...) {
		isEntry := o.ID() == *lost.Terms().ParentID
		if !isEntry && (!o.IsLeg() || *o.Terms().ParentID != *lost.Terms().ParentID) {
			continue
		}
		switch {
		case o.ID() == lost.ID():
			o = lost
		case o.IsWorking():
			events, err := orders.lookUp(ctx, account, o)
			if err != nil {
				return false, err
			}
			if o, err = withEvents(o, events); err != nil {
				return false, err
			}
		}
		if isEntry {
			built = built.After(domain.SideBuy, o.FilledQuantity())
		} else {
			ended = ended.After(domain.SideBuy, o.FilledQuantity())
		}
	}
	return built.Cmp(ended) > 0, nil
}

// closing is the exit of what a config holds, or of what was built by hand.
func (g *Guard) closing(orders *submitter, account *domain.BrokerAccount, entry domain.SignalSnapshot, lost *domain.Order) (*domain.Signal, error) {
	terms := lost.Terms()
	return newClosing(orders.brokers, closing{
		id: closingOf(terms.ID), account: account, symbol: terms.Symbol, entry: entry, about: lostOrder, order: terms.ID,
		why: domain.Decision{
			Rule: "protection_lost", Verdict: domain.VerdictNote,
			Detail: "the broker ended order " + terms.ClientOrderID + ", which protected the position, as " + string(lost.Status()),
		},
		at: g.clock.Now(),
	})
}

// closingOf gives the id of the signal that closes what an order protected.
func closingOf(leg domain.OrderID) domain.SignalID { return signalAfter(leg) }

// signalAfter gives the id of a signal that follows from an order: the time of the
// order's, and a digest of it and of what else tells it from others (RFC 9562,
// version 7).
func signalAfter(o domain.OrderID, which ...byte) domain.SignalID {
	digest := sha256.Sum256(append(o.UUID[:], which...))
	var id domain.SignalID
	copy(id.UUID[:], o.UUID[:8])
	copy(id.UUID[8:], digest[:8])
	id.UUID[8] = id.UUID[8]&0x3f | 0x80
	return id
}

// withEvents gives what an order is with events that are not recorded yet.
func withEvents(o *domain.Order, events []domain.OrderEvent) (*domain.Order, error) {
	fresh, err := domain.RestoreOrder(o.Snapshot())
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if _, err := fresh.Apply(e, o.UpdatedAt()); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}
