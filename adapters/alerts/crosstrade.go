package alerts

import (
	"slices"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// FormatCrossTrade is CrossTrade's message for NinjaTrader.
const FormatCrossTrade domain.AlertFormat = "crosstrade"

// crossTrade reads name=value parts, each ended by a semicolon, as one intent.
// Names and words have no case.
//
//	name           becomes
//	command        PLACE, or CLOSEPOSITION: an exit of the instrument; required
//	instrument     Symbol, required: NQ 12-24 becomes NQ_12-24
//	action         Action: BUY SELL, required to PLACE
//	qty            Quantity
//	order_type     OrderType: MARKET (default) LIMIT STOPMARKET STOPLIMIT
//	limit_price    LimitPrice
//	stop_price     StopPrice
//	tif            TimeInForce: DAY (default) GTC
//	take_profit    TakeProfit: a price, or a percentage (2%) away from the entry
//	stop_loss      StopLoss, likewise
//	account        where CrossTrade trades: the webhook's routes say it here
//	key            who sends: never stored
//
// Every other command, and every other name, is refused by name.
type crossTrade struct{}

func (crossTrade) name() domain.AlertFormat { return FormatCrossTrade }

// recognizes claims a text with a key and a command.
func (crossTrade) recognizes(m *message) bool {
	if m.isJSON() || strings.IndexByte(m.text, ';') < 0 {
		return false
	}
	first, rest, _ := strings.Cut(m.text, ";")
	second, _, _ := strings.Cut(rest, ";")
	return isNamed(first, "key") && isNamed(second, "command") || isNamed(first, "command") && isNamed(second, "key")
}

func isNamed(part, name string) bool {
	n, _, ok := strings.Cut(part, "=")
	return ok && strings.EqualFold(strings.TrimSpace(n), name)
}

func (crossTrade) parse(m *message) (ports.ParsedAlert, error) {
	l := newKeyedLine()
	if err := l.assignments(m.text, ";"); err != nil {
		return ports.ParsedAlert{}, err
	}
	intent := l.crossTrade()
	if err := l.faults.err(l.rank); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{Format: FormatCrossTrade, Intents: []domain.Intent{intent}}, nil
}

func (l *keyedLine) crossTrade() domain.Intent {
	const why = "is not built yet and never ignored; take it out of the alert"
	switch w, ok := l.wordRequired("command", "say PLACE or CLOSEPOSITION"); w {
	case "place":
		l.refuseOthers([]string{
			"key", "command", "account", "instrument", "action", "qty", "order_type", "limit_price", "stop_price", "tif", "take_profit", "stop_loss",
		}, why)
		return l.crossTradePlace()
	case "closeposition":
		l.refuseOthers([]string{"key", "command", "account", "instrument"}, why)
		return l.check(domain.Intent{Action: domain.ActionExit, Symbol: l.requiredSymbol("instrument")}, renamed(nil))
	default:
		if ok {
			l.faults.impossible(codeUnsupportedField, "command", "must be PLACE or CLOSEPOSITION; the others are not built yet")
		}
	}
	return domain.Intent{}
}

func (l *keyedLine) crossTradePlace() domain.Intent {
	i := domain.Intent{
		Symbol:     l.requiredSymbol("instrument"),
		Quantity:   amount(&l.fields, "qty", domain.ParseQuantity),
		LimitPrice: amount(&l.fields, "limit_price", domain.ParsePrice),
		StopPrice:  amount(&l.fields, "stop_price", domain.ParsePrice),
		TakeProfit: l.level("take_profit"),
	}
	if level := l.level("stop_loss"); level != nil {
		i.StopLoss = &domain.StopLoss{Level: *level}
	}
	switch w, ok := l.wordRequired("action", "say BUY or SELL"); w {
	case "buy", "sell":
		i.Action = domain.Action(w)
	default:
		if ok {
			l.faults.impossible("invalid_action", "action", "must be BUY or SELL")
		}
	}
	switch w, ok := l.word("order_type"); w {
	case "", "market":
	case "limit":
		i.OrderType = domain.OrderTypeLimit
	case "stopmarket":
		i.OrderType = domain.OrderTypeStop
	case "stoplimit":
		i.OrderType = domain.OrderTypeStopLimit
	default:
		if ok {
			l.faults.impossible("invalid_order_type", "order_type", "must be one of MARKET, LIMIT, STOPMARKET, STOPLIMIT")
		}
	}
	if w, ok := l.word("tif"); ok {
		if i.TimeInForce = domain.TimeInForce(w); !slices.Contains([]string{"day", "gtc"}, w) {
			l.faults.impossible("invalid_time_in_force", "tif", "must be DAY or GTC")
			i.TimeInForce = ""
		}
	}
	return l.check(i, renamed(map[string]string{"symbol": "instrument", "quantity": "qty", "time_in_force": "tif"}))
}

// level reads a price, or a percentage away from the entry.
func (l *keyedLine) level(name string) *domain.Level {
	s, ok := l.text(name)
	if !ok {
		return nil
	}
	if share, isPercent := strings.CutSuffix(s, "%"); isPercent {
		percent, err := domain.ParseQuantity(share)
		if err != nil {
			l.faults.take(name, err)
			return nil
		}
		return &domain.Level{Percent: &percent}
	}
	price := amount(&l.fields, name, domain.ParsePrice)
	if price == nil {
		return nil
	}
	return &domain.Level{Price: price}
}
