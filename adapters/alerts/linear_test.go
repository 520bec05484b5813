package alerts_test

import (
	"runtime"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A hostile alert", func() {
	// The bytes set aside stand for the work done: nothing is copied, decoded or
	// remembered without them, and unlike time they do not depend on the machine.
	DescribeTable("costs no more than its size, eight times as much for eight times the body",
		func(_ SpecContext, hostile func(size int) string) {
			small, large := allocated(hostile(8<<10)), allocated(hostile(64<<10))
			Expect(large).To(BeNumerically("<=", 10*small+4096))
			Expect(large).To(BeNumerically("<=", 12*(64<<10)))
		},
		Entry("of blanks", func(n int) string { return strings.Repeat(" ", n) + "x" }),
		Entry("of one long string", func(n int) string { return `{"a":"` + strings.Repeat("a", n) + `"}` }),
		Entry("of one long name", func(n int) string { return `{"` + strings.Repeat("a", n) + `":1}` }),
		Entry("of escapes", func(n int) string { return `{"a":"` + strings.Repeat(`\n`, n/2) + `"}` }),
		Entry("of escaped characters outside the basic plane", func(n int) string { return `{"a":"` + strings.Repeat(`\ud83d\ude00`, n/12) + `"}` }),
		Entry("of an unknown name in escapes", func(n int) string { return `{"` + strings.Repeat(`\u0041`, n/6) + `":1}` }),
		Entry("of one long number", func(n int) string { return `{"quantity":` + strings.Repeat("9", n) + `}` }),
		Entry("of one long number as text", func(n int) string { return buyAAPL(`,"quantity":"` + strings.Repeat("9", n) + `"`) }),
		Entry("of a long ticker", func(n int) string { return `{"ticker":"` + strings.Repeat("A:", n/2) + `","action":"buy"}` }),
		Entry("of a long time", func(n int) string { return buyAAPL(`,"time":"` + strings.Repeat("2026-11-20T14:30:01Z", n/20) + `"`) }),
		Entry("of members that differ at their end", hostileMembers),
		Entry("of members of nothing", func(n int) string { return `{` + strings.Repeat(`"":0,`, n/5) + `}` }),
		Entry("of many small objects", func(n int) string { return `{"a":[` + strings.Repeat(`{},`, n/3) + `1]}` }),
		Entry("of depth", func(n int) string { return strings.Repeat(`[`, n) }),
		Entry("of faults with long names", func(n int) string {
			return `{"stopLoss` + strings.Repeat("x", n/2) + `":1,"stopLoss` + strings.Repeat("y", n/2) + `":1}`
		}),
		Entry("of words", func(n int) string { return "BUY " + strings.Repeat("1 ", n/2) }),
		Entry("of one long word", func(n int) string { return "BUY " + strings.Repeat("A", n) }),
		Entry("of commands", func(n int) string { return "K(A) {" + strings.Repeat("market(position=1);", n/19) + "}" }),
		Entry("of empty blocks", func(n int) string { return strings.Repeat("K(A) {} ", n/8) }),
		Entry("of tags", func(n int) string { return "K(A) {} " + strings.Repeat("#t ", n/3) }),
		Entry("of names and values", func(n int) string { return "key=k;command=PLACE;" + strings.Repeat("a=1;", n/4) }),
		Entry("of parts after a licence", func(n int) string { return "1,buy,A" + strings.Repeat(",a=1", n/4) }),
		Entry("of a basket", func(n int) string {
			return `{"apikey":"k","strategy":"s","orders":[` + strings.Repeat(`{"symbol":"A"},`, n/15) + `{}]}`
		}),
		Entry("of lines", func(n int) string { return "BUY 1 A" + strings.Repeat("\n", n) + "x" }),
	)
})

var _ = DescribeTable("What is kept of a hostile alert costs no more than its size",
	func(_ SpecContext, pattern string) {
		redact := func(size int) int {
			body := []byte(strings.Repeat(pattern, size/len(pattern)))
			return allocatedBy(func() { _ = alerts.New().Redact(body) })
		}
		small, large := redact(8<<10), redact(64<<10)
		Expect(large).To(BeNumerically("<=", 10*small+8192))
		Expect(large).To(BeNumerically("<=", 40*(64<<10)))
	},
	Entry(nil, `{"token":`),
	Entry(nil, `"secret":"a",`),
	Entry(nil, "key=a;"),
	Entry(nil, `"`),
	Entry(nil, `\u0041"`),
	Entry(nil, "a,buy,"),
)

// allocated gives the bytes one parse sets aside, the least of a few runs: what
// other goroutines take meanwhile is not the parser's.
func allocated(body string) int {
	parser, raw := alerts.New(), []byte(body)
	return allocatedBy(func() { _, _ = parser.Parse(domain.AlertFormatAuto, raw) })
}

func allocatedBy(work func()) int {
	least := int(^uint(0) >> 1)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		work()
		runtime.ReadMemStats(&after)
		least = min(least, int(after.TotalAlloc-before.TotalAlloc))
	}
	return least
}
