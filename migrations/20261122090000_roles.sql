-- +goose Up
-- Who may do what. The owner of the schema runs migrations and nothing else at
-- run time. hookfill_api serves requests: it sees nothing by itself and becomes
-- `authenticated` with the caller's claims, or acts on that caller's rows in
-- `private`. hookfill_worker admits alerts and executes orders, with grants and
-- policies of its own. Neither can log in until an operator gives it a password.

-- +goose StatementBegin
do $$
declare
  wanted text;
  -- Since PostgreSQL 16 whoever creates a role is its member without being able
  -- to become it.
  ability text := case when current_setting('server_version_num')::integer >= 160000 then 'SET' else 'MEMBER' end;
begin
  foreach wanted in array array['hookfill_api', 'hookfill_worker'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      begin
        execute format('create role %I nologin noinherit', wanted);
      exception when duplicate_object or unique_violation then
        null; -- roles belong to the cluster: another database made it meanwhile
      end;
    end if;
    -- One connection string is enough: whoever migrates may become either role.
    if not pg_has_role(current_user, wanted, ability) then
      begin
        execute format('grant %I to current_user', wanted);
      exception when unique_violation then
        null;
      end;
    end if;
  end loop;
  if not pg_has_role('hookfill_api', 'authenticated', ability) then
    begin
      grant authenticated to hookfill_api;
    exception when unique_violation then
      null;
    end;
  end if;
end
$$;
-- +goose StatementEnd

create schema if not exists private;
revoke all on schema private from public;
grant usage on schema private to hookfill_api, hookfill_worker;
grant usage on schema public to authenticated, hookfill_api, hookfill_worker;

-- At its start the server checks that the schema is the one it knows.
grant usage on schema supabase_migrations to hookfill_worker;
grant select (version) on supabase_migrations.schema_migrations to hookfill_worker;

-- The mark that every client order id of this database carries, so that a
-- broker's records can be told apart from those of another installation.
create table private.installation (
  singleton boolean primary key default true check (singleton),
  mark text not null check (mark ~ '^[a-z2-7]{4}$')
);
alter table private.installation enable row level security;
revoke all on private.installation from public, anon, authenticated, service_role;
grant select on private.installation to hookfill_worker;
create policy installation_worker on private.installation for select to hookfill_worker using (true);

insert into private.installation (mark)
select string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + (get_byte(uuid_send(gen_random_uuid()), n) & 31), 1), '')
from generate_series(0, 3) as n;
