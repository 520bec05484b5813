package domain

import (
	"github.com/shopspring/decimal"
)

// SizingType says where the quantity of an entry comes from. The zero value is
// invalid.
type SizingType string

// The sizing types built so far. Exits are sized by the position, never by
// these.
const (
	// SizingAlert takes the quantity or notional the alert carries.
	SizingAlert SizingType = "alert"
	// SizingFixedQuantity takes Value units, whatever the alert says.
	SizingFixedQuantity SizingType = "fixed_quantity"
	// SizingNotional takes Value worth of units at the reference price.
	SizingNotional SizingType = "notional"
	// SizingPercentOfEquity takes units worth Value percent of what the account is
	// worth, at the reference price.
	SizingPercentOfEquity SizingType = "percent_of_equity"
	// SizingRiskAmount takes as many units as lose Value on the way to the alert's
	// stop-loss, SizingRiskPercent as lose Value percent of what the account is
	// worth.
	SizingRiskAmount  SizingType = "risk_amount"
	SizingRiskPercent SizingType = "risk_percent"
)

// SizingTypes lists the sizing types built so far.
func SizingTypes() []SizingType {
	return []SizingType{
		SizingAlert, SizingFixedQuantity, SizingNotional, SizingPercentOfEquity, SizingRiskAmount, SizingRiskPercent,
	}
}

// Sizing is how a config sizes entries. Value is above 0 for every type but
// SizingAlert, which has none.
type Sizing struct {
	Type  SizingType
	Value *Quantity
}

func (s Sizing) check() error {
	var f faults
	if _, err := parseWord("unsupported_sizing", string(s.Type), SizingTypes()); err != nil {
		f.addErr("type", err)
		return f.err()
	}
	if s.Type == SizingAlert {
		if s.Value != nil {
			f.add("sizing_value", "value", "the alert says the quantity; leave the value out")
		}
	} else if s.Value == nil || s.Value.IsZero() {
		f.add("sizing_value", "value", "must be above 0")
	}
	return f.err()
}

// notionalPlaces is how exact a notional is turned into a quantity before the
// instrument's step rounds it down.
const notionalPlaces = 9

// Quantity gives how many units an entry has before the route's multiplier, or
// an invalid Error that says what is missing. Equity is what the account is worth;
// nil is unknown.
func (s Sizing) Quantity(i Intent, equity *Money) (Quantity, error) {
	s = s.of(i)
	switch s.Type {
	case SizingFixedQuantity:
		return *s.Value, nil
	case SizingNotional:
		return unitsFor(s.Value.d, i)
	case SizingRiskAmount:
		return unitsAtRisk(s.Value.d, i)
	case SizingPercentOfEquity, SizingRiskPercent:
		share, err := s.shareOf(equity)
		switch {
		case err != nil:
			return Quantity{}, err
		case s.Type == SizingRiskPercent:
			return unitsAtRisk(share, i)
		}
		return unitsFor(share, i)
	case SizingAlert:
	}
	switch {
	case i.Quantity != nil:
		return *i.Quantity, nil
	case i.Notional != nil:
		return unitsFor(i.Notional.d, i)
	}
	return Quantity{}, Invalid("quantity_required", "quantity",
		"the alert has no quantity; add one to it or set the config's sizing to fixed_quantity")
}

func unitsFor(worth decimal.Decimal, i Intent) (Quantity, error) {
	price := i.tradePrice()
	if price == nil {
		return Quantity{}, Invalid("price_unknown", "price",
			"a notional needs a price; add one to the alert")
	}
	units, _ := worth.QuoRem(price.d, notionalPlaces)
	return Quantity{exact(units)}, nil
}

// tradePrice is the price an order of this intent is expected to cost: its
// limit, else its stop, else the reference price, else unknown.
func (i Intent) tradePrice() *Price {
	switch {
	case i.LimitPrice != nil:
		return i.LimitPrice
	case i.StopPrice != nil:
		return i.StopPrice
	}
	return i.ReferencePrice
}
