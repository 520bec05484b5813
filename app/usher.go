package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// UsherConfig says how deliveries that wait are seen in.
type UsherConfig struct {
	// Every is how often waiting deliveries are looked for, Batch how many are seen in
	// at once.
	Every time.Duration
	Batch int
}

// DefaultUsherConfig is what the server uses.
func DefaultUsherConfig() UsherConfig { return UsherConfig{Every: 250 * time.Millisecond, Batch: 256} }

// Usher sees in what waits: deliveries that came by the edge function, and those
// behind them. It judges each under the config as it is now, in the order they came;
// what is refused then is recorded for the config's owner. Several ushers, in several
// processes, see one in once.
type Usher struct {
	directory ports.WebhookDirectory
	vault     *SenderVault
	parser    ports.AlertParser
	inbox     ports.SignalInbox
	queue     ports.WaitingDeliveries
	ids       ports.IDs
	bell      *Doorbell
	log       *slog.Logger
	c         UsherConfig
}

// NewUsher makes an usher; Run starts it.
func NewUsher(
	directory ports.WebhookDirectory, vault *SenderVault, parser ports.AlertParser, inbox ports.SignalInbox, queue ports.WaitingDeliveries,
	ids ports.IDs, bell *Doorbell, log *slog.Logger, c UsherConfig,
) *Usher {
	return &Usher{directory: directory, vault: vault, parser: parser, inbox: inbox, queue: queue, ids: ids, bell: bell, log: log, c: c}
}

// Run sees deliveries in until ctx ends.
func (u *Usher) Run(ctx context.Context) {
	goRound(ctx, u.c.Every, u.Round, func(err error) {
		u.log.WarnContext(ctx, "cannot see deliveries in that wait; trying again", "error", err)
	})
}

// Round sees in what waits, until nothing does or a config changes meanwhile.
func (u *Usher) Round(ctx context.Context) error {
	for ctx.Err() == nil {
		waiting, err := u.queue.Waiting(ctx, u.c.Batch)
		if err != nil || len(waiting) == 0 {
			return err
		}
		seen := 0
		for _, run := range byConfig(waiting) {
			n, err := u.seeIn(ctx, run)
			if err != nil {
				return err
			}
			seen += n
		}
		if seen == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// byConfig gives the deliveries of each config, in their order.
func byConfig(all []domain.Delivery) [][]domain.Delivery {
	place := map[domain.WebhookConfigID]int{}
	var runs [][]domain.Delivery
	for _, d := range all {
		i, known := place[d.WebhookConfigID]
		if !known {
			i = len(runs)
			place[d.WebhookConfigID] = i
			runs = append(runs, nil)
		}
		runs[i] = append(runs[i], d)
	}
	return runs
}

// seeIn judges the deliveries of one config under one version of it, stores what
// they come to in one transaction, and tells how many wait no more.
func (u *Usher) seeIn(ctx context.Context, run []domain.Delivery) (int, error) {
	found, err := u.directory.ByID(ctx, run[0].WebhookConfigID)
	if errors.Is(err, domain.KindNotFound) {
		gone := domain.Reason{Code: "webhook_removed", Message: "the webhook was removed before the alert was judged"}
		return u.turnAway(ctx, run, []domain.Reason{gone})
	}
	if err != nil {
		return 0, err
	}
	config, err := u.vault.know(ctx, found)
	if err != nil {
		return 0, err
	}
	arrivals := make([]ports.Arrival, len(run))
	for i, d := range run {
		arrivals[i] = u.judge(config, d)
	}
	results, err := u.inbox.Append(ctx, arrivals)
	if err != nil {
		return 0, err
	}
	u.bell.Ring()
	seen := 0
	for i, result := range results {
		switch {
		case errors.Is(result.Err, domain.KindUnavailable), errors.Is(result.Err, domain.KindUnknownOutcome):
			return seen, result.Err
		case result.Err != nil:
			u.log.ErrorContext(ctx, "a delivery that waited cannot be stored; it is refused", "delivery_id", run[i].ID, "error", result.Err)
			n, err := u.turnAway(ctx, run[i:i+1], reasonsOf(result.Err))
			if err != nil {
				return seen, err
			}
			seen += n
		case result.Outcome != ports.ArrivalOutdated:
			seen++
		}
	}
	return seen, nil
}

// judge makes of a delivery what the server's own door would have made of it.
func (u *Usher) judge(config knownConfig, d domain.Delivery) ports.Arrival {
	d.Proofs = senderCheck{parser: u.parser}.lookAgain(config, d)
	posted := d.Body
	d.Body = u.parser.Redact(posted)
	refusal := senderRefusal(config.snapshot.Rules.Senders, d.Proofs)
	var parsed ports.ParsedAlert
	if refusal == nil {
		parsed, refusal = understand(u.parser, config.snapshot.Rules, posted)
	}
	if refusal == nil {
		arrival, err := judge(config, parsed, d, posted, u.ids)
		arrival.Waited = true
		if refusal = err; refusal == nil {
			refusal = u.inbox.Prepare(&arrival)
		}
		if refusal == nil {
			return arrival
		}
	}
	return ports.Arrival{
		Delivery: d, Waited: true, ConfigVersion: config.snapshot.Version, ConfigStatus: config.snapshot.Status, Refusal: reasonsOf(refusal),
	}
}

func (u *Usher) turnAway(ctx context.Context, run []domain.Delivery, reasons []domain.Reason) (int, error) {
	for i, d := range run {
		d.Body = u.parser.Redact(d.Body)
		if err := u.queue.TurnAway(ctx, d, reasons); err != nil {
			return i, err
		}
	}
	return len(run), nil
}

// reasonsOf gives what a refusal tells the owner: nothing of a fault that is ours.
func reasonsOf(err error) []domain.Reason {
	e, ok := errors.AsType[*domain.Error](err)
	if !ok || e.Kind != domain.KindInvalid && e.Kind != domain.KindForbidden {
		return []domain.Reason{{Code: "not_storable", Message: "the alert could not be stored"}}
	}
	return e.AllReasons()
}
