package papersrv

import (
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// orderJSON is an order as Alpaca tells it: decimals are strings, what does not
// apply is null.
type orderJSON struct {
	ID             uuid.UUID   `json:"id"`
	ClientOrderID  string      `json:"client_order_id"`
	CreatedAt      time.Time   `json:"created_at"`
	UpdatedAt      *time.Time  `json:"updated_at"`
	SubmittedAt    *time.Time  `json:"submitted_at"`
	FilledAt       *time.Time  `json:"filled_at"`
	ExpiredAt      *time.Time  `json:"expired_at"`
	ExpiresAt      *time.Time  `json:"expires_at"`
	CanceledAt     *time.Time  `json:"canceled_at"`
	FailedAt       *time.Time  `json:"failed_at"`
	ReplacedAt     *time.Time  `json:"replaced_at"`
	ReplacedBy     *uuid.UUID  `json:"replaced_by"`
	Replaces       *uuid.UUID  `json:"replaces"`
	AssetID        uuid.UUID   `json:"asset_id"`
	Symbol         string      `json:"symbol"`
	AssetClass     string      `json:"asset_class"`
	Notional       *string     `json:"notional"`
	Qty            *string     `json:"qty"`
	FilledQty      string      `json:"filled_qty"`
	FilledAvgPrice *string     `json:"filled_avg_price"`
	OrderClass     string      `json:"order_class"`
	OrderType      string      `json:"order_type"`
	Type           string      `json:"type"`
	Side           string      `json:"side"`
	PositionIntent string      `json:"position_intent"`
	TimeInForce    string      `json:"time_in_force"`
	LimitPrice     *string     `json:"limit_price"`
	StopPrice      *string     `json:"stop_price"`
	TrailPrice     *string     `json:"trail_price"`
	TrailPercent   *string     `json:"trail_percent"`
	HWM            *string     `json:"hwm"`
	RatioQty       *string     `json:"ratio_qty"`
	ExtendedHours  bool        `json:"extended_hours"`
	Legs           []orderJSON `json:"legs"`
	Status         string      `json:"status"`
	Source         *string     `json:"source"`
	Subtag         *string     `json:"subtag"`
}

// orderJSON puts an order in Alpaca's words, with its legs where nested is set.
func (d *desk) orderJSON(r *paper.Record, nested bool) orderJSON {
	a, _ := assetBySymbol(string(r.Symbol))
	filled, _ := r.Filled()
	o := orderJSON{
		ID: r.BrokerOrderID, ClientOrderID: r.ClientOrderID, CreatedAt: r.SubmittedAt, UpdatedAt: &r.UpdatedAt,
		SubmittedAt: &r.SubmittedAt, AssetID: a.ID, Symbol: string(r.Symbol), AssetClass: a.Class,
		Notional: text(r.Notional), Qty: text(r.Quantity), FilledQty: filled.String(), FilledAvgPrice: averagePrice(r),
		OrderClass: d.classOf(r), OrderType: string(r.Type), Type: string(r.Type), Side: string(r.Side),
		PositionIntent: d.intentOf(r), TimeInForce: string(r.TimeInForce), LimitPrice: text(r.LimitPrice),
		StopPrice: text(r.StopPrice), TrailPrice: text(r.TrailPrice), TrailPercent: text(r.TrailPercent), HWM: text(r.HighWater),
		ExtendedHours: r.ExtendedHours, ExpiresAt: r.ExpiresAt, Status: string(d.statusOf(r)),
		ReplacedBy: d.named(r.ReplacedBy), Replaces: d.named(r.Replaces),
	}
	if r.HighWater != nil {
		o.Type, o.OrderType = typeTrailingStop, typeTrailingStop
	}
	if !r.EndedAt.IsZero() {
		o.endedAt(r)
	}
	if nested {
		for _, leg := range d.legsOf(r) {
			o.Legs = append(o.Legs, d.orderJSON(leg, false))
		}
	}
	return o
}

// named gives the venue's name of an order, nil for none.
func (d *desk) named(clientOrderID string) *uuid.UUID {
	r := d.chronicle.ByClientOrderID(clientOrderID)
	if r == nil {
		return nil
	}
	return &r.BrokerOrderID
}

func (o *orderJSON) endedAt(r *paper.Record) {
	switch r.Status { //nolint:exhaustive // the others are not over
	case domain.StatusFilled:
		o.FilledAt = &r.EndedAt
	case domain.StatusCanceled:
		o.CanceledAt = &r.EndedAt
	case domain.StatusExpired:
		o.ExpiredAt = &r.EndedAt
	case domain.StatusReplaced:
		o.ReplacedAt = &r.EndedAt
	case domain.StatusRejected:
		o.FailedAt = &r.EndedAt
	}
}

// classOf tells what an order came as. Legs are told as what their entry was.
func (d *desk) classOf(r *paper.Record) string {
	if parent := d.chronicle.ByClientOrderID(r.Parent); parent != nil {
		r = parent
	}
	switch {
	case r.Either != "":
		return classOCO
	case len(r.Legs) == 0:
		return classSimple
	case len(r.Legs) == 1:
		return classOTO
	}
	return classBracket
}

// intentOf is what the order was meant for when it came; a leg closes.
func (d *desk) intentOf(r *paper.Record) string {
	if r.Parent != "" || r.Either != "" {
		return intent(r.Side, true)
	}
	return intent(r.Side, r.Before.ExitSide() == r.Side && !r.Before.IsFlat())
}

func intent(side domain.Side, closes bool) string {
	if closes {
		return string(side) + "_to_close"
	}
	return string(side) + "_to_open"
}

func averagePrice(r *paper.Record) *string {
	quantity, cost := r.Filled()
	if quantity.IsZero() {
		return nil
	}
	return new(cost.Decimal().DivRound(quantity.Decimal(), quantityPlaces).Normalize().String())
}

// text writes what may be absent.
func text[T interface{ Decimal() decimal.Decimal }](v *T) *string {
	if v == nil {
		return nil
	}
	return new((*v).Decimal().String())
}
