package alerts_test

import (
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The parser", func() {
	It("lists its formats, auto first", func(_ SpecContext) {
		Expect(alerts.New().Formats()).To(HaveExactElements(
			domain.AlertFormatAuto, alerts.Format3Commas, alerts.FormatOpenAlgo, alerts.FormatTVHub, alerts.FormatPickMyTrade,
			alerts.FormatRelay, alerts.FormatTradersPost, alerts.FormatCrossTrade, alerts.FormatPineConnector, alerts.FormatAlertatron, alerts.FormatPlain))
	})

	DescribeTable("recognizes the format by the content alone",
		func(_ SpecContext, body string, format domain.AlertFormat) {
			Expect(read(domain.AlertFormatAuto, body).Format).To(Equal(format))
			Expect(read(format, body)).To(Equal(read(domain.AlertFormatAuto, body)))
		},
		Entry(nil, strategyAlert, alerts.FormatTradersPost),
		Entry(nil, "\r\n\t "+strategyAlert, alerts.FormatTradersPost),
		Entry(nil, "BUY 10 AAPL", alerts.FormatPlain),
		Entry(nil, "\n  flatten \r\n", alerts.FormatPlain),
	)

	DescribeTable("does not understand what begins as no format does",
		func(_ SpecContext, body string) {
			e := refusal(body)
			Expect(e.Code).To(Equal("not_understood"))
			Expect(faultsOf(e)).To(Equal([]string{": unknown_format"}))
		},
		Entry(nil, "hello"),
		Entry(nil, "10 AAPL BUY"),
		Entry(nil, "BUY! 10 AAPL"),
		Entry(nil, "true"),
		Entry(nil, "42"),
		Entry(nil, `"ticker":"AAPL"}`[1:]),
		Entry(nil, "<alert/>"),
		Entry(nil, "ticker=AAPL&action=buy"),
		Entry(nil, "\u00a0"),
	)

	It("reads an alert as the format that is asked for, or not at all", func(_ SpecContext) {
		Expect(faultsOf(refusalAs(alerts.FormatTradersPost, "BUY 10 AAPL"))).To(Equal([]string{": malformed_json"}))
		Expect(faultsOf(refusalAs(alerts.FormatPlain, strategyAlert))).To(Equal([]string{"action: unknown_verb"}))
		Expect(faultsOf(refusalAs(alerts.FormatPlain, "\u00a0"))).To(Equal([]string{"action: unknown_verb"}))
	})

	It("refuses a format it does not have", func(_ SpecContext) {
		e := refusalAs("telepathy", strategyAlert)
		Expect(e.Code).To(Equal("unknown_format"))
		Expect(e.Field).To(Equal("format"))
	})

	It("gives the top-level scalars as text, for duplicate keys", func(_ SpecContext) {
		parsed := read(domain.AlertFormatAuto, buyAAPL(`,"quantity":1.50,"price":"2","id":"a-1","test":false,`+
			`"sentiment":null,"extras":{"id":"inner"},"tags":["x"],"note":""`))
		Expect(parsed.Fields).To(Equal(map[string]string{
			"ticker": "AAPL", "action": "buy", "quantity": "1.50", "price": "2", "id": "a-1", "test": "false", "note": "",
		}))
		Expect(read(domain.AlertFormatAuto, "BUY 10 AAPL").Fields).To(BeEmpty())
	})

	It("keeps nothing of the body it was given", func(_ SpecContext) {
		body := []byte(strategyAlert)
		parsed, err := alerts.New().Parse(domain.AlertFormatAuto, body)
		Expect(err).NotTo(HaveOccurred())
		clear(body)
		Expect(parsed.Intents[0].Symbol).To(BeEquivalentTo("AAPL"))
		Expect(parsed.Fields).To(HaveKeyWithValue("ticker", "NASDAQ:AAPL"))
	})

	It("gives the same answer to everybody at once", func(_ SpecContext) {
		parser := alerts.New()
		want := read(domain.AlertFormatAuto, strategyAlert)
		var group sync.WaitGroup
		got := make([]ports.ParsedAlert, 16)
		for i := range got {
			group.Go(func() {
				parsed, err := parser.Parse(domain.AlertFormatAuto, []byte(strategyAlert))
				if err == nil {
					got[i] = parsed
				}
			})
		}
		group.Wait()
		Expect(got).To(HaveEach(want))
	})

	It("says of a reversal what TradingView means by it", func(_ SpecContext) {
		Expect(understood(strategyAlert)).To(Equal(domain.Intent{
			Action:         domain.ActionSell,
			Symbol:         "AAPL",
			Quantity:       quantity("20"),
			Sentiment:      domain.SentimentShort,
			OrderType:      domain.OrderTypeMarket,
			TimeInForce:    domain.TimeInForceDay,
			ReferencePrice: price("189.43"),
			SenderTime:     at("2026-11-20T14:30:01Z"),
		}))
	})

	It("is bounded in what it says about a body full of faults", func(_ SpecContext) {
		var body strings.Builder
		body.WriteString(`{"a":1`)
		for i := range 490 {
			body.WriteString(`,"stopLoss` + strings.Repeat("x", i%40) + string(rune('a'+i/40)) + `":1`)
		}
		body.WriteString(`}`)
		e := refusal(body.String())
		Expect(e.AllReasons()).To(HaveLen(50))
		Expect(faultsOf(e)[:2]).To(Equal([]string{"ticker: symbol_required", "action: action_required"}))
	})
})
