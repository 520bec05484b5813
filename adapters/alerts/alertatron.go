package alerts

import (
	"slices"
	"strconv"
	"strings"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// FormatAlertatron is Alertatron's command language.
const FormatAlertatron domain.AlertFormat = "alertatron"

// alertatron reads blocks of commands, each command as one intent, in their order:
//
//	keys(SYMBOL) { command(name=value, ...); ... } #tag
//
//	command        becomes
//	market         a market order
//	limit          a limit order at the offset
//	stopMarket     a stop order at the offset
//
//	name           becomes
//	side           Action: buy sell, required but with a position
//	amount         Quantity; 50%p with reduceOnly is ExitPercent
//	position       TargetPosition with its sign, in place of side and amount
//	reduceOnly     true: an exit of the position that the side would make smaller,
//	               and of no other
//	offset         LimitPrice or StopPrice: @68000. Required but at the market
//	trigger        last (default)
//	postOnly       false (default)
//	tag, and #tag  information; so are the keys, the webhook's routes say where
//
// Every other command, cancel, wait and stopOrTakeProfit among them, amounts in
// percent of a balance, offsets from the price of the moment and other triggers are
// refused by name. What is asked for together is taken together or not at all.
type alertatron struct{}

func (alertatron) name() domain.AlertFormat { return FormatAlertatron }

// recognizes claims a word, something in brackets and a brace.
func (alertatron) recognizes(m *message) bool {
	if m.isJSON() {
		return false
	}
	_, _, _, err := cutBlock(strings.TrimSpace(m.text))
	return err == nil
}

func (alertatron) parse(m *message) (ports.ParsedAlert, error) {
	var (
		all     faults
		intents []domain.Intent
	)
	for rest := strings.TrimSpace(m.text); rest != ""; {
		if rest[0] == '#' {
			rest = afterWord(rest)
			continue
		}
		symbol, commands, after, err := cutBlock(rest)
		if err != nil {
			return ports.ParsedAlert{}, err
		}
		for command := range strings.SplitSeq(commands, ";") {
			if command = strings.TrimSpace(command); command == "" {
				continue
			}
			if len(intents) == maxIntents {
				return ports.ParsedAlert{}, tooManyIntents()
			}
			intent, err := all.command(len(intents), symbol, command)
			if err != nil {
				return ports.ParsedAlert{}, err
			}
			intents = append(intents, intent)
		}
		rest = strings.TrimSpace(after)
	}
	if len(intents) == 0 {
		all.impossible("action_required", "", "there is no command between the braces")
	}
	if err := all.err(func(string) int { return 0 }); err != nil {
		return ports.ParsedAlert{}, err
	}
	return ports.ParsedAlert{Format: FormatAlertatron, Intents: intents}, nil
}

// cutBlock cuts one block off a text.
func cutBlock(text string) (symbol, commands, rest string, err error) {
	keys, after, opened := strings.Cut(text, "(")
	symbol, after, closed := strings.Cut(after, ")")
	after = strings.TrimLeft(after, blanks)
	keys = strings.TrimSpace(keys)
	if !opened || !closed || keys == "" || strings.ContainsAny(keys, " \t\r\n{};=,") || !strings.HasPrefix(after, "{") {
		return "", "", "", notUnderstood("malformed_commands", "", "write keys(SYMBOL) { market(side=buy, amount=1); }")
	}
	commands, rest, ended := strings.Cut(after[1:], "}")
	if !ended {
		return "", "", "", notUnderstood("malformed_commands", "", "the brace is not closed")
	}
	return symbol, commands, rest, nil
}

func afterWord(text string) string {
	if end := strings.IndexAny(text, blanks); end >= 0 {
		return strings.TrimSpace(text[end:])
	}
	return ""
}

// command reads one command and takes over what is wrong with it, under its place.
func (f *faults) command(place int, symbol, text string) (domain.Intent, error) {
	name, rest, opened := strings.Cut(text, "(")
	args, after, closed := strings.Cut(rest, ")")
	if !opened || !closed || strings.TrimSpace(after) != "" {
		return domain.Intent{}, notUnderstood("malformed_commands", "", "a command is a name with its values in brackets, and a semicolon behind it")
	}
	name = strings.ToLower(strings.TrimSpace(name))
	if !slices.Contains([]string{"market", "limit", "stopmarket"}, name) {
		f.impossible(codeUnsupportedField, commandAt(place)+"command", "must be market, limit or stopMarket; the others are not built yet")
		return domain.Intent{}, nil
	}
	l := newKeyedLine()
	l.add("symbol", symbol)
	if err := l.assignments(args, ","); err != nil {
		return domain.Intent{}, err
	}
	intent := l.alertatron(name)
	slices.SortStableFunc(l.faults.reasons, func(a, b domain.Reason) int { return l.rank(a.Field) - l.rank(b.Field) })
	f.adopt(&l.faults, commandAt(place))
	return intent, nil
}

func commandAt(place int) string { return "commands[" + strconv.Itoa(place) + "]." }

func (l *keyedLine) alertatron(command string) domain.Intent {
	const why = "is not built yet and never ignored; take it out of the alert"
	i := domain.Intent{Symbol: l.requiredSymbol("symbol")}
	read := []string{"symbol", "side", "amount", "position", "reduceonly", "tag"}
	names := map[string]string{"quantity": "amount", "exit_percent": "amount", "target_position": "position", "action": "side"}
	switch command {
	case "limit":
		i.OrderType, i.LimitPrice = domain.OrderTypeLimit, l.offset()
		read, names["limit_price"] = append(read, "offset", "postonly"), "offset"
		if l.flag("postonly") {
			l.notBuilt("postonly", "an order that must not trade at once")
		}
	case "stopmarket":
		i.OrderType, i.StopPrice = domain.OrderTypeStop, l.offset()
		read, names["stop_price"] = append(read, "offset", "trigger"), "offset"
		if w, ok := l.word("trigger"); ok && w != "last" {
			l.notBuilt("trigger", "another price than the last")
		}
	}
	l.refuseOthers(read, why)
	if l.has("position") {
		i.Action, i.TargetPosition = domain.ActionTarget, amount(&l.fields, "position", domain.ParseNet)
		if l.has("amount") {
			l.conflict("amount", "position")
		}
		return l.check(i, renamed(names))
	}
	l.alertatronSize(&i)
	return l.check(i, renamed(names))
}

func (l *keyedLine) alertatronSize(i *domain.Intent) {
	w, ok := l.wordRequired("side", "say buy or sell, or give the position to reach")
	if w == "buy" || w == "sell" {
		i.Action = domain.Action(w)
	} else if ok {
		l.faults.impossible("invalid_action", "side", "must be buy or sell")
	}
	reduces := l.flag("reduceonly")
	if reduces && i.Action != "" {
		i.Closes = map[domain.Side]domain.Sentiment{domain.SideBuy: domain.SentimentShort, domain.SideSell: domain.SentimentLong}[i.Action.Side()]
		i.Action = domain.ActionExit
	}
	s, ok := l.text("amount")
	if !ok {
		if !l.faults.on("amount") {
			l.faults.impossible("quantity_required", "amount", "say how much")
		}
		return
	}
	share, ofPosition := strings.CutSuffix(s, "%p")
	switch {
	case ofPosition && reduces:
		percent, err := domain.ParseQuantity(share)
		if err != nil {
			l.faults.take("amount", err)
		}
		i.ExitPercent = &percent
	case strings.Contains(s, "%"):
		l.notBuilt("amount", "a percentage, but one of the position with reduceOnly,")
	default:
		i.Quantity = amount(&l.fields, "amount", domain.ParseQuantity)
	}
}

// offset reads a price of its own. One that hangs on the market's is refused.
func (l *keyedLine) offset() *domain.Price {
	s, ok := l.text("offset")
	if !ok {
		return nil
	}
	at, absolute := strings.CutPrefix(s, "@")
	if !absolute {
		l.notBuilt("offset", "a distance from the price of the moment")
		return nil
	}
	price, err := domain.ParsePrice(at)
	if err != nil {
		l.faults.take("offset", err)
		return nil
	}
	return &price
}
