-- +goose Up
-- From a delivery to the head of a lane. A delivery is kept raw; what it means
-- becomes signals; each signal has a ticket a route, and tickets queue in lanes.

-- The only table partitioned by time: it grows with every alert and is read
-- only to look something up.
create table private.deliveries (
  id uuid not null,
  user_id uuid not null,
  webhook_config_id uuid not null,
  received_at timestamptz not null,
  source text not null,
  outcome text not null check (outcome in ('stored', 'duplicate', 'key_reused', 'refused')),
  body bytea not null
) partition by range (received_at);
create index deliveries_config on private.deliveries (webhook_config_id, received_at);

-- Partitions are months of UTC. The worker keeps two ahead; the default one
-- catches what a wrong clock would otherwise lose.
create table private.deliveries_default partition of private.deliveries default;
alter table private.deliveries_default enable row level security;

-- +goose StatementBegin
create function private.prepare_deliveries(today date, months integer) returns void
language plpgsql security definer set search_path = '' as $$
declare
  month date := date_trunc('month', today)::date;
  part text;
begin
  for n in 0..months loop
    part := 'deliveries_' || to_char(month, 'YYYYMM');
    if to_regclass('private.' || part) is null then
      begin
        execute format(
          'create table private.%I partition of private.deliveries for values from (%L) to (%L)',
          part, month::text || ' 00:00:00+00', (month + interval '1 month')::date::text || ' 00:00:00+00');
        execute format('alter table private.%I enable row level security', part);
      exception
        -- Another process made it at the same moment.
        when duplicate_table then null;
        -- The default partition has rows of that month already, and keeps them all.
        when check_violation then null;
      end;
    end if;
    month := (month + interval '1 month')::date;
  end loop;
end
$$;
-- +goose StatementEnd
revoke all on function private.prepare_deliveries(date, integer) from public, anon, authenticated, service_role;
grant execute on function private.prepare_deliveries(date, integer) to hookfill_worker;
select private.prepare_deliveries((now() at time zone 'utc')::date, 2);

create table public.signals (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  source text not null check (source in ('alert', 'operator', 'protection', 'halt')),
  -- No key to the config: the statement that takes the alert reads the config's
  -- row in the same transaction, and configs are never deleted.
  webhook_config_id uuid,
  webhook_config_version integer,
  delivery_id uuid,
  action text not null,
  -- Empty for a cancel or exit of everything.
  symbol text not null,
  state text not null default 'queued'
    check (state in ('queued', 'executing', 'done', 'refused', 'expired', 'superseded', 'needs_review')),
  intent jsonb not null,
  payload text not null default '',
  reasons jsonb not null default '[]'::jsonb,
  decisions jsonb not null default '[]'::jsonb,
  received_at timestamptz not null,
  sender_time timestamptz,
  updated_at timestamptz not null,
  check ((source = 'alert') = (webhook_config_id is not null))
) with (fillfactor = 70); -- its state moves twice, in place where there is room
-- Ids are UUIDv7, so they list by time: newest first is this index backwards.
create index signals_owner on public.signals (user_id, id);
create index signals_config on public.signals (webhook_config_id, id);

-- What identifies an alert among those of its config, until it expires. The
-- reference is checked at commit: key and signal are stored together or not at
-- all.
create table private.signal_keys (
  webhook_config_id uuid not null,
  key bytea not null check (length(key) = 32),
  body bytea not null check (length(body) = 32),
  signal_id uuid not null references public.signals (id) deferrable initially deferred,
  expires_at timestamptz not null,
  primary key (webhook_config_id, key)
);
-- No index on signal_id: nothing deletes signals.
create index signal_keys_expiry on private.signal_keys (expires_at);

-- A lane is one account and one symbol. It is the unit that is claimed, so the
-- cost of a claim does not depend on how many tickets wait.
create table private.lanes (
  lane_id bigint generated always as identity primary key,
  user_id uuid not null,
  broker_account_id uuid not null,
  symbol text not null,
  -- The place the next ticket gets, and the place of the last one finished.
  next_seq bigint not null default 1,
  done_seq bigint not null default 0,
  -- When there is something to do: the end of the lease while one is held, null
  -- while the lane is empty.
  ready_at timestamptz,
  -- Not to be claimed before, whatever arrives.
  parked_until timestamptz,
  -- Raised by every claim: a decision under an older one is refused.
  epoch bigint not null default 0,
  owner text,
  unique (broker_account_id, symbol),
  foreign key (user_id, broker_account_id) references public.broker_accounts (user_id, id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01);
create index lanes_due on private.lanes (greatest(ready_at, parked_until)) where ready_at is not null;
create index lanes_owner on private.lanes (user_id, broker_account_id);

create table public.tickets (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  signal_id uuid not null references public.signals (id),
  -- The order in which the config names its accounts, from 0.
  position integer not null,
  -- Account and symbol are the lane's: the statement that stores a ticket takes
  -- them from the lane's locked row, whose own keys say that they are the user's.
  broker_account_id uuid not null,
  symbol text not null,
  multiplier numeric not null check (multiplier > 0),
  lane_id bigint not null,
  lane_seq bigint not null check (lane_seq > 0),
  state text not null default 'queued'
    check (state in ('queued', 'executing', 'done', 'refused', 'expired', 'superseded', 'needs_review')),
  -- The position the signal was understood to want here; decided once.
  target numeric,
  reasons jsonb not null default '[]'::jsonb,
  decisions jsonb not null default '[]'::jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (lane_id, lane_seq)
) with (fillfactor = 80);
create index tickets_signal on public.tickets (signal_id, position);
create index tickets_owner on public.tickets (user_id, id);

alter table private.deliveries enable row level security;
alter table private.signal_keys enable row level security;
alter table private.lanes enable row level security;
alter table public.signals enable row level security;
alter table public.tickets enable row level security;

revoke all on private.deliveries, private.deliveries_default, private.signal_keys, private.lanes,
  public.signals, public.tickets from public, anon, authenticated, service_role;

-- Owners read; nobody but the worker writes what trades.
grant select on public.signals, public.tickets to authenticated;
create policy signals_select on public.signals for select to authenticated
  using (user_id = (select auth.uid()));
create policy tickets_select on public.tickets for select to authenticated
  using (user_id = (select auth.uid()));

grant select, insert on private.deliveries to hookfill_worker;
grant select, insert, update, delete on private.signal_keys to hookfill_worker;
grant select, insert, update on private.lanes, public.signals, public.tickets to hookfill_worker;
create policy deliveries_worker on private.deliveries for all to hookfill_worker using (true) with check (true);
create policy signal_keys_worker on private.signal_keys for all to hookfill_worker using (true) with check (true);
create policy lanes_worker on private.lanes for all to hookfill_worker using (true) with check (true);
create policy signals_worker on public.signals for all to hookfill_worker using (true) with check (true);
create policy tickets_worker on public.tickets for all to hookfill_worker using (true) with check (true);
