package alerts_test

import "github.com/hookfill/hookfill/domain"

// signalBot is what the alerts of testdata/3commas have in common.
func signalBot(with func(*domain.Intent)) domain.Intent {
	return order(func(i *domain.Intent) {
		i.Symbol, i.ReferencePrice, i.SenderTime = "BTCUSDT.P", price("91250.5"), at("2026-11-20T14:30:01Z")
		i.MaxAgeSeconds = new(300)
		with(i)
	})
}

// understandableElsewhere gives the alerts of testdata, but TradersPost's and plain
// ones, that are read, and what as.
func understandableElsewhere() map[string]domain.Intent {
	return map[string]domain.Intent{
		"3commas/strategy_entry.json": signalBot(func(i *domain.Intent) {
			i.Sentiment, i.Quantity = domain.SentimentLong, quantity("0.1")
			i.TargetPosition, i.PreviousPosition = net("0.1"), net("0")
		}),
		"3commas/strategy_reversal.json": signalBot(func(i *domain.Intent) {
			i.Action, i.Sentiment, i.Quantity = domain.ActionSell, domain.SentimentShort, quantity("0.2")
			i.TargetPosition, i.PreviousPosition = net("-0.1"), net("0.1")
		}),
		"3commas/strategy_flat_exit.json": signalBot(func(i *domain.Intent) {
			i.Sentiment, i.Quantity = domain.SentimentFlat, quantity("0.1")
			i.TargetPosition, i.PreviousPosition = net("0"), net("-0.1")
		}),
		"3commas/custom_enter_short.json": signalBot(func(i *domain.Intent) {
			i.Action, i.Sentiment = domain.ActionSell, domain.SentimentShort
		}),
		"3commas/custom_exit_long.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Closes = "BTCUSDT.P", domain.ActionExit, domain.SentimentLong
		}),

		"openalgo/order.json": order(func(i *domain.Intent) { i.Symbol, i.Quantity = "SBIN", quantity("100") }),
		"openalgo/smart.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.TargetPosition = "IDEA", domain.ActionTarget, net("5")
		}),
		"openalgo/smart_target_zero.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.TargetPosition = "SBIN", domain.ActionTarget, net("0")
		}),
		"openalgo/stop_limit.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Quantity = "SBIN", domain.ActionSell, quantity("10")
			i.OrderType, i.LimitPrice, i.StopPrice = domain.OrderTypeStopLimit, price("749.5"), price("750")
		}),
		"openalgo/strategy_signal.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Closes = "RELIANCE", domain.ActionExit, domain.SentimentShort
		}),

		"alertatron/market.txt":              order(func(i *domain.Intent) { i.Symbol, i.Quantity = "XBTUSD", quantity("100") }),
		"alertatron/script_without_name.txt": order(func(i *domain.Intent) { i.Symbol, i.Quantity = "XBTUSD", quantity("100") }),
		"alertatron/flat.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.TargetPosition = "XBTUSD", domain.ActionTarget, net("0")
		}),

		"traderspost/risk_dollar_amount.json": order(func(i *domain.Intent) {
			i.Symbol, i.ReferencePrice = "SPY", price("100")
			i.Sizing = &domain.Sizing{Type: domain.SizingRiskAmount, Value: quantity("100")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price("90")}}
		}),
		"traderspost/exit_percent_of_position.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.ExitPercent = "TSLA", domain.ActionExit, quantity("20")
		}),

		"tvhub/buy.json":   order(func(i *domain.Intent) { i.Symbol, i.Quantity = "BTCUSDT", quantity("0.01") }),
		"tvhub/close.json": order(func(i *domain.Intent) { i.Symbol, i.Action = "BTCUSDT", domain.ActionExit }),
		"tvhub/protected_limit.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Quantity = "BTCUSDT", domain.ActionSell, quantity("0.01")
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("65000.5")
			i.TakeProfit = &domain.Level{Percent: quantity("2")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("1.5")}}
		}),

		"pickmytrade/buy.json": order(func(i *domain.Intent) {
			i.Symbol, i.Quantity, i.QuantityMeans = "NQM5", quantity("10"), domain.QuantityEntry
			i.ReferencePrice, i.SenderTime = price("21345.75"), at("2026-11-20T14:30:01Z")
			i.TakeProfit = &domain.Level{Percent: quantity("100")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("50")}}
		}),
		"pickmytrade/close.json": order(func(i *domain.Intent) {
			i.Symbol, i.Action = "NQM5", domain.ActionExit
			i.ReferencePrice, i.SenderTime = price("21345.75"), at("2026-11-20T14:30:01Z")
		}),

		"relay/buy.json": order(func(i *domain.Intent) { i.Quantity, i.ReferencePrice = quantity("1"), price("189.43") }),
		"relay/protected.json": order(func(i *domain.Intent) {
			i.Action, i.Quantity, i.ReferencePrice = domain.ActionSell, quantity("10"), price("189.43")
			i.OrderType, i.LimitPrice, i.TimeInForce = domain.OrderTypeLimit, price("190"), domain.TimeInForceGTC
			i.TakeProfit = &domain.Level{Price: price("180")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price("195")}, LimitPrice: price("196")}
		}),
		"relay/risk.json": order(func(i *domain.Intent) {
			i.ReferencePrice, i.Sizing = price("189.43"), &domain.Sizing{Type: domain.SizingRiskPercent, Value: quantity("1")}
			i.TakeProfit = &domain.Level{Price: price("200")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Price: price("180")}}
		}),
		"relay/flatten.json": order(func(i *domain.Intent) { i.Symbol, i.Action = "", domain.ActionExit }),

		"crosstrade/place.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Quantity = "NQ_12-24", quantity("1")
			i.TakeProfit = &domain.Level{Price: price("21400.25")}
			i.StopLoss = &domain.StopLoss{Level: domain.Level{Percent: quantity("1.5")}}
		}),
		"crosstrade/limit_lines.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Quantity, i.TimeInForce = "ES1!", domain.ActionSell, quantity("2"), domain.TimeInForceGTC
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("6021.25")
		}),
		"crosstrade/close.txt": order(func(i *domain.Intent) { i.Symbol, i.Action = "NQ1!", domain.ActionExit }),

		"pineconnector/buy.txt": order(func(i *domain.Intent) { i.Symbol = "AUDUSD" }),
		"pineconnector/closelong.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Action, i.Closes = "GBPUSD", domain.ActionExit, domain.SentimentLong
		}),
		"pineconnector/pending.txt": order(func(i *domain.Intent) {
			i.Symbol, i.Action = "EURUSD", domain.ActionSell
			i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("1.1250")
		}),
	}
}

