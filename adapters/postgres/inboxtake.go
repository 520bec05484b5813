package postgres

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// What the statement calls the outcome of an arrival: the words of the
// deliveries table, and one for a key that somebody else took at this very
// moment: who, shows only in the next statement.
const (
	outcomeRefused      = "refused"
	outcomeDuplicate    = "duplicate"
	outcomeStoredBefore = "stored before"
	outcomeHidden       = "hidden"
)

// One statement takes a whole batch in, from the check that what it was judged
// under still holds to the places in the lanes.
//
// Keys first: one that is not there is taken, an expired one taken over, a live
// one left to whom it belongs. Where another process takes the same one at this
// moment the statement fails, or finds it expired no more; it is run again. Then
// lanes, by id. Both are sorted, so that batches and executors never wait for each
// other in a circle. A lane that is empty wakes; one that is leased or parked
// keeps its time. A lane that is gone leaves its tickets without a place, which
// the table refuses.
//
// An arrival that was told of before ($1) and stands under its own key is stored
// already.
//
// One that waited is locked where it waits before anything is made of it, and waits
// no more with what is made of it: of two that see it in, the second finds it gone.
// One that did not wait, and whose config has others that do, is left to wait too.
const takeInSQL = `
with arrival as (
  select a.*, delivery <> '00000000-0000-0000-0000-000000000000' as by_webhook
  from unnest(
    $2::uuid[], $3::uuid[], $4::uuid[], $5::integer[], $6::text[], $7::timestamptz[], $8::text[], $9::bytea[],
    $10::jsonb[], $11::bytea[], $12::bytea[], $13::uuid[], $14::boolean[], $15::double precision[], $36::bytea[], $38::boolean[],
    $39::jsonb[]
  ) with ordinality as a (
    delivery, user_id, config, version, status, received_at, source, raw,
    refusal, key, body, signal, follows, seconds, leader_body, waited, proofs, place)
), holds as materialized (
  select arrival.*,
    by_webhook and not waited and refusal is null
      and exists (select from private.waiting_deliveries w where w.webhook_config_id = arrival.config) as behind
  from arrival
  left join public.webhook_configs c on c.id = arrival.config
  where not by_webhook
    or c.version = arrival.version and c.status = arrival.status and c.deleted_at is null
), let_in as materialized (
  select w.id
  from private.waiting_deliveries w
  where w.id in (select delivery from holds where waited)
  order by w.seq
  for update
), met as materialized (
  select holds.*, k.signal_id as known_signal, k.body as known_body, k.expires_at <= now() as expired
  from holds
  left join lateral (
    select signal_id, body, expires_at
    from private.signal_keys
    where webhook_config_id = holds.config and key = holds.key
    offset 0 -- one look at the index each, however large the table
  ) k on true
  where not behind and (not waited or delivery in (select id from let_in))
), taken as (
  insert into private.signal_keys (webhook_config_id, key, body, signal_id, expires_at)
  select config, key, body, signal, now() + make_interval(secs => seconds)
  from met
  where key is not null and not follows and known_signal is null
  order by config, key
), taken_over as (
  update private.signal_keys k
  set body = met.body, signal_id = signal, expires_at = now() + make_interval(secs => seconds)
  from met
  where expired and not follows and webhook_config_id = config and k.key = met.key and k.expires_at <= now()
  returning k.signal_id
), decided as materialized (
  select met.*, case when fresh then signal else known_signal end as first_signal,
    case
      when refusal is not null and $1 and exists (select from public.refusals r where r.id = delivery) then 'stored before'
      when refusal is not null then 'refused'
      when key is null or fresh and not follows then 'stored'
      when expired then 'hidden'
      when $1 and known_signal = signal and not follows then 'stored before'
      when body = case when fresh then leader_body else known_body end then 'duplicate'
      else 'key_reused'
    end as outcome
  from met,
    lateral (select known_signal is null or expired and signal in (select signal_id from taken_over)) as key_is (fresh)
), waits_no_more as (
  delete from private.waiting_deliveries where id in (select delivery from decided where waited and outcome <> 'hidden')
), delivered as (
  insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body, proofs)
  select delivery, user_id, config, received_at, source, outcome, raw, proofs
  from decided
  where by_webhook and outcome in ('stored', 'duplicate', 'key_reused', 'refused')
), explained as (
  insert into public.refusals (id, user_id, webhook_config_id, received_at, reasons)
  select delivery, user_id, config, received_at, coalesce(refusal, $16)
  from decided
  where outcome in ('refused', 'key_reused')
), understood as (
  insert into public.signals (
    id, user_id, source, webhook_config_id, webhook_config_version, delivery_id,
    action, symbol, state, intent, payload, reasons, decisions, received_at, sender_time, updated_at)
  select s.id, user_id, s.source,
    nullif(config, '00000000-0000-0000-0000-000000000000'), nullif(version, 0), nullif(delivery, '00000000-0000-0000-0000-000000000000'),
    action, symbol, state, intent, payload, coalesce(reasons, '[]'), coalesce(decisions, '[]'), received_at, sender_time, updated_at
  from unnest(
    $17::bigint[], $18::uuid[], $19::text[], $20::text[], $21::text[], $22::text[], $23::jsonb[], $24::text[],
    $25::jsonb[], $26::jsonb[], $27::timestamptz[], $28::timestamptz[]
  ) as s (
    place, id, source, action, symbol, state, intent, payload,
    reasons, decisions, sender_time, updated_at)
  join decided using (place)
  where outcome = 'stored'
), ticket as materialized (
  select t.*, config
  from unnest(
    $29::bigint[], $30::uuid[], $31::uuid[], $32::integer[], $33::text[], $34::timestamptz[], $35::bigint[], $37::boolean[],
    $40::text[], $41::bigint[]
  ) with ordinality as t (place, id, signal_id, position, multiplier, created_at, lane_id, full_exit, target, resumes, turn)
  join decided using (place)
  where outcome = 'stored'
), wanted as (
  select lane_id, count(*) as places from ticket group by lane_id
), locked as materialized (
  select l.lane_id, places
  from private.lanes l
  join wanted using (lane_id)
  order by l.lane_id
  for no key update of l
), moved as (
  update private.lanes l
  set next_seq = l.next_seq + places, ready_at = coalesce(l.ready_at, now())
  from locked
  where l.lane_id = locked.lane_id
  returning l.lane_id, l.user_id, l.broker_account_id, l.symbol, l.next_seq - places as first_seq
), queued as (
  insert into public.tickets (
    id, user_id, signal_id, position, broker_account_id, symbol, multiplier,
    lane_id, lane_seq, supersedes, target, resumes, created_at, updated_at)
  select
    coalesce(nullif(id, '00000000-0000-0000-0000-000000000000'), gen_random_uuid()), user_id, signal_id, position, broker_account_id, symbol, multiplier::numeric,
    lane_id, first_seq + row_number() over (partition by lane_id order by turn) - 1,
    case when full_exit then config end, target::numeric, resumes, created_at, created_at
  from ticket
  left join moved using (lane_id)
)
select place, outcome, case outcome when 'duplicate' then first_signal end from decided
union all
select place, 'behind', null from holds where behind
union all
select place, 'seen_in', null from holds where waited and delivery not in (select id from let_in)`

