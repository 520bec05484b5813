-- A small world in which everything holds: two users, a paper account that two
-- configs route to, a reversal, a resting order, a refusal, a duplicate, and a
-- ticket that waits.
create function pg_temp.id(n integer) returns uuid language sql as $$
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid
$$;

insert into auth.users (id) values (pg_temp.id(1)), (pg_temp.id(2));
update private.installation set mark = 'abcd';

insert into public.broker_accounts (id, user_id, name, kind) values
  (pg_temp.id(10), pg_temp.id(1), 'paper', 'paper'),
  (pg_temp.id(11), pg_temp.id(2), 'another''s', 'paper');
insert into public.webhook_configs (id, user_id, name) values
  (pg_temp.id(20), pg_temp.id(1), 'momentum'), (pg_temp.id(21), pg_temp.id(1), 'reversion'), (pg_temp.id(22), pg_temp.id(2), 'another''s');
insert into public.webhook_config_versions (user_id, webhook_config_id, version, rules) values
  (pg_temp.id(1), pg_temp.id(20), 1, '{}'), (pg_temp.id(1), pg_temp.id(21), 1, '{}');
insert into public.webhook_routes (id, user_id, webhook_config_id, version, position, broker_account_id, multiplier) values
  (pg_temp.id(30), pg_temp.id(1), pg_temp.id(20), 1, 0, pg_temp.id(10), 1),
  (pg_temp.id(31), pg_temp.id(1), pg_temp.id(21), 1, 0, pg_temp.id(10), 1);
insert into private.webhook_tokens (token_hash, user_id, webhook_config_id) values
  (sha256('one'), pg_temp.id(1), pg_temp.id(20)), (sha256('other'), pg_temp.id(1), pg_temp.id(21));

insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body)
select pg_temp.id(100 + n), pg_temp.id(1), pg_temp.id(config), now(), '127.0.0.1', outcome, convert_to(body, 'UTF8')
from (values
  (1, 20, 'stored', 'buy 10 AAPL'), (2, 20, 'stored', 'reverse AAPL'), (3, 21, 'stored', 'buy 4 AAPL'),
  (4, 20, 'stored', 'exit MSFT'), (5, 20, 'stored', 'buy 1 MSFT at 50'), (6, 20, 'stored', 'buy 1 AAPL'),
  (7, 20, 'stored', 'while paused'), (8, 20, 'duplicate', 'buy 10 AAPL'), (9, 20, 'refused', 'gibberish')
) as d (n, config, outcome, body);
insert into public.refusals (id, user_id, webhook_config_id, received_at, reasons) values
  (pg_temp.id(109), pg_temp.id(1), pg_temp.id(20), now(), '[{"code": "malformed_json"}]');

insert into public.signals (
  id, user_id, source, webhook_config_id, webhook_config_version, delivery_id, action, symbol, state, intent, reasons, received_at, updated_at)
select pg_temp.id(200 + n), pg_temp.id(1), 'alert', pg_temp.id(config), 1, pg_temp.id(100 + n), action, symbol, state, '{}', reasons::jsonb, now(), now()
from (values
  (1, 20, 'buy', 'AAPL', 'done', '[]'), (2, 20, 'sell', 'AAPL', 'done', '[]'), (3, 21, 'buy', 'AAPL', 'done', '[]'),
  (4, 20, 'exit', 'MSFT', 'refused', '[]'), (5, 20, 'buy', 'MSFT', 'done', '[]'), (6, 20, 'buy', 'AAPL', 'queued', '[]'),
  (7, 20, 'buy', 'AAPL', 'refused', '[{"code": "paused"}]')
) as s (n, config, action, symbol, state, reasons);
insert into private.signal_keys (webhook_config_id, key, body, signal_id, expires_at)
values (pg_temp.id(20), sha256('key'), sha256('buy 10 AAPL'), pg_temp.id(201), now() + interval '1 minute');

insert into private.lanes (lane_id, user_id, broker_account_id, symbol, next_seq, done_seq, ready_at, epoch)
overriding system value values
  (1, pg_temp.id(1), pg_temp.id(10), 'AAPL', 5, 3, now(), 5),
  (2, pg_temp.id(1), pg_temp.id(10), 'MSFT', 3, 2, null, 2),
  (3, pg_temp.id(2), pg_temp.id(11), 'AAPL', 1, 0, null, 0);
insert into public.tickets (
  id, user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, state, reasons, decisions, created_at, updated_at)
select pg_temp.id(300 + n), pg_temp.id(1), pg_temp.id(200 + n), 0, pg_temp.id(10), symbol, 1, lane, seq, state, reasons::jsonb, '[]', now(), now()
from (values
  (1, 'AAPL', 1, 1, 'done', '[]'), (2, 'AAPL', 1, 2, 'done', '[]'), (3, 'AAPL', 1, 3, 'done', '[]'),
  (4, 'MSFT', 2, 1, 'refused', '[{"code": "nothing_to_exit"}]'), (5, 'MSFT', 2, 2, 'done', '[]'), (6, 'AAPL', 1, 4, 'queued', '[]')
) as t (n, symbol, lane, seq, state, reasons);

