package papersrv

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// orderInput is the body of POST /v2/orders.
type orderInput struct {
	Symbol         string           `json:"symbol"`
	Qty            number           `json:"qty"`
	Notional       number           `json:"notional"`
	Side           string           `json:"side"`
	Type           string           `json:"type"`
	TimeInForce    string           `json:"time_in_force"`
	LimitPrice     number           `json:"limit_price"`
	StopPrice      number           `json:"stop_price"`
	TrailPrice     number           `json:"trail_price"`
	TrailPercent   number           `json:"trail_percent"`
	ExtendedHours  bool             `json:"extended_hours"`
	ClientOrderID  string           `json:"client_order_id"`
	OrderClass     string           `json:"order_class"`
	TakeProfit     *takeProfitInput `json:"take_profit"`
	StopLoss       *stopLossInput   `json:"stop_loss"`
	PositionIntent string           `json:"position_intent"`
	Legs           []any            `json:"legs"`
	Instructions   map[string]any   `json:"advanced_instructions"`
}

type takeProfitInput struct {
	LimitPrice number `json:"limit_price"`
}

type stopLossInput struct {
	StopPrice  number `json:"stop_price"`
	LimitPrice number `json:"limit_price"`
}

// The classes of orders, in Alpaca's words; simple is sent and told as nothing.
const (
	classSimple  = ""
	classBracket = "bracket"
	classOTO     = "oto"
	classOCO     = "oco"
)

// wish is an order that was understood. Whether it is possible is for the rules.
type wish struct {
	asset         asset
	clientOrderID string
	class         string
	side          domain.Side
	orderType     domain.OrderType
	timeInForce   domain.TimeInForce
	quantity      *domain.Quantity
	notional      *domain.Money
	limit, stop   *domain.Price
	// trails says that the stop price follows the market, at one of the distances.
	trails                   bool
	trailPrice, trailPercent *domain.Price
	takeProfit               *domain.Price
	stopLoss                 *domain.Price
	stopLossLimit            *domain.Price
	extendedHours            bool
	positionIntent           string
}

// wishOf reads an order. What is not served is refused by name.
func (d *desk) wishOf(in orderInput) (wish, error) {
	w := wish{clientOrderID: in.ClientOrderID, extendedHours: in.ExtendedHours, positionIntent: in.PositionIntent}
	if w.clientOrderID == "" {
		w.clientOrderID = d.ids.New().String()
	}
	if len(w.clientOrderID) > maxClientOrderID {
		return w, invalid("client_order_id must be no more than %d characters", maxClientOrderID)
	}
	if len(in.Legs) > 0 || in.OrderClass == "mleg" {
		return w, invalid("multi-leg orders are not supported")
	}
	if in.Instructions != nil {
		return w, invalid("advanced_instructions are not supported")
	}
	if err := w.readKind(in); err != nil {
		return w, err
	}
	if in.Symbol == "" {
		return w, invalid("symbol is required")
	}
	var known bool
	if w.asset, known = d.assetOf(in.Symbol); !known {
		return w, invalid("asset %q not found", in.Symbol)
	}
	return w, w.readNumbers(in)
}

func (w *wish) readKind(in orderInput) error {
	var err error
	if w.side, err = domain.ParseSide(in.Side); err != nil {
		return invalid("side must be buy or sell")
	}
	kind := in.Type
	if w.trails = kind == typeTrailingStop; w.trails {
		kind = string(domain.OrderTypeStop)
	}
	if w.orderType, err = domain.ParseOrderType(kind); err != nil {
		return invalid("invalid order type")
	}
	if w.timeInForce, err = domain.ParseTimeInForce(in.TimeInForce); err != nil {
		return invalid("invalid time_in_force")
	}
	w.class = in.OrderClass
	if w.class == "simple" {
		w.class = classSimple
	}
	if !slices.Contains([]string{classSimple, classBracket, classOTO, classOCO}, w.class) {
		return invalid("invalid order_class")
	}
	return nil
}

// typeTrailingStop is the one type of orders that the domain has no word for.
const typeTrailingStop = "trailing_stop"

// maxClientOrderID is as long as a client order id may be.
const maxClientOrderID = 128

func (w *wish) readNumbers(in orderInput) error {
	if in.Qty.isSet() && in.Notional.isSet() {
		return malformed("only one of qty or notional is accepted")
	}
	if !in.Qty.isSet() && !in.Notional.isSet() {
		return invalid("qty or notional is required")
	}
	var err error
	if w.quantity, err = in.Qty.quantity("qty"); err != nil {
		return err
	}
	if w.notional, err = in.Notional.money("notional"); err != nil {
		return err
	}
	if w.limit, err = in.LimitPrice.price("limit_price"); err != nil {
		return err
	}
	if w.stop, err = in.StopPrice.price("stop_price"); err != nil {
		return err
	}
	if in.TakeProfit != nil {
		if w.takeProfit, err = in.TakeProfit.LimitPrice.price("take_profit.limit_price"); err != nil {
			return err
		}
	}
	if w.trailPrice, err = in.TrailPrice.price("trail_price"); err != nil {
		return err
	}
	if w.trailPercent, err = in.TrailPercent.price("trail_percent"); err != nil {
		return err
	}
	if w.class == classOCO && w.limit == nil {
		w.limit = w.takeProfit
	}
	if in.StopLoss == nil {
		return nil
	}
	if w.stopLoss, err = in.StopLoss.StopPrice.price("stop_loss.stop_price"); err != nil {
		return err
	}
	w.stopLossLimit, err = in.StopLoss.LimitPrice.price("stop_loss.limit_price")
	return err
}
