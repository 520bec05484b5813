package postgres

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// hexText is bytes as the bytea type reads them.
func hexText(b []byte) string { return `\x` + hex.EncodeToString(b) }

type deliveryRow struct {
	ID         uuid.UUID       `json:"id"`
	UserID     uuid.UUID       `json:"user_id"`
	Config     uuid.UUID       `json:"config"`
	ReceivedAt time.Time       `json:"received_at"`
	Source     string          `json:"source"`
	Outcome    string          `json:"outcome"`
	Body       string          `json:"body"`
	Reasons    json.RawMessage `json:"reasons,omitempty"`
}

type signalRow struct {
	ID            uuid.UUID       `json:"id"`
	UserID        uuid.UUID       `json:"user_id"`
	Source        domain.Source   `json:"source"`
	Config        *uuid.UUID      `json:"config,omitempty"`
	ConfigVersion *int            `json:"config_version,omitempty"`
	DeliveryID    *uuid.UUID      `json:"delivery_id,omitempty"`
	Action        domain.Action   `json:"action"`
	Symbol        domain.Symbol   `json:"symbol"`
	State         domain.State    `json:"state"`
	Intent        json.RawMessage `json:"intent"`
	Payload       string          `json:"payload"`
	Reasons       json.RawMessage `json:"reasons"`
	Decisions     json.RawMessage `json:"decisions"`
	ReceivedAt    time.Time       `json:"received_at"`
	SenderTime    *time.Time      `json:"sender_time,omitempty"`
	UpdatedAt     time.Time       `json:"updated_at"`
}

// Deliveries of every outcome are kept; those that were not understood are
// shown to their owner.
const addDeliveriesSQL = `
with delivery as materialized (
  select * from json_to_recordset(?) as d (
    id uuid, user_id uuid, config uuid, received_at timestamptz,
    source text, outcome text, body bytea, reasons jsonb)
), refused as (
  insert into public.refusals (id, user_id, webhook_config_id, received_at, reasons)
  select id, user_id, config, received_at, reasons from delivery where reasons is not null
)
insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body)
select id, user_id, config, received_at, source, outcome, body from delivery`

const addSignalsSQL = `
insert into public.signals (
  id, user_id, source, webhook_config_id, webhook_config_version, delivery_id, action, symbol, state,
  intent, payload, reasons, decisions, received_at, sender_time, updated_at)
select
  id, user_id, source, config, config_version, delivery_id, action, symbol, state,
  intent, payload, reasons, decisions, received_at, sender_time, updated_at
from json_to_recordset(?) as s (
  id uuid, user_id uuid, source text, config uuid, config_version integer, delivery_id uuid, action text,
  symbol text, state text, intent jsonb, payload text, reasons jsonb, decisions jsonb,
  received_at timestamptz, sender_time timestamptz, updated_at timestamptz)`

// addDeliveries stores every delivery but those that are to be judged again.
func (b *inboxBatch) addDeliveries(w *writes) error {
	var rows []deliveryRow
	for i, a := range b.arrivals {
		if b.results[i].Outcome != ports.ArrivalOutdated && !a.Delivery.ID.IsZero() {
			rows = append(rows, toDeliveryRow(a, b.results[i].Outcome))
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return w.addRaw(addDeliveriesSQL, encodeJSON(rows))
}

func (b *inboxBatch) addSignals(w *writes) error {
	var rows []signalRow
	for _, s := range b.stored() {
		if b.idle[s.ID] {
			// One about everything that met no lane has nothing to wait for.
			s.State = domain.SignalState(nil)
			s.Reasons = []domain.Reason{{Code: "nothing_to_do", Message: "the account has not traded anything yet"}}
		}
		rows = append(rows, toSignalRow(s))
	}
	if len(rows) == 0 {
		return nil
	}
	return w.addRaw(addSignalsSQL, encodeJSON(rows))
}

// keyReusedReasons is what the owner reads of an alert under a used key.
func keyReusedReasons() []domain.Reason {
	return []domain.Reason{{
		Code: "key_reused", Field: "dedupe",
		Message: "an alert with the same key and another content was taken before; give each alert a key of its own",
	}}
}

func toDeliveryRow(a ports.Arrival, outcome ports.ArrivalOutcome) deliveryRow {
	d := a.Delivery
	row := deliveryRow{
		ID: d.ID.UUID, UserID: d.UserID.UUID, Config: d.WebhookConfigID.UUID, ReceivedAt: d.ReceivedAt,
		Source: d.Source, Outcome: string(outcome), Body: hexText(d.Body),
	}
	switch {
	case len(a.Refusal) > 0:
		row.Outcome, row.Reasons = "refused", json.RawMessage(encodeReasons(a.Refusal))
	case outcome == ports.ArrivalKeyReused:
		row.Reasons = json.RawMessage(encodeReasons(keyReusedReasons()))
	}
	return row
}

func toSignalRow(s domain.SignalSnapshot) signalRow {
	m := toSignalModel(s)
	return signalRow{
		ID: m.ID, UserID: m.UserID, Source: m.Source, Config: m.WebhookConfigID, ConfigVersion: m.WebhookConfigVersion,
		DeliveryID: m.DeliveryID, Action: m.Action, Symbol: m.Symbol, State: m.State, Intent: json.RawMessage(m.Intent),
		Payload: m.Payload, Reasons: json.RawMessage(m.Reasons), Decisions: json.RawMessage(m.Decisions),
		ReceivedAt: m.ReceivedAt, SenderTime: m.SenderTime, UpdatedAt: m.UpdatedAt,
	}
}
