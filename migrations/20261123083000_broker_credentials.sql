-- +goose Up
-- Accounts at Alpaca, and the credentials that open them. What is sealed here can
-- be opened with the server's master key only, and for its owner, its account and
-- its version alone.

alter table public.broker_accounts drop constraint broker_accounts_kind_check;
alter table public.broker_accounts add constraint broker_accounts_kind_check check (kind in ('paper', 'alpaca'));

-- credentials_version counts what an account was given, 0 for nothing. trouble is
-- why nothing is sent for it, and since when: its owner reads it, the worker
-- writes it, other credentials end it. A client changes neither.
alter table public.broker_accounts add column credentials_version integer not null default 0 check (credentials_version >= 0);
alter table public.broker_accounts add column trouble jsonb;

create table private.broker_credentials (
  broker_account_id uuid primary key,
  user_id uuid not null references auth.users (id) on delete restrict,
  version integer not null check (version > 0),
  sealed bytea not null check (length(sealed) between 1 and 65536),
  created_at timestamptz not null default now(),
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id)
);
create index broker_credentials_owner on private.broker_credentials (user_id, broker_account_id);

alter table private.broker_credentials enable row level security;
revoke all on private.broker_credentials from public, anon, authenticated, service_role;

-- The API stores and forgets the caller's own. It has no right to read them.
grant insert, delete, select (broker_account_id, user_id, version) on private.broker_credentials to hookfill_api;
create policy broker_credentials_api on private.broker_credentials for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
grant select (id, user_id, credentials_version, deleted_at), update (credentials_version, trouble) on public.broker_accounts to hookfill_api;
create policy broker_accounts_api on public.broker_accounts for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- The worker opens them, and marks accounts whose credentials are not accepted.
grant select on private.broker_credentials to hookfill_worker;
create policy broker_credentials_worker on private.broker_credentials for select to hookfill_worker using (true);
grant update (trouble) on public.broker_accounts to hookfill_worker;
create policy broker_accounts_worker_marks on public.broker_accounts for update to hookfill_worker using (true) with check (true);
