-- Runs after the migrations, where plain.sql ran before them: without a sign-in
-- service nobody else makes users, so the worker may. On a database that has
-- Supabase Auth it does nothing.
do $$
begin
  if to_regclass('auth.instances') is null and to_regclass('auth.schema_migrations') is null
     and exists (select from pg_roles where rolname = 'hookfill_worker') then
    grant usage on schema auth to hookfill_worker;
    grant select (id), insert (id) on auth.users to hookfill_worker;
    if not exists (select from pg_policies where schemaname = 'auth' and tablename = 'users' and policyname = 'hookfill_local_users') then
      create policy hookfill_local_users on auth.users for all to hookfill_worker using (true) with check (true);
    end if;
  end if;
end
$$;
