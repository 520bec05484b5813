-- +goose Up
-- A position may be found bare more than once while it is held. What was tried before
-- it was last found protected is over, and counts no more towards giving up.
alter table private.protected_entries
add column settled_tries integer not null default 0 check (settled_tries between 0 and tries);

grant update (settled_tries) on private.protected_entries to hookfill_worker;
