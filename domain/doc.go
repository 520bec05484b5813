// Package domain holds the words hookfill is built from and the rules that
// bind them: what an alert asks for ([Intent]), how a [WebhookConfig] admits
// and sizes it, what a [Signal] and its [Ticket] go through, and the life of an
// [Order] at a broker.
//
// Everything here is a value or an entity with closed fields. Nothing reads a
// clock, makes an id, opens a file or speaks a protocol: times and ids are
// arguments, times are UTC and whole microseconds, quantities and prices are
// exact decimals that no float can enter.
//
// Entities are made by NewX, which validates and reports every fault at once,
// and are stored and loaded through Snapshot and RestoreX, which check
// structure only: what was valid when it was stored stays readable.
//
// Values may be shared between goroutines. Entities may not: each belongs to
// the goroutine that made or loaded it.
package domain
