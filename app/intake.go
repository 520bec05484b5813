package app

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"log/slog"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// IntakeConfig bounds the intake. The zero value is not valid; use
// DefaultIntakeConfig.
type IntakeConfig struct {
	// AnswerWithin is how long a sender is kept waiting for a commit. TradingView
	// gives up after 3 s and does not send again.
	AnswerWithin time.Duration
	// QueueLimit is how many arrivals may wait for a commit.
	QueueLimit int
	// MaxBatch is how many arrivals share a commit at most.
	MaxBatch int
	// ConfigsKept and KeepConfigs bound the memory of configs and its age.
	ConfigsKept int
	KeepConfigs time.Duration
	// CertificateRoots vouch for the certificates of senders; nil are the system's.
	CertificateRoots *x509.CertPool
}

// DefaultIntakeConfig is what the server uses.
func DefaultIntakeConfig() IntakeConfig {
	return IntakeConfig{
		AnswerWithin: 2500 * time.Millisecond, QueueLimit: 4096, MaxBatch: 256,
		ConfigsKept: 10000, KeepConfigs: time.Second,
	}
}

// Intake takes alerts in. It answers only what is durable.
type Intake struct {
	configs *configCache
	senders senderCheck
	parser  ports.AlertParser
	batches *batcher
	queue   ports.WaitingDeliveries
	clock   ports.Clock
	ids     ports.IDs
	log     *slog.Logger
	within  time.Duration
}

var _ ports.SignalIntake = (*Intake)(nil)

// NewIntake makes an intake that answers once Run is running. It rings bell
// after every commit.
func NewIntake(
	directory ports.WebhookDirectory, vault *SenderVault, parser ports.AlertParser, inbox ports.SignalInbox, queue ports.WaitingDeliveries,
	clock ports.Clock, ids ports.IDs, bell *Doorbell, log *slog.Logger, c IntakeConfig,
) *Intake {
	return &Intake{
		configs: newConfigCache(directory, vault, clock, c.KeepConfigs, c.ConfigsKept),
		senders: senderCheck{c.CertificateRoots, parser},
		parser:  parser,
		batches: newBatcher(inbox, bell, c.QueueLimit, c.MaxBatch),
		queue:   queue,
		clock:   clock, ids: ids, log: log, within: c.AnswerWithin,
	}
}

// Run commits what arrives until ctx ends, and then what had arrived before.
func (in *Intake) Run(ctx context.Context) { in.batches.run(ctx) }

// maxJudgements bounds how often an alert is judged again because its config
// changed meanwhile.
const maxJudgements = 4

// Receive implements ports.SignalIntake.
func (in *Intake) Receive(ctx context.Context, a ports.Alert) (ports.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, in.within)
	defer cancel()
	hash := hashToken(a.Token)
	received := in.clock.Now()
	for range maxJudgements {
		config, err := in.configs.get(ctx, hash)
		if err != nil {
			return ports.Receipt{}, resendable(err)
		}
		receipt, outdated, err := in.take(ctx, config, a, received)
		if !outdated {
			return receipt, resendable(err)
		}
		in.configs.forget(hash)
	}
	return ports.Receipt{}, tryAgain("config_changing", "the webhook keeps changing; send again", nil)
}

