package alerts

import (
	"strconv"

	"github.com/hookfill/hookfill/domain"
)

// maxIntents bounds what one alert asks for.
const maxIntents = 20

func tooManyIntents() error {
	return notUnderstood("too_many_intents", "", "one alert asks for at most 20 orders; post the others by themselves")
}

// openAlgoIntents reads an order, the parts of a split order or the orders of a
// basket.
func (f *fields) openAlgoIntents(v *vocabulary) []domain.Intent {
	if f.has("orders") {
		return f.basket(v)
	}
	return f.split(f.openAlgoIntent())
}

// basket reads a list of orders, each with the names of one posted by itself.
func (f *fields) basket(v *vocabulary) []domain.Intent {
	list, _ := f.get("orders")
	switch {
	case list.kind != kindArray || len(list.items) == 0:
		f.faults.unreadable("not_a_list", "orders", "must be a list of orders")
		return nil
	case len(list.items) > maxIntents:
		f.faults.impossible("too_many_intents", "orders", "one alert asks for at most 20 orders")
		return nil
	}
	for _, name := range []string{"symbol", "action", "quantity", "position_size", "splitsize"} {
		if f.has(name) {
			f.faults.impossible("conflicting_fields", name, "belongs into each of the orders")
		}
	}
	var intents []domain.Intent
	for i, item := range list.items {
		in := &fields{members: item.members}
		if item.kind != kindObject || in.has("orders") || in.has("splitsize") {
			f.faults.unreadable("not_an_object", "orders", "each of the orders must be an order by itself")
			return nil
		}
		intents = append(intents, in.openAlgoIntent())
		v.refuse(in)
		f.faults.adopt(&in.faults, "orders["+strconv.Itoa(i)+"].")
	}
	return intents
}

// split gives the parts of an order that is to be split: as many of the size as
// it has, and the rest.
func (f *fields) split(whole domain.Intent) []domain.Intent {
	size := amount(f, "splitsize", domain.ParseQuantity)
	switch {
	case size == nil:
		return []domain.Intent{whole}
	case size.IsZero():
		f.faults.impossible("quantity_not_positive", "splitsize", "must be above 0")
		return nil
	case whole.Quantity == nil:
		f.faults.impossible("quantity_required", "quantity", "a split order has a quantity, and no position_size")
		return nil
	}
	var parts []domain.Intent
	for left := *whole.Quantity; !left.IsZero(); left = left.Less(*size) {
		if len(parts) == maxIntents {
			f.faults.impossible("too_many_intents", "splitsize", "one alert asks for at most 20 orders")
			return nil
		}
		part := whole
		part.Quantity = new(left.Min(*size))
		parts = append(parts, part)
	}
	return parts
}
