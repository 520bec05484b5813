package domain

import "github.com/shopspring/decimal"

// AsksEquity reports whether an entry of the intent is sized by what its account
// is worth, which then has to be known to plan it.
func (r WebhookRules) AsksEquity(i Intent) bool {
	t := r.Sizing.of(i).Type
	return !i.IsExitOnly() && (t == SizingPercentOfEquity || t == SizingRiskPercent)
}

// of gives where the quantity of an intent comes from: the alert's own sizing
// counts where the config leaves the quantity to the alert.
func (s Sizing) of(i Intent) Sizing {
	if s.Type == SizingAlert && i.Sizing != nil {
		return *i.Sizing
	}
	return s
}

// isWorkedOut reports a size that hangs on the account's worth or the stop-loss.
func (s Sizing) isWorkedOut() bool {
	return s.Type == SizingPercentOfEquity || s.Type == SizingRiskAmount || s.Type == SizingRiskPercent
}

// checkSizing checks how an alert sizes its entry itself.
func (i Intent) checkSizing(f *faults) {
	s := i.Sizing
	switch {
	case s == nil:
		return
	case !s.isWorkedOut():
		f.add("unsupported_sizing", "sizing", "must be one of percent_of_equity, risk_amount, risk_percent")
		return
	case s.Value == nil || s.Value.IsZero():
		f.add("sizing_value", "sizing", "must be above 0")
	}
	switch {
	case i.Quantity != nil || i.Notional != nil:
		f.add("quantity_or_sizing", "sizing", "give a quantity, a notional or how to work one out, not two of them")
	case i.Action == ActionExit && i.Sentiment != SentimentFlat:
		f.add("sizing_not_possible", "sizing", "an exit is sized by the position; give a quantity, or leave it out to exit all")
	case s.Type != SizingPercentOfEquity && i.StopLoss == nil && !i.IsExitOnly():
		f.add("stop_loss_required", "stop_loss", "what is at risk is the way to the stop-loss; add one to the alert")
	}
}

// shareOf gives what a percentage of the account's equity is worth.
func (s Sizing) shareOf(equity *Money) (decimal.Decimal, error) {
	if equity == nil {
		return decimal.Decimal{}, Invalid("equity_unknown", "sizing", "the broker could not say what the account is worth, of which the size is a percentage")
	}
	if equity.Cmp(Money{}) <= 0 {
		return decimal.Decimal{}, Invalid("equity_not_positive", "sizing", "the account is worth nothing of which the size could be a percentage")
	}
	return equity.d.Mul(s.Value.d).Shift(-2), nil
}

// unitsAtRisk gives how many units lose no more than the amount on their way from
// the entry to the stop-loss, a unit being worth its price.
func unitsAtRisk(risk decimal.Decimal, i Intent) (Quantity, error) {
	if i.StopLoss == nil {
		return Quantity{}, Invalid("stop_loss_required", "stop_loss", "what is at risk is the way to the stop-loss; add one to the alert")
	}
	level, entry := i.StopLoss.Level, i.tradePrice()
	var lost decimal.Decimal
	switch {
	case level.Amount != nil:
		lost = level.Amount.d
	case entry == nil:
		return Quantity{}, Invalid("price_unknown", "price", "what is at risk needs the entry's price; add one to the alert")
	case level.Percent != nil:
		lost = entry.d.Mul(level.Percent.d).Shift(-2)
	default:
		lost = entry.d.Sub(level.Price.d).Abs()
	}
	if lost.IsZero() {
		return Quantity{}, Invalid("protection_wrong_side", "stop_loss", "the stop-loss is at the entry's price: nothing is at risk")
	}
	units, _ := risk.QuoRem(lost, notionalPlaces)
	return Quantity{exact(units)}, nil
}

// size gives how many units an entry has before the multiplier, and records how a
// quantity that nobody said was worked out.
func (p *Plan) size(i Intent, rules WebhookRules, s Situation) (Quantity, error) {
	q, err := rules.Sizing.Quantity(i, s.Equity)
	if by := rules.Sizing.of(i); err == nil && by.isWorkedOut() {
		detail := string(by.Type) + " of " + by.Value.String() + " comes to " + q.String()
		if rules.AsksEquity(i) {
			detail += ", the account being worth " + s.Equity.String()
		}
		p.note("sizing", detail)
	}
	return q, err
}

func sizedBy(i Intent, rules WebhookRules) string {
	if rules.Sizing.Type == SizingAlert && i.Sizing != nil {
		return "the alert"
	}
	return "the config"
}
