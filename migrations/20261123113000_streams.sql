-- +goose Up
-- Who listens to what a broker tells of an account by itself: one process of all,
-- until held_until unless it renews, so that another one takes over when it dies.
create table private.streams (
  broker_account_id uuid primary key references public.broker_accounts (id),
  owner text not null,
  held_until timestamptz not null
) with (fillfactor = 50);
create index streams_owner on private.streams (owner);

alter table private.streams enable row level security;
revoke all on private.streams from public, anon, authenticated, service_role;
grant select, insert, update on private.streams to hookfill_worker;
create policy streams_worker on private.streams for all to hookfill_worker using (true) with check (true);
