package verify

// inOrder is I3. Who trades by hand, and what protects, may go first; alerts
// keep their order. What counts of an order is when the broker first got it.
func inOrder() []string {
	return []string{
		`select 'order ' || id, 'reached the broker after a later one of its lane'
		from (
		  select o.id, row(t.lane_seq, o.step, o.revision) as place,
		    lead(row(t.lane_seq, o.step, o.revision)) over (
		      partition by t.lane_id order by b.receipt desc, t.lane_seq desc, o.step desc, o.revision desc) as before
		  from (
		    select account, client_order_id, min(receipt) as receipt from broker_orders group by account, client_order_id
		  ) b
		  join public.orders o on o.client_order_id = b.client_order_id and o.broker_account_id = b.account
		  join public.tickets t on t.id = o.ticket_id
		  join public.signals s on s.id = t.signal_id and s.source = 'alert'
		) received
		where before > place`,
	}
}

// gapless is I4. A waiting ticket may be refused, expire or be superseded where
// it stands, so those may be over beyond what the lane has done.
func gapless() []string {
	return []string{
		`select 'lane ' || l.lane_id, 'gave out ' || l.next_seq - 1 || ' places, and its tickets are ' || t.tickets || ', from '
		  || t.first || ' to ' || t.last
		from private.lanes l
		cross join lateral (
		  select count(*) as tickets, coalesce(min(lane_seq), 1) as first, coalesce(max(lane_seq), 0) as last
		  from public.tickets t
		  where t.lane_id = l.lane_id
		) t
		where (t.tickets, t.first, t.last) <> (l.next_seq - 1, 1, l.next_seq - 1)`,

		`select 'lane ' || lane_id, 'is done up to ' || done_seq || ' and gave out ' || next_seq - 1 || ' places'
		from private.lanes
		where done_seq < 0 or done_seq >= next_seq`,

		`select 'ticket ' || t.id, 'is ' || t.state || ' at place ' || t.lane_seq || ', and its lane is done up to ' || l.done_seq
		from public.tickets t
		join private.lanes l on l.lane_id = t.lane_id
		join public.signals s on s.id = t.signal_id
		where t.lane_seq <= l.done_seq and t.state in ('queued', 'executing', 'needs_review')
		  or t.lane_seq > l.done_seq and t.state = 'done' and s.source = 'alert'`,

		`select 'ticket ' || t.id, 'is in a lane that is not there'
		from public.tickets t
		where not exists (select from private.lanes l where l.lane_id = t.lane_id)`,

		`select 'order ' || o.id, 'says place ' || o.lane_seq || ' and its ticket ' || t.lane_seq
		from public.orders o
		join public.tickets t on t.id = o.ticket_id
		where o.lane_seq <> t.lane_seq`,
	}
}

// fenced is I6. A lane's epoch only rises, so what was first sent later was sent
// under the same or a later one.
func fenced() []string {
	return []string{
		`select 'attempt ' || a.number || ' of order ' || a.order_id, 'was made under epoch ' || a.epoch || ' of a lane that is at ' || l.epoch
		from private.order_attempts a
		join public.orders o on o.id = a.order_id
		join public.tickets t on t.id = o.ticket_id
		join private.lanes l on l.lane_id = t.lane_id
		where a.epoch < 1 or a.epoch > l.epoch`,

		`select 'order ' || order_id, 'has ' || count(*) || ' attempts, numbered from ' || min(number) || ' to ' || max(number)
		from private.order_attempts
		group by order_id
		having (count(*), min(number)) <> (max(number), 1)`,

		`select 'attempt ' || number || ' of order ' || order_id, 'was made under an earlier epoch than the one before'
		from (
		  select *, lag(epoch) over (partition by order_id order by number) as before from private.order_attempts
		) a
		where epoch < before`,

		`select 'order ' || id, 'was first sent under an earlier epoch than the order before it in its lane'
		from (
		  select o.id, a.epoch, lag(a.epoch) over (partition by t.lane_id order by t.lane_seq, o.step, o.revision) as before
		  from private.order_attempts a
		  join public.orders o on o.id = a.order_id and a.number = 1
		  join public.tickets t on t.id = o.ticket_id
		  join public.signals s on s.id = t.signal_id and s.source = 'alert'
		) sent
		where epoch < before`,

		`select 'order ' || o.id, 'has ' || a.attempts || ' attempts and tells of ' || e.attempted
		from public.orders o
		cross join lateral (select count(*) as attempts from private.order_attempts a where a.order_id = o.id) a
		cross join lateral (
		  select count(*) as attempted from public.order_events e where e.order_id = o.id and e.kind = 'attempted'
		) e
		where a.attempts <> e.attempted`,

		`select 'order ' || o.id, 'is at the broker and no attempt to send it was written down'
		from public.orders o
		join broker_orders b on b.client_order_id = o.client_order_id and b.account = o.broker_account_id
		where not exists (select from private.order_attempts a where a.order_id = o.id)`,
	}
}

// drained is I7 as far as one look can tell.
func drained() []string {
	return []string{
		`select 'lane ' || lane_id, 'has ' || next_seq - 1 - done_seq || ' tickets to do'
		from private.lanes
		where next_seq > done_seq + 1`,

		`select 'order ' || id, 'is ' || submission
		from public.orders
		where submission in ('intent', 'in_flight', 'unknown')`,
	}
}

// awake is I8.
func awake() []string {
	return []string{
		`select 'lane ' || lane_id, 'has tickets to do and nothing will wake it'
		from private.lanes
		where next_seq > done_seq + 1
		  and (ready_at is null or ready_at = 'infinity' or parked_until = 'infinity')`,
	}
}
