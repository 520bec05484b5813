// Package verify judges a database of hookfill from the outside: whether what
// was answered is there, whether each order was placed once and in its turn, and
// whether every sum adds up, also by the brokers' own records.
//
// It imports nothing of what it judges. What an order's events mean, what a lane
// is and how a paper account writes its journal is said here a second time, in
// SQL, so that a mistake of the one is not repeated by the other.
//
// [Check] reads one snapshot and writes nothing. It needs the owner's
// connection: where row-level security would hide rows it fails instead of
// finding nothing. It may run beside busy servers.
package verify
