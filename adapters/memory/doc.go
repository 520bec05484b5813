// Package memory implements the storage ports without a database, for specs
// and for programs that need nothing to outlive them. It passes the same suites
// in ports/portstest as adapters/postgres does.
//
// A [Store] is all of storage: it is the UnitOfWork, WebhookDirectory,
// SignalInbox, Lanes, Ledger, Users and Housekeeper over one set of rows, so
// that what one writes the others read. Transactions run one after the other and
// hold the whole store: a function given to Do must call nothing of the store
// but the repositories it was given. What a transaction changed is undone when
// it fails. Everything is copied on the way in and on the way out.
//
// A [Journal] keeps the history of paper accounts. [Clock] stands until it is
// told to move and [SequentialIDs] count, so that a spec repeats itself exactly.
package memory
