package domain

import (
	"github.com/shopspring/decimal"
)

// Level is where an order that protects a position stands: exactly one of a
// price, a percentage of the entry's price and an amount off it, each above 0.
type Level struct {
	Price   *Price
	Percent *Quantity
	Amount  *Quantity
}

// StopLoss is where a position is given up. LimitPrice is the worst price it may
// cost, nil for any.
type StopLoss struct {
	Level

	LimitPrice *Price
}

// Leg is an order that ends the position an entry builds. Its quantity is what
// the entry filled, its side the other one.
type Leg struct {
	// Type is stop or stop_limit for a stop-loss and limit for a take-profit.
	Type       OrderType
	LimitPrice *Price
	StopPrice  *Price
}

// LegRefusal says what is done where the broker refuses the stop order that is to
// protect a position.
type LegRefusal string

// What may be done. It is an alarm whatever is done.
const (
	// LegFlatten closes the position.
	LegFlatten LegRefusal = "flatten"
	// LegRetry sends further stop orders for a while, and closes the position where
	// all are refused.
	LegRetry LegRefusal = "retry"
)

// LegRefusals lists what may be done.
func LegRefusals() []LegRefusal { return []LegRefusal{LegFlatten, LegRetry} }

// ParseLegRefusal reads one of LegRefusals.
func ParseLegRefusal(s string) (LegRefusal, error) {
	return parseWord("invalid_leg_refusal", s, LegRefusals())
}

// ProtectionRule is how a config keeps its positions protected.
type ProtectionRule struct {
	OnRefusedLeg LegRefusal
}

// DefaultProtectionRule closes what cannot be protected.
func DefaultProtectionRule() ProtectionRule { return ProtectionRule{LegFlatten} }

func (r ProtectionRule) check() error {
	var f faults
	if _, err := ParseLegRefusal(string(r.OnRefusedLeg)); err != nil {
		f.addErr("on_refused_leg", err)
	}
	return f.err()
}

// ReasonProtection is the code of an entry whose protection the broker does not
// offer, and the rule that says how an entry is protected.
const ReasonProtection = "protection"

// IsProtected reports whether the intent asks for its entry to be protected.
func (i Intent) IsProtected() bool { return i.TakeProfit != nil || i.StopLoss != nil }

func (l Level) check(f *faults, field string) {
	given := 0
	for _, set := range []bool{l.Price != nil, l.Percent != nil, l.Amount != nil} {
		if set {
			given++
		}
	}
	switch {
	case given != 1:
		f.add("one_level_required", field, "give one of a price, a percentage and an amount")
	case l.Percent != nil && l.Percent.IsZero(), l.Amount != nil && l.Amount.IsZero(), l.Price != nil && l.Price.IsZero():
		f.add("level_not_positive", field, "must be above 0")
	}
}

func (i Intent) checkProtection(f *faults) {
	if i.TakeProfit != nil {
		i.TakeProfit.check(f, "take_profit")
	}
	if i.StopLoss != nil {
		i.StopLoss.check(f, "stop_loss")
	}
}

func (l Level) clone() Level {
	return Level{copied(l.Price), copied(l.Percent), copied(l.Amount)}
}

func (l *Level) copied() *Level {
	if l == nil {
		return nil
	}
	return new(l.clone())
}

func (s *StopLoss) copied() *StopLoss {
	if s == nil {
		return nil
	}
	return &StopLoss{s.clone(), copied(s.LimitPrice)}
}

// IsStopOnly reports whether one stop order, sent once the entry is filled, is
// all the protection the intent asks for. An entry that may rest for long is none
// of these: nothing would be sent meanwhile by what waits behind it.
func (i Intent) IsStopOnly() bool {
	return i.OrderType == OrderTypeMarket && i.TakeProfit == nil && i.StopLoss != nil && i.StopLoss.LimitPrice == nil
}

// LegsFor works out the orders that protect an entry of the side, the stop-loss
// first. What is not a price is taken from the price the entry is expected to
// cost: its limit, else its stop, else the alert's price. Prices are brought to
// the instrument's increment towards the entry, so that less is lost and a profit
// is taken sooner than asked, never later. A leg that would be reached at the
// entry's price already, or a stop-loss that is not on the losing side of the
// take-profit, is refused.
func (i Intent) LegsFor(side Side, instrument Instrument) ([]Leg, error) {
	var (
		legs []Leg
		sl   = protectionOf{side.Opposite(), i.tradePrice(), instrument, "stop_loss"}
		tp   = protectionOf{side, i.tradePrice(), instrument, "take_profit"}
	)
	if s := i.StopLoss; s != nil {
		stop, err := sl.price(s.Level)
		if err != nil {
			return nil, err
		}
		leg := Leg{Type: OrderTypeStop, StopPrice: stop}
		if s.LimitPrice != nil {
			limit, err := sl.rounded(s.LimitPrice.d)
			if err != nil {
				return nil, err
			}
			if isBeyond(side, *limit, *stop) {
				return nil, Invalid("protection_wrong_side", "stop_loss", "the limit of the stop-loss must not be better than its stop price")
			}
			leg.Type, leg.LimitPrice = OrderTypeStopLimit, limit
		}
		legs = append(legs, leg)
	}
	if t := i.TakeProfit; t != nil {
		limit, err := tp.price(*t)
		if err != nil {
			return nil, err
		}
		if len(legs) > 0 && !isBeyond(side, *limit, *legs[0].StopPrice) {
			return nil, Invalid("protection_wrong_side", "take_profit", "the take-profit must be on the other side of the stop-loss")
		}
		legs = append(legs, Leg{Type: OrderTypeLimit, LimitPrice: limit})
	}
	return legs, nil
}

