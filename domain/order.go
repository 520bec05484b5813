package domain

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Order is one instruction at one broker, unique by ticket, step and revision.
// Its submission, status, filled quantity and average fill price follow from
// its events alone.
type Order struct {
	terms   OrderTerms
	events  []OrderEvent
	state   fold
	updated time.Time
	version int
}

// OrderTerms is what never changes about an order.
type OrderTerms struct {
	ID              OrderID
	UserID          UserID
	SignalID        SignalID
	TicketID        TicketID
	BrokerAccountID BrokerAccountID
	// WebhookConfigID is nil for an order a person placed by hand.
	WebhookConfigID *WebhookConfigID
	LaneSeq         int64
	// Step counts the orders of one ticket from 1: the exit of a reversal is
	// step 1, its entry step 2. Revision counts replacements from 0.
	Step     int
	Revision int
	// ClientOrderID is ours and the same for every attempt.
	ClientOrderID string
	Symbol        Symbol
	Side          Side
	Type          OrderType
	TimeInForce   TimeInForce
	Class         OrderClass
	// ParentID is the entry that this order is a leg of, nil for any other order.
	ParentID *OrderID
	// Exactly one of Quantity and Notional is set.
	Quantity *Quantity
	Notional *Money
	// LimitPrice and StopPrice are set as Type needs them.
	LimitPrice *Price
	StopPrice  *Price
	// ReferencePrice is the price the decision was made at, where one was known.
	ReferencePrice *Price
	CreatedAt      time.Time
}

func (t OrderTerms) clone() OrderTerms {
	t.WebhookConfigID, t.ParentID = copied(t.WebhookConfigID), copied(t.ParentID)
	t.Quantity, t.Notional = copied(t.Quantity), copied(t.Notional)
	t.LimitPrice, t.StopPrice, t.ReferencePrice = copied(t.LimitPrice), copied(t.StopPrice), copied(t.ReferencePrice)
	return t
}

// NewOrder makes an order that nobody was told of yet. Every fault of the terms
// is reported at once, as KindInvalid.
func NewOrder(t OrderTerms) (*Order, error) {
	var f faults
	if t.ID.IsZero() || t.UserID.IsZero() || t.SignalID.IsZero() || t.TicketID.IsZero() || t.BrokerAccountID.IsZero() {
		f.add("id_required", "id", "an order names itself, its owner, signal, ticket and broker account")
	}
	if t.Step < 1 || t.Revision < 0 {
		f.add("invalid_step", "step", "steps count from 1 and revisions from 0")
	}
	if t.ClientOrderID == "" {
		f.add("client_order_id_required", "client_order_id", "an order needs its client order id before it is sent")
	}
	if t.Symbol.IsZero() {
		f.add("symbol_required", "symbol", "name the instrument")
	}
	if !t.Side.IsValid() {
		f.add("invalid_side", "side", "must be buy or sell")
	}
	if !slices.Contains(OrderClasses(), t.Class) || t.ParentID != nil && t.Class == OrderClassSimple {
		f.add("invalid_order_class", "order_class", "must be simple, bracket or oto, and a leg's is its entry's")
	}
	if !t.TimeInForce.IsValid() {
		f.add("invalid_time_in_force", "time_in_force", "must be one of day, gtc, opg, ioc, fok, cls")
	}
	f.addErr("", checkSize(t.Quantity, t.Notional))
	f.addErr("", checkPrices(t.Type, t.LimitPrice, t.StopPrice))
	if err := f.err(); err != nil {
		return nil, err
	}
	o := &Order{terms: t.clone(), updated: t.CreatedAt}
	o.state = foldEvents(t.Quantity, nil)
	return o, nil
}

func checkSize(q *Quantity, notional *Money) error {
	switch {
	case (q == nil) == (notional == nil):
		return Invalid("quantity_or_notional", "quantity", "give either a quantity or a notional, not both")
	case q != nil && q.IsZero():
		return Invalid("quantity_not_positive", "quantity", "must be above 0")
	case notional != nil && notional.Cmp(Money{}) <= 0:
		return Invalid("notional_not_positive", "notional", "must be above 0")
	}
	return nil
}

func checkPrices(t OrderType, limit, stop *Price) error {
	var f faults
	if !t.IsValid() {
		f.add("invalid_order_type", "type", "must be one of market, limit, stop, stop_limit")
		return f.err()
	}
	if t.NeedsLimitPrice() != (limit != nil) {
		f.add("limit_price_mismatch", "limit_price", "limit and stop_limit orders have a limit price, others none")
	}
	if t.NeedsStopPrice() != (stop != nil) {
		f.add("stop_price_mismatch", "stop_price", "stop and stop_limit orders have a stop price, others none")
	}
	return f.err()
}

// Terms gives what never changes about the order.
func (o *Order) Terms() OrderTerms { return o.terms.clone() }

// ID gives the order's id.
func (o *Order) ID() OrderID { return o.terms.ID }

// Submission says how far the order got on its way to the broker.
func (o *Order) Submission() Submission { return o.state.submission }

// Status says what the broker made of it; pending_new until the broker spoke.
func (o *Order) Status() OrderStatus { return o.state.status }

// IsLeg reports whether the order protects what another one enters. A leg of a
// bracket is sent with that one and never by itself.
func (o *Order) IsLeg() bool { return o.terms.ParentID != nil }

// IsSettled reports whether no more is to come: the order never reached the
// broker, or it did and is terminal there.
func (o *Order) IsSettled() bool {
	return o.state.submission.NeverReached() || o.state.submission == SubmissionAcknowledged && o.state.status.IsTerminal()
}

