// Package httpapi is hookfill over HTTP: the webhook senders post to, the JSON
// API people and programs use, and the endpoints an operator probes. It decides
// nothing about trading; it turns requests into calls of the driving ports and
// their results into answers.
//
// [New] gives an [API] with two handlers, [API.Public] and [API.Admin], which
// belong on two listeners. [NewServer] wraps either in a server with limits.
// Every public route is in the list of routes.go.
//
// Promises:
//   - A webhook's token and a bearer token appear in no log line, metric, header
//     or problem. Access logs name a route by its template.
//   - An answer of 2xx to a webhook is given only after the intake said that the
//     alert is durable; an alert that arrived whole is handed to the intake even
//     when its sender has hung up.
//   - 404 and 401 have one body each for the same question, whoever asks and
//     whatever the reason; they alone carry no instance.
//   - Input is read strictly: unknown, repeated and mistyped fields are refused by
//     name, and so is what hookfill will do one day and does not do yet
//     (not_built_yet). Numbers are read from their text, never through a float.
//   - Every error is a problem document (RFC 9457) made in problem.go, with a
//     stable code. The cause of an internal error is logged and never shown.
//
// Choices where RFCs leave them: next_cursor is null on the last page. An unknown
// query parameter is refused. HEAD is answered where GET is. A field given as null
// is the same as its default. A payload is a string, exactly as it was posted.
// Idempotency-Key is accepted on every write; deleting, canceling, checking,
// previewing, settling a review and pushing a quote do not need one and only check its form.
package httpapi
