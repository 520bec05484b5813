-- +goose Up
-- An alert is taken in by one statement, which stores its key, its signals and
-- their tickets together or not at all. What that statement makes true by itself
-- is not checked a second time for every row.

-- Config, account and user of a row come from rows the statement has read; those
-- are never deleted, and refer to their user in turn.
alter table public.signals drop constraint signals_user_id_fkey;
alter table public.tickets
  drop constraint tickets_user_id_fkey,
  drop constraint tickets_signal_id_fkey;
alter table private.signal_keys drop constraint signal_keys_signal_id_fkey;

-- Nothing reads deliveries by their config. The tickets of a signal and the
-- tickets of a user are the same index.
drop index private.deliveries_config;
drop index public.tickets_signal;
drop index public.tickets_owner;
create index tickets_owner on public.tickets (user_id, signal_id);

-- Whether a refusal is written down already is asked where an answer was lost.
grant select on public.refusals to hookfill_worker;
create policy refusals_worker_select on public.refusals for select to hookfill_worker using (true);