// isBeyond reports whether a is further than b in the direction of the side:
// above it for a buy, below it for a sell.
func isBeyond(side Side, a, b Price) bool {
	if side == SideBuy {
		return a.Cmp(b) > 0
	}
	return a.Cmp(b) < 0
}

// protectionOf works one leg's prices out. Away is the side on which they lie,
// seen from the entry: buy is above.
type protectionOf struct {
	away       Side
	entry      *Price
	instrument Instrument
	field      string
}

func (p protectionOf) price(l Level) (*Price, error) {
	at, err := p.level(l)
	if err != nil {
		return nil, err
	}
	price, err := p.rounded(at)
	if err != nil {
		return nil, err
	}
	if p.entry != nil && !isBeyond(p.away, *price, *p.entry) {
		return nil, Invalid("protection_wrong_side", p.field, price.String()+" would be reached at the entry's price of "+p.entry.String()+" already")
	}
	return price, nil
}

func (p protectionOf) level(l Level) (decimal.Decimal, error) {
	if l.Price != nil {
		return l.Price.d, nil
	}
	if p.entry == nil {
		return decimal.Decimal{}, Invalid("protection_price_unknown", p.field, "a percentage or an amount needs the entry's price; add one to the alert")
	}
	var off decimal.Decimal
	if l.Percent != nil {
		off = p.entry.d.Mul(l.Percent.d).Shift(-2)
	} else {
		off = l.Amount.d
	}
	if p.away == SideSell {
		off = off.Neg()
	}
	return p.entry.d.Add(off), nil
}

// rounded brings a price to the increment, and to places that can be stored,
// towards the entry.
func (p protectionOf) rounded(d decimal.Decimal) (*Price, error) {
	step := p.instrument.PriceIncrement.d
	if step.IsZero() {
		step = decimal.New(1, -maxDecimalPlaces)
	}
	steps, rest := d.QuoRem(step, 0)
	if p.away == SideSell && rest.IsPositive() {
		steps = steps.Add(decimal.New(1, 0))
	}
	price, err := NewPrice(steps.Mul(step))
	if err != nil {
		return nil, Invalid("protection_out_of_range", p.field, "comes to "+d.String()+", which is no price")
	}
	return &price, nil
}

// protect works out what protects the entry, which is the plan's last step: orders
// that the broker takes with it, else a stop order after it, else prices that are
// watched here. An entry that cannot be protected as asked is refused.
func (p *Plan) protect(i Intent, s Situation) {
	if !i.IsProtected() || p.State != "" {
		return
	}
	class, synthetic := OrderClassBracket, false
	switch {
	case s.Brackets:
	case s.Stops && i.IsStopOnly():
		class = OrderClassOTO
	case s.Quotes && (i.StopLoss == nil || i.StopLoss.LimitPrice == nil):
		class, synthetic = OrderClassSimple, true
	case s.Quotes:
		p.refuse(ReasonProtection, "stop_loss", "the broker takes no entry together with orders that protect it, and a stop-loss with a limit cannot be watched for it; leave the limit out")
		return
	case s.Stops:
		p.refuse(ReasonProtection, "", "the broker takes no entry together with orders that protect it; a market order with a stop-loss and nothing else it could be protected by would be possible")
		return
	default:
		p.refuse(ReasonProtection, "", "the broker takes no entry together with orders that protect it, and the entry is not made without")
		return
	}
	legs, err := i.LegsFor(p.Steps[len(p.Steps)-1].Side, s.Instrument)
	if err != nil {
		e := err.(*Error) //nolint:errcheck,errorlint,forcetypeassert // LegsFor gives nothing else
		p.refuse(e.Code, e.Field, e.Msg)
		return
	}
	p.Legs, p.Class, p.Synthetic = legs, class, synthetic
	for _, leg := range legs {
		p.pass(ReasonProtection, leg.String())
	}
	switch {
	case synthetic:
		p.note(ReasonProtection, "the broker takes no orders for that: its prices are watched, and the position is closed at market when one is reached")
	case class == OrderClassOTO:
		p.note(ReasonProtection, "the broker takes no brackets: the stop order is sent once the entry is filled")
	}
}

// String says what the leg does, for a person.
func (l Leg) String() string {
	switch {
	case l.StopPrice == nil:
		return "take-profit at " + l.LimitPrice.String()
	case l.LimitPrice == nil:
		return "stop-loss at " + l.StopPrice.String()
	}
	return "stop-loss at " + l.StopPrice.String() + ", limit " + l.LimitPrice.String()
}

// keepProtection refuses to make a protected position smaller without ending it:
// an exit first ends the orders that hold the quantity, and what stays would be
// without protection.
func (p *Plan) keepProtection(s Situation, target Net) {
	if s.Protected && p.Steps[0].Effect == EffectExit && !target.IsFlat() && target.SameSide(s.Position) {
		p.refuse("protection_would_end", "", "a part of a protected position cannot be exited yet: the rest would lose its protection; exit all of it, or cancel its open orders first")
	}
}
