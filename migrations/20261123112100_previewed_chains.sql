-- +goose Up
-- A preview tells how an alert hangs together with the one before: the API reads
-- where that left its sender, in the caller's own lanes.
grant select (lane_id, user_id, broker_account_id, symbol) on private.lanes to hookfill_api;
create policy lanes_api on private.lanes for select to hookfill_api
  using (user_id = (select auth.uid()));
grant select on private.chains to hookfill_api;
create policy chains_api on private.chains for select to hookfill_api
  using (exists (
    select from private.lanes lane
    where lane.lane_id = chains.lane_id and lane.user_id = (select auth.uid())));
