package alerts

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// takeProfit reads
//
//	{"limitPrice": 150} or {"percent": 10} or {"amount": 15}
func (a *tradersPostAlert) takeProfit() *domain.Level {
	in, ok := a.nested("takeProfit")
	if !ok {
		return nil
	}
	level := in.level("limitPrice")
	in.refuseOthers("limitPrice", "percent", "amount")
	if !a.adopt(in) {
		return nil
	}
	return &level
}

// stopLoss reads
//
//	{"type": "stop", "stopPrice": 90} or {"percent": 5} or {"amount": 7.5}
//	{"type": "stop_limit", "stopPrice": 90, "limitPrice": 89.5}
//
// The type is stop where it is left out. A stop that trails is refused.
func (a *tradersPostAlert) stopLoss() *domain.StopLoss {
	in, ok := a.nested("stopLoss")
	if !ok {
		return nil
	}
	s := domain.StopLoss{Level: in.level("stopPrice"), LimitPrice: amount(&in.fields, "limitPrice", domain.ParsePrice)}
	switch w, stated := in.word("type"); {
	case w == "trailing_stop":
		in.faults.impossible(codeUnsupportedField, "type", w+" is not built yet, and nothing else is done in its place")
	case stated && w != "stop" && w != "stop_limit":
		in.faults.impossible("invalid_type", "type", "must be stop or stop_limit")
	case w == "stop_limit" && !in.has("limitPrice"):
		in.faults.impossible("limit_price_mismatch", "limitPrice", "a stop_limit needs the worst price to take")
	case w != "stop_limit" && in.has("limitPrice"):
		in.faults.impossible("limit_price_mismatch", "limitPrice", "belongs to the type stop_limit")
	}
	in.refuseOthers("type", "stopPrice", "limitPrice", "percent", "amount")
	if !a.adopt(in) {
		return nil
	}
	return &s
}

// nestedFields are the members of an object inside the alert.
type nestedFields struct {
	fields

	name string
}

// nested gives an object inside the alert. False means, as null does, that there
// is none.
func (a *tradersPostAlert) nested(name string) (*nestedFields, bool) {
	v, ok := a.get(name)
	switch {
	case !ok || asksForNothing(member{name, v}):
		return nil, false
	case v.kind != kindObject:
		a.faults.unreadable("not_an_object", name, `must be an object such as {"percent": 5}`)
		return nil, false
	}
	return &nestedFields{fields{members: v.members}, name}, true
}

// level reads where a protecting order stands; that exactly one member says so,
// the domain checks.
func (n *nestedFields) level(price string) domain.Level {
	return domain.Level{
		Price:   amount(&n.fields, price, domain.ParsePrice),
		Percent: amount(&n.fields, "percent", domain.ParseQuantity),
		Amount:  amount(&n.fields, "amount", domain.ParseQuantity),
	}
}

// refuseOthers refuses every member that is not read, by name.
func (n *nestedFields) refuseOthers(read ...string) {
	for _, m := range n.members {
		if !slices.Contains(read, m.name) && !asksForNothing(m) {
			n.faults.impossible(codeUnsupportedField, shown(m.name), "is not built yet and never ignored; take it out of the alert")
		}
	}
}

// adopt takes over what is wrong inside an object, and reports that nothing is.
func (a *tradersPostAlert) adopt(n *nestedFields) bool {
	for _, r := range n.faults.reasons {
		r.Field = n.name + "." + r.Field
		a.faults.reasons = append(a.faults.reasons, r)
	}
	a.faults.unread = a.faults.unread || n.faults.unread
	return len(n.faults.reasons) == 0
}
