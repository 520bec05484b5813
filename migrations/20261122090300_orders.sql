-- +goose Up
-- From a ticket to fills. An order is what its events make of it; the columns
-- of its row that move are that fold, stored so that lists can filter on them.

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  signal_id uuid not null references public.signals (id),
  ticket_id uuid not null references public.tickets (id),
  broker_account_id uuid not null references public.broker_accounts (id),
  webhook_config_id uuid references public.webhook_configs (id),
  lane_seq bigint not null,
  step integer not null check (step > 0),
  revision integer not null default 0 check (revision >= 0),
  client_order_id text not null unique,
  broker_order_id text,
  symbol text not null,
  side text not null check (side in ('buy', 'sell')),
  type text not null check (type in ('market', 'limit', 'stop', 'stop_limit')),
  time_in_force text not null,
  order_class text not null check (order_class in ('simple')),
  quantity numeric check (quantity > 0),
  notional numeric check (notional > 0),
  limit_price numeric check (limit_price > 0),
  stop_price numeric check (stop_price > 0),
  reference_price numeric check (reference_price > 0),
  submission text not null,
  status text not null,
  filled_quantity numeric not null default 0,
  average_fill_price numeric,
  reject_reason text not null default '',
  version integer not null default 1,
  -- When the broker was last asked how it stands.
  asked_at timestamptz not null default now(),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (ticket_id, step, revision),
  check ((quantity is null) <> (notional is null))
) with (fillfactor = 80);
create index orders_owner on public.orders (user_id, id);
create index orders_signal on public.orders (signal_id);
create index orders_account on public.orders (broker_account_id, symbol);
-- What is still to be followed: small however long the history.
create index orders_unsettled on public.orders (broker_account_id, symbol)
  where submission in ('intent', 'in_flight', 'unknown', 'needs_review')
     or (submission = 'acknowledged' and status not in ('filled', 'canceled', 'replaced', 'rejected', 'expired'));
create index orders_working on public.orders (asked_at)
  where submission = 'acknowledged' and status not in ('filled', 'canceled', 'replaced', 'rejected', 'expired');

create table public.order_events (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  order_id uuid not null references public.orders (id),
  -- The order in which the events of one order were recorded, from 0: several
  -- are recorded at the same time.
  position integer not null check (position >= 0),
  source_event_id text not null,
  kind text not null,
  -- The venue's time for its events, our clock's for ours.
  at timestamptz not null,
  attempt integer not null default 0,
  broker_order_id text,
  execution_id text,
  quantity numeric check (quantity > 0),
  price numeric check (price > 0),
  completes boolean not null default false,
  reason text not null default '',
  recorded_at timestamptz not null,
  unique (order_id, source_event_id)
);
create index order_events_owner on public.order_events (user_id, order_id);

-- What every fill adds up to, per account and per webhook config (null there:
-- orders by hand).
create table public.positions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  broker_account_id uuid not null references public.broker_accounts (id),
  scope text not null check (scope in ('account', 'webhook')),
  webhook_config_id uuid references public.webhook_configs (id),
  symbol text not null,
  quantity numeric not null,
  average_price numeric,
  realized_profit numeric not null,
  updated_at timestamptz not null,
  check (scope = 'webhook' or webhook_config_id is null),
  unique nulls not distinct (broker_account_id, symbol, scope, webhook_config_id)
) with (fillfactor = 70);
create index positions_owner on public.positions (user_id, scope);
create index positions_config on public.positions (webhook_config_id);

-- Every send, written down and committed before it happens.
create table private.order_attempts (
  order_id uuid not null references public.orders (id),
  number integer not null check (number > 0),
  epoch bigint not null,
  deadline timestamptz not null,
  at timestamptz not null,
  primary key (order_id, number)
);

-- The history of each paper account, from which its whole state follows. The
-- row of the journal is locked while an entry is decided and added.
create table private.paper_journals (
  broker_account_id uuid primary key references public.broker_accounts (id),
  last_seq bigint not null default 0
);
create table private.paper_entries (
  broker_account_id uuid not null references private.paper_journals (broker_account_id),
  seq bigint not null check (seq > 0),
  entry jsonb not null,
  recorded_at timestamptz not null default now(),
  primary key (broker_account_id, seq)
);

alter table public.orders enable row level security;
alter table public.order_events enable row level security;
alter table public.positions enable row level security;
alter table private.order_attempts enable row level security;
alter table private.paper_journals enable row level security;
alter table private.paper_entries enable row level security;

revoke all on public.orders, public.order_events, public.positions, private.order_attempts,
  private.paper_journals, private.paper_entries from public, anon, authenticated, service_role;

grant select on public.orders, public.order_events, public.positions to authenticated;
create policy orders_select on public.orders for select to authenticated
  using (user_id = (select auth.uid()));
create policy order_events_select on public.order_events for select to authenticated
  using (user_id = (select auth.uid()));
create policy positions_select on public.positions for select to authenticated
  using (user_id = (select auth.uid()));

grant select, insert, update on public.orders, public.positions, private.paper_journals to hookfill_worker;
grant select, insert on public.order_events, private.order_attempts, private.paper_entries to hookfill_worker;
create policy orders_worker on public.orders for all to hookfill_worker using (true) with check (true);
create policy order_events_worker on public.order_events for all to hookfill_worker using (true) with check (true);
create policy positions_worker on public.positions for all to hookfill_worker using (true) with check (true);
create policy order_attempts_worker on private.order_attempts for all to hookfill_worker using (true) with check (true);
create policy paper_journals_worker on private.paper_journals for all to hookfill_worker using (true) with check (true);
create policy paper_entries_worker on private.paper_entries for all to hookfill_worker using (true) with check (true);
