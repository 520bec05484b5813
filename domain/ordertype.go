package domain

import "slices"

// Side is the direction of an order (FIX Side 54). The zero value is invalid.
type Side string

// The sides. A short sale is a sell; the position says that it opens a short.
const (
	SideBuy  Side = "buy"
	SideSell Side = "sell"
)

// Sides lists the valid sides.
func Sides() []Side { return []Side{SideBuy, SideSell} }

// ParseSide reads one of Sides.
func ParseSide(s string) (Side, error) { return parseWord("invalid_side", s, Sides()) }

// IsValid reports whether s is one of Sides.
func (s Side) IsValid() bool { return slices.Contains(Sides(), s) }

// Opposite gives the other side.
func (s Side) Opposite() Side {
	if s == SideBuy {
		return SideSell
	}
	return SideBuy
}

// OrderType says at what price an order may fill (FIX OrdType 40). The zero
// value is invalid.
type OrderType string

// The order types.
const (
	OrderTypeMarket    OrderType = "market"
	OrderTypeLimit     OrderType = "limit"
	OrderTypeStop      OrderType = "stop"
	OrderTypeStopLimit OrderType = "stop_limit"
)

// OrderTypes lists the valid order types.
func OrderTypes() []OrderType {
	return []OrderType{OrderTypeMarket, OrderTypeLimit, OrderTypeStop, OrderTypeStopLimit}
}

// ParseOrderType reads one of OrderTypes.
func ParseOrderType(s string) (OrderType, error) {
	return parseWord("invalid_order_type", s, OrderTypes())
}

// IsValid reports whether t is one of OrderTypes.
func (t OrderType) IsValid() bool { return slices.Contains(OrderTypes(), t) }

// NeedsLimitPrice reports whether an order of this type has a limit price.
func (t OrderType) NeedsLimitPrice() bool { return t == OrderTypeLimit || t == OrderTypeStopLimit }

// NeedsStopPrice reports whether an order of this type has a stop price.
func (t OrderType) NeedsStopPrice() bool { return t == OrderTypeStop || t == OrderTypeStopLimit }

// TimeInForce says how long an order works (FIX TimeInForce 59). The zero value
// is invalid.
type TimeInForce string

// The times in force.
const (
	TimeInForceDay TimeInForce = "day"
	TimeInForceGTC TimeInForce = "gtc"
	TimeInForceOPG TimeInForce = "opg"
	TimeInForceIOC TimeInForce = "ioc"
	TimeInForceFOK TimeInForce = "fok"
	TimeInForceCLS TimeInForce = "cls"
)

// TimesInForce lists the valid times in force.
func TimesInForce() []TimeInForce {
	return []TimeInForce{TimeInForceDay, TimeInForceGTC, TimeInForceOPG, TimeInForceIOC, TimeInForceFOK, TimeInForceCLS}
}

// ParseTimeInForce reads one of TimesInForce.
func ParseTimeInForce(s string) (TimeInForce, error) {
	return parseWord("invalid_time_in_force", s, TimesInForce())
}

// IsValid reports whether t is one of TimesInForce.
func (t TimeInForce) IsValid() bool { return slices.Contains(TimesInForce(), t) }

// OrderClass says whether an order stands alone (FIX ContingencyType 1385).
type OrderClass string

// The order classes.
const (
	// OrderClassSimple is an order without children.
	OrderClassSimple OrderClass = "simple"
	// OrderClassBracket is an entry with the orders that protect it, its legs, and
	// each of these: they work once it is filled, and when one fills the other is
	// canceled.
	OrderClassBracket OrderClass = "bracket"
	// OrderClassOTO is an entry whose leg is sent by itself, once the entry is over
	// and for what it filled, and that leg: one triggers the other.
	OrderClassOTO OrderClass = "oto"
)

// OrderClasses lists the valid classes.
func OrderClasses() []OrderClass {
	return []OrderClass{OrderClassSimple, OrderClassBracket, OrderClassOTO}
}
