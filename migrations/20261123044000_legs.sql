-- +goose Up
-- An entry may be sent together with the orders that protect it, its legs: a
-- stop-loss, a take-profit or both: a bracket. Or its stop-loss is sent once it is
-- filled (oto, one triggers the other). Each is an order of its own, of the same
-- ticket.
alter table public.orders
  drop constraint orders_order_class_check,
  add constraint orders_order_class_check check (order_class in ('simple', 'bracket', 'oto')),
  -- The entry that the order is a leg of, null for any other order. The entry's
  -- owner, account and symbol are the leg's.
  add column parent_id uuid references public.orders (id),
  add constraint orders_leg_has_its_class check (parent_id is null or order_class <> 'simple');
