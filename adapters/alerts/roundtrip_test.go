package alerts_test

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("An intent", func() {
	It("is the same however its alert is written", func(_ SpecContext) {
		rapid.Check(GinkgoTB(), func(t *rapid.T) {
			intent := drawIntent(t)
			body := write(t, intent)
			parsed, err := alerts.New().Parse(domain.AlertFormatAuto, []byte(body))
			if err != nil {
				t.Fatalf("%s\nrefused: %v", body, err)
			}
			if !reflect.DeepEqual(parsed.Intents, []domain.Intent{intent}) {
				t.Fatalf("%s\nread as %+v\nmeant as %+v", body, parsed.Intents, intent)
			}
		})
	})
})

func drawIntent(t *rapid.T) domain.Intent {
	number := rapid.StringMatching(`[1-9][0-9]{0,11}(\.[0-9]{0,8}[1-9])?`)
	i := domain.Intent{
		Action: rapid.SampledFrom([]domain.Action{
			domain.ActionBuy, domain.ActionSell, domain.ActionExit, domain.ActionReverse, domain.ActionCancel,
		}).Draw(t, "action"),
		Symbol:      domain.Symbol(rapid.StringMatching(`[A-Z0-9][A-Z0-9./_!-]{0,31}`).Draw(t, "symbol")),
		OrderType:   rapid.SampledFrom(domain.OrderTypes()).Draw(t, "type"),
		TimeInForce: rapid.SampledFrom(domain.TimesInForce()).Draw(t, "time in force"),
	}
	maybe := rapid.Bool()
	if maybe.Draw(t, "has quantity") {
		if maybe.Draw(t, "is notional") && i.Action != domain.ActionExit {
			i.Notional = money(number.Draw(t, "notional"))
		} else {
			i.Quantity = quantity(number.Draw(t, "quantity"))
		}
	}
	if i.OrderType.NeedsLimitPrice() {
		i.LimitPrice = price(number.Draw(t, "limit price"))
	}
	if i.OrderType.NeedsStopPrice() {
		i.StopPrice = price(number.Draw(t, "stop price"))
	}
	if maybe.Draw(t, "has price") {
		i.ReferencePrice = price(number.Draw(t, "price"))
	}
	if maybe.Draw(t, "has time") {
		seconds := rapid.Int64Range(0, 250_000_000_000).Draw(t, "seconds")
		i.SenderTime = new(time.Unix(seconds, 1000*rapid.Int64Range(0, 999_999).Draw(t, "microseconds")).UTC())
	}
	size := number.Draw(t, "position size")
	switch rapid.SampledFrom([]string{"", "long", "short", "flat"}).Draw(t, "sentiment") {
	case "long":
		i.Sentiment, i.TargetPosition = domain.SentimentLong, net(size)
	case "short":
		i.Sentiment, i.TargetPosition = domain.SentimentShort, net("-"+size)
	case "flat":
		i.Sentiment, i.TargetPosition = domain.SentimentFlat, net("0")
	}
	if i.Sentiment != "" && maybe.Draw(t, "no position") {
		i.TargetPosition = nil
	}
	return i
}

// write spells an intent as one of the alerts that mean it.
func write(t *rapid.T, i domain.Intent) string {
	one := func(of ...string) string { return rapid.SampledFrom(of).Draw(t, "spelling") }
	members := []string{
		`"` + one("ticker", "symbol") + `":` + text(t, one("", "NASDAQ:", "A:B:")+string(i.Symbol)),
		`"action":` + text(t, string(i.Action)),
		one(`"strategy":"own"`, `"extras":{"quantity":1,"a":[{},[],null,true,1e5]}`, `"cancel":false`, `"stopLoss":null`),
	}
	add := func(name, value string) { members = append(members, `"`+name+`":`+value) }
	if i.Quantity != nil {
		add("quantity", digits(t, i.Quantity.String()))
		if rapid.Bool().Draw(t, "say type") {
			add("quantityType", `"fixed_quantity"`)
		}
	}
	if i.Notional != nil {
		add("quantity", digits(t, i.Notional.String()))
		add("quantityType", `"dollar_amount"`)
	}
	if i.OrderType != domain.OrderTypeMarket || rapid.Bool().Draw(t, "say market") {
		add("orderType", text(t, string(i.OrderType)))
	}
	if i.TimeInForce != domain.TimeInForceDay || rapid.Bool().Draw(t, "say day") {
		add("timeInForce", text(t, string(i.TimeInForce)))
	}
	if i.LimitPrice != nil {
		add("limitPrice", digits(t, i.LimitPrice.String()))
	}
	if i.StopPrice != nil {
		add("stopPrice", digits(t, i.StopPrice.String()))
	}
	if i.ReferencePrice != nil {
		add(one("price", "signalPrice"), digits(t, i.ReferencePrice.String()))
	}
	if i.SenderTime != nil {
		zone := time.FixedZone("", 60*rapid.IntRange(-720, 720).Draw(t, "minutes"))
		layout := one("2006-01-02T15:04:05.999999Z07:00", "2006-01-02T15:04:05.999999Z0700")
		sent := i.SenderTime.In(zone).Format(layout)
		if i.SenderTime.In(zone).Year() < 0 || i.SenderTime.In(zone).Year() > 9999 {
			sent = i.SenderTime.Format(layout)
		}
		add("time", text(t, sent))
	}
	switch i.Sentiment {
	case domain.SentimentLong:
		add(one("sentiment", "market_position"), text(t, one("long", "bullish", "LONG")))
	case domain.SentimentShort:
		add(one("sentiment", "market_position"), text(t, one("short", "bearish", "Short")))
	case domain.SentimentFlat:
		add(one("sentiment", "market_position"), text(t, "flat"))
	}
	if p := i.TargetPosition; p != nil {
		switch one("size", "signed", "both") {
		case "size":
			add("market_position_size", digits(t, p.Size().String()))
		case "signed":
			add("position_size", digits(t, p.String()))
		default:
			add("market_position_size", digits(t, p.Size().String()))
			add("position_size", digits(t, p.String()))
		}
	}
	blank := one("", " ", "\r\n\t")
	return blank + "{" + blank + strings.Join(rapid.Permutation(members).Draw(t, "order"), blank+","+blank) + blank + "}" + blank
}

// text quotes a text in one of the ways JSON has.
func text(t *rapid.T, s string) string {
	switch rapid.IntRange(0, 2).Draw(t, "quoting") {
	case 0:
		quoted, err := json.Marshal(" " + s + " ")
		Expect(err).NotTo(HaveOccurred())
		return string(quoted)
	case 1:
		var b strings.Builder
		for _, c := range s {
			b.WriteString(`\u00` + strconv.FormatInt(int64(c)+0x100, 16)[1:])
		}
		return `"` + b.String() + `"`
	}
	return `"` + s + `"`
}

// digits writes a number in one of the ways that mean the same.
func digits(t *rapid.T, s string) string {
	if rapid.Bool().Draw(t, "more zeros") && strings.Contains(s, ".") {
		s += "00"
	}
	s += rapid.SampledFrom([]string{"", "", "e0", "E+00"}).Draw(t, "exponent")
	if rapid.Bool().Draw(t, "as text") {
		return text(t, s)
	}
	return s
}
