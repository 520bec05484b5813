package domain

import (
	"maps"
	"slices"
)

// AlertFormatCustom reads alerts by the config's own Mapping.
const AlertFormatCustom AlertFormat = "custom"

// Mapping says how any JSON alert is read: an expression for each of MappingFields
// that the alert says something about.
type Mapping map[string]string

// MappingFields lists what a mapping can give, in the order in which it is read.
func MappingFields() []string {
	return []string{
		"symbol", "action", "sentiment", "quantity", "notional", "target_position", "previous_position",
		"type", "time_in_force", "limit_price", "stop_price", "reference_price",
		"take_profit_price", "take_profit_percent", "stop_loss_price", "stop_loss_percent", "sender_time", "max_age_seconds",
	}
}

// MaxExpressionLength bounds one expression of a mapping.
const MaxExpressionLength = 500

// check reports what is wrong with a mapping of the format. That its expressions
// can be read, those who read alerts say.
func (m Mapping) check(format AlertFormat, f *faults) {
	for _, name := range []string{"action", "symbol"} {
		if _, ok := m[name]; !ok && format == AlertFormatCustom {
			f.add("mapping_required", "mapping."+name, "say how it is found in the alert, for example lower(body."+name+")")
		}
	}
	if format != AlertFormatCustom && len(m) > 0 {
		f.add("mapping_not_possible", "mapping", "belongs to the format custom")
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		switch {
		case !slices.Contains(MappingFields(), name):
			f.add("unknown_field", "mapping."+name, "is none of the fields that a mapping gives")
		case m[name] == "" || len(m[name]) > MaxExpressionLength:
			f.add("invalid_expression", "mapping."+name, "must have 1 to 500 characters")
		}
	}
}
