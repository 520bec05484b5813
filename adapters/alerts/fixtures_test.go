package alerts_test

import (
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("Alerts as they are sent", func() {
	for file, intent := range inOrder(both(understandable(), understandableElsewhere())) {
		It("understands "+file, func(_ SpecContext) {
			parsed := read(domain.AlertFormatAuto, fixture(file))
			Expect(parsed.Intents).To(Equal([]domain.Intent{intent}))
			Expect(parsed.Format).To(BeEquivalentTo(filepath.Dir(file)))
			Expect(alerts.New().Formats()).To(ContainElement(parsed.Format))
		})
	}
	for file, intents := range inOrder(several()) {
		It("understands each intent, in order, of "+file, func(_ SpecContext) {
			parsed, err := alerts.New().Parse(domain.AlertFormatAuto, []byte(fixture(file)))
			Expect(err).NotTo(HaveOccurred())
			Expect(parsed.Intents).To(Equal(intents))
			Expect(parsed.Format).To(BeEquivalentTo(filepath.Dir(file)))
		})
	}
	for file, faults := range inOrder(both(refusable(), refusableElsewhere())) {
		It("refuses "+file, func(_ SpecContext) {
			Expect(faultsOf(refusal(fixture(file)))).To(Equal(faults))
		})
	}

	It("are each either understood or refused", func(_ SpecContext) {
		files, err := filepath.Glob("testdata/*/*.*")
		Expect(err).NotTo(HaveOccurred())
		Expect(files).To(HaveLen(len(understandable()) + len(refusable()) + len(understandableElsewhere()) + len(refusableElsewhere()) + len(several())))
	})
})

// inOrder gives the files by name: every parallel process must see one tree.
func inOrder[V any](files map[string]V) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		for _, file := range slices.Sorted(maps.Keys(files)) {
			if !yield(file, files[file]) {
				return
			}
		}
	}
}

func both[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func fixture(file string) string {
	GinkgoHelper()
	body, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(file)))
	Expect(err).NotTo(HaveOccurred())
	return string(body)
}

