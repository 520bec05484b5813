package alerts

import "strings"

// codeUnsupportedField is the code of a field that asks for what is not built.
const codeUnsupportedField = "unsupported_field"

// role is what this format does with a field.
type role uint8

const (
	// roleRead is read into the intent.
	roleRead role = iota + 1
	// roleInformation tells a person something; it is kept with the delivery and
	// not interpreted, whatever its value.
	roleInformation
	// roleNotBuilt asks for what is not built and is refused, unless its value
	// asks for nothing.
	roleNotBuilt
	// roleNotBuiltAmount is the same, and 0 asks for nothing too.
	roleNotBuiltAmount
)

// vocabulary is what the format knows about names.
//
// The systems alerts are written for ignore names they do not know, and senders
// rely on it: they add their own id, comment or secret. So a name that nobody documents is left
// alone. But a name under which the writer of an alert means to change what is
// traded is never dropped: neither a documented one that is not built, nor a
// known one in another spelling (Quantity, limit_price), nor the words other
// systems use for the same things (qty, side, sl). Those are refused by name.
type vocabulary struct {
	ranks map[string]int
	roles map[string]role
	// elsewhere maps a name as folded gives it to the one to write instead, or
	// to nothing where there is none.
	elsewhere map[string]string
	// prefixes begin the folded names of what is not built in any spelling.
	prefixes []string
}

// newVocabulary knows the words under which alerts of any format change what is
// traded. A format goes on to say which of them it has.
func newVocabulary() vocabulary {
	v := vocabulary{
		ranks:     make(map[string]int),
		roles:     make(map[string]role),
		elsewhere: make(map[string]string),
		prefixes:  []string{"takeprofit", "stoploss", "trail", "option"},
	}
	v.foreign("", "qty", "size", "contracts", "shares", "units", "lots", "amount", "quantity",
		"side", "direction", "positionside", "action", "isbuy", "issell", "isclose",
		"type", "ordtype", "pricetype", "ordertype", "islimit", "ismarket",
		"limit", "entry", "entryprice", "openprice", "limitprice",
		"stop", "trigger", "triggerprice", "stopprice", "tif", "timeinforce",
		"sizing", "unitstype", "currencytype", "quantitytype", "sentiment", "positionsize", "marketposition",
		"delay", "cancel", "expiresat", "extendedhours", "test",
		"tp", "sl", "targets", "order", "orders", "legs",
		"notional", "cash", "dollars", "cost", "percent", "percentequity", "quantitypercent",
		"risk", "riskpercent", "riskpercentage", "multiplier", "quantitymultiplier",
		"leverage", "margintype", "marginmode", "product", "reduceonly", "postonly",
		"closeonly", "closeposition", "closecurrentposition", "cancelall", "cancelorders", "cancelallorders",
		"preventpyramiding", "maxlag", "account", "accounts", "accountid", "multipleaccounts",
		"mode", "paper", "sandbox", "dryrun", "simulate", "testmode")
	return v
}

func (v *vocabulary) know(r role, names ...string) {
	for _, name := range names {
		v.ranks[name] = len(v.ranks)
		v.roles[name] = r
		if r != roleInformation {
			v.elsewhere[folded(name)] = name
		}
	}
}

func (v *vocabulary) foreign(instead string, words ...string) {
	for _, w := range words {
		v.elsewhere[w] = instead
	}
}

// rank orders faults as the fields are listed above; names of the sender's own
// come last, in the order they are met.
func (v *vocabulary) rank(field string) int {
	outer, _, _ := strings.Cut(field, ".")
	outer, _, _ = strings.Cut(outer, "[")
	if n, ok := v.ranks[outer]; ok {
		return n
	}
	return len(v.ranks)
}

// refuse adds a fault for every member that would change what is traded and is
// not read.
func (v *vocabulary) refuse(f *fields) {
	for _, m := range f.members {
		switch v.roles[m.name] {
		case roleRead, roleInformation:
		case roleNotBuilt, roleNotBuiltAmount:
			if !asksForNothing(m) && (v.roles[m.name] == roleNotBuilt || !isZero(m.value.text)) {
				f.faults.impossible(codeUnsupportedField, m.name, "is not built yet and never ignored; take it out of the alert")
			}
		default:
			v.refuseUnknown(f, m)
		}
	}
}

func (v *vocabulary) refuseUnknown(f *fields, m member) {
	name := folded(m.name)
	instead, known := v.elsewhere[name]
	for _, prefix := range v.prefixes {
		known = known || strings.HasPrefix(name, prefix)
	}
	switch {
	case !known || asksForNothing(m):
	case v.roles[instead] == roleRead:
		f.faults.impossible(codeUnsupportedField, shown(m.name), "is not read under this name; write "+instead)
	default:
		f.faults.impossible(codeUnsupportedField, shown(m.name), "is not built yet and never ignored; take it out of the alert, or rename it if it is only a note")
	}
}

// asksForNothing reports a value that means the same as leaving the field out:
// null, false, and a delay of 0.
func asksForNothing(m member) bool {
	return m.value.kind == kindNull ||
		strings.EqualFold(m.value.text, "false") ||
		m.name == "delay" && m.value.text == "0"
}

// folded is a name without case and separators: limit_price is limitprice. The
// longest name known is far shorter than the bound.
func folded(name string) string {
	if len(name) > maxShownName {
		return ""
	}
	return strings.ToLower(strings.Map(func(c rune) rune {
		if c == '_' || c == '-' || c == '.' || c == ' ' {
			return -1
		}
		return c
	}, name))
}
