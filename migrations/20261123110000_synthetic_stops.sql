-- +goose Up
-- Prices that are watched for brokers that take no order for them. A row is
-- written with the entry that it watches over, in one transaction, and stays when
-- it has come to its end.
create table private.synthetic_stops (
  order_id uuid primary key references public.orders (id),
  user_id uuid not null references auth.users (id) on delete restrict,
  broker_account_id uuid not null,
  webhook_config_id uuid,
  ticket_id uuid not null,
  symbol text not null,
  side text not null check (side in ('buy', 'sell')), -- of the exit
  stop_loss numeric check (stop_loss > 0),
  take_profit numeric check (take_profit > 0),
  created_at timestamptz not null,
  -- When the market was seen at one of them, written before anything is done.
  triggered_at timestamptz,
  trigger_price numeric,
  exits integer not null default 0 check (exits >= 0), -- signals made to close the position
  ended_at timestamptz,
  end_reason text check (end_reason in ('closed', 'failed')),
  check (stop_loss is not null or take_profit is not null),
  check ((triggered_at is null) = (trigger_price is null)),
  check ((ended_at is null) = (end_reason is null)),
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id)
);
-- What is in force, by entry for the round that looks at all of them, and by lane
-- for the entry that makes older ones needless.
create index synthetic_stops_in_force on private.synthetic_stops (order_id) where ended_at is null;
create index synthetic_stops_lane on private.synthetic_stops (broker_account_id, symbol) where ended_at is null;
create index synthetic_stops_owner on private.synthetic_stops (user_id, broker_account_id);

alter table private.synthetic_stops enable row level security;
revoke all on private.synthetic_stops from public, anon, authenticated, service_role;
grant select, insert on private.synthetic_stops to hookfill_worker;
grant update (triggered_at, trigger_price, exits, ended_at, end_reason) on private.synthetic_stops to hookfill_worker;
create policy synthetic_stops_worker on private.synthetic_stops for all to hookfill_worker using (true) with check (true);
