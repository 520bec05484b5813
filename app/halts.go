package app

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Halts is the kill switch. What it sets is enforced where sends are written
// down, by any process that reads the same rows.
type Halts struct {
	work      ports.UnitOfWork
	flattener *Flattener
	clock     ports.Clock
	ids       ports.IDs
	log       *slog.Logger
}

var _ ports.HaltDesk = (*Halts)(nil)

// NewHalts makes the use cases of the kill switch.
func NewHalts(work ports.UnitOfWork, flattener *Flattener, clock ports.Clock, ids ports.IDs, log *slog.Logger) *Halts {
	return &Halts{work: work, flattener: flattener, clock: clock, ids: ids, log: log}
}

// SetHalt implements ports.HaltDesk.
func (h *Halts) SetHalt(
	ctx context.Context, caller domain.Principal, target domain.HaltTarget, mode domain.HaltMode, reason string,
) (set domain.Halt, err error) {
	if target, err = domain.NewHaltTarget(caller.UserID, target); err != nil {
		return domain.Halt{}, err
	}
	halt, err := domain.NewHalt(domain.HaltTerms{
		ID: domain.HaltID{UUID: h.ids.New()}, Target: target, Mode: mode, Reason: reason, By: caller.UserID, Since: h.clock.Now(),
	})
	if err != nil {
		return domain.Halt{}, err
	}
	err = h.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) (err error) {
		set, err = r.Halts.Put(ctx, halt)
		return err
	})
	if err != nil {
		return domain.Halt{}, err
	}
	h.log.InfoContext(ctx, "halt set", "halt_id", set.ID, "scope", set.Target.Scope, "mode", set.Mode, "by", set.By)
	if set.Mode == domain.HaltModeFlatten {
		// The halt is in force; what is not queued now an executor queues.
		if err := h.flattener.flatten(ctx); err != nil {
			h.log.WarnContext(ctx, "cannot queue the exits of a halt yet; trying again", "halt_id", set.ID, "error", err)
		}
	}
	return set, nil
}

// LiftHalt implements ports.HaltDesk.
func (h *Halts) LiftHalt(ctx context.Context, caller domain.Principal, target domain.HaltTarget) error {
	target, err := domain.NewHaltTarget(caller.UserID, target)
	if err != nil {
		return err
	}
	err = h.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return r.Halts.Lift(ctx, target, h.clock.Now())
	})
	if err != nil {
		return err
	}
	h.log.InfoContext(ctx, "halt lifted", "scope", target.Scope, "by", caller.UserID)
	h.flattener.bell.Ring()
	return nil
}

// Flattener queues the exits of halts of mode flatten: in each account one for every
// config that holds something, so that its own books know, and then one for what
// is left. A crash in between queues none twice: the signal of a halt, an account
// and a config has one id.
type Flattener struct {
	board ports.HaltBoard
	inbox ports.SignalInbox
	clock ports.Clock
	ids   ports.IDs
	bell  *Doorbell
	log   *slog.Logger
}

// NewFlattener makes a flattener; Run starts it.
func NewFlattener(
	board ports.HaltBoard, inbox ports.SignalInbox, clock ports.Clock, ids ports.IDs, bell *Doorbell, log *slog.Logger,
) *Flattener {
	return &Flattener{board: board, inbox: inbox, clock: clock, ids: ids, bell: bell, log: log}
}

// flattenEvery is how often exits are looked for that whoever set the halt could
// not queue.
const flattenEvery = time.Second

// Run queues what is left to queue until ctx ends.
func (f *Flattener) Run(ctx context.Context) {
	tick := time.NewTicker(flattenEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := f.flatten(ctx); err != nil && ctx.Err() == nil {
			f.log.WarnContext(ctx, "cannot queue the exits of a halt; trying again", "error", err)
		}
	}
}

func (f *Flattener) flatten(ctx context.Context) error {
	due, err := f.board.Flattenings(ctx)
	if err != nil {
		return err
	}
	for _, d := range due {
		for _, account := range d.Accounts {
			if err := f.queue(ctx, d, account); err != nil {
				return err
			}
		}
		if err := f.board.Flattened(ctx, d.Halt.ID, f.clock.Now()); err != nil {
			return err
		}
	}
	if len(due) > 0 {
		f.bell.Ring()
	}
	return nil
}

func (f *Flattener) queue(ctx context.Context, d ports.Flattening, account ports.FlattenedAccount) error {
	for _, holder := range account.Holders {
		if err := f.submit(ctx, d.Halt, account, &holder); err != nil {
			return err
		}
	}
	if config := d.Halt.Target.WebhookConfigID; config != nil {
		return f.submit(ctx, d.Halt, account, &ports.FlattenedConfig{ID: *config, Version: d.ConfigVersion})
	}
	return f.submit(ctx, d.Halt, account, nil)
}

// submit queues the exit of what a config holds, or of all where that is nil.
func (f *Flattener) submit(ctx context.Context, halt domain.Halt, account ports.FlattenedAccount, config *ports.FlattenedConfig) error {
	intent, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionExit, Symbol: halt.Target.Symbol, OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay,
	})
	if err != nil {
		return err
	}
	exit := domain.SignalSnapshot{
		ID: exitOf(halt, account.ID, config), UserID: account.UserID, Source: domain.SourceHalt, Intent: intent,
		Tickets:    ticketsFor(domain.OperatorRules(account.ID).Routes, intent.Symbol, f.ids),
		ReceivedAt: f.clock.Now(),
	}
	if config != nil {
		exit.WebhookConfigID, exit.WebhookConfigVersion = &config.ID, config.Version
	}
	signal, err := domain.NewSignal(exit, nil)
	if err != nil {
		return err
	}
	if err := f.inbox.Submit(ctx, signal); err != nil && domain.KindOf(err) != domain.KindConflict {
		return err
	}
	return nil
}

// exitOf gives the id of the signal that ends an account for a halt, or what a
// config holds there: the time of the halt's, and a digest of all that it is about
// (RFC 9562, version 7).
func exitOf(halt domain.Halt, account domain.BrokerAccountID, config *ports.FlattenedConfig) domain.SignalID {
	about := append(halt.ID.UUID[:], account.UUID[:]...)
	if config != nil && halt.Target.WebhookConfigID == nil {
		about = append(about, config.ID.UUID[:]...)
	}
	digest := sha256.Sum256(about)
	var id domain.SignalID
	copy(id.UUID[:], halt.ID.UUID[:8])
	copy(id.UUID[8:], digest[:8])
	id.UUID[8] = id.UUID[8]&0x3f | 0x80
	return id
}
