package alerts_test

import (
	"context"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

var _ = portstest.DescribeAlertParser("alerts.Parser", portstest.AlertParserHarness{
	New: func(context.Context) ports.AlertParser { return alerts.New() },
	Alerts: portstest.Alerts{
		Understood: map[domain.AlertFormat][]string{
			"traderspost": {
				`{"ticker":"NASDAQ:AAPL","action":"buy","quantity":"10","price":"189.98","sentiment":"long"}`,
				`{"ticker":"BTC/USD","action":"sell","quantity":0.5,"orderType":"limit","limitPrice":"30000.5"}`,
			},
			"plain": {"BUY 10 AAPL", "close NVDA", "FLATTEN"},
		},
		Senseless: []string{
			`{"ticker":"AAPL","action":"buy","quantity":"0"}`, `{"action":"buy","quantity":"1"}`,
			`{"ticker":"AAPL","action":"buy","quantity":"1","orderType":"limit"}`, "BUY 0 AAPL",
		},
		Fields: map[string]map[string]string{
			`{"ticker":"AAPL","action":"buy","quantity":10,"price":"189.98","id":"x7"}`: {
				"ticker": "AAPL", "action": "buy", "quantity": "10", "price": "189.98", "id": "x7",
			},
			"BUY 10 AAPL": {},
		},
		Unbuilt: map[string]string{"trailAmount": `{"ticker":"AAPL","action":"buy","quantity":"1","trailAmount":"1"}`},
	},
})
