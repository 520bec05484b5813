package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// benchWorld is a world in a database of a benchmark's own.
func benchWorld(b *testing.B) *queueWorld {
	b.Helper()
	db, _ := benchDatabase(b)
	w, err := makeQueueWorld(b.Context(), db, 1)
	must(b, err)
	return w
}

// benchDatabase is a database of a benchmark's own, and its URL. What commits
// cost shows on a server that runs with fsync: name one in the environment.
func benchDatabase(b *testing.B) (*postgres.DB, string) {
	b.Helper()
	ctx := b.Context()
	server, err := postgrestest.Open(ctx)
	must(b, err)
	b.Cleanup(func() { must(b, server.Close(context.Background())) })
	template := postgrestest.Template{Name: "migrated_" + schemaDigest(), Prepare: migrated}
	must(b, server.Prepare(ctx, template))
	url, drop, err := server.NewDatabase(ctx, template.Name)
	must(b, err)
	b.Cleanup(func() { must(b, drop(context.Background())) })
	db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 40, Throwaway: true})
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	return db, url
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAppend stores b.N alerts from two callers, each over ten lanes of its
// own, as the intake's two flushers do.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 16, 32, 64, 256} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			w := benchWorld(b)
			for caller := range 2 {
				_, err := w.inbox.Append(b.Context(), w.batch(caller, 256))
				must(b, err)
			}
			b.ResetTimer()
			var callers sync.WaitGroup
			for caller := range 2 {
				callers.Go(func() {
					for done := caller * size; done < b.N; done += 2 * size {
						results, err := w.inbox.Append(b.Context(), w.batch(caller, min(size, b.N-done)))
						if err != nil || results[0].Outcome != ports.ArrivalStored {
							b.Error(err, results)
							return
						}
					}
				})
			}
			callers.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// batch gives n alerts of a caller's over its ten lanes.
func (w *queueWorld) batch(caller, n int) []ports.Arrival {
	arrivals := make([]ports.Arrival, n)
	for i := range arrivals {
		arrivals[i] = w.alert(domain.Symbol(fmt.Sprintf("SYM%d", 10*caller+i%10)))
	}
	return arrivals
}
