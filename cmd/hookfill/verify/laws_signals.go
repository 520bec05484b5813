package verify

// durable is I1. Rows refer to each other here without keys in the schema, for
// one statement stores them; so each reference is looked at.
func durable() []string {
	return []string{
		`select 'delivery ' || d.id, 'was answered as stored and has no signal'
		from private.deliveries d
		where d.outcome = 'stored'
		  and not exists (select from public.signals s where s.delivery_id = d.id and s.webhook_config_id = d.webhook_config_id)`,

		`select 'delivery ' || d.id, 'was answered as a duplicate, and no delivery with its content was stored'
		from private.deliveries d
		where d.outcome = 'duplicate'
		  and not exists (
		    select from private.deliveries first
		    where first.webhook_config_id = d.webhook_config_id and first.outcome = 'stored' and first.body = d.body)`,

		`select 'delivery ' || d.id, 'was refused and its owner is not told'
		from private.deliveries d
		where d.outcome in ('refused', 'key_reused') and not exists (select from public.refusals r where r.id = d.id)`,

		`select 'signal ' || s.id, 'comes from no stored delivery'
		from public.signals s
		where s.source = 'alert' and s.delivery_id is not null
		  and not exists (select from private.deliveries d where d.id = s.delivery_id and d.outcome = 'stored')`,

		`select 'key ' || encode(k.key, 'hex'), 'answers duplicates with a signal that is not there'
		from private.signal_keys k
		where not exists (select from public.signals s where s.id = k.signal_id and s.webhook_config_id = k.webhook_config_id)`,

		`select 'ticket ' || t.id, 'is of a signal that is not there'
		from public.tickets t
		where not exists (select from public.signals s where s.id = t.signal_id)`,
	}
}

// explained is I2'.
func explained() []string {
	return []string{
		`select 'ticket ' || t.id, 'is ' || t.state || ' without a reason'
		from public.tickets t
		where t.state in ('refused', 'expired', 'superseded', 'needs_review') and jsonb_array_length(t.reasons) = 0`,

		`select 'ticket ' || t.id, 'is done without an order or a decision'
		from public.tickets t
		join public.signals s on s.id = t.signal_id
		where t.state = 'done' and s.action <> 'cancel'
		  and jsonb_array_length(t.reasons) = 0 and jsonb_array_length(t.decisions) = 0
		  and not exists (select from public.orders o where o.ticket_id = t.id)`,

		`select 'ticket ' || t.id, 'is ' || t.state || ' while its order ' || o.id || ' is ' || o.submission
		from public.tickets t
		join public.orders o on o.ticket_id = t.id
		where t.state in ('done', 'refused', 'expired', 'superseded')
		  and o.submission in ('intent', 'in_flight', 'unknown', 'needs_review')`,

		`select 'signal ' || s.id, 'is ' || s.state || ' without a ticket or a reason'
		from public.signals s
		where not exists (select from public.tickets t where t.signal_id = s.id)
		  and (s.state not in ('refused', 'expired', 'superseded') or jsonb_array_length(s.reasons) = 0)`,

		`select 'signal ' || s.id, 'is ' || s.state || ' and its tickets make it ' || t.state
		from public.signals s
		join (
		  select signal_id, case
		    when bool_or(state = 'needs_review') then 'needs_review'
		    when bool_or(state = 'executing') or bool_or(state = 'queued') and not bool_and(state = 'queued') then 'executing'
		    when bool_and(state = 'queued') then 'queued'
		    when bool_or(state = 'done') then 'done'
		    when bool_or(state = 'expired') then 'expired'
		    when bool_or(state = 'superseded') then 'superseded'
		    else 'refused'
		  end as state
		  from public.tickets
		  group by signal_id
		) t on t.signal_id = s.id
		where s.state <> t.state`,
	}
}
