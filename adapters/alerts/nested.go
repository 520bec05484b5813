package alerts

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// nestedFields are the members of an object inside the alert.
type nestedFields struct {
	*fields

	name string
}

// nested gives an object inside the alert. False means, as null does, that there
// is none.
func (f *fields) nested(name string) (*nestedFields, bool) {
	v, ok := f.get(name)
	switch {
	case !ok || asksForNothing(member{name, v}):
		return nil, false
	case v.kind != kindObject:
		f.faults.unreadable("not_an_object", name, `must be an object such as {"percent": 5}`)
		return nil, false
	}
	return &nestedFields{&fields{members: v.members}, name}, true
}

// level reads where a protecting order stands; that exactly one member says so,
// the domain checks.
func (n *nestedFields) level(price string) domain.Level {
	return domain.Level{
		Price:   amount(n.fields, price, domain.ParsePrice),
		Percent: amount(n.fields, "percent", domain.ParseQuantity),
		Amount:  amount(n.fields, "amount", domain.ParseQuantity),
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
func (f *fields) adopt(n *nestedFields) bool {
	f.faults.adopt(&n.faults, n.name+".")
	return len(n.faults.reasons) == 0
}
