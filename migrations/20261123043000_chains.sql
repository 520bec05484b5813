-- +goose Up
-- Where the alerts of a webhook config left their sender, in a lane: the next one
-- should come from there. It is written by the decision about a ticket, in the
-- same transaction, so it is as old as that. No row is: nobody knows.
create table private.chains (
  lane_id bigint not null references private.lanes (lane_id),
  -- No key to the config: the row is made from a signal of it, and configs are
  -- never deleted. Nothing looks for the chains of a config.
  webhook_config_id uuid not null,
  position numeric not null,
  primary key (lane_id, webhook_config_id)
) with (fillfactor = 50);

alter table private.chains enable row level security;
revoke all on private.chains from public, anon, authenticated, service_role;
grant select, insert, update, delete on private.chains to hookfill_worker;
create policy chains_worker on private.chains for all to hookfill_worker using (true) with check (true);
