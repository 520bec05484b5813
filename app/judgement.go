package app

import (
	"crypto/sha256"
	"io"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// understand reads an alert as the config says.
func understand(parser ports.AlertParser, rules domain.WebhookRules, body []byte) (ports.ParsedAlert, error) {
	if rules.Format == domain.AlertFormatCustom {
		return parser.ParseMapped(rules.Mapping, body)
	}
	return parser.Parse(rules.Format, body)
}

// judge turns an alert that was understood into what the inbox stores: a signal
// an intent, each admitted or refused by the config. Body is what was posted, of
// which the delivery keeps what may be kept.
func judge(config knownConfig, parsed ports.ParsedAlert, d domain.Delivery, body []byte, ids ports.IDs) (ports.Arrival, error) {
	snap := config.snapshot
	arrival := ports.Arrival{
		Delivery: d, ConfigVersion: snap.Version, ConfigStatus: snap.Status,
		Dedupe: dedupeKey(snap.Rules.Dedupe, parsed, body),
	}
	for _, intent := range parsed.Intents {
		signal, err := judgeIntent(config, intent, d, ids)
		if err != nil {
			return ports.Arrival{}, err
		}
		arrival.Signals = append(arrival.Signals, signal)
	}
	return arrival, nil
}

func judgeIntent(config knownConfig, intent domain.Intent, d domain.Delivery, ids ports.IDs) (*domain.Signal, error) {
	snap := config.snapshot
	admission := config.Admit(intent, d.ReceivedAt)
	if len(d.Proofs) > 0 {
		admission.Decisions = slices.Insert(admission.Decisions, 0, senderDecisions(d.Proofs)...)
	}
	return domain.NewSignal(domain.SignalSnapshot{
		ID: domain.SignalID{UUID: ids.New()}, UserID: snap.UserID, Source: domain.SourceAlert,
		WebhookConfigID: &snap.ID, WebhookConfigVersion: snap.Version, DeliveryID: deliveryID(d),
		Intent: admission.Intent, Payload: d.Body, Decisions: admission.Decisions,
		Tickets:    ticketsFor(snap.Rules.Routes, admission.Intent.Symbol, ids),
		ReceivedAt: d.ReceivedAt,
	}, admission.Reasons)
}

func deliveryID(d domain.Delivery) *domain.DeliveryID {
	if d.ID.IsZero() {
		return nil
	}
	return &d.ID
}

func ticketsFor(routes []domain.Route, symbol domain.Symbol, ids ports.IDs) []domain.Ticket {
	tickets := make([]domain.Ticket, len(routes))
	for i, r := range routes {
		tickets[i] = domain.Ticket{
			ID: domain.TicketID{UUID: ids.New()}, BrokerAccountID: r.BrokerAccountID, Symbol: symbol, Multiplier: r.Multiplier,
		}
	}
	return tickets
}

// dedupeKey identifies an alert by the config's key fields where the alert has
// all of them, else by its body.
func dedupeKey(rule domain.Dedupe, parsed ports.ParsedAlert, body []byte) ports.DedupeKey {
	digest := sha256.Sum256(body)
	key := ports.DedupeKey{Body: digest, Window: time.Duration(rule.WindowSeconds) * time.Second}
	if !keyedByFields(rule, parsed) {
		// Set apart from keys by fields, whatever an alert may carry.
		key.Key = sha256.Sum256(append([]byte("body\x00"), digest[:]...))
		return key
	}
	h := sha256.New()
	for _, name := range rule.KeyFields {
		_, _ = io.WriteString(h, name+"\x00"+parsed.Fields[name]+"\x00")
	}
	h.Sum(key.Key[:0])
	return key
}

// keyedByFields reports whether an alert has every key field of a rule that names
// some.
func keyedByFields(rule domain.Dedupe, parsed ports.ParsedAlert) bool {
	for _, name := range rule.KeyFields {
		if _, has := parsed.Fields[name]; !has {
			return false
		}
	}
	return len(rule.KeyFields) > 0
}
