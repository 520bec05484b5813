-- +goose Up
-- The kill switch. A halt is in force until it is lifted; rows stay as history.
-- Null restricts nothing: without an owner a halt reaches everybody.

create table public.halts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid references auth.users (id) on delete restrict,
  scope text not null check (scope in ('all', 'user', 'account', 'webhook', 'symbol')),
  broker_account_id uuid,
  webhook_config_id uuid,
  symbol text,
  mode text not null check (mode in ('halt', 'reduce_only', 'flatten')),
  reason text not null default '' check (length(reason) <= 100),
  set_by uuid not null,
  since timestamptz not null,
  lifted_at timestamptz,
  -- From when to when it held, by the database's clock, which attempts are held
  -- against: whoever puts a halt into force first waits for those under way.
  held_from timestamptz not null default clock_timestamp(),
  held_until timestamptz,
  -- When the exits of a flatten were queued.
  flattened_at timestamptz,
  check ((scope = 'all') = (user_id is null)),
  check ((scope = 'account') = (broker_account_id is not null)),
  check ((scope = 'webhook') = (webhook_config_id is not null)),
  check ((scope = 'symbol') = (symbol is not null)),
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id),
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
-- One halt in force for a target. It also finds those of an owner.
create unique index halts_in_force on public.halts (user_id, scope, broker_account_id, webhook_config_id, symbol)
  nulls not distinct where lifted_at is null;
create index halts_owner on public.halts (user_id, id);
create index halts_account on public.halts (user_id, broker_account_id) where broker_account_id is not null;
create index halts_webhook on public.halts (user_id, webhook_config_id) where webhook_config_id is not null;

alter table public.halts enable row level security;
revoke all on public.halts from public, anon, authenticated, service_role;

-- Owners read theirs and those that reach everybody; nobody writes but the API,
-- which asks for an operator where a halt reaches everybody. It puts that into
-- the claims itself.
grant select on public.halts to authenticated;
create policy halts_select on public.halts for select to authenticated
  using (user_id = (select auth.uid()));
create policy halts_select_all on public.halts for select to authenticated
  using (user_id is null and (select auth.uid()) is not null);

grant select, insert, update (lifted_at, held_until) on public.halts to hookfill_api;
create policy halts_api on public.halts for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy halts_api_all on public.halts for all to hookfill_api
  using (user_id is null and (select current_setting('request.jwt.claims', true)::jsonb ->> 'hookfill_operator') = 'true')
  with check (user_id is null and (select current_setting('request.jwt.claims', true)::jsonb ->> 'hookfill_operator') = 'true');

-- The worker judges every send by them, and notes what was flattened.
grant select, update (flattened_at) on public.halts to hookfill_worker;
create policy halts_worker on public.halts for all to hookfill_worker using (true) with check (true);

-- What an attempt did to the position and when it was written down, so that
-- anybody can hold attempts against the halts of that time. Older ones don't say.
alter table private.order_attempts
  add column effect text check (effect in ('entry', 'exit')),
  add column written_at timestamptz;
alter table private.order_attempts alter column written_at set default clock_timestamp();
