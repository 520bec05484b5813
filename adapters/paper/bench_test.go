package paper_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func mustSubmit(b *testing.B, d *desk, r ports.OrderRequest) {
	b.Helper()
	if _, err := d.Submit(context.Background(), d.account, r); err != nil {
		b.Fatal(err)
	}
}

// fillUp gives the account n orders in 20 symbols, filled or resting.
func fillUp(b *testing.B, d *desk, n int, terms ...term) {
	b.Helper()
	for i := range n {
		symbol := domain.Symbol(fmt.Sprintf("S%d", i%20))
		mustSubmit(b, d, order(fmt.Sprintf("before-%d", i), domain.Sides()[i/20%2], "1", domain.OrderTypeMarket,
			append([]term{in(symbol), alertAt("10")}, terms...)...))
	}
}

// BenchmarkSubmit is the cost of an order that fills at once, on accounts with
// ever more behind them.
func BenchmarkSubmit(b *testing.B) {
	for _, n := range []int{0, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("after_%d_filled", n), func(b *testing.B) {
			d := newDesk("1e12")
			fillUp(b, d, n)
			benchmarkSubmit(b, d)
		})
	}
	b.Run("beside_10000_resting", func(b *testing.B) {
		d := newDesk("1e12")
		fillUp(b, d, 10_000, func(r *ports.OrderRequest) {
			r.Type, r.LimitPrice = domain.OrderTypeLimit, price(map[domain.Side]string{"buy": "9", "sell": "11"}[r.Side])
		})
		benchmarkSubmit(b, d)
	})
}

func benchmarkSubmit(b *testing.B, d *desk) {
	b.Helper()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		mustSubmit(b, d, order(fmt.Sprintf("now-%d", i), domain.Sides()[i%2], "1", domain.OrderTypeMarket, in("S1"), alertAt("10")))
		i++
	}
}

// BenchmarkFold is what a restart costs, an entry, and what stays in memory of
// an order that is over.
func BenchmarkFold(b *testing.B) {
	const orders = 20_000
	d := newDesk("1e12")
	fillUp(b, d, orders)
	entries := d.journal.all(d.account.ID())
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		e := paper.NewEngine(d.account.ID(), domain.Money{})
		if err := e.Fold(entries); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(e)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/orders, "B/order")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(entries)), "ns/entry")
}
