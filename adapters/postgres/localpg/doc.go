// Package localpg runs a private PostgreSQL in a data directory, for first
// runs and for tests: nobody has to install, configure or name a database.
//
// It drives the PostgreSQL 15 or newer that the machine already has. The
// server listens on a Unix socket only, in a directory that nobody but the
// cluster's user (and root) can enter; there is no TCP listener and no
// password.
//
// The server outlives the process that started it, even one killed with -9,
// and the next [Start] on the same data directory adopts it as it runs. A
// lock, which dies with its holder, keeps a second server away from the data
// directory; client commands use [Attach], which takes no lock.
//
// Started by root, PostgreSQL runs as the user postgres (else nobody), because
// it refuses to run as root. If that user cannot enter the data directory, as
// below a root home, the cluster lives in /var/lib/hookfill and the data
// directory keeps a pointer to it.
//
//	DATADIR/lock            held while a Cluster is open; names the holder's pid
//	DATADIR/postgres/data   the cluster, unless it had to live elsewhere
//	DATADIR/postgres.path   where it lives then
//	DATADIR/postgres.log    what PostgreSQL had to say
//
// Root follows no link in a directory that another user could rearrange, and
// the server gets an environment of its own, so that no secret of the starting
// process is visible in it.
//
// Nothing here watches the server: no goroutine stays behind. It builds on
// Linux and macOS.
package localpg
