// Package app holds the use cases: taking alerts in ([Intake]), turning tickets
// into orders ([Executor]), following orders that work ([Tracker]), and what a
// user sets up and acts on ([Webhooks], [Accounts], [Desk]).
//
// It knows the domain and the ports and no adapter. Nothing here calls a broker
// inside a transaction: what is about to be sent is committed first, then sent,
// then what came of it is recorded. A reply that is lost or unreadable is an
// unknown outcome, never a refusal, and is settled by asking the broker.
//
// Constructors start nothing. What runs in the background has Run, which ends
// with its context and leaves no goroutine behind.
package app
