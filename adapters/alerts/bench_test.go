package alerts_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/expressions"
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

// BenchmarkJudge reads an alert, admits it and plans its orders: all there is to
// judge before anything is stored or sent.
func BenchmarkJudge(b *testing.B) {
	config, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{Name: "bench", Rules: benchRules()})
	if err != nil {
		b.Fatal(err)
	}
	snap := config.Snapshot()
	rules, now := snap.Rules, snap.CreatedAt
	for name, body := range map[string]string{
		"traderspost": strategyAlert,
		"3commas": `{"secret":"t","max_lag":"300","timestamp":"2026-11-20T14:30:01Z","trigger_price":"91250.5","tv_exchange":"BYBIT",` +
			`"tv_instrument":"BTCUSDT.P","action":"buy","bot_uuid":"u","strategy_info":{"market_position":"long","market_position_size":"0.1",` +
			`"prev_market_position":"flat","prev_market_position_size":"0"},"order":{"amount":"0.1","currency_type":"base"}}`,
		"crosstrade":    "key=k; command=PLACE; account=sim101; instrument=NQ 12-24; action=BUY; qty=1; order_type=MARKET; TIF=DAY;",
		"pineconnector": "60123456789,buylimit,AUDUSD,price=0.65",
		"alertatron":    "MyKeys(XBTUSD) { market(side=buy, amount=100); market(position=0); } #bot",
		"plain":         "buy 0.5 BTCUSD at 64250 limit",
	} {
		b.Run(name, func(b *testing.B) {
			parser, body := alerts.New(), []byte(body)
			for b.Loop() {
				_ = parser.Redact(body)
				parsed, err := parser.Parse(domain.AlertFormatAuto, body)
				if err != nil {
					b.Fatal(err)
				}
				for _, i := range parsed.Intents {
					domain.PlanOrders(config.Admit(i, now).Intent, rules, domain.Situation{
						Instrument: domain.Instrument{Symbol: i.Symbol, Tradable: true}, Multiplier: domain.MustQuantity("1"),
					})
				}
			}
		})
	}
}

func benchRules() domain.WebhookRules {
	rules := domain.DefaultWebhookRules()
	id, err := uuid.NewV7()
	if err != nil {
		panic(err)
	}
	rules.Routes = []domain.Route{{BrokerAccountID: domain.BrokerAccountID{UUID: id}, Multiplier: domain.MustQuantity("1")}}
	return rules
}

func BenchmarkMapping(b *testing.B) {
	parser := alerts.New().WithExpressions(expressions.New())
	mapping := domain.Mapping{
		"symbol": `body.what`, "action": `body.up ? "buy" : "sell"`, "quantity": `mul(body.lots, "10")`,
		"reference_price": `body.price`, "sender_time": `body.at`,
	}
	body := []byte(`{"what":"NASDAQ:AAPL","up":true,"lots":0.3,"price":"189.43","at":"2026-11-20T14:30:01Z"}`)
	for b.Loop() {
		if _, err := parser.ParseMapped(mapping, body); err != nil {
			b.Fatal(err)
		}
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
