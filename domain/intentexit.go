package domain

import "github.com/shopspring/decimal"

// checkMeaning checks what the quantity is, and what only an exit can say.
func (i Intent) checkMeaning(f *faults) {
	if p := i.ExitPercent; p != nil {
		switch {
		case i.Action != ActionExit:
			f.add("exit_percent_not_possible", "exit_percent", "only an exit is sized in percent of the position")
		case i.Quantity != nil:
			f.add("quantity_or_percent", "exit_percent", "give a quantity or a percentage, not both")
		case p.IsZero() || p.d.Cmp(wholePercent()) > 0:
			f.add("invalid_percent", "exit_percent", "must be above 0 and at most 100")
		}
	}
	if m := i.QuantityMeans; m != "" && m != QuantityOrderTotal && m != QuantityEntry {
		f.add("invalid_quantity_means", "quantity_means", "must be one of order_total, entry")
	}
	switch {
	case i.Closes == "":
	case i.Closes != SentimentLong && i.Closes != SentimentShort:
		f.add("invalid_closes", "closes", "must be long or short")
	case i.Action != ActionExit:
		f.add("closes_not_possible", "closes", "only an exit closes one side")
	case i.Sentiment != "" || i.TargetPosition != nil:
		f.add("closes_not_possible", "closes", "an exit of one side leaves the other: it leads to no position the alert could name")
	}
}

func wholePercent() decimal.Decimal { return decimal.New(100, 0) }

// exitSize gives how much of a position an exit closes: all of it, or the
// alert's quantity or percentage as far as the position reaches.
func (i Intent) exitSize(s Situation) Quantity {
	whole := s.Position.Size()
	switch {
	case i.ExitPercent != nil:
		return Quantity{exact(whole.d.Mul(i.ExitPercent.d).Shift(-2).Truncate(maxDecimalPlaces))}
	case i.Quantity != nil:
		return i.Quantity.Times(s.Multiplier).Min(whole)
	}
	return whole
}

// Outlived reports whether a step of an intent of that age is older than the
// alert allows itself to get.
func (i Intent) Outlived(effect Effect, age Age) bool {
	bySender := Staleness{BySender: true}
	return i.MaxAgeSeconds != nil && effect == EffectEntry && bySender.seconds(age) > *i.MaxAgeSeconds
}

// judgeMaxAge ends the plan where its entry has outlived the alert's own limit.
func (p *Plan) judgeMaxAge(i Intent, age Age) {
	switch {
	case i.MaxAgeSeconds == nil:
	case i.Outlived(EffectEntry, age):
		p.end(StateExpired, "stale", "", "the alert is older than the limit it carries itself")
	default:
		p.pass("max_age", "")
	}
}
