package httpapi

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/hookfill/hookfill/domain"
)

// form reads the fields of one JSON object. Faults are collected, so that all
// are told at once; what nobody took by the end is an unknown field. A field
// that is absent and one that is null both read as nil; take tells them apart.
type form struct {
	path    string
	members []member
	taken   []bool
	faults  *[]domain.Reason
}

func newForm(members []member) *form {
	return &form{members: members, taken: make([]bool, len(members)), faults: new([]domain.Reason)}
}

func parseForm(body []byte) (*form, error) {
	n, err := parseJSON(body)
	if err != nil {
		return nil, err
	}
	if n.kind != nodeObject {
		return nil, domain.Invalid("wrong_type", "", "send a JSON object")
	}
	return newForm(n.members), nil
}

// at gives the wire name of a field from the outermost object.
func (f *form) at(name string) string {
	if f.path == "" {
		return name
	}
	return f.path + "." + name
}

func (f *form) fault(code, name, msg string) {
	*f.faults = append(*f.faults, domain.Reason{Code: code, Field: f.at(name), Message: msg})
}

// faultErr takes over the faults of err, as those of a field.
func (f *form) faultErr(name string, err error) {
	e, isDomain := errors.AsType[*domain.Error](err)
	if !isDomain {
		f.fault("invalid", name, "not valid")
		return
	}
	for _, r := range e.AllReasons() {
		f.fault(r.Code, name, r.Message)
	}
}

// isEmpty reports an object without fields.
func (f *form) isEmpty() bool { return len(f.members) == 0 }

// take gives a field as it is and counts it as known.
func (f *form) take(name string) (node, bool) {
	for i, m := range f.members {
		if m.name == name {
			f.taken[i] = true
			return m.value, true
		}
	}
	return node{}, false
}

// want gives a field of one kind; nil where it is absent, null or a fault.
func (f *form) want(name string, kind nodeKind, a string) *node {
	n, given := f.take(name)
	switch {
	case !given || n.kind == nodeNull:
		return nil
	case n.kind != kind:
		f.fault("wrong_type", name, "must be "+a)
		return nil
	}
	return &n
}

func (f *form) text(name string) *string {
	n := f.want(name, nodeString, "text")
	if n == nil {
		return nil
	}
	return &n.text
}

// textOr gives the field's text, or otherwise where there is none.
func (f *form) textOr(name, otherwise string) string {
	if s := f.text(name); s != nil {
		return *s
	}
	return otherwise
}

// orZero gives what p points to, or the zero value.
func orZero[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

// yes reads true or false, which is also what null and nothing are.
func (f *form) yes(name string) bool {
	n := f.want(name, nodeBool, "true or false")
	return n != nil && n.flag
}

func (f *form) integer(name string) *int {
	n := f.want(name, nodeNumber, "a whole number")
	if n == nil {
		return nil
	}
	i, err := strconv.Atoi(n.text)
	if err != nil {
		f.fault("wrong_type", name, "must be a whole number")
		return nil
	}
	return &i
}

// number reads an exact amount, written as text or as a number.
func number[T any](f *form, name string, parse func(string) (T, error)) *T {
	n, given := f.take(name)
	if !given || n.kind == nodeNull {
		return nil
	}
	if n.kind != nodeString && n.kind != nodeNumber {
		f.fault("wrong_type", name, `must be a decimal number such as "12.5"`)
		return nil
	}
	v, err := parse(n.text)
	if err != nil {
		f.faultErr(name, err)
		return nil
	}
	return &v
}

// word reads text that parse understands.
func word[T any](f *form, name string, parse func(string) (T, error)) *T {
	s := f.text(name)
	if s == nil {
		return nil
	}
	v, err := parse(*s)
	if err != nil {
		f.faultErr(name, err)
		return nil
	}
	return &v
}

// object gives a field's own form, which shares the faults.
func (f *form) object(name string) *form {
	n := f.want(name, nodeObject, "an object")
	if n == nil {
		return nil
	}
	return f.sub(name, *n)
}

func (f *form) sub(name string, n node) *form {
	return &form{path: f.at(name), members: n.members, taken: make([]bool, len(n.members)), faults: f.faults}
}

// list gives the items of a field.
func (f *form) list(name string) []node {
	if n := f.want(name, nodeArray, "a list"); n != nil {
		return n.items
	}
	return nil
}

// texts gives the items of a list of texts.
func (f *form) texts(name string) []string {
	var texts []string
	for i, item := range f.list(name) {
		if item.kind != nodeString {
			f.fault("wrong_type", fmt.Sprintf("%s.%d", name, i), "must be text")
			continue
		}
		texts = append(texts, item.text)
	}
	return texts
}

func (f *form) refuseUnbuilt(name string) {
	f.fault("not_built_yet", name, "this is not built yet; leave it out")
}

func (n node) isNothing() bool {
	return !n.flag && n.text == "" && len(n.items) == 0 && len(n.members) == 0
}

// required faults a field that is absent or null.
func (f *form) required(name, msg string) {
	if n, given := f.take(name); !given || n.kind == nodeNull {
		f.fault("required", name, msg)
	}
}

// close faults what nobody took.
func (f *form) close() {
	for i, m := range f.members {
		if !f.taken[i] {
			f.fault("unknown_field", m.name, "there is no such field")
		}
	}
}

// end closes the outermost form and gives all faults as one error, or nil.
func (f *form) end() error {
	f.close()
	return faultsErr(*f.faults)
}

func faultsErr(faults []domain.Reason) error {
	if len(faults) == 0 {
		return nil
	}
	return &domain.Error{Kind: domain.KindInvalid, Code: faults[0].Code, Reasons: faults}
}
