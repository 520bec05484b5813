-- +goose Up
-- The tickets that wait for their owner's word, or for that to be carried out, are
-- few however long the history.
create index tickets_asking on public.tickets (user_id, signal_id)
  where reasons @> '[{"code": "asks"}]' or reasons @> '[{"code": "execution_granted"}]';