// understandable gives the alerts of testdata that are read, and what as.
func understandable() map[string]domain.Intent {
	return map[string]domain.Intent{
		"traderspost/strategy_template_rendered.json": order(func(i *domain.Intent) {
			i.Sentiment, i.Quantity = domain.SentimentLong, quantity("10")
			i.ReferencePrice, i.SenderTime = price("189.43"), at("2026-11-20T14:30:01Z")
		}),
		"traderspost/strategy_reversal.json": order(func(i *domain.Intent) {
			i.Action, i.Sentiment, i.Quantity = domain.ActionSell, domain.SentimentShort, quantity("20")
			i.ReferencePrice, i.SenderTime = price("191.02"), at("2026-11-20T15:05:00Z")
		}),
		"traderspost/strategy_flat_exit.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Sentiment, i.Quantity = "BTCUSD", domain.ActionSell, domain.SentimentFlat, quantity("0.1")
			i.ReferencePrice, i.SenderTime = price("91250.5"), at("2026-11-20T16:00:03Z")
		}),
		"traderspost/strategy_position_fields.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Sentiment = "ETHUSDT.P", domain.ActionSell, domain.SentimentShort
			i.Quantity, i.TargetPosition, i.PreviousPosition = quantity("1"), net("-0.5"), net("0.5")
			i.ReferencePrice, i.SenderTime = price("3050.25"), at("2026-11-20T14:30:01Z")
		}),
		"traderspost/strategy_signed_position.json": order(func(i *domain.Intent) {
			i.Symbol, i.Sentiment = "NQ1!", domain.SentimentLong
			i.Quantity, i.TargetPosition, i.ReferencePrice = quantity("3"), net("2"), price("21345.75")
		}),
		"traderspost/indicator_template_rendered.json": order(func(i *domain.Intent) {
			i.Symbol, i.ReferencePrice, i.SenderTime = "TSLA", price("342.1"), at("2026-11-20T14:31:00Z")
		}),
		"traderspost/curl_minimal.json":   order(func(i *domain.Intent) { i.Symbol = "MNQ" }),
		"traderspost/symbol_minimal.json": order(func(i *domain.Intent) { i.Quantity = quantity("10") }),
		"traderspost/limit_order.json": order(func(i *domain.Intent) {
			i.Symbol, i.Quantity, i.TimeInForce = "TSLA", quantity("5"), domain.TimeInForceGTC
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("120.12")
		}),
		"traderspost/stop_limit_short.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Sentiment, i.Quantity = "SPY", domain.ActionSell, domain.SentimentShort, quantity("15")
			i.OrderType, i.StopPrice, i.LimitPrice = domain.OrderTypeStopLimit, price("598.5"), price("598.25")
		}),
		"traderspost/dollar_amount.json": order(func(i *domain.Intent) {
			i.Symbol, i.Notional, i.ReferencePrice = "AMD", money("1000"), price("143.12")
		}),
		"traderspost/bracket.json": order(func(i *domain.Intent) {
			i.Symbol, i.Quantity, i.ReferencePrice = "AMD", quantity("1"), price("143.12")
			i.TakeProfit = &domain.Level{Percent: quantity("10")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("5")}}
		}),
		"traderspost/exit_part.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Quantity = "AMD", domain.ActionExit, quantity("25")
		}),
		"traderspost/cancel.json": order(func(i *domain.Intent) { i.Symbol, i.Action = "SPY", domain.ActionCancel }),
		"traderspost/reverse.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.ReferencePrice = "MES1!", domain.ActionReverse, price("6021.25")
		}),
		"traderspost/pine_format_time.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Sentiment = "AMD", domain.ActionSell, domain.SentimentFlat
			i.ReferencePrice, i.SenderTime = price("143.5"), at("2026-11-20T14:30:01Z")
		}),
		"plain/buy.txt": order(func(i *domain.Intent) { i.Quantity = quantity("10") }),
		"plain/limit.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Quantity = "BTCUSD", domain.ActionSell, quantity("0.5")
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("64250")
		}),
		"plain/close.txt":   order(func(i *domain.Intent) { i.Symbol, i.Action = "NVDA", domain.ActionExit }),
		"plain/flatten.txt": order(func(i *domain.Intent) { i.Symbol, i.Action = "", domain.ActionExit }),
		"plain/cancel.txt":  order(func(i *domain.Intent) { i.Action = domain.ActionCancel }),
		"plain/reverse.txt": order(func(i *domain.Intent) { i.Symbol, i.Action = "TSLA", domain.ActionReverse }),
	}
}

// refusable gives the alerts of testdata that are not, and why.
func refusable() map[string][]string {
	return map[string][]string{
		"traderspost/refused_delay.json":          {"delay: unsupported_field"},
		"traderspost/refused_cancel_by_type.json": {"cancelOrderType: unsupported_field"},
		"traderspost/refused_options.json": {
			"optionType: unsupported_field", "intrinsicValue: unsupported_field", "expiration: unsupported_field", "strikesAway: unsupported_field",
		},
		"traderspost/refused_template_not_rendered.json": {
			"ticker: unrendered_placeholder", "action: unrendered_placeholder", "sentiment: unrendered_placeholder",
			"quantity: unrendered_placeholder", "price: unrendered_placeholder", "time: unrendered_placeholder",
		},
		"traderspost/refused_placeholder_became_nothing.json": {"sentiment: empty_value", "quantity: empty_value"},
		"traderspost/refused_nan.json":                        {"quantity: not_a_number"},
		"traderspost/refused_unquoted_placeholder.json":       {"quantity: unrendered_placeholder"},
		"traderspost/refused_list.json":                       {": unsupported_array"},
		"plain/refused_two_lines.txt":                         {": more_than_one_line"},
		"plain/refused_account_first.txt":                     {": unknown_format"},
		"plain/refused_words_swapped.txt":                     {"quantity: not_a_number"},
	}
}