// take judges an alert under one version of its config and stores it.
func (in *Intake) take(ctx context.Context, config knownConfig, a ports.Alert, received time.Time) (receipt ports.Receipt, outdated bool, err error) {
	snap := config.snapshot
	delivery := domain.Delivery{
		ID: domain.DeliveryID{UUID: in.ids.New()}, UserID: snap.UserID, WebhookConfigID: snap.ID,
		ReceivedAt: received, Body: in.parser.Redact(a.Body), Source: a.Source,
	}
	delivery.Proofs = in.senders.look(config, a, received)
	if refusal := senderRefusal(snap.Rules.Senders, delivery.Proofs); refusal != nil {
		return in.refuse(ctx, snap, delivery, refusal)
	}
	parsed, refusal := understand(in.parser, snap.Rules, a.Body)
	if refusal != nil {
		return in.refuse(ctx, snap, delivery, refusal)
	}
	arrival, err := judge(config, parsed, delivery, a.Body, in.ids)
	if err != nil {
		return ports.Receipt{}, false, err
	}
	if id := signedID(delivery.Proofs, a.Sender.Signature); id != "" && !keyedByFields(snap.Rules.Dedupe, parsed) {
		arrival.Dedupe.Key = sha256.Sum256([]byte("signed\x00" + id))
	}
	result, err := in.batches.store(ctx, &arrival)
	if err != nil {
		return ports.Receipt{}, false, err
	}
	switch result.Outcome {
	case ports.ArrivalOutdated, ports.ArrivalSeenIn: // the second only for what waited
		return ports.Receipt{}, true, nil
	case ports.ArrivalBehind:
		delivery.Body = a.Body // it is judged as it was posted
		if err := in.queue.Wait(ctx, delivery); err != nil {
			return ports.Receipt{}, false, err
		}
		return ports.Receipt{Result: ports.ReceiptAccepted, DeliveryID: &delivery.ID}, false, nil
	case ports.ArrivalDuplicate:
		return ports.Receipt{Result: ports.ReceiptDuplicate, SignalIDs: []domain.SignalID{*result.FirstSignalID}}, false, nil
	case ports.ArrivalKeyReused:
		return ports.Receipt{}, false, domain.Invalid("key_reused", "dedupe",
			"an alert with the same key and another content was taken before; give each alert a key of its own")
	case ports.ArrivalStored:
	}
	return receiptOf(arrival.Signals), false, nil
}

func receiptOf(signals []*domain.Signal) ports.Receipt {
	receipt := ports.Receipt{Result: ports.ReceiptRefused}
	for _, s := range signals {
		receipt.SignalIDs = append(receipt.SignalIDs, s.ID())
		receipt.Reasons = append(receipt.Reasons, s.Reasons()...)
		if s.State() != domain.StateRefused {
			receipt.Result = ports.ReceiptAccepted
		}
	}
	if receipt.Result == ports.ReceiptAccepted {
		receipt.Reasons = nil
	}
	return receipt
}

// refuse records an alert that makes no signal for its owner, then gives the
// refusal back. It is the refusal only once it is recorded.
func (in *Intake) refuse(ctx context.Context, snap domain.WebhookConfigSnapshot, d domain.Delivery, refusal error) (ports.Receipt, bool, error) {
	e, ok := errors.AsType[*domain.Error](refusal)
	if !ok || e.Kind != domain.KindInvalid && e.Kind != domain.KindForbidden {
		return ports.Receipt{}, false, refusal
	}
	result, err := in.batches.store(ctx, &ports.Arrival{
		Delivery: d, ConfigVersion: snap.Version, ConfigStatus: snap.Status, Refusal: e.AllReasons(),
	})
	if err != nil {
		return ports.Receipt{}, false, err
	}
	in.log.InfoContext(ctx, "alert refused", "webhook_config_id", snap.ID, "delivery_id", d.ID, "code", e.AllReasons()[0].Code)
	return ports.Receipt{}, result.Outcome == ports.ArrivalOutdated, refusal
}

// resendable turns every failure that left nothing certain behind into one the
// sender is asked to repeat: a resend of what was stored after all is a
// duplicate.
func resendable(err error) error {
	switch domain.KindOf(err) { //nolint:exhaustive // all others are resent
	case "", domain.KindNotFound, domain.KindInvalid, domain.KindConflict, domain.KindForbidden:
		return err
	case domain.KindUnavailable:
		if e, ok := errors.AsType[*domain.Error](err); ok && e.RetryAfter > 0 {
			return err
		}
	}
	return tryAgain("not_stored", "the alert could not be stored; send it again", err)
}
