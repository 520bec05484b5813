package alerts

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// FormatTradersPost is TradersPost's webhook JSON, filled in by TradingView or
// written by hand, with TradingView's strategy fields beside it.
const FormatTradersPost domain.AlertFormat = "traderspost"

// tradersPost reads one JSON object as one intent. Names are case-sensitive;
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
//	quantityType                fixed_quantity (default), dollar_amount
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
type tradersPost struct {
	vocabulary vocabulary
}

func newTradersPost() tradersPost { return tradersPost{tradersPostVocabulary()} }

func (tradersPost) name() domain.AlertFormat { return FormatTradersPost }

// recognizes claims every text that begins as a JSON value with parts does.
func (tradersPost) recognizes(text string) bool {
	switch firstByte(text) {
	case '{', '[', '"':
		return true
	}
	return false
}

func (t tradersPost) parse(text string) (ports.ParsedAlert, error) {
	members, err := readObject(text)
	if err != nil {
		return ports.ParsedAlert{}, err
	}
	a := tradersPostAlert{fields{members: members}}
	intent := a.intent()
	t.vocabulary.refuse(&a.fields)
	if err := a.faults.err(t.vocabulary.rank); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{
		Format:  FormatTradersPost,
		Intents: []domain.Intent{intent},
		Fields:  a.scalars(),
	}, nil
}

type tradersPostAlert struct{ fields }

func (a *tradersPostAlert) intent() domain.Intent {
	i := domain.Intent{
		Symbol:         a.symbol(),
		Action:         a.action(),
		Sentiment:      a.sentiment(),
		OrderType:      a.orderType(),
		TimeInForce:    a.timeInForce(),
		LimitPrice:     amount(&a.fields, "limitPrice", domain.ParsePrice),
		StopPrice:      amount(&a.fields, "stopPrice", domain.ParsePrice),
		ReferencePrice: a.referencePrice(),
		SenderTime:     a.time("time"),
		TakeProfit:     a.takeProfit(),
		StopLoss:       a.stopLoss(),
	}
	i.TargetPosition = a.target(i.Sentiment)
	i.PreviousPosition = a.previous()
	i.Quantity, i.Notional = a.size(i)
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

func (a *tradersPostAlert) symbolIn(name string) domain.Symbol {
	s, ok := a.text(name)
	if !ok {
		return ""
	}
	symbol, err := domain.ParseSymbol(s)
	if err != nil {
		a.faults.take(name, err)
	}
	return symbol
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

func (a *tradersPostAlert) sentimentIn(name string) domain.Sentiment {
	w, ok := a.word(name)
	switch w {
	case "long", "bullish":
		return domain.SentimentLong
	case "short", "bearish":
		return domain.SentimentShort
	case "flat":
		return domain.SentimentFlat
	}
	if ok {
		a.faults.impossible("invalid_sentiment", name, "must be one of long, bullish, short, bearish, flat")
	}
	return ""
}

// target is the position the alert carries. market_position_size has no sign
// and needs the side from the sentiment.
func (a *tradersPostAlert) target(s domain.Sentiment) *domain.Net {
	signed := amount(&a.fields, "position_size", domain.ParseNet)
	size := amount(&a.fields, "market_position_size", domain.ParseQuantity)
	if size == nil {
		return signed
	}
	side := domain.SideBuy
	switch {
	case s == domain.SentimentShort, s == "" && signed != nil && signed.IsShort():
		side = domain.SideSell
	case s == "" && signed == nil && !size.IsZero():
		if !a.faults.on("sentiment", "market_position", "position_size") {
			a.faults.impossible("market_position_required", "market_position_size",
				"says how much and not on which side; add market_position")
		}
		return nil
	}
	target := domain.NetOf(side, *size)
	if signed != nil && signed.Cmp(target) != 0 {
		a.conflict("position_size", "market_position_size")
	}
	return &target
}

// previous is the position the sender came from. The side alone says it only
// where that is flat.
func (a *tradersPostAlert) previous() *domain.Net {
	const side, size = "prev_market_position", "prev_market_position_size"
	was, q := a.sentimentIn(side), amount(&a.fields, size, domain.ParseQuantity)
	switch {
	case was == domain.SentimentFlat && q != nil && !q.IsZero():
		a.conflict(size, side)
	case was == domain.SentimentFlat || was == "" && q != nil && q.IsZero():
		return &domain.Net{}
	case q == nil || a.faults.on(side):
	case was == "":
		a.faults.impossible("market_position_required", size, "says how much and not on which side; add prev_market_position")
	case q.IsZero():
		a.conflict(side, size)
	case was == domain.SentimentShort:
		return new(domain.NetOf(domain.SideSell, *q))
	default:
		return new(domain.NetOf(domain.SideBuy, *q))
	}
	return nil
}

// size reads the quantity as the quantityType says. A position that ends flat
// is closed whole, whatever the quantity.
func (a *tradersPostAlert) size(i domain.Intent) (*domain.Quantity, *domain.Money) {
	w, ok := a.word("quantityType")
	switch w {
	case "dollar_amount":
		money := amount(&a.fields, "quantity", domain.ParseMoney)
		if !a.has("quantity") {
			a.faults.impossible("quantity_required", "quantity", "a dollar_amount needs a quantity")
		}
		if i.Action == domain.ActionExit && i.Sentiment != domain.SentimentFlat {
			a.notBuilt("quantityType", "dollar_amount for an exit")
			return nil, nil
		}
		return nil, money
	case "risk_dollar_amount", "risk_percent", "percent_of_equity", "percent_of_position":
		a.notBuilt("quantityType", w)
	case "fixed_quantity":
	default:
		if ok {
			a.faults.impossible("invalid_quantity_type", "quantityType", "must be fixed_quantity or dollar_amount")
		}
	}
	return amount(&a.fields, "quantity", domain.ParseQuantity), nil
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
	price := amount(&a.fields, "price", domain.ParsePrice)
	signal := amount(&a.fields, "signalPrice", domain.ParsePrice)
	switch {
	case price == nil:
		return signal
	case signal != nil && signal.Cmp(*price) != 0:
		a.conflict("signalPrice", "price")
	}
	return price
}

func (a *tradersPostAlert) conflict(field, with string) {
	a.faults.impossible("conflicting_fields", field, "does not say the same as "+with+"; give one of them")
}

func (a *tradersPostAlert) notBuilt(field, word string) {
	a.faults.impossible(codeUnsupportedField, field, word+" is not built yet, and nothing else is done in its place")
}

// named gives the field that stands for one of an intent, and the fields whose
// faults would make a fault there a consequence.
func (a *tradersPostAlert) named(intentField string) (field string, follows []string) {
	switch intentField {
	case "symbol":
		return "ticker", []string{"symbol"}
	case "notional":
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
