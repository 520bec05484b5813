-- +goose Up
-- A ticket that came outside of its webhook's session ends, so that nothing behind it
-- in the lane waits, and another one goes on for it when the session is on.
alter table public.tickets
  -- When that is; null while it does not wait.
  add column waits_until timestamptz,
  -- The place in the lane of the ticket that this one goes on for.
  add column resumes bigint check (resumes > 0 and resumes < lane_seq);
create index tickets_waiting on public.tickets (waits_until, id) where waits_until is not null;
