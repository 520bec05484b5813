-- +goose Up
-- A second door: an edge function commits what was posted and nothing else, whether
-- hookfill runs or not. What it took waits here until the server judges it, in the
-- order it came. While a config has deliveries that wait, the server's own door puts
-- what comes for that config behind them. A body is as it was posted, and is gone
-- from here once it was judged: what is kept for good has its sender's secrets out.
create table private.waiting_deliveries (
  seq bigint generated always as identity primary key,
  id uuid not null unique default gen_random_uuid(),
  user_id uuid not null,
  webhook_config_id uuid not null,
  received_at timestamptz not null default now(),
  source text not null,
  body bytea not null check (octet_length(body) <= 65536),
  foreign key (user_id, webhook_config_id) references public.webhook_configs (user_id, id)
);
create index waiting_deliveries_config on private.waiting_deliveries (webhook_config_id);
create index waiting_deliveries_owner on private.waiting_deliveries (user_id, webhook_config_id);

alter table private.waiting_deliveries enable row level security;
revoke all on private.waiting_deliveries from public, anon, authenticated, service_role;
-- Two servers may want to see the same one in: it is locked, which takes update.
grant select, insert, delete, update (source) on private.waiting_deliveries to hookfill_worker;
create policy waiting_deliveries_worker on private.waiting_deliveries for all to hookfill_worker using (true) with check (true);

-- What the edge function calls, and service_role alone may: it takes the webhook's
-- token, and answers with the delivery's id once that is committed. PT and a status
-- is how the Data API is told which one to answer with. A token is looked up by its
-- digest, so that how long that takes says nothing of it.
-- +goose StatementBegin
create function public.ingest_delivery(token text, body_base64 text, source text) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  reached record;
  posted bytea;
  delivery uuid;
begin
  select t.user_id, t.webhook_config_id into reached
  from private.webhook_tokens t
  join public.webhook_configs c on c.user_id = t.user_id and c.id = t.webhook_config_id
  where t.token_hash = sha256(convert_to(token, 'UTF8'))
    and (t.ends_at is null or t.ends_at > now())
    and c.deleted_at is null;
  if not found then
    raise sqlstate 'PT404' using message = 'there is no such webhook';
  end if;
  begin
    posted := decode(body_base64, 'base64');
  exception when invalid_parameter_value then
    raise sqlstate 'PT400' using message = 'the body is not base64';
  end;
  if octet_length(posted) > 65536 then
    raise sqlstate 'PT413' using message = 'an alert has 64 KiB at most';
  end if;
  insert into private.waiting_deliveries (user_id, webhook_config_id, source, body)
  values (reached.user_id, reached.webhook_config_id, left(coalesce(ingest_delivery.source, ''), 64), posted)
  returning id into delivery;
  return delivery;
end
$$;
-- +goose StatementEnd
revoke all on function public.ingest_delivery(text, text, text) from public, anon, authenticated, hookfill_api, hookfill_worker;
grant execute on function public.ingest_delivery(text, text, text) to service_role;
