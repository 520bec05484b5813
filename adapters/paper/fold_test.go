package paper_test

import (
	"strings"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// sound is a journal in which everything an entry can say is said once. It is
// written out so that a change of the stored form shows here: journals outlive
// versions.
func sound() []string {
	return []string{
		`{"v":1,"kind":"opened","at":"2026-11-22T14:30:00.001Z","data":{"account":"` + foldedID + `","cash":"1000"}}`,
		`{"v":1,"kind":"submitted","at":"2026-11-22T14:30:00.002Z","data":{"client_order_id":"a","broker_order_id":"11111111-1111-5111-8111-111111111111","symbol":"AAPL","side":"buy","type":"stop_limit","time_in_force":"gtc","quantity":"2","limit_price":"106","stop_price":"105"}}`,
		`{"v":1,"kind":"priced","at":"2026-11-22T14:30:00.003Z","data":{"symbol":"AAPL","price":"107"}}`,
		`{"v":1,"kind":"triggered","at":"2026-11-22T14:30:00.003Z","data":{"client_order_id":"a"}}`,
		`{"v":1,"kind":"quoted","at":"2026-11-22T14:30:00.004Z","data":{"symbol":"AAPL","bid":"99","ask":"101","last":"100"}}`,
		`{"v":1,"kind":"filled","at":"2026-11-22T14:30:00.004Z","data":{"client_order_id":"a","execution_id":"22222222-2222-5222-8222-222222222222","quantity":"2","price":"101"}}`,
		`{"v":1,"kind":"submitted","at":"2026-11-22T14:30:00.005Z","data":{"client_order_id":"b","broker_order_id":"33333333-3333-5333-8333-333333333333","symbol":"AAPL","side":"sell","type":"market","time_in_force":"day","notional":"50000"}}`,
		`{"v":1,"kind":"rejected","at":"2026-11-22T14:30:00.005Z","data":{"client_order_id":"b","code":"insufficient_buying_power","reason":"insufficient buying power"}}`,
		`{"v":1,"kind":"submitted","at":"2026-11-22T14:30:00.006Z","data":{"client_order_id":"c","broker_order_id":"44444444-4444-5444-8444-444444444444","symbol":"AAPL","side":"buy","type":"limit","time_in_force":"day","quantity":"1","limit_price":"90"}}`,
		`{"v":1,"kind":"canceled","at":"2026-11-22T14:30:00.007Z","data":{"client_order_id":"c"}}`,
	}
}

const foldedID = "0192f0c4-0000-7000-8000-00000000cafe"

func folded() *paper.Engine {
	return paper.NewEngine(domain.BrokerAccountID{UUID: uuid.MustParse(foldedID)}, domain.Money{})
}

func asEntries(lines []string) [][]byte {
	var entries [][]byte
	for _, line := range lines {
		entries = append(entries, []byte(line))
	}
	return entries
}

var _ = Describe("Folding a journal", func() {
	It("gives the account it tells of", func() {
		e := folded()
		Expect(e.Fold(asEntries(sound()))).To(Succeed())
		a, _ := e.Order("a")
		Expect(a).To(Equal(domain.OrderReport{
			ClientOrderID: "a", BrokerOrderID: "11111111-1111-5111-8111-111111111111",
			Side: domain.SideBuy, Quantity: new(domain.MustQuantity("2")), Status: domain.StatusFilled, At: epoch().Add(4e6),
			Fills: []domain.Fill{{
				ExecutionID: "22222222-2222-5222-8222-222222222222", Quantity: domain.MustQuantity("2"),
				Price: domain.MustPrice("101"), At: epoch().Add(4e6),
			}},
		}))
		b, _ := e.Order("b")
		Expect(b).To(HaveField("Reason", "insufficient buying power"))
		c, _ := e.Order("c")
		Expect(c).To(HaveField("Status", domain.StatusCanceled))
		Expect(e.Summary().Cash.String()).To(Equal("798"))
		Expect(e.Summary().Equity.String()).To(Equal("998"))
		Expect(e.Sequence()).To(Equal(int64(len(sound()))))
	})

	It("is how a command's own entries are written", func(ctx SpecContext) {
		d := newDesk("1000")
		snapshot := d.account.Snapshot()
		snapshot.ID = domain.BrokerAccountID{UUID: uuid.MustParse(foldedID)}
		d.account = domain.RestoreBrokerAccount(snapshot)
		d.submit(ctx, order("a", domain.SideBuy, "2", domain.OrderTypeMarket, stop("105"), limit("106"), during(domain.TimeInForceGTC)))
		written := d.journal.all(d.account.ID())
		Expect(string(written[0])).To(Equal(sound()[0]))
		Expect(string(written[1])).To(MatchRegexp(strings.NewReplacer(
			"{", `\{`, "}", `\}`, "11111111-1111-5111-8111-111111111111", "[0-9a-f-]{36}", "00.002Z", "00.001Z",
		).Replace(sound()[1])))
	})

	type damage struct {
		// entry, counted from 1, has old replaced by new, which why complains of.
		entry    int
		old, new string
		why      string
	}
	DescribeTable("stops, as an internal error that names account and entry, at",
		func(d damage) {
			lines := sound()
			Expect(lines[d.entry-1]).To(ContainSubstring(d.old))
			lines[d.entry-1] = strings.Replace(lines[d.entry-1], d.old, d.new, 1)
			e := folded()
			err := e.Fold(asEntries(lines))
			Expect(err).To(MatchError(domain.KindInternal))
			Expect(err).To(HaveField("Code", "corrupt_paper_journal"))
			Expect(err).To(HaveField("Msg", HavePrefix("paper account %s, entry %d", foldedID, d.entry)))
			Expect(err).To(MatchError(ContainSubstring(d.why)))
			Expect(e.Sequence()).To(Equal(int64(d.entry-1)), "what came before stays")

			before := folded()
			Expect(before.Fold(asEntries(lines[:d.entry-1]))).To(Succeed())
			Expect(e.Summary()).To(Equal(before.Summary()), "the entry left no trace")
			Expect(e.Fold(asEntries(sound()[d.entry-1:]))).To(Succeed(), "repaired, it goes on")
		},
		Entry("what is no JSON", damage{2, `{"v"`, `{"v`, "invalid character"}),
		Entry("what is cut short", damage{2, `}}`, ``, "unexpected EOF"}),
		Entry("more than one value", damage{2, `}}`, `}}{}`, "more than one JSON value"}),
		Entry("a later version", damage{2, `"v":1`, `"v":2`, "version 2"}),
		Entry("an unknown kind", damage{2, `submitted`, `wished`, `unknown kind "wished"`}),
		Entry("an unknown field around", damage{2, `"v":1`, `"v":1,"w":1`, `unknown field "w"`}),
		Entry("an unknown field inside", damage{2, `"symbol"`, `"colour":"red","symbol"`, `unknown field "colour"`}),
		Entry("no time", damage{2, `"at":"2026-11-22T14:30:00.002Z",`, ``, "no time"}),
		Entry("no data", damage{2, `"data":{`, `"date":{`, "unknown field"}),
		Entry("data that is null", damage{4, `{"client_order_id":"a"}`, `null`, "no client order id"}),
		Entry("a number for a string", damage{2, `"quantity":"2"`, `"quantity":2`, "cannot unmarshal number"}),
		Entry("a price of 0", damage{3, `"107"`, `"0"`, "above 0"}),
		Entry("a number too wide", damage{2, `"quantity":"2"`, `"quantity":"1e99"`, "24 digits"}),
		Entry("a first entry that opens nothing", damage{1, sound()[0], sound()[1], "not opened"}),
		Entry("another account's journal", damage{1, "cafe", "beef", "opens account"}),
		Entry("no account", damage{1, foldedID, uuid.Nil.String(), "without an account"}),
		Entry("a second opening", damage{2, sound()[1], sound()[0], "opened twice"}),
		Entry("an order without a symbol", damage{2, `"AAPL"`, `""`, "without its ids or a symbol"}),
		Entry("an unknown side", damage{2, `"buy"`, `"borrow"`, "unknown side"}),
		Entry("an order without a size", damage{2, `"quantity":"2",`, ``, "exactly one of quantity and notional"}),
		Entry("an order for nothing", damage{2, `"quantity":"2"`, `"quantity":"0"`, "nothing to trade"}),
		Entry("an order without its stop price", damage{2, `,"stop_price":"105"`, ``, "its type does not have"}),
		Entry("an order submitted twice", damage{7, `"client_order_id":"b"`, `"client_order_id":"a"`, "submitted twice"}),
		Entry("a price without a symbol", damage{3, `"AAPL"`, `""`, "priced without"}),
		Entry("an alert's price where a quote is", damage{7, sound()[6], sound()[2], "which is quoted"}),
		Entry("a trigger twice", damage{5, sound()[4], sound()[3], "no stop price left"}),
		Entry("a quote without a symbol", damage{5, `"AAPL"`, `""`, "quoted without a symbol"}),
		Entry("a quote without a price", damage{5, `,"bid":"99","ask":"101","last":"100"`, ``, "quoted without a price"}),
		Entry("a crossed quote", damage{5, `"bid":"99"`, `"bid":"102"`, "bid above the ask"}),
		Entry("a fill without an execution", damage{6, `"22222222-2222-5222-8222-222222222222"`, `"` + uuid.Nil.String() + `"`, "without an execution id"}),
		Entry("a fill of an unknown order", damage{6, `"client_order_id":"a"`, `"client_order_id":"x"`, "never submitted"}),
		Entry("a fill of nothing", damage{6, `"quantity":"2"`, `"quantity":"0"`, "a quantity"}),
		Entry("a fill without a market", damage{3, sound()[2], sound()[5], "filled without a market"}),
		Entry("a fill of an order that is over", damage{8, sound()[7], sound()[5], "is filled already"}),
		Entry("a rejection without a reason", damage{8, `"insufficient buying power"`, `""`, "without a reason"}),
		Entry("a cancel of an order that is over", damage{10, `"client_order_id":"c"`, `"client_order_id":"a"`, "is filled already"}),
	)

	It("fails every call for the account, and for no other, until it is repaired", func(ctx SpecContext) {
		d := newDesk("1000")
		d.submit(ctx, buy("a", "1", alertAt("10")))
		d.journal.entries[d.account.ID()] = append(d.journal.entries[d.account.ID()], []byte(`{}`))
		_, err := d.Submit(ctx, d.account, buy("b", "1"))
		Expect(err).To(MatchError(domain.KindInternal))
		_, err = d.ByClientOrderID(ctx, d.account, "a")
		Expect(err).To(MatchError(domain.KindInternal))
		_, err = d.Summary(ctx, d.account)
		Expect(err).To(MatchError(ContainSubstring("paper account %s, entry 5", d.account.ID())))
		Expect(d.Summary(ctx, newAccount("1"))).To(HaveField("Cash", domain.MustMoney("1")))
	})
})
