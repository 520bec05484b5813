package alerts_test

import (
	"context"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/expressions"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

var _ = portstest.DescribeAlertParser("alerts.Parser", portstest.AlertParserHarness{
	New: func(context.Context) ports.AlertParser { return alerts.New().WithExpressions(expressions.New()) },
	Alerts: portstest.Alerts{
		Understood: map[domain.AlertFormat][]string{
			"traderspost": {
				`{"ticker":"NASDAQ:AAPL","action":"buy","quantity":"10","price":"189.98","sentiment":"long"}`,
				`{"ticker":"BTC/USD","action":"sell","quantity":0.5,"orderType":"limit","limitPrice":"30000.5"}`,
			},
			"plain": {"BUY 10 AAPL", "close NVDA", "FLATTEN"},
			"3commas": {
				`{"secret":"t","bot_uuid":"u","tv_instrument":"BTCUSDT.P","action":"exit_long"}`,
			},
			"openalgo": {
				`{"apikey":"k","strategy":"S","symbol":"SBIN","action":"BUY","quantity":"1","position_size":"5"}`,
				`{"action":"long_exit","symbol":"SBIN","exchange":"NSE"}`,
			},
			"tvhub":         {`{"pair":"BTCUSDT","isBuy":true,"units":0.01,"token":"T"}`},
			"pickmytrade":   {`{"symbol":"NQM5","data":"sell","quantity":1,"token":"T"}`},
			"relay":         {`{"action":"long","symbol":"AAPL","qty":1,"signalId":"s"}`},
			"crosstrade":    {"key=k; command=PLACE; instrument=NQ 12-24; action=BUY; qty=1;"},
			"alertatron":    {"K(XBTUSD) { market(side=buy, amount=1); market(position=0); } #bot"},
			"pineconnector": {"60123456789,buylimit,AUDUSD,price=0.65"},
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
		Secrets: []string{
			`{"secret":"canary","bot_uuid":"u","tv_instrument":"BTCUSDT.P","action":"exit_long"}`,
			"canary,buylimit,AUDUSD,price=0.65,secret=canary",
		},
		Unbuilt: map[string]string{"trailAmount": `{"ticker":"AAPL","action":"buy","quantity":"1","trailAmount":"1"}`},
	},
})
