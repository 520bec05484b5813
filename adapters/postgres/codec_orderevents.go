package postgres

import (
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
)

// orderEventModel is a row of order_events. Its id is the database's own.
type orderEventModel struct {
	bun.BaseModel `bun:"table:public.order_events,alias:event"`

	UserID  uuid.UUID `bun:"user_id"`
	OrderID uuid.UUID `bun:"order_id"`
	// Position is the event's place among those of its order, from 0.
	Position      int                   `bun:"position"`
	SourceID      string                `bun:"source_event_id"`
	Kind          domain.OrderEventKind `bun:"kind"`
	At            time.Time             `bun:"at"`
	Attempt       int                   `bun:"attempt"`
	BrokerOrderID string                `bun:"broker_order_id,nullzero"`
	ExecutionID   string                `bun:"execution_id,nullzero"`
	Quantity      *string               `bun:"quantity"`
	Price         *string               `bun:"price"`
	Completes     bool                  `bun:"completes"`
	Reason        string                `bun:"reason"`
	RecordedAt    time.Time             `bun:"recorded_at"`
}

// toOrderEventModels gives the rows of an order's events from the given place
// on: those before it are stored already.
func toOrderEventModels(o *domain.Order, from int, recordedAt time.Time) []*orderEventModel {
	events := o.Events()
	models := make([]*orderEventModel, 0, len(events)-from)
	for i, e := range events[from:] {
		m := &orderEventModel{
			UserID:        o.Terms().UserID.UUID,
			OrderID:       o.ID().UUID,
			Position:      from + i,
			SourceID:      e.SourceID,
			Kind:          e.Kind,
			At:            e.At,
			Attempt:       e.Attempt,
			BrokerOrderID: e.BrokerOrderID,
			ExecutionID:   e.ExecutionID,
			Completes:     e.Completes,
			Reason:        e.Reason,
			RecordedAt:    recordedAt,
		}
		if !e.Quantity.IsZero() {
			m.Quantity = textOf(&e.Quantity)
		}
		if !e.Price.IsZero() {
			m.Price = textOf(&e.Price)
		}
		models = append(models, m)
	}
	return models
}

func (m *orderEventModel) toDomain() (domain.OrderEvent, error) {
	e := domain.OrderEvent{
		SourceID:      m.SourceID,
		Kind:          m.Kind,
		At:            m.At.UTC(),
		Attempt:       m.Attempt,
		BrokerOrderID: m.BrokerOrderID,
		ExecutionID:   m.ExecutionID,
		Completes:     m.Completes,
		Reason:        m.Reason,
	}
	var r amounts
	if q := amountOrNil(&r, "quantity", m.Quantity, domain.RestoreQuantity); q != nil {
		e.Quantity = *q
	}
	if p := amountOrNil(&r, "price", m.Price, domain.RestorePrice); p != nil {
		e.Price = *p
	}
	return e, r.err
}
