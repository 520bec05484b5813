-- +goose Up
-- What processes that share an account have to agree on.

-- How many requests to its broker an account has left. A broker that does not
-- count has no row. The level is what was left at refilled_at; what came back
-- since follows from the broker's limit, which the adapter declares.
create table private.rate_budgets (
  broker_account_id uuid primary key references public.broker_accounts (id),
  level double precision not null check (level >= 0),
  refilled_at timestamptz not null
) with (fillfactor = 50);

alter table private.rate_budgets enable row level security;
revoke all on private.rate_budgets from public, anon, authenticated, service_role;
grant select, insert, update on private.rate_budgets to hookfill_worker;
create policy rate_budgets_worker on private.rate_budgets for all to hookfill_worker using (true) with check (true);

-- A full exit is not held up by entries that wait before it in its lane: they are
-- not wanted any more. Its ticket names the config whose entries these are, or,
-- by all zeros, everybody's. Whether such an exit waits behind a ticket is asked
-- whenever one is executed, so the answer must not depend on how many wait.
alter table public.tickets add column supersedes uuid;
create index tickets_supersedes on public.tickets (lane_id, supersedes, lane_seq) where supersedes is not null;