// IsWorking reports whether the broker has the order and may still fill it.
func (o *Order) IsWorking() bool {
	return o.state.submission == SubmissionAcknowledged && o.state.status.IsOpen()
}

// EndedByItself reports whether the venue ended the order, by a rejection, a
// cancel or an expiry, without having been asked to by us and before it was
// filled.
func (o *Order) EndedByItself() bool {
	return o.state.submission == SubmissionAcknowledged && o.state.status.IsTerminal() && o.state.status != StatusFilled &&
		!slices.ContainsFunc(o.events, func(e OrderEvent) bool { return e.Kind == EventCancelAsked })
}

// BrokerOrderID gives the broker's id, empty until it is known.
func (o *Order) BrokerOrderID() string { return o.state.brokerOrderID }

// FilledQuantity is the sum of all executions. It never falls.
func (o *Order) FilledQuantity() Quantity { return Quantity{exact(o.state.filled)} }

// LeavesQuantity is what is ordered and not filled; 0 for an order by notional.
func (o *Order) LeavesQuantity() Quantity {
	if o.terms.Quantity == nil {
		return Quantity{}
	}
	return o.terms.Quantity.Less(o.FilledQuantity())
}

// AverageFillPrice is the mean price of all executions weighted by quantity, to
// 10 places (a price below 0.1 to 10 digits), or nil while nothing is filled.
func (o *Order) AverageFillPrice() *Price {
	if !o.state.filled.IsPositive() {
		return nil
	}
	return new(meanPrice(o.state.cost, o.state.filled))
}

// RejectReason says why the order was denied, refused, rejected or not placed,
// or what a person has to review; empty otherwise.
func (o *Order) RejectReason() string { return o.state.rejectReason }

// Attempts is how often the order was sent or was about to be.
func (o *Order) Attempts() int { return o.state.attempts }

// Anomalies lists what was recorded although it should not happen.
func (o *Order) Anomalies() []Anomaly { return slices.Clone(o.state.anomalies) }

// Events gives every event, in the order they were recorded.
func (o *Order) Events() []OrderEvent { return slices.Clone(o.events) }

// Fills gives every execution, by venue time and, within one instant, by id.
func (o *Order) Fills() []Fill {
	var fills []Fill
	for _, e := range o.events {
		if e.Kind == EventFill {
			fills = append(fills, Fill{ExecutionID: e.ExecutionID, Quantity: e.Quantity, Price: e.Price, At: e.At})
		}
	}
	slices.SortFunc(fills, func(a, b Fill) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ExecutionID, b.ExecutionID))
	})
	return fills
}

// UpdatedAt is when the last event was recorded, by our clock.
func (o *Order) UpdatedAt() time.Time { return o.updated }

// Version counts stored changes; a repository raises it.
func (o *Order) Version() int { return o.version }

// Apply records an event and reports whether it is new. A SourceID met before
// changes nothing, nor does an execution met before under another SourceID: a
// fill counts once, however many ways it is told. An event with no place in the state machine is recorded too
// and shows in Anomalies, unless it only repeats what is known; only a malformed
// one is refused, as KindInvalid.
// Whatever the order of the calls, the same set of events gives the same order.
func (o *Order) Apply(e OrderEvent, recordedAt time.Time) (added bool, err error) {
	if err := checkEvent(e); err != nil {
		return false, err
	}
	if slices.ContainsFunc(o.events, e.tells) {
		return false, nil
	}
	o.events = append(o.events, e)
	o.state = foldEvents(o.terms.Quantity, o.events)
	if recordedAt.After(o.updated) {
		o.updated = recordedAt
	}
	return true, nil
}

// tells reports whether the two tell the same fact.
func (e OrderEvent) tells(other OrderEvent) bool {
	return e.SourceID == other.SourceID ||
		e.Kind == EventFill && other.Kind == EventFill && e.ExecutionID == other.ExecutionID
}

func checkEvent(e OrderEvent) error {
	var f faults
	if e.SourceID == "" {
		f.add("source_id_required", "source_id", "an event is told apart by its source id")
	}
	if !e.Kind.IsValid() {
		f.add("invalid_event", "kind", "not a kind of order event: "+string(e.Kind))
	}
	if e.At.IsZero() {
		f.add("time_required", "at", "an event says when it happened")
	}
	if e.Kind == EventFill && (e.Quantity.IsZero() || e.Price.IsZero() || e.ExecutionID == "") {
		f.add("invalid_fill", "quantity", "a fill has an execution id, a quantity and a price above 0")
	}
	return f.err()
}

// OrderSnapshot is an order as it is stored.
type OrderSnapshot struct {
	Terms     OrderTerms
	Events    []OrderEvent
	UpdatedAt time.Time
	Version   int
}

// Snapshot gives everything there is to store. It shares nothing with o that
// can change.
func (o *Order) Snapshot() OrderSnapshot {
	return OrderSnapshot{Terms: o.terms.clone(), Events: slices.Clone(o.events), UpdatedAt: o.updated, Version: o.version}
}

// RestoreOrder rebuilds a stored order by folding its events again.
func RestoreOrder(s OrderSnapshot) (*Order, error) {
	if s.Terms.ID.IsZero() {
		return nil, &Error{Kind: KindInternal, Code: "corrupt_order", Msg: "a stored order has no id"}
	}
	return &Order{
		terms: s.Terms.clone(), events: slices.Clone(s.Events), state: foldEvents(s.Terms.Quantity, s.Events),
		updated: s.UpdatedAt, version: s.Version,
	}, nil
}
