package alerts_test

import (
	"strings"
	"testing"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

const strategyAlert = `{"ticker":"NASDAQ:AAPL","action":"sell","sentiment":"short","quantity":"20","price":"189.43","time":"2026-11-20T14:30:01Z","interval":"5"}`

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct{ name, body string }{
		{"traderspost", strategyAlert},
		{"plain", "buy 0.5 BTCUSD at 64250 limit"},
		{"refused", `{"ticker":"AAPL","action":"hold","quantity":"-1","stopLoss":{"percent":5}}`},
		{"hostile 64 KiB of members", hostileMembers(64 << 10)},
		{"hostile 64 KiB of escapes", `{"a":"` + strings.Repeat(`\u0041`, (64<<10)/6-2) + `"}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			parser, body := alerts.New(), []byte(c.body)
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				_, _ = parser.Parse(domain.AlertFormatAuto, body)
			}
		})
	}
}

// hostileMembers is one object as large as the bound on tokens lets it be read:
// names of one length that differ only at their end.
func hostileMembers(size int) string {
	const members = 498
	var b strings.Builder
	b.WriteString(`{"ticker":"A"`)
	filler := strings.Repeat("n", size/members-10)
	for i := range members {
		b.WriteString(`,"` + filler + string(rune('a'+i/26)) + string(rune('a'+i%26)) + `":1`)
	}
	b.WriteString(`}`)
	return b.String()
}
