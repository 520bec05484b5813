package alerts_test

import (
	"errors"
	"maps"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/expressions"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A custom mapping", func() {
	// with is a mapping of a buy of AAPL and what else it gives.
	with := func(more domain.Mapping) domain.Mapping {
		m := domain.Mapping{"symbol": `"AAPL"`, "action": `"buy"`}
		maps.Copy(m, more)
		return m
	}
	mapped := func(m domain.Mapping, body string) ports.ParsedAlert {
		GinkgoHelper()
		parser := alerts.New().WithExpressions(expressions.New())
		Expect(parser.CheckMapping(m)).To(Succeed())
		parsed, err := parser.ParseMapped(m, []byte(body))
		Expect(err).NotTo(HaveOccurred())
		return parsed
	}
	refused := func(m domain.Mapping, body string) []string {
		GinkgoHelper()
		parsed, err := alerts.New().WithExpressions(expressions.New()).ParseMapped(m, []byte(body))
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(parsed).To(Equal(ports.ParsedAlert{}))
		e, _ := errors.AsType[*domain.Error](err)
		return faultsOf(e)
	}

	It("reads any JSON as the intent its expressions give", func(_ SpecContext) {
		parsed := mapped(domain.Mapping{
			"symbol":          `body.instrument.exchange + ":" + upper(body.instrument.code)`,
			"action":          `body.side == 1 || body.side == "1" ? "buy" : "sell"`,
			"quantity":        `mul(body.lots, "100")`,
			"type":            `body.limit != nil ? "limit" : "market"`,
			"limit_price":     `body.limit`,
			"time_in_force":   `"gtc"`,
			"stop_loss_price": `sub(body.limit, "0.1")`,
			"sender_time":     `body.at`,
			"max_age_seconds": `"30"`,
		}, `{"instrument":{"exchange":"NSE","code":"sbin"},"side":1,"lots":0.29,"limit":0.3,"at":"2026-11-20T14:30:01Z","token":"t","id":7}`)
		Expect(parsed).To(Equal(ports.ParsedAlert{
			Format: domain.AlertFormatCustom,
			Intents: []domain.Intent{order(func(i *domain.Intent) {
				i.Symbol, i.Quantity, i.TimeInForce = "SBIN", quantity("29"), domain.TimeInForceGTC
				i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("0.3")
				i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price("0.2")}}
				i.SenderTime, i.MaxAgeSeconds = at("2026-11-20T14:30:01Z"), new(30)
			})},
			Fields: map[string]string{"side": "1", "lots": "0.29", "limit": "0.3", "at": "2026-11-20T14:30:01Z", "id": "7"},
		}))
	})

	DescribeTable("gives a field what its expression gives",
		func(_ SpecContext, field, expression string, want func(*domain.Intent)) {
			parsed := mapped(with(domain.Mapping{field: expression}), `{"n":1.50,"list":["a","b"],"o":{"x":"-2"},"t":true,"none":null,"pct":"5 %"}`)
			Expect(parsed.Intents).To(HaveExactElements(order(want)))
		},
		Entry("a number in its own spelling", "quantity", `body.n`, func(i *domain.Intent) { i.Quantity = quantity("1.50") }),
		Entry("nothing", "quantity", `body.none`, same),
		Entry("nothing of what is not there", "quantity", `body.o?.y?.z`, same),
		Entry("an item of a list", "sentiment", `body.list[1] == "b" ? "long" : "short"`, func(i *domain.Intent) { i.Sentiment = "long" }),
		Entry("a member of an object", "target_position", `body.o["x"]`, func(i *domain.Intent) { i.TargetPosition = net("-2") }),
		Entry("a condition", "notional", `body.t ? "7" : nil`, func(i *domain.Intent) { i.Notional = money("7") }),
		Entry("a sum that is exact", "quantity", `add("0.1", "0.2")`, func(i *domain.Intent) { i.Quantity = quantity("0.3") }),
		Entry("a quotient", "quantity", `div(body.n, "3")`, func(i *domain.Intent) { i.Quantity = quantity("0.5") }),
		Entry("a part of a text", "take_profit_percent", `trim(trimSuffix(body.pct, "%"))`, func(i *domain.Intent) { i.TakeProfit = &domain.Level{Percent: quantity("5")} }),
		Entry("a part of a list", "stop_loss_percent", `first(split(body.pct, " "))`, func(i *domain.Intent) {
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("5")}}
		}),
	)

	DescribeTable("refuses an alert on which it does not work",
		func(_ SpecContext, m domain.Mapping, body string, faults ...string) {
			Expect(refused(m, body)).To(Equal(faults))
		},
		Entry("that is no JSON object", with(nil), `BUY 10 AAPL`, ": malformed_json"),
		Entry("without what an expression needs", with(domain.Mapping{"quantity": `lower(body.q)`}), `{}`, "quantity: expression_failed"),
		Entry("with no number where it calculates", with(domain.Mapping{"quantity": `mul(body.q, "2")`}), `{"q":"lots"}`, "quantity: expression_failed"),
		Entry("with a division by zero", with(domain.Mapping{"quantity": `div("1", body.q)`}), `{"q":0}`, "quantity: expression_failed"),
		Entry("with a list for a number", with(domain.Mapping{"quantity": `body.q`}), `{"q":[1]}`, "quantity: not_text"),
		Entry("with a text for a number", with(domain.Mapping{"quantity": `body.q`}), `{"q":"x"}`, "quantity: not_a_number"),
		Entry("without the symbol", domain.Mapping{"action": `"buy"`, "symbol": `body.s`}, `{}`, "symbol: symbol_required"),
		Entry("without the action", domain.Mapping{"action": `body.a`, "symbol": `"A"`}, `{}`, "action: action_required"),
		Entry("with an action that is none", domain.Mapping{"action": `body.a`, "symbol": `"A"`}, `{"a":"hold"}`, "action: invalid_action"),
		Entry("that makes no sense", with(domain.Mapping{"quantity": `"0"`}), `{}`, "quantity: quantity_not_positive"),
	)

	It("repeats nothing of an alert in what it says", func(_ SpecContext) {
		_, err := alerts.New().WithExpressions(expressions.New()).ParseMapped(with(domain.Mapping{"quantity": `mul(body.token, "2")`}), []byte(`{"token":"c4n4ry"}`))
		e, _ := errors.AsType[*domain.Error](err)
		Expect(told(e)).NotTo(ContainSubstring("c4n4ry"))
	})

	DescribeTable("is refused where an expression cannot be read, or reaches for what is not offered",
		func(_ SpecContext, expression string) {
			err := alerts.New().WithExpressions(expressions.New()).CheckMapping(with(domain.Mapping{"quantity": expression}))
			Expect(err).To(MatchError(domain.KindInvalid))
			e, _ := errors.AsType[*domain.Error](err)
			Expect(faultsOf(e)).To(Equal([]string{"mapping.quantity: invalid_expression"}))
			Expect(refused(with(domain.Mapping{"quantity": expression}), `{}`)).To(Equal([]string{"quantity: expression_failed"}))
		},
		Entry("half an expression", `body.`),
		Entry("an unknown name", `env.HOME`),
		Entry("an unknown function", `readFile("x")`),
		Entry("the clock", `now()`),
		Entry("a range", `1..1000000`),
		Entry("a pattern", `body.a matches "(a+)+"`),
		Entry("a loop", `map(body.a, # + 1)`),
		Entry("repetition", `repeat("a", 1000000)`),
		Entry("replacement", `replace(body.a, "", body.a)`),
		Entry("a float", `0.5`),
		Entry("too much of it", strings.Repeat("body.a+", 100)+`""`),
		Entry("too many characters", `"`+strings.Repeat("a", 600)+`"`),
	)

	It("is not offered by a parser without expressions", func(_ SpecContext) {
		Expect(alerts.New().CheckMapping(with(nil))).To(MatchError(domain.KindInvalid))
		Expect(alerts.New().ParseMapped(with(nil), []byte(`{}`))).Error().To(MatchError(domain.KindInvalid))
	})

	It("costs no more than 32 times an alert of 64 KiB that is made to cost most", func(_ SpecContext) {
		costly := domain.Mapping{}
		for _, name := range domain.MappingFields() {
			costly[name] = `upper(` + strings.Repeat(`lower(body.a)+`, 8) + `body.a)`
		}
		body := []byte(`{"a":"` + strings.Repeat("x", 1000) + `","b":"` + strings.Repeat("y", 63<<10) + `"}`)
		parser := alerts.New().WithExpressions(expressions.New())
		Expect(parser.CheckMapping(costly)).To(Succeed())
		Expect(allocatedBy(func() { _, _ = parser.ParseMapped(costly, body) })).To(BeNumerically("<", 32*len(body)))
	})
})
