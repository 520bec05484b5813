package brokerfaults

import (
	"fmt"
	"net/http"
	"time"
)

// Fault is what is done to one request and its answer.
type Fault struct {
	name  string
	times int
	act   func(e *exchange)
}

// String names the fault.
func (f Fault) String() string { return f.name }

// Executes reports whether the simulator gets the request, whatever the client
// is told.
func (f Fault) Executes() bool { return f.times > 0 }

// Pass does nothing to a request. It keeps places in a script.
func Pass() Fault { return Fault{"pass", 1, func(e *exchange) { e.answer(e.execute()) }} }

// DropAnswer executes the request and closes the connection without a word.
func DropAnswer() Fault {
	return Fault{"drop answer", 1, func(e *exchange) { e.execute() }}
}

// ErrorExecuted executes the request and answers 500.
func ErrorExecuted() Fault {
	return Fault{"500, executed", 1, func(e *exchange) {
		e.execute()
		e.answer(plain(http.StatusInternalServerError, "internal error"))
	}}
}

// ErrorNotExecuted answers 500 and executes nothing.
func ErrorNotExecuted() Fault {
	return Fault{"500, not executed", 0, func(e *exchange) {
		e.answer(plain(http.StatusInternalServerError, "internal error"))
	}}
}

// MalformedBody executes the request and breaks the JSON of the answer.
func MalformedBody() Fault {
	return Fault{"malformed body", 1, func(e *exchange) {
		a := e.execute()
		a.body = append([]byte("{<html>"), a.body...)
		e.answer(a)
	}}
}

// TruncatedBody executes the request, announces the whole answer, sends half and
// closes the connection.
func TruncatedBody() Fault {
	return Fault{"truncated body", 1, func(e *exchange) { e.truncate(e.execute()) }}
}

// Repeat lets the request arrive twice and answers the second: in the words of a
// broker that refuses a client order id it has seen, or with a second order at
// one that does not.
func Repeat() Fault {
	return Fault{"repeat", 2, func(e *exchange) {
		e.execute()
		e.answer(e.execute())
	}}
}

// Reset reads the request, executes nothing and resets the connection.
func Reset() Fault { return Fault{"reset", 0, func(e *exchange) { e.reset() }} }

// Redirect answers 307 to the same place and executes nothing: a client that
// follows it sends again.
func Redirect() Fault {
	return Fault{"307", 0, func(e *exchange) {
		a := plain(http.StatusTemporaryRedirect, "")
		a.header.Set("Location", e.line.URL()+e.request.URL.RequestURI())
		e.answer(a)
	}}
}

// Throttle answers 429 with Retry-After in whole seconds, and executes nothing.
func Throttle(retryAfter time.Duration) Fault {
	return Fault{"429", 0, func(e *exchange) {
		a := plain(http.StatusTooManyRequests, "too many requests")
		a.header.Set("Retry-After", fmt.Sprint(int(retryAfter/time.Second)))
		e.answer(a)
	}}
}

// Late executes the request at once and answers after a while.
func Late(by time.Duration) Fault {
	return Fault{"late answer", 1, func(e *exchange) {
		a := e.execute()
		e.line.wait(by)
		e.answer(a)
	}}
}

// ExecuteLate executes the request after a while, also where the client went
// away meanwhile, and answers then: an order that surfaces after it was looked
// up in vain. A line that is closed before executes nothing.
func ExecuteLate(by time.Duration) Fault {
	return Fault{"executed late", 1, func(e *exchange) {
		if e.line.wait(by) {
			e.answer(e.execute())
		}
	}}
}

// Slow executes the request and sends the head of the answer at once, its body
// byte by byte, so that the last comes after so long. An answer without a body
// comes at once.
func Slow(over time.Duration) Fault {
	return Fault{"slow answer", 1, func(e *exchange) { e.trickle(e.execute(), over) }}
}

// Answer answers in the broker's own words and executes nothing: 404 and its
// body for a look-up that lags, a refusal of a client order id as a duplicate.
func Answer(status int, contentType, body string) Fault {
	return Fault{fmt.Sprint("answer ", status), 0, func(e *exchange) {
		a := plain(status, body)
		a.header.Set("Content-Type", contentType)
		e.answer(a)
	}}
}

// Times gives the same fault several times, for a script.
func Times(n int, f Fault) []Fault {
	all := make([]Fault, n)
	for i := range all {
		all[i] = f
	}
	return all
}
