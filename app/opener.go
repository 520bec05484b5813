package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// OpenerConfig says how often tickets are looked for whose session is on, and how many
// are resumed at once.
type OpenerConfig struct {
	Every time.Duration
	Batch int
}

// DefaultOpenerConfig is what the server uses.
func DefaultOpenerConfig() OpenerConfig { return OpenerConfig{Every: time.Second, Batch: 200} }

// Opener goes on for tickets that came outside of their webhook's session, once that
// is on: each by a signal of its own, under the rules of that moment, to where it
// wanted to be when it came. Several openers, in several processes, resume one once.
type Opener struct {
	directory ports.WebhookDirectory
	ledger    ports.Ledger
	inbox     ports.SignalInbox
	clock     ports.Clock
	ids       ports.IDs
	bell      *Doorbell
	log       *slog.Logger
	c         OpenerConfig
}

// NewOpener makes an opener; Run starts it.
func NewOpener(
	directory ports.WebhookDirectory, ledger ports.Ledger, inbox ports.SignalInbox, clock ports.Clock, ids ports.IDs, bell *Doorbell,
	log *slog.Logger, c OpenerConfig,
) *Opener {
	return &Opener{directory: directory, ledger: ledger, inbox: inbox, clock: clock, ids: ids, bell: bell, log: log, c: c}
}

// Run resumes tickets until ctx ends.
func (o *Opener) Run(ctx context.Context) {
	goRound(ctx, o.c.Every, o.Round, func(err error) {
		o.log.WarnContext(ctx, "cannot resume what waited for its session; trying again", "error", err)
	})
}

// Round resumes every ticket whose session is on. One that cannot be resumed holds up
// none of the others, unless nothing can be done now.
func (o *Opener) Round(ctx context.Context) error {
	for {
		due, err := o.ledger.DueToResume(ctx, o.clock.Now(), o.c.Batch)
		if err != nil || len(due) == 0 {
			return err
		}
		failed := o.resumeAll(ctx, due)
		o.bell.Ring()
		if failed != nil {
			return failed
		}
	}
}

func (o *Opener) resumeAll(ctx context.Context, due []domain.TicketID) (failed error) {
	for _, id := range due {
		err := o.resume(ctx, id)
		if err != nil {
			failed = errors.Join(failed, err)
		}
		if ctx.Err() != nil || errors.Is(err, domain.KindUnavailable) {
			return failed
		}
	}
	return failed
}

// resume queues the signal that goes on for a ticket. Its id is written down before it
// is queued, so that a round cut short anywhere goes on with the same signal.
func (o *Opener) resume(ctx context.Context, id domain.TicketID) error {
	brief, err := o.ledger.Brief(ctx, id)
	if err != nil {
		return err
	}
	reasons, err := o.ledger.Answer(ctx, id, domain.ReasonWaits, domain.Reason{
		Code: domain.ReasonResuming, Field: o.ids.New().String(), Message: "its session is on",
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(reasons, func(r domain.Reason) bool { return r.Code == domain.ReasonResuming })
	if i < 0 {
		return nil // somebody else was quicker
	}
	next, err := domain.ParseID[domain.Signal](reasons[i].Field)
	if err != nil {
		return err
	}
	config, err := o.directory.ByID(ctx, *brief.Signal.Snapshot().WebhookConfigID)
	if errors.Is(err, domain.KindNotFound) {
		return o.answer(ctx, id, domain.ReasonDiscarded, "the webhook was removed while it waited for its session")
	}
	if err != nil {
		return err
	}
	signal, err := o.goOn(config, brief, next)
	if err != nil {
		return err
	}
	err = o.inbox.Submit(ctx, signal)
	switch {
	case err != nil && domain.KindOf(err) != domain.KindConflict:
		return err
	case err == nil && len(signal.Reasons()) > 0:
		return o.answer(ctx, id, domain.ReasonDiscarded, "refused as signal "+next.String())
	}
	o.log.InfoContext(ctx, "the session is on: what waited goes on", "ticket_id", id, "signal_id", next)
	return o.answer(ctx, id, domain.ReasonResumed, "its session was on, so it went on as signal "+next.String())
}

func (o *Opener) answer(ctx context.Context, id domain.TicketID, code, message string) error {
	_, err := o.ledger.Answer(ctx, id, domain.ReasonResuming, domain.Reason{Code: code, Message: message})
	return err
}

func (o *Opener) goOn(config *domain.WebhookConfig, brief *ports.TicketBrief, id domain.SignalID) (*domain.Signal, error) {
	waited, t := brief.Signal.Snapshot(), brief.Ticket
	return goOnFor(config, waited, domain.Ticket{
		ID: domain.TicketID{UUID: o.ids.New()}, BrokerAccountID: t.BrokerAccountID, Symbol: t.Symbol, Multiplier: t.Multiplier,
		Target: t.Target, Resumes: t.LaneSeq,
	}, id, o.clock.Now(), domain.Decision{
		Rule: "session", Verdict: domain.VerdictNote, Detail: "signal " + waited.ID.String() + ", which waited for it",
	})
}
