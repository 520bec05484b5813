package alerts_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("What a sender authenticates itself with", func() {
	const canary = "c4n4ry-5e5ame"
	redact := func(body string) string { return string(alerts.New().Redact([]byte(body))) }

	DescribeTable("stands in no alert that is kept, and changes nothing that is read from it",
		func(_ SpecContext, body string) {
			body = strings.ReplaceAll(body, "CANARY", canary)
			kept := redact(body)
			Expect(kept).NotTo(ContainSubstring(canary))
			Expect(kept).To(ContainSubstring("redacted"))
			Expect(redact(kept)).To(Equal(kept))
			parsed := read(domain.AlertFormatAuto, body)
			Expect(read(domain.AlertFormatAuto, kept)).To(Equal(parsed))
			for name, text := range parsed.Fields {
				Expect(text).NotTo(ContainSubstring(canary), name)
			}
		},
		Entry("3Commas", `{"secret":"CANARY","bot_uuid":"u","tv_instrument":"BTCUSDT.P","action":"buy"}`),
		Entry("OpenAlgo", `{"apikey":"CANARY","strategy":"S","symbol":"SBIN","action":"BUY","quantity":"1"}`),
		Entry("TV-Hub", `{"pair":"BTCUSDT","isBuy":true,"units":0.01,"token":"CANARY"}`),
		Entry("PickMyTrade", `{"symbol":"NQM5","data":"buy","quantity":1,"token":"CANARY","multiple_accounts":[{"token":"CANARY"}]}`),
		Entry("CrossTrade", `key=CANARY; command=PLACE; instrument=NQ1!; action=BUY; qty=1;`),
		Entry("PineConnector's licence", `CANARY,buy,AUDUSD`),
		Entry("PineConnector's licence and secret", "\n CANARY , buy , AUDUSD , secret=CANARY"),
		Entry("TradersPost with a passphrase", `{"ticker":"AAPL","action":"buy","passphrase":"CANARY"}`),
		Entry("escapes", `{"ticker":"AAPL","action":"buy","\u0070assword":"x\"CANARY"}`),
		Entry("another spelling", `{"ticker":"AAPL","action":"buy","API_Key":"CANARY","Auth-Token" : "CANARY"}`),
		Entry("inside what is not interpreted", `{"ticker":"AAPL","action":"buy","extras":{"a":[{"secret":"CANARY"}]}}`),
		Entry("an object", `{"ticker":"AAPL","action":"buy","token":{"a":["}","CANARY"]}}`),
	)

	DescribeTable("is what its secrets are",
		func(_ SpecContext, body string, secrets ...string) {
			Expect(alerts.New().Secrets([]byte(body))).To(HaveExactElements(secrets))
		},
		Entry(nil, `{"ticker":"AAPL","passphrase":"one \"two\" \u00e9","extras":{"token":7}}`, `one "two" é`, "7"),
		Entry(nil, `{"secret":"torn`, "torn"),
		Entry(nil, "key=one two; command=PLACE; secret= three", "one two", "three"),
		Entry(nil, "4711,buy,AUDUSD", "4711"),
	)

	It("is nothing in an alert without", func() {
		Expect(alerts.New().Secrets([]byte(strategyAlert))).To(BeEmpty())
	})

	DescribeTable("stands in none that is refused either",
		func(_ SpecContext, body string) {
			body = strings.ReplaceAll(body, "CANARY", canary)
			Expect(redact(body)).NotTo(ContainSubstring(canary))
			for _, r := range refusal(body).AllReasons() {
				Expect(r.Field + r.Message).NotTo(ContainSubstring(canary))
			}
		},
		Entry("broken JSON", `{"ticker":AAPL,"secret":"CANARY"`),
		Entry("text without its end", `{"secret":"CANARY`),
		Entry("a number without quotes", `{"secret":CANARY}`),
		Entry("a list", `[{"token":"CANARY"}]`),
		Entry("form fields", `ticker=AAPL&apikey=CANARY&action=buy`),
		Entry("an unknown command", `CANARY,eaoff,eaoff`),
		Entry("an unknown name", `key=CANARY; command=PLACE; password=CANARY;`),
	)

	DescribeTable("is nothing else that is kept as it was sent",
		func(_ SpecContext, body string) {
			Expect(redact(body)).To(Equal(body))
		},
		Entry(nil, strategyAlert),
		Entry(nil, "BUY 10 AAPL"),
		Entry(nil, `{"ticker":"AAPL","action":"buy","key":"order-7","comment":"secret"}`),
		Entry(nil, `{"ticker":"AAPL","action":"buy","token":null}`),
		Entry(nil, "buy,10,AAPL"),
		Entry(nil, ""),
	)
})
