package alerts

import "github.com/hookfill/hookfill/domain"

// FormatTradersPost is TradersPost's webhook JSON, filled in by TradingView or
// written by hand, with TradingView's strategy fields beside it.
const FormatTradersPost domain.AlertFormat = "traderspost"

// newTradersPost reads one JSON object as one intent, or two. Names are case-sensitive;
// words are not.
//
//	field                       becomes
//	ticker, symbol              Symbol, required; of both, the same
//	action                      Action: buy sell exit cancel reverse, required
//	sentiment, market_position  Sentiment: long bullish, short bearish, flat
//	market_position_size        TargetPosition, on the sentiment's side
//	position_size               TargetPosition, with its sign
//	prev_market_position        PreviousPosition: its side, or flat
//	prev_market_position_size   PreviousPosition, on that side
//	quantity                    Quantity; or Notional, see quantityType
//	quantityType                fixed_quantity (default), dollar_amount; for an exit
//	                            percent_of_position, which makes it ExitPercent
//	                            Sizing: risk_dollar_amount, risk_percent, both with
//	                            a stopLoss, percent_of_equity
//	cancel                      true: an intent of its own goes first, which cancels
//	                            the symbol's open orders
//	orderType                   OrderType: market (default) limit stop stop_limit
//	limitPrice, stopPrice       LimitPrice, StopPrice
//	timeInForce                 TimeInForce: day (default) gtc opg cls ioc fok
//	price, signalPrice          ReferencePrice
//	time                        SenderTime
//	takeProfit, stopLoss        TakeProfit, StopLoss; see traderspostprotection.go
//
// Two fields that say the same thing may both be there if they agree. What is
// read for information only, refused by name and left alone is in
// traderspostfields.go.
func newTradersPost() objectFormat {
	return objectFormat{
		format: FormatTradersPost,
		// It comes last of the JSON formats and claims what the others do not.
		claims:     (*message).isJSON,
		vocabulary: tradersPostVocabulary(),
		read: func(f *fields) []domain.Intent {
			a := tradersPostAlert{f}
			return a.intents()
		},
	}
}

type tradersPostAlert struct{ *fields }

// intents gives what the alert asks for, after the cancel that it may begin with.
func (a *tradersPostAlert) intents() []domain.Intent {
	whole := a.intent()
	if !a.flag("cancel") || whole.Action == domain.ActionCancel {
		return []domain.Intent{whole}
	}
	first := a.check(domain.Intent{Action: domain.ActionCancel, Symbol: whole.Symbol, SenderTime: whole.SenderTime}, a.named)
	return []domain.Intent{first, whole}
}

func (a *tradersPostAlert) intent() domain.Intent {
	i := domain.Intent{
		Symbol:         a.symbol(),
		Action:         a.action(),
		Sentiment:      a.sentiment(),
		OrderType:      a.orderType(),
		TimeInForce:    a.timeInForce(),
		LimitPrice:     amount(a.fields, "limitPrice", domain.ParsePrice),
		StopPrice:      amount(a.fields, "stopPrice", domain.ParsePrice),
		ReferencePrice: a.referencePrice(),
		SenderTime:     a.time("time"),
		TakeProfit:     a.takeProfit(),
		StopLoss:       a.stopLoss(),
	}
	i.TargetPosition = a.target(i.Sentiment)
	i.PreviousPosition = a.previous()
	i.Quantity, i.Notional = a.size(&i)
	return a.check(i, a.named)
}

// symbol must be there even for what could mean everything: an exit of all
// positions is never the result of a missing field.
func (a *tradersPostAlert) symbol() domain.Symbol {
	ticker, symbol := a.symbolIn("ticker"), a.symbolIn("symbol")
	switch {
	case !a.has("ticker") && !a.has("symbol"):
		a.faults.impossible("symbol_required", "ticker", "name the instrument, for example AAPL or BTC/USD")
	case ticker == "":
		return symbol
	case symbol != "" && symbol != ticker:
		a.conflict("symbol", "ticker")
	}
	return ticker
}

func (a *tradersPostAlert) action() domain.Action {
	if !a.has("action") {
		a.faults.impossible("action_required", "action", "say buy, sell, exit, reverse or cancel")
		return ""
	}
	w, ok := a.word("action")
	switch w {
	case "buy", "sell", "exit", "reverse", "cancel":
		return domain.Action(w)
	case "add", "breakeven":
		a.notBuilt("action", w)
	default:
		if ok {
			a.faults.impossible("invalid_action", "action", "must be one of buy, sell, exit, reverse, cancel")
		}
	}
	return ""
}

