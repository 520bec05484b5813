-- +goose Up
-- What the rails count by: the orders of a webhook config within a minute, and
-- what its fills realized within a day of UTC, both by this database's clock.

-- When an order was written down; null for those from before.
alter table public.orders add column intended_at timestamptz;
alter table public.orders alter column intended_at set default now();
create index orders_intended on public.orders (webhook_config_id, intended_at)
  where webhook_config_id is not null;

-- What the position realized on the day on which it moved last. Whoever adds
-- days up looks at moved_at first: on a day without a move nothing was realized.
-- What was realized before this migration counts on no day.
alter table public.positions
  add column moved_at timestamptz,
  add column day_profit numeric not null default 0;
