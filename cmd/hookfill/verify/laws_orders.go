package verify

// once is I2.
func once() []string {
	return []string{
		`select 'client order id ' || client_order_id, 'came to ' || count(*) || ' orders at the broker'
		from broker_orders
		group by client_order_id
		having count(*) > 1`,

		`select 'client order id ' || b.client_order_id, 'is ours, is at the broker in account ' || b.account || ' and has no order here'
		from broker_orders b
		cross join private.installation i
		where starts_with(b.client_order_id, 'hf' || i.mark)
		  and not exists (
		    select from public.orders o where o.client_order_id = b.client_order_id and o.broker_account_id = b.account)`,

		`select 'ticket ' || ticket_id, 'has ' || count(*) || ' orders of step ' || step || ', revision ' || revision
		from public.orders
		group by ticket_id, step, revision
		having count(*) > 1`,

		`select 'client order id ' || client_order_id, 'is that of ' || count(*) || ' orders'
		from public.orders
		group by client_order_id
		having count(*) > 1`,

		`select 'order ' || o.id, 'is acknowledged and not in the broker''s record'
		from public.orders o
		join recorded on recorded.account = o.broker_account_id
		where o.submission = 'acknowledged'
		  and not exists (
		    select from broker_orders b where b.client_order_id = o.client_order_id and b.account = o.broker_account_id)`,

		`select 'order ' || o.id, 'is ' || o.submission || ' and in the broker''s record'
		from public.orders o
		join broker_orders b on b.client_order_id = o.client_order_id and b.account = o.broker_account_id
		where o.submission in ('intent', 'denied', 'not_placed') or o.submission = 'refused' and b.status <> 'rejected'`,

		`select 'order ' || o.id, 'is to ' || o.side || ' ' || o.symbol || ', and the broker was told to ' || b.side || ' ' || b.symbol
		from public.orders o
		join broker_orders b on b.client_order_id = o.client_order_id and b.account = o.broker_account_id
		where (o.side, o.symbol) <> (b.side, b.symbol)`,
	}
}

// addedUp is I10: the fold of events, told a second time. Sums say all about
// quantities and averages; of the state machine what must hold whatever the
// order of the events was.
func addedUp() []string { return append(foldedOrders(), sums()...) }

// An average is rounded to 10 places, below 0.1 to 10 digits, at most to 18
// places.
func foldedOrders() []string {
	return []string{
		`select 'order ' || o.id, 'says it filled ' || o.filled_quantity || ', and its fills are ' || coalesce(e.filled, 0)
		from public.orders o
		left join (
		  select order_id, sum(quantity) as filled from public.order_events where kind = 'fill' group by order_id
		) e on e.order_id = o.id
		where o.filled_quantity <> coalesce(e.filled, 0)`,

		`select 'order ' || o.id, 'says it filled at ' || coalesce(o.average_fill_price::text, 'no price') || ', and its fills average '
		  || coalesce(round(e.average, 18)::text, 'to nothing')
		from public.orders o
		left join (
		  select order_id, sum(quantity * price) / sum(quantity) as average
		  from public.order_events where kind = 'fill' group by order_id
		) e on e.order_id = o.id
		where (o.average_fill_price is null) <> (e.average is null)
		  or abs(o.average_fill_price - e.average) > greatest(1e-18, least(6e-11, e.average * 1e-9))`,

		`select 'order ' || o.id, case when e.acknowledged then 'is ' || o.submission || ', and the broker has it' else 'is acknowledged by nobody' end
		from public.orders o
		cross join lateral (
		  select count(*) filter (where kind in ('acknowledged', 'found')) > 0 as acknowledged
		  from public.order_events e where e.order_id = o.id
		) e
		where (o.submission = 'acknowledged') <> e.acknowledged`,

		`select 'order ' || o.id, 'is ' || o.status || ', and its events do not say so'
		from public.orders o
		cross join lateral (
		  select
		    coalesce(sum(quantity) filter (where kind = 'fill'), 0) as filled,
		    coalesce(bool_or(completes) filter (where kind = 'fill'), false) as completed,
		    count(*) filter (where kind = o.status) > 0 as told,
		    count(*) filter (where kind in ('canceled', 'expired', 'rejected', 'replaced')) > 0 as over
		  from public.order_events e where e.order_id = o.id
		) e
		where case
		  when o.status = 'filled' then not (e.completed or e.filled >= o.quantity)
		  when o.status in ('canceled', 'expired', 'rejected', 'replaced') then not e.told
		  else e.over or e.completed or e.filled >= o.quantity
		    or e.filled > 0 and o.status in ('pending_new', 'new', 'accepted', 'held')
		    or e.filled = 0 and o.status = 'partially_filled'
		end`,

		`select 'execution ' || e.execution_id, 'fills ' || count(*) || ' orders of account ' || o.broker_account_id
		from public.order_events e
		join public.orders o on o.id = e.order_id
		where e.kind = 'fill'
		group by o.broker_account_id, e.execution_id
		having count(*) > 1`,
	}
}

