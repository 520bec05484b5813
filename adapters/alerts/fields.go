package alerts

import (
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// What is said of values that placeholders make.
const (
	messageNoNumber    = "NaN, na or infinity is no number: the placeholder had no value when the alert was made"
	messageTooLong     = "the number has more than 64 characters"
	messageEmpty       = "is empty: a placeholder that is misspelled, or unknown to this kind of alert, becomes nothing; leave the field out if it is not meant"
	messageUnrendered  = "is a placeholder in double braces that was not filled in; its name is misspelled, or the alert was not sent by TradingView"
	messageNotANumber  = "must be a number such as 12.5, or the same as text"
	messageNotATime    = "must be a time with its zone such as 2026-11-20T14:30:01Z"
	messageNotText     = "must be text in double quotes"
	earliestSenderYear = 1970
	latestSenderYear   = 9999
)

// fields reads an alert's members by name and collects what is wrong with them.
// A member that is null counts as absent. An empty text does not: it is what is
// left of a placeholder without a value, and the sender meant one.
type fields struct {
	members []member
	// asSent are the members under the names the sender gave them, where the
	// format has given them others.
	asSent []member
	faults faults
}

func (f *fields) get(name string) (value, bool) {
	for _, m := range f.members {
		if m.name == name {
			return m.value, m.value.kind != kindNull
		}
	}
	return value{}, false
}

// has reports whether the field is there and not null.
func (f *fields) has(name string) bool {
	_, ok := f.get(name)
	return ok
}

// text gives a field's text without the blanks around it.
func (f *fields) text(name string) (string, bool) {
	v, ok := f.get(name)
	switch {
	case !ok:
		return "", false
	case v.kind != kindString:
		f.faults.unreadable("not_text", name, messageNotText)
		return "", false
	}
	return f.meant(name, v.text)
}

// meant takes off the blanks around a text and refuses one that says nothing.
func (f *fields) meant(name, text string) (string, bool) {
	s := strings.TrimSpace(text)
	switch {
	case s == "":
		f.faults.unreadable("empty_value", name, messageEmpty)
	case strings.Contains(s, "{{"):
		f.faults.unreadable("unrendered_placeholder", name, messageUnrendered)
	default:
		return s, true
	}
	return "", false
}

// word gives a field's text in lower case: BUY is buy.
func (f *fields) word(name string) (string, bool) {
	s, ok := f.text(name)
	return strings.ToLower(s), ok
}

// wordRequired is word for a field that no alert goes without.
func (f *fields) wordRequired(name, how string) (string, bool) {
	if !f.has(name) {
		f.faults.impossible("action_required", name, how)
		return "", false
	}
	return f.word(name)
}

// symbolRequired reads the instrument's name, which no alert goes without: that
// everything is meant is never the result of a missing field.
func (f *fields) symbolRequired(name string) domain.Symbol {
	if !f.has(name) {
		f.faults.impossible("symbol_required", name, "name the instrument, for example AAPL or BTC/USD")
		return ""
	}
	return f.symbolIn(name)
}

// flag reads true or false, also as text; false where the field is absent.
func (f *fields) flag(name string) bool {
	v, ok := f.get(name)
	if !ok || strings.EqualFold(v.text, "false") {
		return false
	}
	if !strings.EqualFold(v.text, "true") {
		f.faults.unreadable("not_true_or_false", name, "must be true or false")
		return false
	}
	return true
}

// number gives the spelling of a field that is a number or a number as text.
func (f *fields) number(name string) (string, bool) {
	v, ok := f.get(name)
	switch {
	case !ok:
		return "", false
	case v.kind == kindNumber:
		return v.text, true
	case v.kind != kindString:
		f.faults.unreadable("not_a_number", name, messageNotANumber)
		return "", false
	}
	s, ok := f.meant(name, v.text)
	switch {
	case !ok:
		return "", false
	case len(s) > maxNumberLength:
		f.faults.unreadable("number_too_long", name, messageTooLong)
		return "", false
	case isNoNumber(s):
		f.faults.unreadable("not_a_number", name, messageNoNumber)
		return "", false
	}
	return s, true
}

// amount reads a field with one of the domain's parsers; nil where it is absent
// or at fault.
func amount[T any](f *fields, name string, parse func(string) (T, error)) *T {
	s, ok := f.number(name)
	if !ok {
		return nil
	}
	v, err := parse(s)
	if err != nil {
		f.faults.take(name, err)
		return nil
	}
	return &v
}

// time reads an RFC 3339 time, also with an offset written +0000 as Pine
// Script's format_time does. It is kept in UTC to the microsecond.
func (f *fields) time(name string) *time.Time {
	s, ok := f.text(name)
	if !ok {
		return nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05Z0700", s)
	}
	t = t.UTC().Truncate(time.Microsecond)
	if err != nil || t.Year() < earliestSenderYear || t.Year() > latestSenderYear {
		f.faults.unreadable("not_a_time", name, messageNotATime)
		return nil
	}
	return &t
}

// scalars gives the members that are text, numbers or booleans as text, without
// those that are secret.
func (f *fields) scalars() map[string]string {
	members := f.members
	if f.asSent != nil {
		members = f.asSent
	}
	texts := make(map[string]string, len(members))
	for _, m := range members {
		k := m.value.kind
		if (k == kindString || k == kindNumber || k == kindBool) && !isSecret(m.name) {
			texts[m.name] = m.value.text
		}
	}
	return texts
}

// check completes an intent and takes over what the domain finds wrong with it,
// under the names that named gives. What only follows from a field that is at
// fault already is not said again.
func (f *fields) check(i domain.Intent, named func(domainField string) (field string, follows []string)) domain.Intent {
	checked, err := domain.NewIntent(i)
	for _, r := range reasonsOf(err) {
		field, follows := named(r.Field)
		if !f.faults.on(field) && !f.faults.on(follows...) {
			f.faults.impossible(r.Code, field, r.Message)
		}
	}
	return checked
}

// isNoNumber reports the spellings of a number that is none.
func isNoNumber(s string) bool {
	switch strings.ToLower(strings.TrimLeft(s, "+-")) {
	case "nan", "na", "inf", "infinity":
		return true
	}
	return false
}

// isZero reports the spellings of 0.
func isZero(s string) bool {
	n, err := domain.ParseNet(strings.TrimSpace(s))
	return err == nil && n.IsFlat()
}

// amountUnlessZero is amount for the formats in which 0 leaves a field out.
func amountUnlessZero[T any](f *fields, name string, parse func(string) (T, error)) *T {
	if s, ok := f.number(name); !ok || isZero(s) {
		return nil
	}
	return amount(f, name, parse)
}
