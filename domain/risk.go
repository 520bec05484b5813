package domain

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
}

func (r RiskLimits) check() error {
	var f faults
	if r.MaxOrderQuantity != nil && r.MaxOrderQuantity.IsZero() {
		f.add("limit_not_positive", "max_order_quantity", "must be above 0; leave it out to switch it off")
	}
	if r.MaxOrderNotional != nil && r.MaxOrderNotional.Cmp(Money{}) <= 0 {
		f.add("limit_not_positive", "max_order_notional", "must be above 0; leave it out to switch it off")
	}
	if r.MaxPositionQuantity != nil && r.MaxPositionQuantity.IsZero() {
		f.add("limit_not_positive", "max_position_quantity", "must be above 0; leave it out to switch it off")
	}
	return f.err()
}

// judge holds an entry of q that leads to position target against the rails, in
// the order of the fields. What a rail cannot judge for want of a price it
// refuses.
func (r RiskLimits) judge(p *Plan, q Quantity, price *Price, target Net) {
	if limit := r.MaxOrderQuantity; limit != nil {
		p.rail("max_order_quantity", q.Cmp(*limit) <= 0, "quantity "+q.String()+", limit "+limit.String())
	}
	if limit := r.MaxOrderNotional; limit != nil {
		if price == nil {
			p.rail("max_order_notional", false, "the price is unknown, so the limit of "+limit.String()+" cannot be judged")
		} else {
			worth := q.At(*price)
			p.rail("max_order_notional", worth.Cmp(*limit) <= 0, "notional "+worth.String()+", limit "+limit.String())
		}
	}
	if limit := r.MaxPositionQuantity; limit != nil {
		size := target.Size()
		p.rail("max_position_quantity", size.Cmp(*limit) <= 0, "position "+size.String()+", limit "+limit.String())
	}
}
