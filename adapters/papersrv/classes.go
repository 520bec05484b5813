package papersrv

import (
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// checkClass holds an order against what its class asks for.
func (w *wish) checkClass() error {
	if w.class == classSimple {
		if w.takeProfit != nil || w.stopLoss != nil || w.stopLossLimit != nil {
			return invalid("take_profit and stop_loss require an order_class of bracket, oto or oco")
		}
		return nil
	}
	switch {
	case w.asset.isCrypto():
		return invalid("crypto orders must be simple orders")
	case w.quantity == nil:
		return invalid("fractional orders must be simple orders")
	case w.timeInForce != domain.TimeInForceDay && w.timeInForce != domain.TimeInForceGTC:
		return invalid("%s orders must be DAY or GTC orders", w.class)
	case w.extendedHours:
		return invalid("%s orders must not be extended hours orders", w.class)
	case w.stopLossLimit != nil && w.stopLoss == nil:
		return invalid("stop_loss.stop_price is required")
	}
	switch w.class {
	case classOCO:
		if w.orderType != domain.OrderTypeLimit {
			return invalid("oco orders must be limit orders")
		}
		if w.takeProfit == nil || w.stopLoss == nil {
			return invalid("oco orders require take_profit.limit_price and stop_loss.stop_price")
		}
		if w.limit.Cmp(*w.takeProfit) != 0 {
			return invalid("oco orders have the limit price of their take_profit")
		}
	case classBracket:
		if w.takeProfit == nil || w.stopLoss == nil {
			return invalid("bracket orders require take_profit.limit_price and stop_loss.stop_price")
		}
	default:
		if (w.takeProfit == nil) == (w.stopLoss == nil) {
			return invalid("oto orders require exactly one of take_profit and stop_loss")
		}
	}
	return w.checkLevels()
}

// checkLevels holds the prices of the legs against each other and the entry.
func (w *wish) checkLevels() error {
	entry := w.side
	if w.class == classOCO {
		entry = w.side.Opposite()
	}
	if w.takeProfit != nil && w.stopLoss != nil && !isBeyond(entry, *w.takeProfit, *w.stopLoss) {
		if entry == domain.SideBuy {
			return invalid("take_profit.limit_price must be > stop_loss.stop_price")
		}
		return invalid("take_profit.limit_price must be < stop_loss.stop_price")
	}
	if w.stopLoss == nil || w.limit == nil {
		return nil
	}
	cent := decimal.New(1, -2)
	if entry == domain.SideBuy && w.stopLoss.Decimal().GreaterThan(w.limit.Decimal().Sub(cent)) {
		return invalid("stop_loss.stop_price must be <= base_price - 0.01")
	}
	if entry == domain.SideSell && w.stopLoss.Decimal().LessThan(w.limit.Decimal().Add(cent)) {
		return invalid("stop_loss.stop_price must be >= base_price + 0.01")
	}
	return nil
}

// isBeyond reports whether p is on the winning side of q for a position that an
// order of the side entered.
func isBeyond(entry domain.Side, p, q domain.Price) bool {
	if entry == domain.SideBuy {
		return p.Cmp(q) > 0
	}
	return p.Cmp(q) < 0
}

// legs gives the orders that come with an entry, the take-profit first. That of an
// oco is the order itself.
func (w *wish) legs(ids ports.IDs) []ports.OrderLeg {
	var legs []ports.OrderLeg
	if w.takeProfit != nil && w.class != classOCO {
		legs = append(legs, ports.OrderLeg{ClientOrderID: ids.New().String(), Type: domain.OrderTypeLimit, LimitPrice: w.takeProfit})
	}
	if w.stopLoss != nil {
		kind := domain.OrderTypeStop
		if w.stopLossLimit != nil {
			kind = domain.OrderTypeStopLimit
		}
		legs = append(legs, ports.OrderLeg{
			ClientOrderID: ids.New().String(), Type: kind, StopPrice: w.stopLoss, LimitPrice: w.stopLossLimit,
		})
	}
	return legs
}
