package alerts

import (
	"cmp"
	"errors"
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// codeNotUnderstood is the code of an alert that could not be read; its reasons
// carry the specific codes.
const codeNotUnderstood = "not_understood"

// notUnderstood makes the error of a text that has no readable form.
func notUnderstood(code, field, msg string) *domain.Error {
	return &domain.Error{
		Kind:    domain.KindInvalid,
		Code:    codeNotUnderstood,
		Reasons: []domain.Reason{{Code: code, Field: field, Message: msg}},
	}
}

// faults collects every fault of one alert.
type faults struct {
	reasons []domain.Reason
	// unread says that one of them is about a value that could not be read.
	unread bool
	// sentAs gives the sender's own spelling of the names that have another here.
	sentAs map[string]string
}

// unreadable adds a value that is not of its field's form.
func (f *faults) unreadable(code, field, msg string) {
	f.unread = true
	f.reasons = append(f.reasons, domain.Reason{Code: code, Field: field, Message: msg})
}

// impossible adds a value that is read and cannot be meant or done.
func (f *faults) impossible(code, field, msg string) {
	f.reasons = append(f.reasons, domain.Reason{Code: code, Field: field, Message: msg})
}

// take adds what the domain says about one field's value.
func (f *faults) take(field string, err error) {
	for _, r := range reasonsOf(err) {
		if r.Code == "not_a_number" {
			f.unread = true
		}
		r.Field = field
		f.reasons = append(f.reasons, r)
	}
}

// adopt takes over the faults of a part, under the part's name.
func (f *faults) adopt(part *faults, prefix string) {
	for _, r := range part.reasons {
		r.Field = prefix + r.Field
		f.reasons = append(f.reasons, r)
	}
	f.unread = f.unread || part.unread
}

// on reports whether any of the fields is at fault already.
func (f *faults) on(fields ...string) bool {
	return slices.ContainsFunc(f.reasons, func(r domain.Reason) bool { return slices.Contains(fields, r.Field) })
}

func (f *fields) conflict(field, with string) {
	f.faults.impossible("conflicting_fields", field, "does not say the same as "+with+"; give one of them")
}

func (f *fields) notBuilt(field, word string) {
	f.faults.impossible(codeUnsupportedField, field, word+" is not built yet, and nothing else is done in its place")
}

// maxFaults bounds what one answer says; there are not as many fields.
const maxFaults = 50

// err gives one error with the faults in the order of rank, or nil. Of more
// than maxFaults the first ones are told.
func (f *faults) err(rank func(field string) int) error {
	if len(f.reasons) == 0 {
		return nil
	}
	slices.SortStableFunc(f.reasons, func(a, b domain.Reason) int { return cmp.Compare(rank(a.Field), rank(b.Field)) })
	for i, r := range f.reasons {
		if name, ok := f.sentAs[r.Field]; ok {
			f.reasons[i].Field = shown(name)
		}
	}
	code := f.reasons[0].Code
	if f.unread {
		code = codeNotUnderstood
	}
	return &domain.Error{Kind: domain.KindInvalid, Code: code, Reasons: f.reasons[:min(len(f.reasons), maxFaults)]}
}

func reasonsOf(err error) []domain.Reason {
	if e, ok := errors.AsType[*domain.Error](err); ok {
		return e.AllReasons()
	}
	return nil
}
