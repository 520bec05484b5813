-- +goose Up
-- What is compared with brokers' books, and what is found there that should not
-- be.

-- When an account was last compared, and until when somebody is at it.
create table private.reconciliations (
  broker_account_id uuid primary key references public.broker_accounts (id),
  compared_at timestamptz,
  claimed_until timestamptz
) with (fillfactor = 50);

alter table private.reconciliations enable row level security;
revoke all on private.reconciliations from public, anon, authenticated, service_role;
grant select, insert, update on private.reconciliations to hookfill_worker;
create policy reconciliations_worker on private.reconciliations for all to hookfill_worker using (true) with check (true);

-- Orders at a broker that carry this installation's mark and that no row of
-- orders accounts for. They are an alarm for their owner, who reads them; nothing
-- trades on them.
create table public.unmatched_orders (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  broker_account_id uuid not null,
  client_order_id text not null,
  broker_order_id text not null,
  symbol text not null,
  status text not null,
  filled_quantity numeric not null,
  found_at timestamptz not null,
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id),
  unique (broker_account_id, broker_order_id)
);
create index unmatched_orders_owner on public.unmatched_orders (user_id, id);

alter table public.unmatched_orders enable row level security;
revoke all on public.unmatched_orders from public, anon, authenticated, service_role;
grant select on public.unmatched_orders to authenticated;
create policy unmatched_orders_select on public.unmatched_orders for select to authenticated
  using (user_id = (select auth.uid()));
grant select, insert on public.unmatched_orders to hookfill_worker;
create policy unmatched_orders_worker on public.unmatched_orders for select to hookfill_worker using (true);
create policy unmatched_orders_worker_insert on public.unmatched_orders for insert to hookfill_worker with check (true);