// arguments gives the statement's. Lists that say nothing are NULL, which the
// database need not parse.
func (b *inboxBatch) arguments() []argument {
	arrivals, signals, tickets := b.askedArrivals(), b.signalModels(), b.tickets
	return []argument{
		boolean(b.again),
		uuidArray(arrivals, func(a *askedArrival) uuid.UUID { return a.Delivery.ID.UUID }),
		uuidArray(arrivals, func(a *askedArrival) uuid.UUID { return a.Delivery.UserID.UUID }),
		uuidArray(arrivals, func(a *askedArrival) uuid.UUID { return a.Delivery.WebhookConfigID.UUID }),
		int4Array(arrivals, func(a *askedArrival) int { return a.ConfigVersion }),
		textArray(arrivals, func(a *askedArrival) domain.WebhookStatus { return a.ConfigStatus }),
		timeArray(arrivals, func(a *askedArrival) *time.Time { return &a.Delivery.ReceivedAt }),
		textArray(arrivals, func(a *askedArrival) string { return a.Delivery.Source }),
		byteaArray(arrivals, func(a *askedArrival) []byte { return a.Delivery.Body }),
		jsonbArray(arrivals, func(a *askedArrival) string { return a.refusal }),
		byteaArray(arrivals, func(a *askedArrival) []byte { return a.key }),
		byteaArray(arrivals, func(a *askedArrival) []byte { return a.Dedupe.Body[:] }),
		uuidArray(arrivals, func(a *askedArrival) uuid.UUID { return a.signal }),
		boolArray(arrivals, func(a *askedArrival) bool { return a.follows }),
		float8Array(arrivals, func(a *askedArrival) float64 { return max(a.Dedupe.Window, time.Millisecond).Seconds() }),
		argument("\x01" + keyReused),
		int8Array(signals, func(m *placedSignal) int64 { return m.place }),
		uuidArray(signals, func(m *placedSignal) uuid.UUID { return m.ID }),
		textArray(signals, func(m *placedSignal) domain.Source { return m.Source }),
		textArray(signals, func(m *placedSignal) domain.Action { return m.Action }),
		textArray(signals, func(m *placedSignal) domain.Symbol { return m.Symbol }),
		textArray(signals, func(m *placedSignal) domain.State { return m.State }),
		jsonbArray(signals, func(m *placedSignal) string { return m.Intent }),
		textArray(signals, func(m *placedSignal) string { return m.Payload }),
		jsonbArray(signals, func(m *placedSignal) string { return unlessEmpty(m.Reasons) }),
		jsonbArray(signals, func(m *placedSignal) string { return unlessEmpty(m.Decisions) }),
		timeArray(signals, func(m *placedSignal) *time.Time { return m.SenderTime }),
		timeArray(signals, func(m *placedSignal) *time.Time { return &m.UpdatedAt }),
		int8Array(tickets, func(r *ticketRow) int64 { return int64(r.arrival) + 1 }),
		uuidArray(tickets, func(r *ticketRow) uuid.UUID { return r.id }),
		uuidArray(tickets, func(r *ticketRow) uuid.UUID { return r.signal }),
		int4Array(tickets, func(r *ticketRow) int { return r.position }),
		textArray(tickets, func(r *ticketRow) string { return r.ticket.Multiplier.String() }),
		timeArray(tickets, func(r *ticketRow) *time.Time { return &r.ticket.CreatedAt }),
		int8Array(tickets, func(r *ticketRow) int64 { return r.lane }),
		byteaArray(arrivals, func(a *askedArrival) []byte { return a.leaderBody }),
		boolArray(tickets, func(r *ticketRow) bool { return r.fullExit }),
		boolArray(arrivals, func(a *askedArrival) bool { return a.Waited }),
		jsonbArray(arrivals, func(a *askedArrival) string { return unlessEmpty(encodeProofs(a.Delivery.Proofs)) }),
		b.targets(),
		b.resumed(),
	}
}

