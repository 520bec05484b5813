-- +goose Up
-- A page that shows what happens need not ask for it every second: where there is
-- Supabase Realtime, each statement that changes rows of its owner tells the topic
-- user:<id> which. A message names rows and has nothing of them: whoever hears it
-- reads them through row-level security like everybody else.

-- A message that can't be sent undoes nothing: what trades is worth more.
-- +goose StatementBegin
create function private.tell_owners() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  heard record;
begin
  for heard in select user_id, jsonb_agg(id) as ids from changed group by user_id loop
    -- As text: what is not there can't be checked ahead.
    execute 'select realtime.send($1, $2, $3, true)' using
      jsonb_build_object('table', tg_table_name, 'ids', heard.ids), lower(tg_op), 'user:' || heard.user_id::text;
  end loop;
  return null;
exception when others then
  raise warning 'hookfill: a live update of % was not sent (%)', tg_table_name, sqlstate;
  return null;
end
$$;
-- +goose StatementEnd
revoke all on function private.tell_owners() from public, anon, authenticated, service_role;

-- Run again by whoever migrates, it does what is left to do: a database may meet
-- Realtime later. It gives whether live updates are sent. Without Realtime there is
-- no trigger, and nothing costs anything.
-- +goose StatementBegin
create function private.send_live_updates() returns boolean
language plpgsql set search_path = '' as $$
declare
  told text;
begin
  if to_regprocedure('realtime.send(jsonb, text, text, boolean)') is null
    or to_regprocedure('realtime.topic()') is null
    or to_regclass('realtime.messages') is null
  then
    return false;
  end if;
  -- Who may hear a private topic, Realtime asks this table's policies. It is not
  -- ours: where it takes none of us, nobody could listen, and nothing is sent.
  if not exists (
    select from pg_catalog.pg_policy
    where polrelid = to_regclass('realtime.messages') and polname = 'hookfill_own_topic')
  then
    begin
      create policy hookfill_own_topic on realtime.messages for select to authenticated
        using (extension = 'broadcast' and (select realtime.topic()) = 'user:' || (select auth.uid())::text);
    exception when insufficient_privilege then
      raise warning 'hookfill: no live updates: % may not add a policy to realtime.messages', current_user;
      return false;
    end;
  end if;
  foreach told in array array['webhook_configs', 'signals', 'orders', 'positions'] loop
    execute format('create or replace trigger tell_inserted after insert on public.%I '
      'referencing new table as changed for each statement execute function private.tell_owners()', told);
    execute format('create or replace trigger tell_updated after update on public.%I '
      'referencing new table as changed for each statement execute function private.tell_owners()', told);
  end loop;
  return true;
end
$$;
-- +goose StatementEnd
revoke all on function private.send_live_updates() from public, anon, authenticated, service_role;
select private.send_live_updates();
