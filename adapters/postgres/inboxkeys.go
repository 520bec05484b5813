package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// dedupeIdentity is what no two alerts may share within the window.
type dedupeIdentity struct {
	config domain.WebhookConfigID
	key    [32]byte
}

func identityOf(a ports.Arrival) dedupeIdentity {
	return dedupeIdentity{a.Delivery.WebhookConfigID, a.Dedupe.Key}
}

// judgedIdentity is a dedupeIdentity under what it was judged by. Of several for
// one key at most one still holds, so at most one is taken.
type judgedIdentity struct {
	dedupeIdentity
	version int
	status  domain.WebhookStatus
}

// keyRow is an arrival as takeKeys sees it. An arrival without Key takes none.
type keyRow struct {
	Place   int       `json:"place"`
	Config  uuid.UUID `json:"config"`
	Version int       `json:"version"`
	Status  string    `json:"status"`
	Key     *string   `json:"key"`
	Body    string    `json:"body"`
	Signal  uuid.UUID `json:"signal"`
	Seconds float64   `json:"seconds"`
}

// An expired key is taken over, a live one is left to whom it belongs. The rows
// are sorted so that two batches never wait for each other's keys.
const takeKeysSQL = `
with arrival as (
  select * from json_to_recordset(?) as a (
    place integer, config uuid, version integer, status text,
    key bytea, body bytea, signal uuid, seconds double precision)
), holds as (
  select arrival.*
  from arrival
  join public.webhook_configs c on c.id = arrival.config
  where c.version = arrival.version and c.status = arrival.status and c.deleted_at is null
), taken as (
  insert into private.signal_keys as k (webhook_config_id, key, body, signal_id, expires_at)
  select config, key, body, signal, now() + make_interval(secs => seconds)
  from holds
  where key is not null
  order by config, key
  on conflict (webhook_config_id, key) do update
    set body = excluded.body, signal_id = excluded.signal_id, expires_at = excluded.expires_at
    where k.expires_at <= now()
  returning signal_id
)
select holds.place, holds.key is null or taken.signal_id is not null as fresh
from holds
left join taken on taken.signal_id = holds.signal`

// takeKeys decides for every arrival but the followers whether it is stored,
// outdated, or was met before.
func (b *inboxBatch) takeKeys(ctx context.Context, tx bun.Tx) error {
	rows := make([]keyRow, 0, len(b.arrivals))
	for i, a := range b.arrivals {
		// Starts over: a transaction that lost a race runs again.
		b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalOutdated}
		if _, follows := b.leaders[i]; !follows {
			rows = append(rows, toKeyRow(i, a))
		}
	}
	var decided []struct {
		Place int
		Fresh bool
	}
	if err := tx.NewRaw(takeKeysSQL, encodeJSON(rows)).Scan(ctx, &decided); err != nil {
		return err
	}
	for _, d := range decided {
		b.results[d.Place].Outcome = ports.ArrivalDuplicate
		if d.Fresh {
			b.results[d.Place].Outcome = ports.ArrivalStored
		}
	}
	return nil
}

func toKeyRow(place int, a ports.Arrival) keyRow {
	r := keyRow{
		Place: place, Config: a.Delivery.WebhookConfigID.UUID,
		Version: a.ConfigVersion, Status: string(a.ConfigStatus), Body: hexText(a.Dedupe.Body[:]),
	}
	if len(a.Signals) > 0 {
		key := hexText(a.Dedupe.Key[:])
		r.Key, r.Signal, r.Seconds = &key, a.Signals[0].ID().UUID, max(a.Dedupe.Window, time.Millisecond).Seconds()
	}
	return r
}

const findFirstSQL = `
select k.webhook_config_id, k.key, k.body, k.signal_id
from json_to_recordset(?) as wanted (config uuid, key bytea)
join private.signal_keys k on k.webhook_config_id = wanted.config and k.key = wanted.key`

// findFirst finds what an alert met before came to, and tells it from another
// alert under the same key. Followers take the outcome of their leader.
func (b *inboxBatch) findFirst(ctx context.Context, tx bun.Tx) error {
	type wanted struct {
		Config uuid.UUID `json:"config"`
		Key    string    `json:"key"`
	}
	var ask []wanted
	for i, r := range b.results {
		if r.Outcome == ports.ArrivalDuplicate {
			ask = append(ask, wanted{b.arrivals[i].Delivery.WebhookConfigID.UUID, hexText(b.arrivals[i].Dedupe.Key[:])})
		}
	}
	known := map[dedupeIdentity]firstMet{}
	if len(ask) > 0 {
		var rows []struct {
			WebhookConfigID uuid.UUID
			Key, Body       []byte
			SignalID        uuid.UUID
		}
		if err := tx.NewRaw(findFirstSQL, encodeJSON(ask)).Scan(ctx, &rows); err != nil {
			return err
		}
		for _, r := range rows {
			known[dedupeIdentity{domain.WebhookConfigID{UUID: r.WebhookConfigID}, [32]byte(r.Key)}] =
				firstMet{domain.SignalID{UUID: r.SignalID}, [32]byte(r.Body)}
		}
	}
	b.answerRepeats(known)
	return nil
}

// firstMet is the alert a key belongs to.
type firstMet struct {
	signal domain.SignalID
	body   [32]byte
}

func (b *inboxBatch) answerRepeats(known map[dedupeIdentity]firstMet) {
	for i, a := range b.arrivals {
		first, ok := known[identityOf(a)]
		if leader, follows := b.leaders[i]; follows {
			switch b.results[leader].Outcome { //nolint:exhaustive // the leader of a repeat is known already
			case ports.ArrivalOutdated:
				continue
			case ports.ArrivalStored:
				lead := b.arrivals[leader]
				first, ok = firstMet{lead.Signals[0].ID(), lead.Dedupe.Body}, true
			}
		} else if b.results[i].Outcome != ports.ArrivalDuplicate {
			continue
		}
		switch {
		case !ok:
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalOutdated}
		case first.body != a.Dedupe.Body:
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalKeyReused}
		default:
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalDuplicate, FirstSignalID: &first.signal}
		}
	}
}
