-- +goose Up
-- What trades is made and changed by the API alone, which checks it. A signed-in
-- user has the grants for it, since the API acts as that user; so a page that talks
-- to the tables itself, through Supabase's data API, would have them too, and could
-- store rules nobody read, put them in force, or remove what has open orders. The
-- data API logs in as `authenticator`, and session_user stays what a login was,
-- whatever role is assumed. Such a page may list, rename, pause and resume.
--
-- Anonymous users own nothing. The API refuses their tokens; whoever else acts in
-- their name adds no row; and without a row of theirs there is nothing that the
-- owner's policies could show them. So no policy has to ask at every read.
create policy broker_accounts_one_door on public.broker_accounts as restrictive for insert to authenticated
  with check (session_user <> 'authenticator'
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'is_anonymous') is distinct from 'true');
create policy webhook_configs_one_door on public.webhook_configs as restrictive for insert to authenticated
  with check (session_user <> 'authenticator'
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'is_anonymous') is distinct from 'true');
create policy webhook_config_versions_one_door on public.webhook_config_versions as restrictive for insert to authenticated
  with check (session_user <> 'authenticator'
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'is_anonymous') is distinct from 'true');
create policy webhook_routes_one_door on public.webhook_routes as restrictive for insert to authenticated
  with check (session_user <> 'authenticator'
    and (select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'is_anonymous') is distinct from 'true');

-- A policy cannot tell which columns a change is of; a trigger on them can. It is
-- no matter of rows, so nothing is looked up.
-- +goose StatementBegin
create function private.refuse_the_data_api() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise insufficient_privilege using
    message = 'this column is changed through the API',
    hint = 'A direct frontend may change name and status.';
end
$$;
-- +goose StatementEnd
revoke all on function private.refuse_the_data_api() from public, anon, authenticated, service_role;

create trigger broker_accounts_one_door before update of version, deleted_at on public.broker_accounts
  for each row when (session_user = 'authenticator') execute function private.refuse_the_data_api();
create trigger webhook_configs_one_door before update of version, deleted_at on public.webhook_configs
  for each row when (session_user = 'authenticator') execute function private.refuse_the_data_api();
