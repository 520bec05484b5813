package domain_test

import (
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = DescribeTable("A continuous future is flagged",
	func(s domain.Symbol, continuous bool) { Expect(s.IsContinuous()).To(Equal(continuous)) },
	Entry(nil, domain.Symbol("NQ1!"), true),
	Entry(nil, domain.Symbol("M2K2!"), true),
	Entry(nil, domain.Symbol("NQZ2026"), false),
	Entry(nil, domain.Symbol("NQ!"), false),
	Entry(nil, domain.Symbol("NQ0!"), false),
	Entry(nil, domain.Symbol("1!"), false),
	Entry(nil, domain.Symbol(""), false),
)

var _ = Describe("A symbol", func() {
	type spelling struct {
		Sent string
		Is   domain.Symbol
	}
	DescribeTable("has one canonical form",
		func(row spelling) {
			symbol, err := domain.ParseSymbol(row.Sent)
			Expect(err).NotTo(HaveOccurred())
			Expect(symbol).To(Equal(row.Is))
			Expect(domain.ParseSymbol(string(symbol))).To(Equal(symbol), "the canonical form stays as it is")
		},
		Entry("as it is", spelling{"AAPL", "AAPL"}),
		Entry("letters raised", spelling{"aapl", "AAPL"}),
		Entry("spaces taken off", spelling{"  AAPL\t", "AAPL"}),
		Entry("the exchange taken off", spelling{"NASDAQ:AAPL", "AAPL"}),
		Entry("a delayed exchange too", spelling{"NASDAQ_DLY:aapl", "AAPL"}),
		Entry("every exchange taken off", spelling{"A:B:AAPL", "AAPL"}),
		Entry("a share class kept", spelling{"BRK.B", "BRK.B"}),
		Entry("a pair kept", spelling{"btc/usd", "BTC/USD"}),
		Entry("a pair without a slash not guessed at", spelling{"BTCUSD", "BTCUSD"}),
		Entry("a perpetual kept", spelling{"BYBIT:BTCUSDT.P", "BTCUSDT.P"}),
		Entry("a continuous future kept", spelling{"CME_MINI:NQ1!", "NQ1!"}),
		Entry("an option kept", spelling{"SPY250624C00596000", "SPY250624C00596000"}),
		Entry("a single letter", spelling{"F", "F"}),
		Entry("led by a digit", spelling{"HKEX:700", "700"}),
		Entry("32 characters", spelling{strings.Repeat("A", 32), domain.Symbol(strings.Repeat("A", 32))}),
	)

	type refused struct {
		Sent string
		Code string
	}
	DescribeTable("is refused when it is",
		func(row refused) {
			symbol, err := domain.ParseSymbol(row.Sent)
			Expect(err).To(refuseWith(domain.KindInvalid, row.Code))
			Expect(symbol.IsZero()).To(BeTrue())
		},
		Entry("nothing", refused{"", "symbol_required"}),
		Entry("spaces", refused{"  ", "symbol_required"}),
		Entry("an exchange alone", refused{"NASDAQ:", "symbol_required"}),
		Entry("two words", refused{"AA PL", "invalid_symbol"}),
		Entry("33 characters", refused{strings.Repeat("A", 33), "invalid_symbol"}),
		Entry("led by a mark", refused{"/ES", "invalid_symbol"}),
		Entry("an expression", refused{"AAPL*2", "invalid_symbol"}),
		Entry("a placeholder nobody filled in", refused{"{{ticker}}", "invalid_symbol"}),
		Entry("in letters that look like ours", refused{"ААРL", "invalid_symbol"}),
		Entry("in letters Unicode raises to ours", refused{"ſpy", "invalid_symbol"}),
		Entry("with a NUL in it", refused{"AA\x00PL", "invalid_symbol"}),
		Entry("no text at all", refused{"\xff\xfe", "invalid_symbol"}),
	)
})

func FuzzParseSymbol(f *testing.F) {
	for _, seed := range []string{"AAPL", " nasdaq:aapl ", "BTC/USD", "NQ1!", "a:b:c", "ſpy", "\xff", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		symbol, err := domain.ParseSymbol(raw)
		if err != nil {
			if domain.KindOf(err) != domain.KindInvalid || symbol != "" {
				t.Fatalf("%q is refused with %v and %q", raw, err, symbol)
			}
			return
		}
		sent := strings.TrimSpace(raw)
		sent = sent[strings.LastIndexByte(sent, ':')+1:]
		if len(sent) != len(symbol) || !strings.EqualFold(sent, string(symbol)) {
			t.Fatalf("%q became %q, which is not what was sent", raw, symbol)
		}
		if again, err := domain.ParseSymbol(string(symbol)); err != nil || again != symbol {
			t.Fatalf("%q is not canonical: it becomes %q, %v", symbol, again, err)
		}
	})
}
