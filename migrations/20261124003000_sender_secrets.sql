-- +goose Up
-- What a webhook and its senders share beside the URL: the secret alerts are signed
-- with, and the passphrase they carry. Sealed like brokers' credentials, for the owner,
-- the webhook and the proof alone. Until ends_at a former one goes on working.
create table private.sender_secrets (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete restrict,
  webhook_config_id uuid not null,
  proof text not null check (proof in ('signature', 'passphrase')),
  sealed bytea not null check (octet_length(sealed) between 1 and 4096),
  created_at timestamptz not null default now(),
  ends_at timestamptz,
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
create index sender_secrets_config on private.sender_secrets (webhook_config_id, proof);
create index sender_secrets_owner on private.sender_secrets (user_id, webhook_config_id);

alter table private.sender_secrets enable row level security;
revoke all on private.sender_secrets from public, anon, authenticated, service_role;

-- The API stores, ends and forgets the caller's own. It has no right to read them.
grant insert, delete, select (user_id, webhook_config_id, proof, ends_at), update (ends_at) on private.sender_secrets to hookfill_api;
create policy sender_secrets_api on private.sender_secrets for all to hookfill_api
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- The worker holds alerts against them.
grant select on private.sender_secrets to hookfill_worker;
create policy sender_secrets_worker on private.sender_secrets for select to hookfill_worker using (true);
