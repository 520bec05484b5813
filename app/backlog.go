package app

import (
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Answer implements ports.OrderDesk.
func (d *Desk) Answer(ctx context.Context, caller domain.Principal, id domain.SignalID, action ports.BacklogAction) (*domain.Signal, error) {
	asked, err := d.signal(ctx, caller, id)
	if err != nil {
		return nil, err
	}
	answered := false
	for _, t := range asked.Snapshot().Tickets {
		if !t.Asks() && !t.Waits() && !answeredBefore(t.Reasons) {
			continue
		}
		if err := d.answerTicket(ctx, caller, asked.Snapshot(), t, action); err != nil {
			return nil, err
		}
		answered = true
	}
	if !answered {
		return nil, notAsked()
	}
	return d.signal(ctx, caller, id)
}

func (d *Desk) signal(ctx context.Context, caller domain.Principal, id domain.SignalID) (s *domain.Signal, err error) {
	err = d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		s, err = r.Signals.ByID(ctx, id)
		return err
	})
	return s, err
}

// answerTicket discards, or grants the execution, queues it and says so. The
// grant names the new signal before that is queued, so that an answer cut short
// anywhere goes on when it is given again, with the same signal.
func (d *Desk) answerTicket(
	ctx context.Context, caller domain.Principal, asked domain.SignalSnapshot, t domain.Ticket, action ports.BacklogAction,
) error {
	by := " by user " + caller.UserID.String()
	if action == ports.BacklogDiscard {
		ends := domain.ReasonAsks
		if t.Waits() {
			ends = domain.ReasonWaits
		}
		reasons, err := d.ledger.Answer(ctx, t.ID, ends, domain.Reason{Code: domain.ReasonDiscarded, Message: "discarded" + by})
		if err == nil && !says(reasons, domain.ReasonDiscarded) {
			err = notAsked()
		}
		return err
	}
	reasons, err := d.ledger.Answer(ctx, t.ID, domain.ReasonAsks, domain.Reason{
		Code: domain.ReasonGranted, Field: d.ids.New().String(), Message: "to be executed after all" + by,
	})
	if err != nil || says(reasons, domain.ReasonExecuted) {
		return err
	}
	i := slices.IndexFunc(reasons, func(r domain.Reason) bool { return r.Code == domain.ReasonGranted })
	if i < 0 {
		return notAsked()
	}
	next, err := domain.ParseID[domain.Signal](reasons[i].Field)
	if err != nil {
		return err
	}
	signal, err := d.afterAll(ctx, caller, asked, t, next)
	if err != nil {
		return err
	}
	if err := d.inbox.Submit(ctx, signal); err != nil && domain.KindOf(err) != domain.KindConflict {
		return err
	}
	d.bell.Ring()
	_, err = d.ledger.Answer(ctx, t.ID, domain.ReasonGranted, domain.Reason{
		Code: domain.ReasonExecuted, Message: "executed after all" + by + " as signal " + next.String(),
	})
	return err
}

// afterAll makes the signal that executes a ticket which was too old.
func (d *Desk) afterAll(
	ctx context.Context, caller domain.Principal, asked domain.SignalSnapshot, t domain.Ticket, id domain.SignalID,
) (made *domain.Signal, err error) {
	err = d.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		config, err := r.WebhookConfigs.ByID(ctx, *asked.WebhookConfigID)
		if err != nil {
			return err
		}
		made, err = goOnFor(config, asked, domain.Ticket{
			ID: domain.TicketID{UUID: d.ids.New()}, BrokerAccountID: t.BrokerAccountID, Symbol: t.Symbol, Multiplier: t.Multiplier,
		}, id, d.clock.Now(), domain.Decision{
			Rule: "backlog", Verdict: domain.VerdictNote, Detail: "signal " + asked.ID.String() + ", after all",
		})
		return err
	})
	return made, err
}

// goOnFor makes the signal that goes on, with a ticket, for one that ended without
// trading. The config judges it anew, and its age counts anew.
func goOnFor(
	config *domain.WebhookConfig, ended domain.SignalSnapshot, t domain.Ticket, id domain.SignalID, at time.Time, why domain.Decision,
) (*domain.Signal, error) {
	intent := ended.Intent
	intent.Symbol, intent.SenderTime, intent.PreviousPosition = t.Symbol, nil, nil
	now := config.Snapshot()
	return domain.NewSignal(domain.SignalSnapshot{
		ID: id, UserID: now.UserID, Source: domain.SourceAlert, WebhookConfigID: &now.ID, WebhookConfigVersion: now.Version,
		Intent: intent, Payload: ended.Payload, ReceivedAt: at, Decisions: []domain.Decision{why}, Tickets: []domain.Ticket{t},
	}, refusalOf(config, intent, at))
}

// refusalOf gives why a config admits nothing now, its symbols being mapped
// already.
func refusalOf(config *domain.WebhookConfig, intent domain.Intent, now time.Time) []domain.Reason {
	snap := config.Snapshot()
	snap.Rules.SymbolMap = nil
	return domain.RestoreWebhookConfig(snap).Admit(intent, now).Reasons
}

func answeredBefore(reasons []domain.Reason) bool {
	return says(reasons, domain.ReasonDiscarded) || says(reasons, domain.ReasonExecuted)
}

func says(reasons []domain.Reason, code string) bool {
	return slices.ContainsFunc(reasons, func(r domain.Reason) bool { return r.Code == code })
}

func notAsked() error {
	return domain.Conflict("not_asked", "nothing of this signal waits for that answer")
}