// targets gives what was understood before of tickets that resume others, and resumed
// the places of those; nothing where there are none.
func (b *inboxBatch) targets() argument {
	if !slices.ContainsFunc(b.tickets, ticketRow.resumes) {
		return nil
	}
	return array(b.tickets, pgtype.TextOID, func(to []byte, row *ticketRow) []byte {
		if row.ticket.Target == nil {
			return nil
		}
		return append(to, row.ticket.Target.String()...)
	})
}

func (b *inboxBatch) resumed() argument {
	if !slices.ContainsFunc(b.tickets, ticketRow.resumes) {
		return nil
	}
	return array(b.tickets, pgtype.Int8OID, func(to []byte, row *ticketRow) []byte {
		if !row.resumes() {
			return nil
		}
		return binary.BigEndian.AppendUint64(to, uint64(row.ticket.Resumes)) //nolint:gosec // two's complement, as the format has it
	})
}

// unlessEmpty gives a JSON list, but nothing for an empty one.
func unlessEmpty(list string) string {
	if list == emptyList {
		return ""
	}
	return list
}

// takenArrival tells, of the arrival at a place from 1, what became of it.
type takenArrival struct {
	place   int64
	outcome string
	// first is, for a duplicate, the first signal of the one before.
	first domain.SignalID
}

// readTaken reads a row of the statement's.
func readTaken(row [][]byte) (taken takenArrival, err error) {
	if len(row) != 3 || len(row[0]) != 8 {
		return taken, corrupt("answer to a batch", nil)
	}
	taken.place, taken.outcome = int64(binary.BigEndian.Uint64(row[0])), string(row[1]) //nolint:gosec // as it was sent
	if row[2] != nil {
		taken.first.UUID, err = uuid.FromBytes(row[2])
	}
	return taken, err
}

// askedArrival is an arrival as the statement sees it. A signal that came by hand
// has no delivery, one that was refused has no key and no signal.
type askedArrival struct {
	*ports.Arrival
	// refusal is a JSON list, or empty.
	refusal string
	key     []byte
	// signal is the first signal of the arrival, or of the one it follows, and
	// leaderBody the body's digest of that one.
	signal     uuid.UUID
	leaderBody []byte
	follows    bool
}

func (b *inboxBatch) askedArrivals() []askedArrival {
	asked := make([]askedArrival, len(b.arrivals))
	for i := range b.arrivals {
		a := &asked[i]
		a.Arrival = &b.arrivals[i]
		if len(a.Signals) == 0 {
			a.refusal = encodeReasons(a.Refusal)
			continue
		}
		leader, follows := b.leaders[i]
		if !follows {
			leader = i
		}
		a.follows = follows
		a.signal, a.leaderBody = b.arrivals[leader].Signals[0].ID().UUID, b.arrivals[leader].Dedupe.Body[:]
		if a.Delivery.ID.UUID != uuid.Nil {
			a.key = a.Dedupe.Key[:]
		}
	}
	return asked
}

// placedSignal is the row of a signal and the place of its arrival from 1.
type placedSignal struct {
	*signalModel
	place int64
}

func (b *inboxBatch) signalModels() []placedSignal {
	return column(b.signals, func(r signalRow) placedSignal {
		row := r.row
		if r.idle {
			row = r.refusedIdle()
		}
		return placedSignal{row, int64(r.arrival) + 1}
	})
}

// keyReused is what the owner reads of an alert under a used key.
const keyReused = `[{"code": "key_reused", "field": "dedupe",
  "message": "an alert with the same key and another content was taken before; give each alert a key of its own"}]`
