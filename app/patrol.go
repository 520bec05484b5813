package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// PatrolConfig says how positions whose stop-loss is at a broker are seen to.
type PatrolConfig struct {
	// Every is how often all of them are looked at, Page how many are read at once.
	Every time.Duration
	Page  int
	// Retries are how long after a position was found bare it is seen to again where
	// it still is. One that was protected in between is seen to from the first again.
	Retries []time.Duration
	// Alarm, where it is set, is called whenever a position is found bare, and when
	// nothing more is tried.
	Alarm func()
}

// DefaultPatrolConfig is what the server uses.
func DefaultPatrolConfig() PatrolConfig {
	return PatrolConfig{Every: 2 * time.Second, Page: 500, Retries: []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}}
}

// Patrol finds positions that were to be protected by a stop order at their broker
// and are not, however that came: an exit ended it and then came to nothing, it was
// refused when it was put back, an exit that made it needless was canceled. It goes
// by what is stored, not by what was heard, so nothing is missed for having been
// learned by another part or before a restart. A position found bare is protected
// again by a signal of source protection, or where no stop order is taken, closed.
// Several patrols, in several processes, see to one once.
type Patrol struct {
	ledger  ports.Ledger
	inbox   ports.SignalInbox
	brokers ports.Brokers
	clock   ports.Clock
	bell    *Doorbell
	log     *slog.Logger
	c       PatrolConfig
}

// NewPatrol makes a patrol; Run starts it.
func NewPatrol(
	ledger ports.Ledger, inbox ports.SignalInbox, brokers ports.Brokers, clock ports.Clock, bell *Doorbell, log *slog.Logger, c PatrolConfig,
) *Patrol {
	return &Patrol{ledger: ledger, inbox: inbox, brokers: brokers, clock: clock, bell: bell, log: log, c: c}
}

// Run goes round until ctx ends.
func (p *Patrol) Run(ctx context.Context) {
	goRound(ctx, p.c.Every, p.Round, func(err error) {
		p.log.ErrorContext(ctx, "cannot see whether positions are protected; trying again", "error", err)
	})
}

// Round looks at every protected position once.
func (p *Patrol) Round(ctx context.Context) error {
	var after domain.OrderID
	for ctx.Err() == nil {
		page, err := p.ledger.ProtectedPositions(ctx, after, p.c.Page)
		if err != nil {
			return err
		}
		for _, position := range page {
			if err := p.see(ctx, position); err != nil && ctx.Err() == nil {
				p.log.WarnContext(ctx, "cannot see to a position without protection; trying again", "order_id", position.EntryID,
					"kind", domain.KindOf(err), "error", err)
			}
		}
		if len(page) < p.c.Page {
			break
		}
		after = page[len(page)-1].EntryID
	}
	return ctx.Err()
}

// see looks at one position. While anything is under way in its lane nothing is
// done: that may end it, or protect it.
func (p *Patrol) see(ctx context.Context, position ports.ProtectedPosition) error {
	now := p.clock.Now()
	bare, tries := position.Bare(), position.Tries-position.Settled
	switch {
	case position.Over && position.Held().IsZero() && position.Idle && !position.Open:
		return p.ledger.EndProtection(ctx, protectedLaneOf(position), domain.ProtectionClosed, now)
	case position.Exiting || !position.Idle:
		return nil
	case bare.IsZero() && tries > 0:
		return p.ledger.Protected(ctx, position.EntryID, position.Tries)
	case bare.IsZero():
		return nil
	case tries > 0 && now.Sub(*position.TriedAt) < p.c.Retries[min(tries, len(p.c.Retries))-1]:
		return nil
	case tries > len(p.c.Retries):
		p.alarm(ctx, "a position stands without protection, and nothing more is tried; see to it at the broker", position, bare)
		return p.ledger.EndProtection(ctx, protectedLaneOf(position), domain.ProtectionFailed, now)
	}
	return p.protect(ctx, position, bare, now)
}

// protect queues a signal that has a position protected, or closed. Cut short
// before that is written down, it is queued no second time.
func (p *Patrol) protect(ctx context.Context, position ports.ProtectedPosition, bare domain.Quantity, now time.Time) error {
	brief, err := p.ledger.Brief(ctx, position.TicketID)
	if err != nil {
		return err
	}
	if brief.Account.Snapshot().DeletedAt != nil {
		return p.ledger.EndProtection(ctx, protectedLaneOf(position), domain.ProtectionCanceled, now)
	}
	number := position.Tries + 1
	signal, err := newClosing(p.brokers, closing{
		id: stopExit(position.EntryID, number), account: brief.Account, symbol: position.Symbol, quantity: &bare, entry: brief.Signal.Snapshot(),
		about: unprotectedEntry, order: position.EntryID, at: now,
		why: domain.Decision{
			Rule: "position_bare", Verdict: domain.VerdictNote,
			Detail: bare.String() + " of the position of order " + position.EntryID.String() + " stood without the stop order that was wanted",
		},
	})
	if err != nil {
		return err
	}
	if err := p.inbox.Submit(ctx, signal); err != nil && domain.KindOf(err) != domain.KindConflict {
		return err
	}
	p.alarm(ctx, "a position stands without protection; it is protected again, or closed", position, bare)
	if err := p.ledger.Protecting(ctx, position.EntryID, number, now); err != nil && domain.KindOf(err) != domain.KindNotFound {
		return err
	}
	p.bell.Ring()
	return nil
}

func (p *Patrol) alarm(ctx context.Context, what string, position ports.ProtectedPosition, bare domain.Quantity) {
	p.log.ErrorContext(ctx, what, "order_id", position.EntryID, "broker_account_id", position.BrokerAccountID, "symbol", position.Symbol,
		"quantity", bare, "tries", position.Tries)
	if p.c.Alarm != nil {
		p.c.Alarm()
	}
}

func protectedLaneOf(p ports.ProtectedPosition) ports.ProtectedLane {
	return ports.ProtectedLane{BrokerAccountID: p.BrokerAccountID, Symbol: p.Symbol, WebhookConfigID: p.WebhookConfigID, Side: p.Side}
}