func (a *tradersPostAlert) sentiment() domain.Sentiment {
	stated, position := a.sentimentIn("sentiment"), a.sentimentIn("market_position")
	switch {
	case stated == "":
		return position
	case position != "" && position != stated:
		a.conflict("market_position", "sentiment")
	}
	return stated
}

// size reads the quantity as the quantityType says. A position that ends flat
// is closed whole, whatever the quantity.
func (a *tradersPostAlert) size(i *domain.Intent) (*domain.Quantity, *domain.Money) {
	w, ok := a.word("quantityType")
	switch w {
	case "dollar_amount":
		money := amount(a.fields, "quantity", domain.ParseMoney)
		if !a.has("quantity") {
			a.faults.impossible("quantity_required", "quantity", "a dollar_amount needs a quantity")
		}
		if i.Action == domain.ActionExit && i.Sentiment != domain.SentimentFlat {
			a.notBuilt("quantityType", "dollar_amount for an exit")
			return nil, nil
		}
		return nil, money
	case "percent_of_position":
		if i.Action != domain.ActionExit {
			a.notBuilt("quantityType", w+" but for an exit")
			return nil, nil
		}
		if i.ExitPercent = amount(a.fields, "quantity", domain.ParseQuantity); !a.has("quantity") {
			a.faults.impossible("quantity_required", "quantity", "a percent_of_position needs a quantity")
		}
		return nil, nil
	case "risk_dollar_amount":
		return a.sizing(i, w, domain.SizingRiskAmount)
	case "risk_percent":
		return a.sizing(i, w, domain.SizingRiskPercent)
	case "percent_of_equity":
		return a.sizing(i, w, domain.SizingPercentOfEquity)
	case "fixed_quantity":
	default:
		if ok {
			a.faults.impossible("invalid_quantity_type", "quantityType", "must be fixed_quantity or dollar_amount")
		}
	}
	return amount(a.fields, "quantity", domain.ParseQuantity), nil
}

// sizing leaves the quantity to what the account is worth or the stop-loss risks.
func (a *tradersPostAlert) sizing(i *domain.Intent, word string, t domain.SizingType) (*domain.Quantity, *domain.Money) {
	if i.Action == domain.ActionExit && i.Sentiment != domain.SentimentFlat {
		a.notBuilt("quantityType", word+" for an exit")
		return nil, nil
	}
	if !a.has("quantity") {
		a.faults.impossible("quantity_required", "quantity", "a "+word+" needs a quantity")
	}
	if value := amount(a.fields, "quantity", domain.ParseQuantity); value != nil {
		i.Sizing = &domain.Sizing{Type: t, Value: value}
	}
	return nil, nil
}

func (a *tradersPostAlert) orderType() domain.OrderType {
	w, ok := a.word("orderType")
	switch {
	case !ok:
		return ""
	case w == "trailing_stop":
		a.notBuilt("orderType", w)
		return ""
	}
	t, err := domain.ParseOrderType(w)
	if err != nil {
		a.faults.take("orderType", err)
	}
	return t
}

func (a *tradersPostAlert) timeInForce() domain.TimeInForce {
	w, ok := a.word("timeInForce")
	switch {
	case !ok:
		return ""
	case w == "gtd":
		a.notBuilt("timeInForce", w)
		return ""
	}
	t, err := domain.ParseTimeInForce(w)
	if err != nil {
		a.faults.take("timeInForce", err)
	}
	return t
}

func (a *tradersPostAlert) referencePrice() *domain.Price {
	price := amount(a.fields, "price", domain.ParsePrice)
	signal := amount(a.fields, "signalPrice", domain.ParsePrice)
	switch {
	case price == nil:
		return signal
	case signal != nil && signal.Cmp(*price) != 0:
		a.conflict("signalPrice", "price")
	}
	return price
}

// named gives the field that stands for one of an intent, and the fields whose
// faults would make a fault there a consequence.
func (a *tradersPostAlert) named(intentField string) (field string, follows []string) {
	switch intentField {
	case "symbol":
		return "ticker", []string{"symbol"}
	case "notional", "exit_percent", "sizing":
		return "quantity", nil
	case "sentiment":
		if !a.has("sentiment") && a.has("market_position") {
			return "market_position", nil
		}
	case "limit_price":
		return "limitPrice", []string{"orderType"}
	case "stop_price":
		return "stopPrice", []string{"orderType"}
	case "take_profit":
		return "takeProfit", nil
	case "stop_loss":
		return "stopLoss", nil
	}
	return intentField, nil
}
