package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// orderModel is a row of orders. Everything from BrokerOrderID's kind follows
// from the events and is stored for lists to filter on; toDomain folds the
// events again and never reads it.
type orderModel struct {
	bun.BaseModel `bun:"table:public.orders,alias:o"`

	ID               uuid.UUID          `bun:"id,pk"`
	UserID           uuid.UUID          `bun:"user_id"`
	SignalID         uuid.UUID          `bun:"signal_id"`
	TicketID         uuid.UUID          `bun:"ticket_id"`
	BrokerAccountID  uuid.UUID          `bun:"broker_account_id"`
	WebhookConfigID  *uuid.UUID         `bun:"webhook_config_id"`
	LaneSeq          int64              `bun:"lane_seq"`
	Step             int                `bun:"step"`
	Revision         int                `bun:"revision"`
	ClientOrderID    string             `bun:"client_order_id"`
	Symbol           domain.Symbol      `bun:"symbol"`
	Side             domain.Side        `bun:"side"`
	Type             domain.OrderType   `bun:"type"`
	TimeInForce      domain.TimeInForce `bun:"time_in_force"`
	Class            domain.OrderClass  `bun:"order_class"`
	ParentID         *uuid.UUID         `bun:"parent_id"`
	Quantity         *string            `bun:"quantity"`
	Notional         *string            `bun:"notional"`
	LimitPrice       *string            `bun:"limit_price"`
	StopPrice        *string            `bun:"stop_price"`
	ReferencePrice   *string            `bun:"reference_price"`
	BrokerOrderID    string             `bun:"broker_order_id,nullzero"`
	Submission       domain.Submission  `bun:"submission"`
	Status           domain.OrderStatus `bun:"status"`
	FilledQuantity   string             `bun:"filled_quantity"`
	AverageFillPrice *string            `bun:"average_fill_price"`
	RejectReason     string             `bun:"reject_reason"`
	Version          int                `bun:"version"`
	CreatedAt        time.Time          `bun:"created_at"`
	UpdatedAt        time.Time          `bun:"updated_at"`
}

// toOrderModel gives the row of an order that is stored under version.
func toOrderModel(o *domain.Order, version int) *orderModel {
	t := o.Terms()
	m := &orderModel{
		ID:               t.ID.UUID,
		UserID:           t.UserID.UUID,
		SignalID:         t.SignalID.UUID,
		TicketID:         t.TicketID.UUID,
		BrokerAccountID:  t.BrokerAccountID.UUID,
		LaneSeq:          t.LaneSeq,
		Step:             t.Step,
		Revision:         t.Revision,
		ClientOrderID:    t.ClientOrderID,
		Symbol:           t.Symbol,
		Side:             t.Side,
		Type:             t.Type,
		TimeInForce:      t.TimeInForce,
		Class:            t.Class,
		Quantity:         textOf(t.Quantity),
		Notional:         textOf(t.Notional),
		LimitPrice:       textOf(t.LimitPrice),
		StopPrice:        textOf(t.StopPrice),
		ReferencePrice:   textOf(t.ReferencePrice),
		BrokerOrderID:    o.BrokerOrderID(),
		Submission:       o.Submission(),
		Status:           o.Status(),
		FilledQuantity:   o.FilledQuantity().String(),
		AverageFillPrice: textOf(o.AverageFillPrice()),
		RejectReason:     o.RejectReason(),
		Version:          version,
		CreatedAt:        t.CreatedAt,
		UpdatedAt:        o.UpdatedAt(),
	}
	if t.WebhookConfigID != nil {
		m.WebhookConfigID = &t.WebhookConfigID.UUID
	}
	if t.ParentID != nil {
		m.ParentID = &t.ParentID.UUID
	}
	return m
}

// toDomain gives the order its events make, which are in the order they were
// recorded.
func (m *orderModel) toDomain(events []domain.OrderEvent) (*domain.Order, error) {
	var r amounts
	t := domain.OrderTerms{
		ID:              domain.OrderID{UUID: m.ID},
		UserID:          domain.UserID{UUID: m.UserID},
		SignalID:        domain.SignalID{UUID: m.SignalID},
		TicketID:        domain.TicketID{UUID: m.TicketID},
		BrokerAccountID: domain.BrokerAccountID{UUID: m.BrokerAccountID},
		LaneSeq:         m.LaneSeq,
		Step:            m.Step,
		Revision:        m.Revision,
		ClientOrderID:   m.ClientOrderID,
		Symbol:          m.Symbol,
		Side:            m.Side,
		Type:            m.Type,
		TimeInForce:     m.TimeInForce,
		Class:           m.Class,
		Quantity:        amountOrNil(&r, "quantity", m.Quantity, domain.RestoreQuantity),
		Notional:        amountOrNil(&r, "notional", m.Notional, domain.RestoreMoney),
		LimitPrice:      amountOrNil(&r, "limit_price", m.LimitPrice, domain.RestorePrice),
		StopPrice:       amountOrNil(&r, "stop_price", m.StopPrice, domain.RestorePrice),
		ReferencePrice:  amountOrNil(&r, "reference_price", m.ReferencePrice, domain.RestorePrice),
		CreatedAt:       m.CreatedAt.UTC(),
	}
	if r.err != nil {
		return nil, r.err
	}
	if m.WebhookConfigID != nil {
		t.WebhookConfigID = &domain.WebhookConfigID{UUID: *m.WebhookConfigID}
	}
	if m.ParentID != nil {
		t.ParentID = &domain.OrderID{UUID: *m.ParentID}
	}
	return domain.RestoreOrder(domain.OrderSnapshot{
		Terms: t, Events: events, UpdatedAt: m.UpdatedAt.UTC(), Version: m.Version,
	})
}
