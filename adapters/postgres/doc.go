// Package postgres keeps everything in PostgreSQL 15 or newer, Supabase
// included, through bun over pgx, and what every alert and order passes through
// with pgx alone (bundle.go says why).
//
// Two pools, each of which is only ever one role and fails closed where that
// role is missing: requests run as hookfill_api, which becomes `authenticated`
// with the caller's claims inside every transaction ([UnitOfWork]); background
// work runs as hookfill_worker ([Directory], [Inbox], [Lanes], [Ledger],
// [Journal], [Users], [Housekeeper], [Wakeups], [HaltBoard]). Nothing is prepared on the API pool, so that
// it may sit behind a transaction-mode pooler; the worker's connections prepare
// what they run again and again.
//
// Locks are taken in one order everywhere: halts (shared by who attempts, alone
// for who sets one), what a config used, keys by config and key, lanes by id,
// tickets, signals, orders, positions by scope.
//
// [Migrate] brings the schema up, in turns with the Supabase CLI, and
// [DB.CheckSchema] refuses one that is older or newer than the program.
//
// What the domain promises is held up by constraints: places in a lane, the
// uniqueness of orders, events and keys, and keys that carry the owner.
// The database's clock decides leases, windows and overlaps.
//
// SQLSTATEs become kinds of error in one place, errors.go.
package postgres
