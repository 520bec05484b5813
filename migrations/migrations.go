// Package migrations carries the database schema: one file a step, named
// <YYYYMMDDHHMMSS>_<name>.sql, up only, applied in order and never edited once
// it has landed. `hookfill migrate` and `supabase db push` apply the same files
// and keep the same history, so they may take turns on one database.
package migrations

import "embed"

// Files holds every migration at its root.
//
//go:embed *.sql
var Files embed.FS
