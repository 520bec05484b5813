package httpapi

import (
	"github.com/hookfill/hookfill/domain"
)

type orderJSON struct {
	ID               domain.OrderID         `json:"id"`
	SignalID         domain.SignalID        `json:"signal_id"`
	TicketID         domain.TicketID        `json:"ticket_id"`
	LaneSeq          int64                  `json:"lane_seq"`
	Step             int                    `json:"step"`
	BrokerAccountID  domain.BrokerAccountID `json:"broker_account_id"`
	ClientOrderID    string                 `json:"client_order_id"`
	BrokerOrderID    *string                `json:"broker_order_id"`
	Symbol           domain.Symbol          `json:"symbol"`
	Side             domain.Side            `json:"side"`
	Type             domain.OrderType       `json:"type"`
	TimeInForce      domain.TimeInForce     `json:"time_in_force"`
	Quantity         *domain.Quantity       `json:"quantity"`
	Notional         *domain.Money          `json:"notional"`
	LimitPrice       *domain.Price          `json:"limit_price"`
	StopPrice        *domain.Price          `json:"stop_price"`
	OrderClass       domain.OrderClass      `json:"order_class"`
	ParentID         *domain.OrderID        `json:"parent_id"`
	Submission       domain.Submission      `json:"submission"`
	Status           domain.OrderStatus     `json:"status"`
	FilledQuantity   domain.Quantity        `json:"filled_quantity"`
	AverageFillPrice *domain.Price          `json:"average_fill_price"`
	RejectReason     *string                `json:"reject_reason"`
	Attempts         []attemptJSON          `json:"attempts"`
	Fills            []fillJSON             `json:"fills"`
	CreatedAt        string                 `json:"created_at"`
	UpdatedAt        string                 `json:"updated_at"`
}

// attemptJSON is one send of an order and the last that was learned about it;
// outcome is null while nothing is.
type attemptJSON struct {
	Number    int                    `json:"number"`
	At        string                 `json:"at"`
	Outcome   *domain.OrderEventKind `json:"outcome"`
	OutcomeAt *string                `json:"outcome_at"`
	Reason    *string                `json:"reason"`
}

type fillJSON struct {
	ExecutionID string          `json:"execution_id"`
	Quantity    domain.Quantity `json:"quantity"`
	Price       domain.Price    `json:"price"`
	At          string          `json:"at"`
}

func orderOf(o *domain.Order) orderJSON {
	t := o.Terms()
	return orderJSON{
		ID: t.ID, SignalID: t.SignalID, TicketID: t.TicketID, LaneSeq: t.LaneSeq, Step: t.Step,
		BrokerAccountID: t.BrokerAccountID, ClientOrderID: t.ClientOrderID, BrokerOrderID: orNull(o.BrokerOrderID()),
		Symbol: t.Symbol, Side: t.Side, Type: t.Type, TimeInForce: t.TimeInForce,
		Quantity: t.Quantity, Notional: t.Notional, LimitPrice: t.LimitPrice, StopPrice: t.StopPrice, OrderClass: t.Class, ParentID: t.ParentID,
		Submission: o.Submission(), Status: o.Status(),
		FilledQuantity: o.FilledQuantity(), AverageFillPrice: o.AverageFillPrice(), RejectReason: orNull(o.RejectReason()),
		Attempts: attemptsOf(o.Events()), Fills: fillsOf(o.Fills()),
		CreatedAt: stamp(t.CreatedAt), UpdatedAt: stamp(o.UpdatedAt()),
	}
}

// attemptsOf gathers the sends of an order, by number.
func attemptsOf(events []domain.OrderEvent) []attemptJSON {
	attempts := []attemptJSON{}
	for _, e := range events {
		if e.Kind == domain.EventAttempted {
			attempts = append(attempts, attemptJSON{Number: e.Attempt, At: stamp(e.At)})
		}
	}
	for i := range attempts {
		attempts[i].learn(events)
	}
	return attempts
}

// learn takes over the last event about the attempt.
func (a *attemptJSON) learn(events []domain.OrderEvent) {
	for _, e := range events {
		if e.Attempt != a.Number || e.Kind == domain.EventAttempted || !e.Kind.IsSubmission() {
			continue
		}
		at := stamp(e.At)
		a.Outcome, a.OutcomeAt, a.Reason = &e.Kind, &at, orNull(e.Reason)
	}
}

func fillsOf(fills []domain.Fill) []fillJSON {
	out := make([]fillJSON, 0, len(fills))
	for _, f := range fills {
		out = append(out, fillJSON{f.ExecutionID, f.Quantity, f.Price, stamp(f.At)})
	}
	return out
}
