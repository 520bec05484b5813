package alerts

import (
	"slices"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// FormatPlain is one line of text.
const FormatPlain domain.AlertFormat = "plain"

// plain reads one line, whatever its case, as one intent:
//
//	BUY 10 AAPL                     buy 10 at the market
//	SELL AAPL                       sell what the config's sizing says
//	buy 0.5 BTCUSD at 64250 limit   a limit order
//	sell 10 AAPL at 180 stop        a stop order
//	buy 10 AAPL at 190.5 market     a market order that says the price now
//	EXIT AAPL, CLOSE AAPL           exit the whole position
//	close 5 AAPL                    exit 5 of it
//	REVERSE AAPL, reverse 10 AAPL   exit, then enter the other side
//	FLATTEN AAPL, FLATTEN           exit the whole position, or all positions
//	CANCEL AAPL, CANCEL             cancel its open orders, or all of them
//
// Exits and reversals take an "at" like the others. A number alone is never
// taken for a symbol, nor the word ALL where the line would close or cancel:
// write NYSE:ALL for the stock. Every word has its place, or the line is
// refused.
type plain struct{}

func (plain) name() domain.AlertFormat { return FormatPlain }

// recognizes claims every text that begins with a verb.
func (plain) recognizes(m *message) bool {
	for word := range strings.FieldsSeq(m.text) {
		return actionOf(word) != ""
	}
	return false
}

func (plain) parse(m *message) (ports.ParsedAlert, error) {
	words, err := wordsOf(m.text)
	if err != nil {
		return ports.ParsedAlert{}, err
	}
	l, err := arrange(words)
	if err != nil {
		return ports.ParsedAlert{}, err
	}
	intent := l.intent()
	if err := l.faults.err(plainRank); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{Format: FormatPlain, Intents: []domain.Intent{intent}}, nil
}

// maxWords is what the longest line has: BUY 10 AAPL at 190.5 limit.
const maxWords = 6

func wordsOf(text string) ([]string, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") {
		return nil, notUnderstood("more_than_one_line", "", "a plain alert is one line; post one alert at a time")
	}
	words := make([]string, 0, maxWords)
	for word := range strings.FieldsSeq(text) {
		if len(words) == maxWords {
			return nil, unexpectedWords()
		}
		words = append(words, word)
	}
	return words, nil
}

// plainLine is a line whose words are named for their places.
type plainLine struct {
	fields
	action    domain.Action
	orderType domain.OrderType
}

// arrange gives every word its place: verb, quantity, symbol, and after an "at"
// the price and what it is.
func arrange(words []string) (*plainLine, error) {
	if len(words) == 0 || actionOf(words[0]) == "" {
		return nil, notUnderstood("unknown_verb", "action", "a plain alert begins with buy, sell, exit, close, reverse, flatten or cancel")
	}
	l := &plainLine{action: actionOf(words[0])}
	rest := words[1:]
	if len(rest) == 0 && !standsAlone(words[0]) {
		l.faults.impossible("symbol_required", "symbol", "name the instrument; FLATTEN exits every position")
		return l, nil
	}
	if hasQuantity(rest) {
		l.place("quantity", rest[0])
		rest = rest[1:]
	} else if len(rest) > 0 && isNumber(rest[0]) {
		l.faults.impossible("symbol_required", "symbol", "a number alone is not taken for a symbol; write BUY 10 AAPL")
		return l, nil
	}
	if len(rest) > 0 {
		l.place("symbol", rest[0])
		rest = rest[1:]
	}
	if standsAlone(words[0]) && len(words) > 2 {
		return nil, unexpectedWords()
	}
	return l, l.arrangePrice(rest)
}

func (l *plainLine) arrangePrice(tail []string) error {
	switch {
	case len(tail) == 0:
		return nil
	case !isAt(tail[0]) || len(tail) == 1:
		return unexpectedWords()
	}
	l.place("price", tail[1])
	if len(tail) == 2 {
		l.faults.impossible("invalid_order_type", "order_type", "say what the price is: at 190.5 limit, stop or market")
		return nil
	}
	switch t := domain.OrderType(strings.ToLower(tail[2])); t {
	case domain.OrderTypeLimit, domain.OrderTypeStop, domain.OrderTypeMarket:
		l.orderType = t
	default:
		l.faults.impossible("invalid_order_type", "order_type", "must be one of limit, stop, market")
	}
	return nil
}

func (l *plainLine) place(name, word string) {
	l.members = append(l.members, member{name, value{kind: kindString, text: word}})
}

func (l *plainLine) intent() domain.Intent {
	i := domain.Intent{Action: l.action, OrderType: l.orderType, Symbol: l.symbol()}
	i.Quantity = amount(&l.fields, "quantity", domain.ParseQuantity)
	price := amount(&l.fields, "price", domain.ParsePrice)
	switch l.orderType {
	case domain.OrderTypeLimit:
		i.LimitPrice = price
	case domain.OrderTypeStop:
		i.StopPrice = price
	default:
		i.ReferencePrice = price
	}
	return l.check(i, plainNamed)
}

func (l *plainLine) symbol() domain.Symbol {
	s, ok := l.text("symbol")
	if !ok {
		return ""
	}
	symbol, err := domain.ParseSymbol(s)
	switch {
	case err != nil:
		l.faults.take("symbol", err)
	case strings.EqualFold(s, "all") && (l.action == domain.ActionExit || l.action == domain.ActionCancel):
		l.faults.impossible("ambiguous_symbol", "symbol", "FLATTEN exits and CANCEL cancels everything; write NYSE:ALL for the stock")
	}
	return symbol
}

// plainNamed gives the place of the line that stands for a field of the intent.
func plainNamed(intentField string) (field string, follows []string) {
	switch intentField {
	case "limit_price", "stop_price":
		return "price", []string{"order_type"}
	}
	return intentField, nil
}

func plainRank(field string) int {
	return slices.Index([]string{"action", "quantity", "symbol", "price", "order_type"}, field)
}

// actionOf gives the action of a verb and nothing for other words.
func actionOf(verb string) domain.Action {
	switch strings.ToLower(verb) {
	case "buy":
		return domain.ActionBuy
	case "sell":
		return domain.ActionSell
	case "exit", "close", "flatten":
		return domain.ActionExit
	case "reverse":
		return domain.ActionReverse
	case "cancel":
		return domain.ActionCancel
	}
	return ""
}

// standsAlone reports a verb that needs no symbol, and takes nothing else.
func standsAlone(verb string) bool {
	return strings.EqualFold(verb, "flatten") || strings.EqualFold(verb, "cancel")
}

// hasQuantity reports whether the words after the verb begin with one: there is
// a symbol after it, and not the "at" that follows a symbol. AT is a symbol too.
func hasQuantity(rest []string) bool {
	return len(rest) > 1 && (isNumber(rest[0]) || !isAt(rest[1]))
}

func isAt(word string) bool { return strings.EqualFold(word, "at") }

func isNumber(word string) bool {
	_, err := domain.ParseMoney(word)
	return err == nil
}

func unexpectedWords() error {
	return notUnderstood("unexpected_words", "", "the line is not understood to its end; write it like BUY 10 AAPL at 190.5 limit")
}
