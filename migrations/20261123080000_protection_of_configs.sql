-- +goose Up
-- What ends a position whose protection is lost is a signal of its own, judged by
-- the rules of the config whose entry was protected; by hand there are none.
alter table public.signals
  drop constraint if exists signals_check,
  drop constraint if exists signals_source_has_its_config,
  add constraint signals_source_has_its_config
    check (source = 'protection' or (source = 'alert') = (webhook_config_id is not null)) not valid;
alter table public.signals validate constraint signals_source_has_its_config;
