package domain

import "strconv"

// Verdict is how a rule judged.
type Verdict string

// The verdicts. VerdictAdjust changed the order, VerdictNote only explains.
const (
	VerdictPass   Verdict = "pass"
	VerdictRefuse Verdict = "refuse"
	VerdictAdjust Verdict = "adjust"
	VerdictNote   Verdict = "note"
)

// Decision is one rule's judgement of an intent, kept with what it judged.
type Decision struct {
	Rule    string
	Verdict Verdict
	Detail  string
}

// RiskLimits are a config's rails. A nil limit is off. They judge what builds a
// position; an exit is never held up by them.
type RiskLimits struct {
	MaxOrderQuantity    *Quantity
	MaxOrderNotional    *Money
	MaxPositionQuantity *Quantity
	// MaxOpenOrders is how many of the config's orders may be open at a time, at
	// all its accounts.
	MaxOpenOrders *int
	// MaxOrdersPerMinute is how many orders the config may write down within 60 s.
	// Exits count among them.
	MaxOrdersPerMinute *int
	// MaxDailyLoss is the realized loss of the day at which entries end.
	MaxDailyLoss *Money
}

// Usage is what a config has used up of the rails that count. Its zero value
// is nothing.
type Usage struct {
	// OpenOrders are working or unsettled.
	OpenOrders int
	// OrdersLastMinute were written down within the last 60 s, whatever became of
	// them.
	OrdersLastMinute int
	// ProfitToday is what the config's fills recorded since midnight UTC realized;
	// below 0 it is a loss.
	ProfitToday Money
}

func (r RiskLimits) check() error {
	var f faults
	positive := func(name string, ok bool) {
		if !ok {
			f.add("limit_not_positive", name, "must be above 0; leave it out to switch it off")
		}
	}
	positive("max_order_quantity", r.MaxOrderQuantity == nil || !r.MaxOrderQuantity.IsZero())
	positive("max_order_notional", r.MaxOrderNotional == nil || r.MaxOrderNotional.Cmp(Money{}) > 0)
	positive("max_position_quantity", r.MaxPositionQuantity == nil || !r.MaxPositionQuantity.IsZero())
	positive("max_open_orders", r.MaxOpenOrders == nil || *r.MaxOpenOrders > 0)
	positive("max_orders_per_minute", r.MaxOrdersPerMinute == nil || *r.MaxOrdersPerMinute > 0)
	positive("max_daily_loss", r.MaxDailyLoss == nil || r.MaxDailyLoss.Cmp(Money{}) > 0)
	return f.err()
}

func (r RiskLimits) clone() RiskLimits {
	return RiskLimits{
		MaxOrderQuantity: copied(r.MaxOrderQuantity), MaxOrderNotional: copied(r.MaxOrderNotional),
		MaxPositionQuantity: copied(r.MaxPositionQuantity), MaxOpenOrders: copied(r.MaxOpenOrders),
		MaxOrdersPerMinute: copied(r.MaxOrdersPerMinute), MaxDailyLoss: copied(r.MaxDailyLoss),
	}
}

// Count reports whether a limit is set that a Usage is judged by.
func (r RiskLimits) Count() bool { return r.CountOrders() || r.MaxDailyLoss != nil }

// CountOrders reports whether a limit is set that orders of all lanes count
// against together.
func (r RiskLimits) CountOrders() bool { return r.MaxOpenOrders != nil || r.MaxOrdersPerMinute != nil }

// AdmitAnother reports whether one more order keeps to the limits that a Usage
// is judged by.
func (r RiskLimits) AdmitAnother(u Usage) bool {
	return roomFor(r.MaxOpenOrders, u.OpenOrders) && roomFor(r.MaxOrdersPerMinute, u.OrdersLastMinute) && r.admitLoss(u.ProfitToday)
}

func (r RiskLimits) admitLoss(profit Money) bool {
	return r.MaxDailyLoss == nil || profit.Neg().Cmp(*r.MaxDailyLoss) < 0
}

func roomFor(limit *int, used int) bool { return limit == nil || used < *limit }

// entry is a step that builds a position, with what the rails judge it by.
type entry struct {
	quantity Quantity
	// price is nil where none is known.
	price  *Price
	target Net
	// Before the entry the plan places so many exits.
	exits int
	usage Usage
}

// judge holds an entry against the rails, in the order of the fields. What a
// rail cannot judge for want of a price it refuses.
func (r RiskLimits) judge(p *Plan, e entry) {
	if limit := r.MaxOrderQuantity; limit != nil {
		p.rail("max_order_quantity", e.quantity.Cmp(*limit) <= 0, "quantity "+e.quantity.String()+", limit "+limit.String())
	}
	if limit := r.MaxOrderNotional; limit != nil {
		if e.price == nil {
			p.rail("max_order_notional", false, "the price is unknown, so the limit of "+limit.String()+" cannot be judged")
		} else {
			worth := e.quantity.At(*e.price)
			p.rail("max_order_notional", worth.Cmp(*limit) <= 0, "notional "+worth.String()+", limit "+limit.String())
		}
	}
	if limit := r.MaxPositionQuantity; limit != nil {
		size := e.target.Size()
		p.rail("max_position_quantity", size.Cmp(*limit) <= 0, "position "+size.String()+", limit "+limit.String())
	}
	if limit := r.MaxOpenOrders; limit != nil {
		open := e.usage.OpenOrders
		p.rail("max_open_orders", roomFor(limit, open), strconv.Itoa(open)+" open, limit "+strconv.Itoa(*limit))
	}
	if limit := r.MaxOrdersPerMinute; limit != nil {
		made := e.usage.OrdersLastMinute + e.exits
		p.rail("max_orders_per_minute", roomFor(limit, made), strconv.Itoa(made)+" in the last minute, limit "+strconv.Itoa(*limit))
	}
	if limit := r.MaxDailyLoss; limit != nil {
		earned := e.usage.ProfitToday
		p.rail("max_daily_loss", r.admitLoss(earned), "realized today "+earned.String()+", limit "+limit.String())
	}
}
