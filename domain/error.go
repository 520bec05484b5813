package domain

import (
	"errors"
	"strings"
	"time"
)

// Kind says what sort of failure an [Error] is. It is an error itself and every
// Error unwraps to its Kind, so errors.Is(err, domain.KindNotFound) works
// across all layers. What carries no Kind counts as internal.
type Kind string

// The kinds. KindUnavailable promises that nothing happened and a retry is
// safe; KindUnknownOutcome that something may have happened.
const (
	KindInvalid         Kind = "invalid"
	KindUnauthenticated Kind = "unauthenticated"
	KindForbidden       Kind = "forbidden"
	KindNotFound        Kind = "not_found"
	KindConflict        Kind = "conflict"
	KindRejected        Kind = "rejected"
	KindUnavailable     Kind = "unavailable"
	KindUnknownOutcome  Kind = "unknown_outcome"
	KindInternal        Kind = "internal"
)

// Error makes a Kind usable as the target of errors.Is.
func (k Kind) Error() string { return string(k) }

// Reason is one explained fault or refusal. Code is stable and for programs,
// Message tells a person what to do, Field is the wire name of the input at
// fault or empty.
type Reason struct {
	Code    string
	Field   string
	Message string
}

func (r Reason) String() string {
	if r.Field == "" {
		return r.Message
	}
	return r.Field + ": " + r.Message
}

// Error is the one error type that crosses a port. Code is stable; empty means
// the Kind is the code. Reasons lists every fault when there are several. Err
// is the cause, for logs only: an edge never shows it.
type Error struct {
	Kind       Kind
	Code       string
	Field      string
	Msg        string
	Reasons    []Reason
	RetryAfter time.Duration
	Err        error
}

// Error gives one line that names the field, where there is one, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	switch {
	case e.Msg != "" && e.Field != "":
		b.WriteString(e.Field + ": " + e.Msg)
	case e.Msg != "":
		b.WriteString(e.Msg)
	case len(e.Reasons) > 0:
		for i, r := range e.Reasons {
			if i > 0 {
				b.WriteString("; ")
			}
			b.WriteString(r.String())
		}
	default:
		b.WriteString(string(e.Kind))
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the kind and, where there is one, the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// AllReasons gives Reasons, or the error's own code, field and message as the
// only one. It is never empty.
func (e *Error) AllReasons() []Reason {
	if len(e.Reasons) > 0 {
		return e.Reasons
	}
	code := e.Code
	if code == "" {
		code = string(e.Kind)
	}
	return []Reason{{Code: code, Field: e.Field, Message: e.Msg}}
}

// KindOf gives the kind of the first Error in err's chain, KindInternal for any
// other error and for one that names no kind, and the empty Kind for nil alone.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	kind, _ := errors.AsType[Kind](err)
	if e, ok := errors.AsType[*Error](err); ok {
		kind = e.Kind
	}
	if kind == "" {
		return KindInternal
	}
	return kind
}

// Invalid makes an Error of KindInvalid about one field.
func Invalid(code, field, msg string) *Error {
	return &Error{Kind: KindInvalid, Code: code, Field: field, Msg: msg}
}

// NotFound makes the Error every repository gives for what does not exist and
// for what belongs to somebody else: the two cannot be told apart.
func NotFound(what string) *Error {
	return &Error{Kind: KindNotFound, Code: "not_found", Msg: what + " not found"}
}

// Conflict makes an Error of KindConflict.
func Conflict(code, msg string) *Error {
	return &Error{Kind: KindConflict, Code: code, Msg: msg}
}

// faults collects every fault of one input, in the order they are met.
type faults []Reason

func (f *faults) add(code, field, msg string) {
	*f = append(*f, Reason{Code: code, Field: field, Message: msg})
}

// addErr takes over the reasons of err under the given field.
func (f *faults) addErr(field string, err error) {
	if err == nil {
		return
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		f.add("invalid", field, err.Error())
		return
	}
	for _, r := range e.AllReasons() {
		r.Field = joinField(field, r.Field)
		*f = append(*f, r)
	}
}

func joinField(outer, inner string) string {
	if outer == "" || inner == "" || outer == inner {
		return outer + strings.TrimPrefix(inner, outer)
	}
	return outer + "." + inner
}

// err gives one invalid Error that lists the faults, or nil.
func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Code: f[0].Code, Reasons: f}
}
