-- +goose Up
-- Entries whose stop-loss is at the broker, kept until nothing of their position is
-- left: what is held is held against them, so that a position that was to be
-- protected and is not is found, whatever became of its stop order. A row is written
-- with the entry, in one transaction, and stays when it has come to its end.
create table private.protected_entries (
  order_id uuid primary key references public.orders (id),
  user_id uuid not null references auth.users (id) on delete restrict,
  broker_account_id uuid not null,
  webhook_config_id uuid,
  ticket_id uuid not null,
  symbol text not null,
  side text not null check (side in ('buy', 'sell')), -- of the exit
  created_at timestamptz not null,
  tries integer not null default 0 check (tries >= 0), -- how often it was found bare
  tried_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('closed', 'canceled', 'failed')),
  check ((tries = 0) = (tried_at is null)),
  check ((ended_at is null) = (end_reason is null)),
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id)
);
create index protected_entries_lane on private.protected_entries (broker_account_id, symbol) where ended_at is null;
create index protected_entries_owner on private.protected_entries (user_id, broker_account_id);
-- What the legs of an entry filled.
create index orders_legs on public.orders (parent_id) where parent_id is not null;

alter table private.protected_entries enable row level security;
revoke all on private.protected_entries from public, anon, authenticated, service_role;
grant select, insert on private.protected_entries to hookfill_worker;
grant update (tries, tried_at, ended_at, end_reason) on private.protected_entries to hookfill_worker;
create policy protected_entries_worker on private.protected_entries for all to hookfill_worker using (true) with check (true);