// What the positions of an account and of its configs are made of.
const fillsSQL = `
	with fill as (
	  select o.broker_account_id, o.symbol, o.webhook_config_id, e.price,
	    case o.side when 'buy' then e.quantity else -e.quantity end as quantity
	  from public.order_events e
	  join public.orders o on o.id = e.order_id
	  where e.kind = 'fill'
	), summed as (
	  select broker_account_id, symbol, 'account' as scope, null::uuid as webhook_config_id,
	    sum(quantity) as quantity, sum(quantity * price) as cost, count(*) as fills, sum(abs(quantity)) as turnover
	  from fill group by broker_account_id, symbol
	  union all
	  select broker_account_id, symbol, 'webhook', webhook_config_id,
	    sum(quantity), sum(quantity * price), count(*), sum(abs(quantity))
	  from fill group by broker_account_id, symbol, webhook_config_id
	)`

func sums() []string {
	return []string{
		fillsSQL + `
		select 'position by ' || coalesce(p.scope, s.scope) || ' of ' || coalesce(p.symbol, s.symbol) || ' in account '
		    || coalesce(p.broker_account_id, s.broker_account_id),
		  'is ' || coalesce(p.quantity, 0) || ', and its fills make ' || coalesce(s.quantity, 0)
		from public.positions p
		full join summed s on (s.broker_account_id, s.symbol, s.scope) = (p.broker_account_id, p.symbol, p.scope)
		  and coalesce(s.webhook_config_id, '00000000-0000-0000-0000-000000000000') = coalesce(p.webhook_config_id, '00000000-0000-0000-0000-000000000000')
		where coalesce(p.quantity, 0) <> coalesce(s.quantity, 0)`,

		// Whatever the order of the fills: what was earned and what is held cost
		// together what was paid. Each average may be off by its last digit.
		fillsSQL + `
		select 'position by ' || p.scope || ' of ' || p.symbol || ' in account ' || p.broker_account_id,
		  'earned ' || p.realized_profit || ', and by its fills ' || round(coalesce(p.quantity * p.average_price, 0) - s.cost, 10)
		from public.positions p
		join summed s on (s.broker_account_id, s.symbol, s.scope) = (p.broker_account_id, p.symbol, p.scope)
		  and coalesce(s.webhook_config_id, '00000000-0000-0000-0000-000000000000') = coalesce(p.webhook_config_id, '00000000-0000-0000-0000-000000000000')
		where (p.quantity = 0) <> (p.average_price is null)
		  or abs(p.realized_profit - coalesce(p.quantity * p.average_price, 0) + s.cost) > 1e-9 * s.fills * (1 + s.turnover)`,

		`select 'order ' || o.id, 'filled ' || o.filled_quantity || ' and is ' || o.status || '; by the broker''s record it filled '
		  || b.filled || ' and is ' || coalesce(nullif(b.status, ''), 'open')
		from public.orders o
		join broker_orders b on b.client_order_id = o.client_order_id and b.account = o.broker_account_id
		where o.filled_quantity > b.filled
		  or o.submission = 'acknowledged' and o.status in ('filled', 'canceled', 'expired', 'rejected', 'replaced')
		    and (o.filled_quantity <> b.filled or b.status <> o.status)`,

		// The broker's own position, where nothing of it is under way and nobody
		// else traded it.
		`select 'position of ' || b.symbol || ' in account ' || b.account,
		  'is ' || coalesce(p.quantity, 0) || ', and by the broker''s record ' || b.quantity
		from (
		  select account, symbol, sum(case side when 'buy' then filled else -filled end) as quantity
		  from broker_orders group by account, symbol
		) b
		left join public.positions p on p.broker_account_id = b.account and p.symbol = b.symbol and p.scope = 'account'
		where coalesce(p.quantity, 0) <> b.quantity
		  and not exists (
		    select from broker_orders f
		    left join public.orders o on o.client_order_id = f.client_order_id and o.broker_account_id = f.account
		    where f.account = b.account and f.symbol = b.symbol and o.filled_quantity is distinct from f.filled)`,
	}
}
