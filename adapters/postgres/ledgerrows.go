package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The columns of orders o and of their events, as orderModel and orderEventModel
// have them.
const (
	orderColumns = `
  o.id, o.user_id, o.signal_id, o.ticket_id, o.broker_account_id, o.webhook_config_id, o.lane_seq, o.step, o.revision,
  o.client_order_id, o.symbol, o.side, o.type, o.time_in_force, o.order_class as class, o.parent_id,
  o.quantity::text, o.notional::text, o.limit_price::text, o.stop_price::text, o.reference_price::text,
  coalesce(o.broker_order_id, '') as broker_order_id, o.submission, o.status,
  o.filled_quantity::text, o.average_fill_price::text, o.reject_reason, o.version, o.created_at, o.updated_at`
	eventColumns = `
  event.user_id, event.order_id, event.position, event.source_event_id as source_id, event.kind, event.at, event.attempt,
  coalesce(event.broker_order_id, '') as broker_order_id, coalesce(event.execution_id, '') as execution_id,
  event.quantity::text, event.price::text, event.completes, event.reason, event.recorded_at`
)

// lockedOrder is an order that is to be changed, as it was found. Its events are
// read by a statement of their own: the one that waits for the lock sees those
// from before the wait.
type lockedOrder struct {
	rows   []*orderModel
	events []*orderEventModel
}

const (
	lockOrderSQL   = `select ` + orderColumns + ` from public.orders o where o.id = $1 for no key update`
	orderEventsSQL = `select ` + eventColumns + ` from public.order_events event where event.order_id = $1 order by event.position`
)

func (l *lockedOrder) askFor(ctx context.Context, t *bundledTx, id domain.OrderID) {
	ask(ctx, t, &l.rows, pgx.RowToAddrOfStructByName[orderModel], lockOrderSQL, id.UUID)
	ask(ctx, t, &l.events, pgx.RowToAddrOfStructByName[orderEventModel], orderEventsSQL, id.UUID)
}

func (l *lockedOrder) order() (*domain.Order, error) {
	if len(l.rows) == 0 {
		return nil, domain.NotFound("order")
	}
	orders, err := toOrders(l.rows, l.events)
	if err != nil {
		return nil, err
	}
	return orders[0], nil
}

const addOrderSQL = `
with attempt as (
  insert into private.order_attempts (order_id, number, epoch, deadline, at, effect) values ($1, $26, $27, $28, $29, $30)
)
insert into public.orders (
  id, user_id, signal_id, ticket_id, broker_account_id, webhook_config_id, lane_seq, step, revision,
  client_order_id, symbol, side, type, time_in_force, order_class,
  quantity, notional, limit_price, stop_price, reference_price,
  submission, status, filled_quantity, version, created_at, updated_at, parent_id)
values (
  $1, $2, $3, $4, $5, $6, $7, $8, $9,
  $10, $11, $12, $13, $14, $15,
  $16::numeric, $17::numeric, $18::numeric, $19::numeric, $20::numeric,
  $21, $22, 0, 1, $23, $24, $25)`

// addOrder stores an order that is new, with its events so far and its first
// attempt.
func addOrder(ctx context.Context, t *bundledTx, o *domain.Order, lease ports.Lease, first ports.Attempt) {
	m := toOrderModel(o, 1)
	t.tell(ctx, addOrderSQL,
		m.ID, m.UserID, m.SignalID, m.TicketID, m.BrokerAccountID, m.WebhookConfigID, m.LaneSeq, m.Step, m.Revision,
		m.ClientOrderID, string(m.Symbol), string(m.Side), string(m.Type), string(m.TimeInForce), string(m.Class),
		m.Quantity, m.Notional, m.LimitPrice, m.StopPrice, m.ReferencePrice,
		string(m.Submission), string(m.Status), m.CreatedAt, m.UpdatedAt, m.ParentID,
		first.Number, lease.Epoch, first.Deadline, first.At, storedEffect(first))
	addEvents(ctx, t, o, 0, m.UpdatedAt)
}

const updateOrderSQL = `
update public.orders
set broker_order_id = nullif($2, ''), submission = $3, status = $4, filled_quantity = $5::numeric,
  average_fill_price = $6::numeric, reject_reason = $7, version = $8, updated_at = $9
where id = $1`

// updateOrder stores what an order's events make of it.
func updateOrder(ctx context.Context, t *bundledTx, o *domain.Order, version int) {
	m := toOrderModel(o, version)
	t.tell(ctx, updateOrderSQL, m.ID, m.BrokerOrderID, string(m.Submission), string(m.Status), m.FilledQuantity,
		m.AverageFillPrice, m.RejectReason, m.Version, m.UpdatedAt)
}

const addEventsSQL = `
insert into public.order_events (
  user_id, order_id, position, source_event_id, kind, at, attempt,
  broker_order_id, execution_id, quantity, price, completes, reason, recorded_at)
select
  $1, $2, position, source_event_id, kind, at, attempt,
  nullif(broker_order_id, ''), nullif(execution_id, ''), quantity, price, completes, reason, $3
from unnest(
  $4::integer[], $5::text[], $6::text[], $7::timestamptz[], $8::integer[],
  $9::text[], $10::text[], $11::numeric[], $12::numeric[], $13::boolean[], $14::text[]
) as e (position, source_event_id, kind, at, attempt, broker_order_id, execution_id, quantity, price, completes, reason)`

// addEvents stores an order's events from the given place on.
func addEvents(ctx context.Context, t *bundledTx, o *domain.Order, from int, at time.Time) {
	rows := toOrderEventModels(o, from, at)
	if len(rows) == 0 {
		return
	}
	t.tell(ctx, addEventsSQL, o.Terms().UserID.UUID, o.ID().UUID, at,
		column(rows, func(m *orderEventModel) int { return m.Position }),
		column(rows, func(m *orderEventModel) string { return m.SourceID }),
		column(rows, func(m *orderEventModel) string { return string(m.Kind) }),
		column(rows, func(m *orderEventModel) time.Time { return m.At }),
		column(rows, func(m *orderEventModel) int { return m.Attempt }),
		column(rows, func(m *orderEventModel) string { return m.BrokerOrderID }),
		column(rows, func(m *orderEventModel) string { return m.ExecutionID }),
		column(rows, func(m *orderEventModel) *string { return m.Quantity }),
		column(rows, func(m *orderEventModel) *string { return m.Price }),
		column(rows, func(m *orderEventModel) bool { return m.Completes }),
		column(rows, func(m *orderEventModel) string { return m.Reason }))
}

// toOrders gives the orders of rows, in their order, with all their events.
func toOrders(rows []*orderModel, events []*orderEventModel) ([]*domain.Order, error) {
	of := make(map[uuid.UUID][]domain.OrderEvent, len(rows))
	for _, m := range events {
		e, err := m.toDomain()
		if err != nil {
			return nil, err
		}
		of[m.OrderID] = append(of[m.OrderID], e)
	}
	return mapAll(rows, func(m *orderModel) (*domain.Order, error) { return m.toDomain(of[m.ID]) })
}