// refusableElsewhere gives those that are not, and why.
func refusableElsewhere() map[string][]string {
	return map[string][]string{
		"3commas/refused_currency.json": {"order.currency_type: unsupported_field"},
		"openalgo/refused_basket.json":  {"orders[1].action: invalid_action", "orders[1].disclosed_quantity: unsupported_field"},
		"alertatron/refused_percentages.txt": {
			"commands[0].amount: unsupported_field", "commands[1].amount: unsupported_field", "commands[1].offset: unsupported_field",
		},
		"alertatron/refused_commands.txt": {"commands[0].command: unsupported_field", "commands[1].command: unsupported_field"},
		"openalgo/refused_start.json":     {"symbol: symbol_required", "action: unsupported_field", "mode: unsupported_field"},
		"openalgo/refused_leg.json":       {"symbol: symbol_required", "leg_id: unsupported_field"},
		"tvhub/refused_percent.json": {
			"unitsType: unsupported_field", "targets: unsupported_field", "leverage: unsupported_field",
			"marginType: unsupported_field", "unitsPercent: unsupported_field",
		},
		"pickmytrade/refused_accounts.json":    {"multiple_accounts: unsupported_field"},
		"crosstrade/refused_command.txt":       {"command: unsupported_field"},
		"crosstrade/refused_names.txt":         {"flatten_first: unsupported_field", "max_positions: unsupported_field"},
		"pineconnector/refused_risk.txt":       {"sl: unsupported_field", "risk: unsupported_field"},
		"pineconnector/refused_cancellong.txt": {"command: unsupported_field"},
	}
}

// several gives the alerts of testdata that ask for more than one thing.
func several() map[string][]domain.Intent {
	part := func(q string) domain.Intent {
		return order(func(i *domain.Intent) { i.Symbol, i.Action, i.Quantity = "YESBANK", domain.ActionSell, quantity(q) })
	}
	return map[string][]domain.Intent{
		"openalgo/split.json": {part("20"), part("20"), part("20"), part("20"), part("20"), part("5")},
		"openalgo/basket.json": {
			order(func(i *domain.Intent) { i.Symbol, i.Quantity = "SBIN", quantity("1") }),
			order(func(i *domain.Intent) {
				i.Symbol, i.Action, i.Quantity = "IDEA", domain.ActionSell, quantity("5")
				i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("9.5")
			}),
		},
		"traderspost/cancel_first.json": {
			order(func(i *domain.Intent) { i.Action = domain.ActionCancel }),
			order(func(i *domain.Intent) { i.Quantity = quantity("5") }),
		},
		"alertatron/several.txt": {
			order(func(i *domain.Intent) { i.Symbol, i.Quantity = "XBTUSD", quantity("100") }),
			order(func(i *domain.Intent) {
				i.Symbol, i.Action, i.Quantity = "XBTUSD", domain.ActionSell, quantity("50")
				i.OrderType, i.LimitPrice = domain.OrderTypeLimit, price("68000")
			}),
			order(func(i *domain.Intent) {
				i.Symbol, i.Action, i.ExitPercent, i.Closes = "XBTUSD", domain.ActionExit, quantity("50"), domain.SentimentLong
				i.OrderType, i.StopPrice = domain.OrderTypeStop, price("60000.5")
			}),
			order(func(i *domain.Intent) {
				i.Symbol, i.Action, i.Quantity, i.Closes = "ETHUSD", domain.ActionExit, quantity("7"), domain.SentimentLong
			}),
		},
	}
}
