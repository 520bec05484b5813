package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const addDeliveriesSQL = `
insert into private.deliveries (
  id, user_id, webhook_config_id, received_at, source, outcome, body)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::bytea[])`

const addRefusalsSQL = `
insert into public.refusals (id, user_id, webhook_config_id, received_at, reasons)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::jsonb[])`

// addDeliveries keeps every delivery but those that are to be judged again.
// Those that were not understood are shown to their owner as well.
func (b *inboxBatch) addDeliveries(ctx context.Context, t *bundledTx) {
	var (
		kept     []domain.Delivery
		outcomes []string
		refused  []*refusalModel
	)
	for i, a := range b.arrivals {
		outcome := b.results[i].Outcome
		if outcome == ports.ArrivalOutdated {
			continue
		}
		reasons := a.Refusal
		if outcome == ports.ArrivalKeyReused {
			reasons = keyReused()
		}
		kept, outcomes = append(kept, a.Delivery), append(outcomes, deliveryOutcome(a, outcome))
		if len(reasons) > 0 {
			refused = append(refused, toRefusalModel(a.Delivery, reasons))
		}
	}
	if len(kept) == 0 {
		return
	}
	t.tell(ctx, addDeliveriesSQL,
		uuids(kept, func(d domain.Delivery) uuid.UUID { return d.ID.UUID }),
		uuids(kept, func(d domain.Delivery) uuid.UUID { return d.UserID.UUID }),
		uuids(kept, func(d domain.Delivery) uuid.UUID { return d.WebhookConfigID.UUID }),
		column(kept, func(d domain.Delivery) time.Time { return d.ReceivedAt }),
		column(kept, func(d domain.Delivery) string { return d.Source }),
		outcomes,
		column(kept, func(d domain.Delivery) []byte { return d.Body }))
	if len(refused) > 0 {
		t.tell(ctx, addRefusalsSQL,
			uuids(refused, func(m *refusalModel) uuid.UUID { return m.ID }),
			uuids(refused, func(m *refusalModel) uuid.UUID { return m.UserID }),
			uuids(refused, func(m *refusalModel) uuid.UUID { return m.WebhookConfigID }),
			column(refused, func(m *refusalModel) time.Time { return m.ReceivedAt }),
			column(refused, func(m *refusalModel) string { return m.Reasons }))
	}
}

// deliveryOutcome is the word for what became of a delivery.
func deliveryOutcome(a ports.Arrival, outcome ports.ArrivalOutcome) string {
	if len(a.Refusal) > 0 {
		return "refused"
	}
	return string(outcome)
}

// keyReused is what the owner reads of an alert under a used key.
func keyReused() []domain.Reason {
	return []domain.Reason{{
		Code: "key_reused", Field: "dedupe",
		Message: "an alert with the same key and another content was taken before; give each alert a key of its own",
	}}
}

func toRefusalModel(d domain.Delivery, reasons []domain.Reason) *refusalModel {
	return &refusalModel{
		ID: d.ID.UUID, UserID: d.UserID.UUID, WebhookConfigID: d.WebhookConfigID.UUID,
		ReceivedAt: d.ReceivedAt, Reasons: encodeReasons(reasons),
	}
}

const addSignalsSQL = `
insert into public.signals (
  id, user_id, source, webhook_config_id, webhook_config_version, delivery_id,
  action, symbol, state, intent, payload, reasons, decisions,
  received_at, sender_time, updated_at)
select * from unnest(
  $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::integer[], $6::uuid[],
  $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::text[], $12::jsonb[], $13::jsonb[],
  $14::timestamptz[], $15::timestamptz[], $16::timestamptz[])`

// addSignals stores the signals of every arrival that is stored. One about
// everything that met no lane has nothing to wait for.
func (b *inboxBatch) addSignals(ctx context.Context, t *bundledTx) {
	var rows []*signalModel
	for _, s := range b.stored() {
		if b.idle[s.ID] {
			s.State = domain.SignalState(nil)
			s.Reasons = []domain.Reason{{Code: "nothing_to_do", Message: "the account has not traded anything yet"}}
		}
		rows = append(rows, toSignalModel(s))
	}
	if len(rows) == 0 {
		return
	}
	t.tell(ctx, addSignalsSQL,
		uuids(rows, func(m *signalModel) uuid.UUID { return m.ID }),
		uuids(rows, func(m *signalModel) uuid.UUID { return m.UserID }),
		column(rows, func(m *signalModel) string { return string(m.Source) }),
		uuidsOrNull(rows, func(m *signalModel) *uuid.UUID { return m.WebhookConfigID }),
		column(rows, func(m *signalModel) *int { return m.WebhookConfigVersion }),
		uuidsOrNull(rows, func(m *signalModel) *uuid.UUID { return m.DeliveryID }),
		column(rows, func(m *signalModel) string { return string(m.Action) }),
		column(rows, func(m *signalModel) string { return string(m.Symbol) }),
		column(rows, func(m *signalModel) string { return string(m.State) }),
		column(rows, func(m *signalModel) string { return m.Intent }),
		column(rows, func(m *signalModel) string { return m.Payload }),
		column(rows, func(m *signalModel) string { return m.Reasons }),
		column(rows, func(m *signalModel) string { return m.Decisions }),
		column(rows, func(m *signalModel) time.Time { return m.ReceivedAt }),
		column(rows, func(m *signalModel) *time.Time { return m.SenderTime }),
		column(rows, func(m *signalModel) time.Time { return m.UpdatedAt }))
}
