package papersrv

import (
	"cmp"
	"fmt"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// judge holds a wish against the account: what it holds, and what other orders
// may trade of that.
func (d *desk) judge(w wish) error {
	held := d.chronicle.Position(w.asset.symbol())
	closes := !held.IsFlat() && held.ExitSide() == w.side
	if err := checkIntent(w, intent(w.side, closes)); err != nil {
		return err
	}
	if err := d.checkWash(w); err != nil {
		return err
	}
	if w.trails && d.mark(w.asset.symbol()) == nil {
		return invalid("no price is known for %q that a trailing stop could follow", w.asset.Symbol)
	}
	switch {
	case closes:
		return d.checkAvailable(w, held)
	case w.class == classOCO:
		return invalid("oco orders must exit a position")
	case w.side == domain.SideSell && w.asset.isCrypto():
		return d.noBalance(w, decimal.Decimal{})
	case w.side == domain.SideSell && !w.asset.Shortable:
		return forbidden(`asset "` + w.asset.Symbol + `" cannot be sold short`)
	case w.side == domain.SideSell && !isWhole(w.quantity):
		return forbidden("fractional orders cannot be sold short")
	}
	return nil
}

func checkIntent(w wish, inferred string) error {
	if w.positionIntent == "" || w.positionIntent == inferred {
		return nil
	}
	return invalid("position intent mismatch, inferred: %s, specified: %s", inferred, w.positionIntent)
}

// checkWash refuses an order that could trade with one of the account's own: a
// market or stop order that rests on the other side. Orders with legs may.
func (d *desk) checkWash(w wish) error {
	if w.class != classSimple || w.asset.isCrypto() {
		return nil
	}
	for _, r := range d.chronicle.Open() {
		if r.Symbol != w.asset.symbol() || r.Side == w.side || r.Parent != "" || r.Either != "" || len(r.Legs) > 0 || r.Type == domain.OrderTypeLimit {
			continue
		}
		f := forbidden("potential wash trade detected. use complex orders")
		f.extras = map[string]any{
			"existing_order_id": r.BrokerOrderID, "reject_reason": "opposite side market/stop order exists",
		}
		return f
	}
	return nil
}

// checkAvailable refuses to close more than is held and not promised to other
// orders already. So an order never turns a position round.
func (d *desk) checkAvailable(w wish, held domain.Net) error {
	available, related := d.available(w.asset.symbol())
	requested := decimal.Decimal{}
	switch mark := d.mark(w.asset.symbol()); {
	case w.quantity != nil:
		requested = w.quantity.Decimal()
	case mark != nil:
		requested = w.notional.Decimal().DivRound(mark.Decimal(), quantityPlaces)
	}
	if requested.LessThanOrEqual(available) {
		return nil
	}
	if w.asset.isCrypto() {
		return d.noBalance(w, available)
	}
	f := forbidden(fmt.Sprintf("insufficient qty available for order (requested: %s, available: %s)", requested, available))
	f.extras = map[string]any{
		"available": available.String(), "existing_qty": held.Size().String(), "symbol": w.asset.Symbol,
		"held_for_orders": held.Size().Decimal().Sub(available).String(), "related_orders": related,
	}
	return f
}

func (d *desk) noBalance(w wish, available decimal.Decimal) error {
	base, _ := splitPair(w.asset.Symbol)
	requested := "0"
	if w.quantity != nil {
		requested = w.quantity.String()
	}
	return forbidden(fmt.Sprintf("insufficient balance for %s (requested: %s, available: %s)", base, requested, available))
}

// available gives how much of a position no open order is going to close, and the
// orders that close the rest. Legs of one entry trade one after all: they hold
// once.
func (d *desk) available(symbol domain.Symbol) (decimal.Decimal, []uuid.UUID) {
	position := d.chronicle.Position(symbol)
	left, related, counted := position.Size().Decimal(), []uuid.UUID{}, map[string]bool{}
	for _, r := range d.chronicle.Open() {
		if r.Symbol != symbol || r.Side != position.ExitSide() || position.IsFlat() || r.Status == domain.StatusHeld {
			continue
		}
		related = append(related, r.BrokerOrderID)
		group := cmp.Or(r.Parent, r.Either)
		if group != "" && counted[group] {
			continue
		}
		counted[group] = true
		left = left.Sub(d.leaves(r))
	}
	return decimal.Max(decimal.Decimal{}, left), related
}

// leaves gives what an order may still trade.
func (d *desk) leaves(r *paper.Record) decimal.Decimal {
	filled, _ := r.Filled()
	if r.Quantity != nil {
		return r.Quantity.Less(filled).Decimal()
	}
	mark := r.LimitPrice
	if mark == nil {
		mark = d.mark(r.Symbol)
	}
	if mark == nil {
		return decimal.Decimal{}
	}
	return r.Notional.Decimal().DivRound(mark.Decimal(), quantityPlaces)
}