insert into public.orders (
  id, user_id, signal_id, ticket_id, broker_account_id, webhook_config_id, lane_seq, step, client_order_id, symbol, side, type,
  time_in_force, order_class, quantity, limit_price, submission, status, filled_quantity, average_fill_price, created_at, updated_at)
select pg_temp.id(400 + n), pg_temp.id(1), pg_temp.id(200 + ticket), pg_temp.id(300 + ticket), pg_temp.id(10), pg_temp.id(config), seq, step,
  'hfabcd' || n, symbol, side, case when price is null then 'limit' else 'market' end, 'gtc', 'simple', quantity,
  case when price is null then 50 end, 'acknowledged', case when price is null then 'new' else 'filled' end,
  case when price is null then 0 else quantity end, price, now(), now()
from (values
  (1, 1, 20, 1, 1, 'AAPL', 'buy', 10, 100), (2, 2, 20, 2, 1, 'AAPL', 'sell', 10, 110), (3, 2, 20, 2, 2, 'AAPL', 'sell', 10, 110),
  (4, 3, 21, 3, 1, 'AAPL', 'buy', 4, 105), (5, 5, 20, 2, 1, 'MSFT', 'buy', 1, null)
) as o (n, ticket, config, seq, step, symbol, side, quantity, price);
insert into private.order_attempts (order_id, number, epoch, deadline, at, effect)
select pg_temp.id(400 + n), 1, epoch, now(), now(), effect
from (values (1, 1, 'entry'), (2, 2, 'exit'), (3, 2, 'entry'), (4, 4, 'entry'), (5, 2, 'exit')) as a (n, epoch, effect);
-- In MSFT only exits are let through; everybody's halt is over.
insert into public.halts (id, user_id, scope, symbol, mode, set_by, since, held_from) values
  (pg_temp.id(600), pg_temp.id(1), 'symbol', 'MSFT', 'reduce_only', pg_temp.id(1), now(), now() - interval '1 hour');
insert into public.halts (id, scope, mode, set_by, since, held_from, lifted_at, held_until) values
  (pg_temp.id(601), 'all', 'halt', pg_temp.id(1), now(), now() - interval '2 hours', now(), now() - interval '1 hour');

insert into public.order_events (
  id, user_id, order_id, position, source_event_id, kind, at, attempt, execution_id, quantity, price, completes, recorded_at)
select pg_temp.id(1000 + 10 * o.n + e.position), pg_temp.id(1), pg_temp.id(400 + o.n), e.position, e.kind, e.kind, now(), e.attempt,
  case when e.kind = 'fill' then 'execution ' || o.n end, case when e.kind = 'fill' then quantity end,
  case when e.kind = 'fill' then price end, e.kind = 'fill', now()
from (values (1, 10, 100), (2, 10, 110), (3, 10, 110), (4, 4, 105), (5, 1, null)) as o (n, quantity, price)
join (values (0, 'attempted', 1), (1, 'acknowledged', 1), (2, 'new', 0), (3, 'fill', 0)) as e (position, kind, attempt)
  on o.price is not null or e.kind <> 'fill';
insert into public.positions (id, user_id, broker_account_id, scope, webhook_config_id, symbol, quantity, average_price, realized_profit, updated_at) values
  (pg_temp.id(500), pg_temp.id(1), pg_temp.id(10), 'account', null, 'AAPL', -6, 110, 120, now()),
  (pg_temp.id(501), pg_temp.id(1), pg_temp.id(10), 'webhook', pg_temp.id(20), 'AAPL', -10, 110, 100, now()),
  (pg_temp.id(502), pg_temp.id(1), pg_temp.id(10), 'webhook', pg_temp.id(21), 'AAPL', 4, 105, 0, now());

-- The broker's own record. The order somebody else placed is nobody's business.
insert into private.paper_journals (broker_account_id, last_seq) values (pg_temp.id(10), 12);
insert into private.paper_entries (broker_account_id, seq, entry)
select pg_temp.id(10), seq, jsonb_build_object('v', 1, 'kind', kind, 'at', now(), 'data', data::jsonb)
from (values
  (1, 'opened', '{"account": "00000000-0000-4000-8000-000000000010", "cash": "100000"}'),
  (2, 'submitted', '{"client_order_id": "hfabcd1", "symbol": "AAPL", "side": "buy"}'),
  (3, 'filled', '{"client_order_id": "hfabcd1", "quantity": "10"}'),
  (4, 'submitted', '{"client_order_id": "hfabcd2", "symbol": "AAPL", "side": "sell"}'),
  (5, 'filled', '{"client_order_id": "hfabcd2", "quantity": "10"}'),
  (6, 'submitted', '{"client_order_id": "hfabcd3", "symbol": "AAPL", "side": "sell"}'),
  (7, 'filled', '{"client_order_id": "hfabcd3", "quantity": "10"}'),
  (8, 'submitted', '{"client_order_id": "hfabcd4", "symbol": "AAPL", "side": "buy"}'),
  (9, 'filled', '{"client_order_id": "hfabcd4", "quantity": "4"}'),
  (10, 'submitted', '{"client_order_id": "hfabcd5", "symbol": "MSFT", "side": "buy"}'),
  (11, 'submitted', '{"client_order_id": "by-hand", "symbol": "TSLA", "side": "buy"}'),
  (12, 'filled', '{"client_order_id": "by-hand", "quantity": "7"}')
) as e (seq, kind, data);
