-- +goose Up
-- What owners say of orders that no row accounts for. The row stays, and with it
-- the key by which the order is not found a second time.
alter table public.unmatched_orders
  add column settled_at timestamptz,
  add column settled_by uuid,
  add column verdict text check (verdict in ('acknowledge', 'cancel')),
  add column note text check (length(note) between 1 and 500),
  -- When the broker is to be asked to end it, by the database's clock; null where
  -- it is not to be asked, or not any more.
  add column recall_at timestamptz,
  -- What came of that, once nothing is left to do.
  add column ended_at timestamptz,
  add column outcome text,
  add constraint unmatched_orders_settled_as_a_whole
    check (num_nonnulls(settled_at, settled_by, verdict, note) in (0, 4)),
  add constraint unmatched_orders_recalled_by_verdict
    check (recall_at is null or verdict = 'cancel' and ended_at is null),
  add constraint unmatched_orders_ended_with_an_outcome
    check ((ended_at is null) = (outcome is null));
create index unmatched_orders_recall on public.unmatched_orders (recall_at) where recall_at is not null;

-- Owners say so through the API, which checks what is said; what the broker told
-- only the worker writes.
grant select (id, user_id, status, verdict),
  update (settled_at, settled_by, verdict, note, recall_at)
  on public.unmatched_orders to hookfill_api;
create policy unmatched_orders_api on public.unmatched_orders for select to hookfill_api
  using (user_id = (select auth.uid()));
create policy unmatched_orders_api_settle on public.unmatched_orders for update to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

grant update (status, filled_quantity, recall_at, ended_at, outcome) on public.unmatched_orders to hookfill_worker;
create policy unmatched_orders_worker_recall on public.unmatched_orders for update to hookfill_worker using (true) with check (true);
