package domain

// Position is a net holding in one symbol, with what it cost and what it earned
// so far. Its zero value is flat with nothing earned.
type Position struct {
	Quantity Net
	// AveragePrice is what a unit of the present holding cost on average, to 10
	// places (a price below 0.1 to 10 digits); nil while flat.
	AveragePrice *Price
	// RealizedProfit is what closed quantity earned or, below 0, lost.
	RealizedProfit Money
}

// Apply gives the position after one execution. Adding averages the price,
// reducing keeps it and realizes profit, crossing zero does both: it closes
// what was held and opens the rest at p.
func (pos Position) Apply(side Side, q Quantity, p Price) Position {
	next := Position{Quantity: pos.Quantity.After(side, q), RealizedProfit: pos.RealizedProfit}
	traded := NetOf(side, q)
	if pos.Quantity.IsFlat() || pos.Quantity.SameSide(traded) {
		cost := q.At(p).d
		if pos.AveragePrice != nil {
			cost = cost.Add(pos.Quantity.Size().At(*pos.AveragePrice).d)
		}
		next.AveragePrice = new(meanPrice(cost, next.Quantity.Size().d))
		return next
	}
	closed := q.Min(pos.Quantity.Size())
	gain := closed.d.Mul(p.d.Sub(pos.AveragePrice.d))
	if pos.Quantity.IsShort() {
		gain = gain.Neg()
	}
	next.RealizedProfit = pos.RealizedProfit.Add(NewMoney(gain))
	switch {
	case next.Quantity.IsFlat():
	case next.Quantity.SameSide(pos.Quantity):
		next.AveragePrice = pos.AveragePrice
	default:
		next.AveragePrice = &p
	}
	return next
}

// UnrealizedProfit is what closing at p would earn or, below 0, lose.
func (pos Position) UnrealizedProfit(p Price) Money {
	if pos.AveragePrice == nil {
		return Money{}
	}
	return NewMoney(p.d.Sub(pos.AveragePrice.d).Mul(pos.Quantity.d))
}
