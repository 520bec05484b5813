package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

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

// An expired key is taken over, a live one is left to whom it belongs. The rows
// are sorted so that two batches never wait for each other's keys. An arrival
// without a key takes none.
const takeKeysSQL = `
with arrival as (
  select * from unnest(
    $1::uuid[], $2::integer[], $3::text[], $4::bytea[], $5::bytea[], $6::uuid[], $7::double precision[]
  ) with ordinality as a (config, version, status, key, body, signal, seconds, place)
), holds as materialized (
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

// decidedKey tells, of the arrival asked about at a place from 1, whether it is
// the first under its key. An arrival that is outdated is not told of.
type decidedKey struct {
	Place int
	Fresh bool
}

// takeKeys decides for every arrival but the followers whether it is stored,
// outdated, or was met before.
func (b *inboxBatch) takeKeys(ctx context.Context, t *bundledTx) error {
	var asked []int
	for i := range b.arrivals {
		// Starts over: a transaction that lost a race runs again.
		b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalOutdated}
		if _, follows := b.leaders[i]; !follows {
			asked = append(asked, i)
		}
	}
	var decided []decidedKey
	ask(ctx, t, &decided, pgx.RowToStructByName[decidedKey], takeKeysSQL,
		uuids(asked, func(i int) uuid.UUID { return b.arrivals[i].Delivery.WebhookConfigID.UUID }),
		column(asked, func(i int) int { return b.arrivals[i].ConfigVersion }),
		column(asked, func(i int) string { return string(b.arrivals[i].ConfigStatus) }),
		column(asked, b.keyOf),
		column(asked, func(i int) []byte { return b.arrivals[i].Dedupe.Body[:] }),
		uuidsOrNull(asked, b.firstSignalOf),
		column(asked, func(i int) float64 { return max(b.arrivals[i].Dedupe.Window, time.Millisecond).Seconds() }))
	if err := t.send(ctx); err != nil {
		return err
	}
	for _, d := range decided {
		outcome := ports.ArrivalDuplicate
		if d.Fresh {
			outcome = ports.ArrivalStored
		}
		b.results[asked[d.Place-1]].Outcome = outcome
	}
	return nil
}

// keyOf gives nil for a delivery that was refused.
func (b *inboxBatch) keyOf(i int) []byte {
	if len(b.signals[i]) == 0 {
		return nil
	}
	return b.arrivals[i].Dedupe.Key[:]
}

func (b *inboxBatch) firstSignalOf(i int) *uuid.UUID {
	if len(b.signals[i]) == 0 {
		return nil
	}
	return &b.signals[i][0].ID.UUID
}

const findFirstSQL = `
select k.webhook_config_id, k.key, k.body, k.signal_id
from unnest($1::uuid[], $2::bytea[]) as wanted (config, key)
join private.signal_keys k on k.webhook_config_id = wanted.config and k.key = wanted.key`

type knownKey struct {
	WebhookConfigID uuid.UUID
	Key, Body       []byte
	SignalID        uuid.UUID
}

// firstMet is the alert a key belongs to.
type firstMet struct {
	signal domain.SignalID
	body   [32]byte
}

// findFirst finds what an alert met before came to, and tells it from another
// alert under the same key. Followers take the outcome of their leader.
func (b *inboxBatch) findFirst(ctx context.Context, t *bundledTx) error {
	var repeats []int
	for i, r := range b.results {
		if r.Outcome == ports.ArrivalDuplicate {
			repeats = append(repeats, i)
		}
	}
	known := map[dedupeIdentity]firstMet{}
	if len(repeats) > 0 {
		var rows []knownKey
		ask(ctx, t, &rows, pgx.RowToStructByName[knownKey], findFirstSQL,
			uuids(repeats, func(i int) uuid.UUID { return b.arrivals[i].Delivery.WebhookConfigID.UUID }),
			column(repeats, b.keyOf))
		if err := t.send(ctx); err != nil {
			return err
		}
		for _, r := range rows {
			known[dedupeIdentity{domain.WebhookConfigID{UUID: r.WebhookConfigID}, [32]byte(r.Key)}] = firstMet{domain.SignalID{UUID: r.SignalID}, [32]byte(r.Body)}
		}
	}
	b.answerRepeats(known)
	return nil
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
			// Its key expired and went meanwhile.
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalOutdated}
		case first.body != a.Dedupe.Body:
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalKeyReused}
		default:
			b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalDuplicate, FirstSignalID: &first.signal}
		}
	}
}
