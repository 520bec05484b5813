-- +goose Up
-- What a halt flattens may be a webhook: its exits are of that config, by its
-- rules, and end what its own fills built.
alter table public.signals
  drop constraint if exists signals_source_has_its_config,
  add constraint signals_source_has_its_config
    check (source in ('protection', 'halt') or (source = 'alert') = (webhook_config_id is not null)) not valid;
alter table public.signals validate constraint signals_source_has_its_config;
