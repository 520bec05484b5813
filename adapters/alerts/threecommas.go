package alerts

import (
	"strconv"

	"github.com/hookfill/hookfill/domain"
)

// Format3Commas is the message of a 3Commas signal bot.
const Format3Commas domain.AlertFormat = "3commas"

// threeCommas reads one JSON object as one intent, both templates: that for a
// strategy and that with its own actions.
//
//	field                 becomes
//	tv_instrument         Symbol, required
//	action                Action, required: buy sell; enter_long (buy, long),
//	                      enter_short (sell, short), exit_long and exit_short (an
//	                      exit that closes that side and no other)
//	order.amount          Quantity, in the base currency
//	order.currency_type   base (default)
//	strategy_info         market_position and market_position_size: Sentiment and
//	                      TargetPosition; prev_market_position and
//	                      prev_market_position_size: PreviousPosition
//	trigger_price         ReferencePrice
//	timestamp             SenderTime
//	max_lag               MaxAgeSeconds: no entry is made later than that
//	secret, bot_uuid      what the format is known by; the secret is never stored
//	tv_exchange           information
//
// The amounts quote, margin_percent and position_percent, and the actions disable
// and close, are refused by name.
func threeCommas() objectFormat {
	v := newVocabulary()
	v.know(roleRead, "action", "tv_instrument", "order", "strategy_info", "trigger_price", "timestamp", "max_lag")
	v.know(roleInformation, "secret", "bot_uuid", "tv_exchange")
	return objectFormat{
		format:     Format3Commas,
		claims:     func(m *message) bool { return m.has("bot_uuid", "secret") },
		vocabulary: v,
		read: func(f *fields) []domain.Intent {
			i := domain.Intent{
				Symbol:         f.symbolRequired("tv_instrument"),
				ReferencePrice: amount(f, "trigger_price", domain.ParsePrice),
				SenderTime:     f.time("timestamp"),
				MaxAgeSeconds:  f.seconds("max_lag"),
			}
			f.signalBotAction(&i)
			f.signalBotPosition(&i)
			f.signalBotOrder(&i)
			return []domain.Intent{f.check(i, renamed(map[string]string{"symbol": "tv_instrument", "quantity": "order.amount"}))}
		},
	}
}

func (f *fields) signalBotAction(i *domain.Intent) {
	w, ok := f.wordRequired("action", "say buy or sell, or enter_long and its like")
	switch w {
	case "buy", "sell":
		i.Action = domain.Action(w)
	case "enter_long":
		i.Action, i.Sentiment = domain.ActionBuy, domain.SentimentLong
	case "enter_short":
		i.Action, i.Sentiment = domain.ActionSell, domain.SentimentShort
	case "exit_long":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentLong
	case "exit_short":
		i.Action, i.Closes = domain.ActionExit, domain.SentimentShort
	case "disable", "close":
		f.notBuilt("action", w)
	default:
		if ok {
			f.faults.impossible("invalid_action", "action", "must be one of buy, sell, enter_long, exit_long, enter_short, exit_short")
		}
	}
}

func (f *fields) signalBotPosition(i *domain.Intent) {
	in, ok := f.nested("strategy_info")
	if !ok {
		return
	}
	sentiment := in.sentimentIn("market_position")
	target, previous := in.target(sentiment), in.previous()
	in.refuseOthers("market_position", "market_position_size", "prev_market_position", "prev_market_position_size")
	switch {
	case !f.adopt(in) || i.Action == domain.ActionExit:
	case i.Sentiment != "" && sentiment != "" && sentiment != i.Sentiment:
		f.conflict("strategy_info", "action")
	case sentiment != "":
		i.Sentiment, i.TargetPosition = sentiment, target
	}
	i.PreviousPosition = previous
}

func (f *fields) signalBotOrder(i *domain.Intent) {
	in, ok := f.nested("order")
	if !ok {
		return
	}
	switch w, stated := in.word("currency_type"); w {
	case "base":
	case "quote", "margin_percent", "position_percent":
		in.notBuilt("currency_type", w)
	default:
		if stated {
			in.faults.impossible("invalid_currency_type", "currency_type", "must be base")
		}
	}
	quantity := amount(in.fields, "amount", domain.ParseQuantity)
	in.refuseOthers("amount", "currency_type")
	if f.adopt(in) {
		i.Quantity = quantity
	}
}

// seconds reads how long something may take, in whole seconds above 0.
func (f *fields) seconds(name string) *int {
	s, ok := f.number(name)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxSeconds {
		f.faults.impossible("invalid_seconds", name, "must be a whole number of seconds from 1 to 31536000")
		return nil
	}
	return &n
}

const maxSeconds = 365 * 24 * 60 * 60
