package verify

// isolated is I5 as far as rows can tell.
func isolated() []string {
	return []string{
		`select what, 'belongs to another user than ' || whose
		from (
		  select 'signal ' || a.id, 'its config', a.user_id, b.user_id
		  from public.signals a join public.webhook_configs b on b.id = a.webhook_config_id
		  union all
		  select 'delivery ' || a.id, 'its config', a.user_id, b.user_id
		  from private.deliveries a join public.webhook_configs b on b.id = a.webhook_config_id
		  union all
		  select 'refusal ' || a.id, 'its config', a.user_id, b.user_id
		  from public.refusals a join public.webhook_configs b on b.id = a.webhook_config_id
		  union all
		  select 'a token of config ' || b.id, 'its config', a.user_id, b.user_id
		  from private.webhook_tokens a join public.webhook_configs b on b.id = a.webhook_config_id
		  union all
		  select 'route ' || a.id, 'its account', a.user_id, b.user_id
		  from public.webhook_routes a join public.broker_accounts b on b.id = a.broker_account_id
		  union all
		  select 'route ' || a.id, 'its config', a.user_id, b.user_id
		  from public.webhook_routes a join public.webhook_configs b on b.id = a.webhook_config_id
		  union all
		  select 'ticket ' || a.id, 'its signal', a.user_id, b.user_id
		  from public.tickets a join public.signals b on b.id = a.signal_id
		  union all
		  select 'ticket ' || a.id, 'its lane', a.user_id, b.user_id
		  from public.tickets a join private.lanes b on b.lane_id = a.lane_id
		  union all
		  select 'lane ' || a.lane_id, 'its account', a.user_id, b.user_id
		  from private.lanes a join public.broker_accounts b on b.id = a.broker_account_id
		  union all
		  select 'order ' || a.id, 'its ticket', a.user_id, b.user_id
		  from public.orders a join public.tickets b on b.id = a.ticket_id
		  union all
		  select 'order ' || a.id, 'its account', a.user_id, b.user_id
		  from public.orders a join public.broker_accounts b on b.id = a.broker_account_id
		  union all
		  select 'event ' || a.id, 'its order', a.user_id, b.user_id
		  from public.order_events a join public.orders b on b.id = a.order_id
		  union all
		  select 'position ' || a.id, 'its account', a.user_id, b.user_id
		  from public.positions a join public.broker_accounts b on b.id = a.broker_account_id
		  union all
		  select 'position ' || a.id, 'its config', a.user_id, b.user_id
		  from public.positions a join public.webhook_configs b on b.id = a.webhook_config_id
		) as pairs (what, whose, owner, owner_there)
		where owner <> owner_there`,

		`select 'ticket ' || t.id, 'is in the lane of another account or symbol'
		from public.tickets t
		join private.lanes l on l.lane_id = t.lane_id
		where (t.broker_account_id, t.symbol) <> (l.broker_account_id, l.symbol)`,

		`select 'order ' || o.id, 'is of another signal, account, symbol or config than its ticket'
		from public.orders o
		join public.tickets t on t.id = o.ticket_id
		join public.signals s on s.id = t.signal_id
		where (o.signal_id, o.broker_account_id, o.symbol) <> (t.signal_id, t.broker_account_id, t.symbol)
		  or o.webhook_config_id is distinct from s.webhook_config_id`,

		`select 'table ' || c.oid::regclass, 'has no row-level security'
		from pg_class c
		join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relrowsecurity`,
	}
}
