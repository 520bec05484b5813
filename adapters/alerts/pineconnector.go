package alerts

import (
	"slices"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// FormatPineConnector is PineConnector's line for MetaTrader.
const FormatPineConnector domain.AlertFormat = "pineconnector"

// pineConnector reads a line of parts between commas as one intent:
//
//	licence,command,symbol,name=value,...
//
//	command                     becomes
//	buy long bull bullish       Action buy at the market
//	sell short bear bearish     Action sell at the market
//	buylimit, selllimit         buy, sell with LimitPrice from price=
//	buystop, sellstop           buy, sell with StopPrice from price=
//	closelong, closeshort       an exit that closes that side and no other
//
//	price=                      LimitPrice or StopPrice of a pending order: a price
//	comment=                    information
//	secret=                     who sends: never stored, as the licence is not
//
// The quantity is the webhook's sizing: what risk= means, lots, dollars or
// percent, and sl= and tp=, pips, prices or percent, is set in PineConnector's own
// program and not in the alert, so they are refused by name. So is every other
// command, cancellong, newsltplong and eaoff among them, and every other name.
type pineConnector struct{}

func (pineConnector) name() domain.AlertFormat { return FormatPineConnector }

func (pineConnector) recognizes(m *message) bool {
	_, _, ok := cutLicence(m.text)
	return ok
}

func (p pineConnector) parse(m *message) (ports.ParsedAlert, error) {
	_, rest, ok := cutLicence(strings.TrimSpace(m.text))
	switch {
	case !ok:
		return ports.ParsedAlert{}, notUnderstood("unknown_command", "command",
			"a PineConnector alert is a licence, a command and a symbol, with commas between: 60123456789,buy,EURUSD")
	case strings.ContainsAny(rest, "\r\n"):
		return ports.ParsedAlert{}, notUnderstood("more_than_one_line", "", "a PineConnector alert is one line; post one alert at a time")
	}
	l := newKeyedLine()
	command, rest, _ := strings.Cut(rest, ",")
	symbol, rest, _ := strings.Cut(rest, ",")
	l.add("symbol", symbol)
	if err := l.assignments(rest, ","); err != nil {
		return ports.ParsedAlert{}, err
	}
	intent := l.pineConnector(strings.ToLower(strings.TrimSpace(command)))
	if err := l.faults.err(l.rank); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{Format: FormatPineConnector, Intents: []domain.Intent{intent}}, nil
}

func (l *keyedLine) pineConnector(command string) domain.Intent {
	i := domain.Intent{Symbol: l.requiredSymbol("symbol")}
	read := []string{"symbol", "comment", "secret"}
	named := map[string]string{}
	switch command {
	case "buy", "long", "bull", "bullish", "buylimit", "buystop":
		i.Action = domain.ActionBuy
	case "sell", "short", "bear", "bearish", "selllimit", "sellstop":
		i.Action = domain.ActionSell
	case "closelong":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentLong
	case "closeshort":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentShort
	default:
		l.notBuilt("command", command)
		return i
	}
	switch {
	case strings.HasSuffix(command, "limit"):
		i.OrderType, i.LimitPrice = domain.OrderTypeLimit, amount(&l.fields, "price", domain.ParsePrice)
		read, named["limit_price"] = append(read, "price"), "price"
	case strings.HasSuffix(command, "stop"):
		i.OrderType, i.StopPrice = domain.OrderTypeStop, amount(&l.fields, "price", domain.ParsePrice)
		read, named["stop_price"] = append(read, "price"), "price"
	}
	l.refuseOthers(read, "is set in PineConnector's own program and not in the alert; take it out, and size in the webhook's settings")
	return l.check(i, renamed(named))
}

// cutLicence cuts a text after the licence that a command of PineConnector
// follows. No word with a blank in it is a licence.
func cutLicence(text string) (licence, rest string, ok bool) {
	licence, rest, ok = strings.Cut(text, ",")
	licence = strings.TrimSpace(licence)
	command, _, more := strings.Cut(rest, ",")
	return licence, rest, ok && more && licence != "" && !strings.ContainsAny(licence, " \t\r\n\"{[=;") &&
		slices.Contains(pineConnectorCommands(), strings.ToLower(strings.TrimSpace(command)))
}

func pineConnectorCommands() []string {
	return []string{
		"buy", "long", "bull", "bullish", "sell", "short", "bear", "bearish",
		"buystop", "buylimit", "sellstop", "selllimit", "closelong", "closeshort", "closeall",
		"cancellong", "cancelshort", "newsltplong", "newsltpshort", "eaon", "eaoff",
	}
}
