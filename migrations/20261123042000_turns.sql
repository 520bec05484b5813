-- +goose Up
-- Users take turns: a claim steps from user to user and takes the lanes of each
-- that waited longest, so that neither finding the next user nor their lanes
-- depends on how many lanes anybody has waiting.
create index lanes_turns on private.lanes (user_id, greatest(ready_at, parked_until)) where ready_at is not null;
