package postgres_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/ports"
)

// BenchmarkClaim claims from a small queue and from one that is larger by far, in
// turns, and reports the median of either, in microseconds, and the ratio. What
// is claimed is the same.
func BenchmarkClaim(b *testing.B) {
	b.Run("1k-to-1M-tickets", func(b *testing.B) {
		compareClaims(b, 16, func(ctx context.Context, conn *pgx.Conn, tickets int) error {
			return queueManyTickets(ctx, conn, 1, tickets)
		}, 1_000, 1_000_000)
	})
	b.Run("1-to-100k-lanes", func(b *testing.B) {
		compareClaims(b, 1, func(ctx context.Context, conn *pgx.Conn, lanes int) error {
			return queueManyLanes(ctx, conn, 1, lanes)
		}, 1, 100_000)
	})
}

func compareClaims(b *testing.B, lanes int, queue func(ctx context.Context, conn *pgx.Conn, n int) error, small, large int) {
	few, many := queueOf(b, queue, small), queueOf(b, queue, large)
	for range b.N {
		var short, long []time.Duration
		for range 400 {
			short, long = append(short, timeClaim(b, few, lanes)), append(long, timeClaim(b, many, lanes))
		}
		slices.Sort(short)
		slices.Sort(long)
		s, l := short[len(short)/2], long[len(long)/2]
		b.ReportMetric(float64(s.Microseconds()), "small-µs")
		b.ReportMetric(float64(l.Microseconds()), "large-µs")
		b.ReportMetric(float64(l)/float64(s), "ratio")
	}
}

func queueOf(b *testing.B, queue func(ctx context.Context, conn *pgx.Conn, n int) error, n int) *postgres.Lanes {
	b.Helper()
	db, url := benchDatabase(b)
	conn, err := pgx.Connect(b.Context(), url)
	must(b, err)
	defer func() { must(b, conn.Close(context.Background())) }()
	must(b, queue(b.Context(), conn, n))
	_, err = conn.Exec(b.Context(), "vacuum (analyze)")
	must(b, err)
	return postgres.NewLanes(db)
}

// timeClaim is how long a claim takes. What it claimed is handed back.
func timeClaim(b *testing.B, l *postgres.Lanes, lanes int) time.Duration {
	b.Helper()
	start := time.Now()
	claimed, err := l.Claim(b.Context(), ports.LaneRequest{Owner: "bench", Lanes: lanes, Tickets: 8, Lease: longLease})
	took := time.Since(start)
	must(b, err)
	if len(claimed) != lanes {
		b.Fatalf("claimed %d lanes", len(claimed))
	}
	for _, lane := range claimed {
		must(b, l.Release(b.Context(), lane.Lease, 0))
	}
	return took
}
