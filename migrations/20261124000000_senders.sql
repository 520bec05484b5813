-- +goose Up
-- What a webhook may ask of an alert's sender beside the URL, and what came of
-- looking, for each delivery: a list of {"proof", "result"}; null where the webhook
-- asked for nothing, or where nobody has looked.
alter table private.deliveries add column proofs jsonb;
alter table private.waiting_deliveries add column proofs jsonb;
