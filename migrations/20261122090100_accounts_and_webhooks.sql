-- +goose Up
-- What a user sets up: broker accounts, webhook configs, the versions of their
-- rules and where they route to. A signed-in user reaches their own rows and no
-- others; every key that crosses tables carries the owner, so that a row can
-- never point at somebody else's.

create table public.broker_accounts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  name text not null check (length(name) between 1 and 100),
  kind text not null check (kind in ('paper')),
  settings jsonb not null default '{}'::jsonb,
  version integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (user_id, id)
);

create table public.webhook_configs (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  name text not null check (length(name) between 1 and 100),
  status text not null default 'active' check (status in ('active', 'paused')),
  -- The version of the rules in force.
  version integer not null default 1 check (version > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (user_id, id)
);

-- Rules are immutable: a change adds a version. A signal names the one that
-- judged it.
create table public.webhook_config_versions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  webhook_config_id uuid not null,
  version integer not null check (version > 0),
  rules jsonb not null,
  created_at timestamptz not null default now(),
  unique (webhook_config_id, version),
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
create index webhook_config_versions_owner on public.webhook_config_versions (user_id, webhook_config_id);

create table public.webhook_routes (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  webhook_config_id uuid not null,
  version integer not null,
  -- The order in which the config names its accounts, from 0.
  position integer not null check (position >= 0),
  broker_account_id uuid not null,
  multiplier numeric not null check (multiplier > 0),
  unique (webhook_config_id, version, position),
  unique (webhook_config_id, version, broker_account_id),
  foreign key (webhook_config_id, version) references public.webhook_config_versions (webhook_config_id, version),
  -- With the owner in the key nobody routes to another's account.
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id)
);
create index webhook_routes_owner on public.webhook_routes (user_id, broker_account_id);

-- Deliveries that made no signal because they were not understood or made no
-- sense, for their owner to see. The raw delivery of the same id is in private.
create table public.refusals (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  webhook_config_id uuid not null,
  received_at timestamptz not null,
  reasons jsonb not null,
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
create index refusals_config on public.refusals (webhook_config_id, id);
create index refusals_owner on public.refusals (user_id, webhook_config_id);

-- A webhook URL's secret, as its SHA-256 only. An ended token is kept until its
-- overlap is over.
create table private.webhook_tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  user_id uuid not null,
  webhook_config_id uuid not null,
  created_at timestamptz not null default now(),
  ends_at timestamptz,
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
create index webhook_tokens_config on private.webhook_tokens (user_id, webhook_config_id);

-- Which writes a caller marked with an idempotency key, and what each made.
create table private.api_requests (
  user_id uuid not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint bytea not null check (length(fingerprint) = 32),
  resource_id text,
  created_at timestamptz not null default now(),
  primary key (user_id, key)
);
create index api_requests_age on private.api_requests (created_at);

alter table public.broker_accounts enable row level security;
alter table public.webhook_configs enable row level security;
alter table public.webhook_config_versions enable row level security;
alter table public.webhook_routes enable row level security;
alter table public.refusals enable row level security;
alter table private.webhook_tokens enable row level security;
alter table private.api_requests enable row level security;

revoke all on public.broker_accounts, public.webhook_configs, public.webhook_config_versions,
  public.webhook_routes, public.refusals, private.webhook_tokens, private.api_requests
  from public, anon, authenticated, service_role;

-- Owners: read everything of theirs; add; change what may change. Ids, owners
-- and creation times never change, rules and routes are only added to, and
-- nothing is deleted.
grant select on public.broker_accounts, public.webhook_configs, public.webhook_config_versions,
  public.webhook_routes, public.refusals to authenticated;
grant insert on public.broker_accounts, public.webhook_configs, public.webhook_config_versions,
  public.webhook_routes to authenticated;
grant update (name, version, updated_at, deleted_at) on public.broker_accounts to authenticated;
grant update (name, status, version, updated_at, deleted_at) on public.webhook_configs to authenticated;

create policy broker_accounts_select on public.broker_accounts for select to authenticated
  using (user_id = (select auth.uid()));
create policy broker_accounts_insert on public.broker_accounts for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy broker_accounts_update on public.broker_accounts for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy broker_accounts_delete on public.broker_accounts for delete to authenticated
  using (false);

create policy webhook_configs_select on public.webhook_configs for select to authenticated
  using (user_id = (select auth.uid()));
create policy webhook_configs_insert on public.webhook_configs for insert to authenticated
  with check (user_id = (select auth.uid()));
create policy webhook_configs_update on public.webhook_configs for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy webhook_configs_delete on public.webhook_configs for delete to authenticated
  using (false);

create policy webhook_config_versions_select on public.webhook_config_versions for select to authenticated
  using (user_id = (select auth.uid()));
create policy webhook_config_versions_insert on public.webhook_config_versions for insert to authenticated
  with check (user_id = (select auth.uid()));

create policy webhook_routes_select on public.webhook_routes for select to authenticated
  using (user_id = (select auth.uid()));
create policy webhook_routes_insert on public.webhook_routes for insert to authenticated
  with check (user_id = (select auth.uid()));

create policy refusals_select on public.refusals for select to authenticated
  using (user_id = (select auth.uid()));

-- The API acts on the caller's own tokens and requests, which no client reaches.
grant select, insert, update on private.webhook_tokens, private.api_requests to hookfill_api;
grant delete on private.api_requests to hookfill_api;
create policy webhook_tokens_api on private.webhook_tokens for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy api_requests_api on private.api_requests for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- The worker reads what judges an alert and records what was refused.
grant select on public.broker_accounts, public.webhook_configs, public.webhook_config_versions,
  public.webhook_routes, private.webhook_tokens to hookfill_worker;
grant insert on public.refusals to hookfill_worker;
grant select, delete on private.api_requests to hookfill_worker;
create policy broker_accounts_worker on public.broker_accounts for select to hookfill_worker using (true);
create policy webhook_configs_worker on public.webhook_configs for select to hookfill_worker using (true);
create policy webhook_config_versions_worker on public.webhook_config_versions for select to hookfill_worker using (true);
create policy webhook_routes_worker on public.webhook_routes for select to hookfill_worker using (true);
create policy refusals_worker on public.refusals for insert to hookfill_worker with check (true);
create policy webhook_tokens_worker on private.webhook_tokens for select to hookfill_worker using (true);
create policy api_requests_worker on private.api_requests for all to hookfill_worker using (true) with check (true);
