package appfx_test

import (
	"database/sql"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// insertsPerSecond is how many rows 16 clients store in the same database, each
// in a transaction of its own.
func (w *executionWorld) insertsPerSecond(b *testing.B) float64 {
	b.Helper()
	const clients, lasting = 16, 2 * time.Second
	ctx := b.Context()
	db, err := sql.Open("pgx", w.config.DatabaseURL)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, "create table if not exists public.bench_inserts (at timestamptz, client integer)"); err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	var (
		running sync.WaitGroup
		stored  atomic.Int64
		start   = time.Now()
	)
	for client := range clients {
		running.Go(func() {
			for time.Since(start) < lasting {
				if _, err := db.ExecContext(ctx, "insert into public.bench_inserts values (now(), $1)", client); err != nil {
					b.Error(err)
					return
				}
				stored.Add(1)
			}
		})
	}
	running.Wait()
	return float64(stored.Load()) / time.Since(start).Seconds()
}
