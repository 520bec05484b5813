package app

import (
	"maps"
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// inTheWay gives the orders that end before an exit of the ticket: the config's
// own open ones, of which each either holds the quantity or would build the
// position again, and, where the exit is from the account's whole position, what
// others have open that holds some of that. What protects other entries is not in
// the way of a synthetic stop, which closes its own.
func (x *execution) inTheWay() []*domain.Order {
	orders := x.brief.Working
	switch {
	case x.closes != nil:
		orders = slices.DeleteFunc(slices.Clone(orders), (*domain.Order).IsLeg)
	case x.flattens():
		orders = slices.DeleteFunc(slices.Clone(orders), x.endsPosition)
	}
	if x.rules.PositionScope != domain.PositionScopeAccount {
		return orders
	}
	exit := x.brief.AccountPosition.Quantity.ExitSide()
	for _, o := range x.brief.Others {
		if o.Terms().Side == exit {
			orders = append(slices.Clip(orders), o)
		}
	}
	return orders
}

// flattens reports whether the ticket ends all that an account has of its symbol.
func (x *execution) flattens() bool {
	s := x.brief.Signal.Snapshot()
	return s.Source == domain.SourceHalt && s.WebhookConfigID == nil
}

// endsPosition reports whether an order is an exit at market of what the account
// holds: a halt's exit of what a config holds is, and is counted as filled.
func (x *execution) endsPosition(o *domain.Order) bool {
	account := x.brief.AccountPosition.Quantity
	return !o.IsLeg() && o.Terms().Type == domain.OrderTypeMarket && !account.IsFlat() && o.Terms().Side == account.ExitSide()
}

// available is what the account holds, less what others' open orders hold of it
// already: an order is written down before it is sent, and its lane is decided
// about by one worker at a time, so nobody else can take the same quantity
// meanwhile.
func (x *execution) available() domain.Net {
	account := x.brief.AccountPosition.Quantity
	if x.rules.PositionScope == domain.PositionScopeAccount {
		return account
	}
	exit := account.ExitSide()
	for _, held := range heldBy(x.brief.Others, exit) {
		account = account.After(exit, held.Min(account.Size()))
	}
	return account
}

// heldBy gives what each of the orders of a side holds. Of the legs that protect
// one entry only one can fill, and none before the entry did.
func heldBy(orders []*domain.Order, side domain.Side) []domain.Quantity {
	entries := map[domain.OrderID]*domain.Order{}
	for _, o := range orders {
		entries[o.ID()] = o
	}
	var held []domain.Quantity
	legs := map[domain.OrderID]domain.Quantity{}
	for _, o := range orders {
		switch terms := o.Terms(); {
		case terms.Side != side:
		case !o.IsLeg():
			held = append(held, o.LeavesQuantity())
		default:
			holds := o.LeavesQuantity()
			if entry, open := entries[*terms.ParentID]; open {
				holds = holds.Min(entry.FilledQuantity())
			}
			if most := legs[*terms.ParentID]; most.Cmp(holds) < 0 {
				legs[*terms.ParentID] = holds
			}
		}
	}
	return slices.AppendSeq(held, maps.Values(legs))
}

// mayStillFill reports whether a full exit finds nothing to sell only because
// what its config has open has not filled, or has and nobody was told: it ends
// that first, and sells what it filled.
func (x *execution) mayStillFill(plan domain.Plan) bool {
	if !x.intent.IsFullExit() || len(plan.Steps) > 0 || len(x.inTheWay()) == 0 || x.rules.Staleness.Expired(domain.EffectExit, x.age()) {
		return false
	}
	return slices.ContainsFunc(plan.Reasons, func(r domain.Reason) bool {
		return r.Code == domain.ReasonNothingToDo || r.Code == domain.ReasonNothingAvailable
	})
}
