package domain

import (
	"slices"
	"time"
)

// Action is what an alert asks for. The zero value is invalid.
type Action string

// The actions.
const (
	// ActionBuy and ActionSell trade a quantity or reach the position the alert
	// carries.
	ActionBuy  Action = "buy"
	ActionSell Action = "sell"
	// ActionExit closes all of a position, or the given quantity of it.
	ActionExit Action = "exit"
	// ActionReverse exits and enters the other side with the same size, or with
	// the given quantity.
	ActionReverse Action = "reverse"
	// ActionCancel cancels open orders.
	ActionCancel Action = "cancel"
	// ActionTarget reaches the position given by TargetPosition.
	ActionTarget Action = "target_position"
)

// Actions lists the valid actions.
func Actions() []Action {
	return []Action{ActionBuy, ActionSell, ActionExit, ActionReverse, ActionCancel, ActionTarget}
}

// ParseAction reads one of Actions.
func ParseAction(s string) (Action, error) { return parseWord("invalid_action", s, Actions()) }

// IsValid reports whether a is one of Actions.
func (a Action) IsValid() bool { return slices.Contains(Actions(), a) }

// Side gives the side of a buy or sell and the zero Side for other actions.
func (a Action) Side() Side {
	switch a { //nolint:exhaustive // the others have no side of their own
	case ActionBuy:
		return SideBuy
	case ActionSell:
		return SideSell
	}
	return ""
}

// Sentiment is the side a strategy is on after its alert. The zero value says
// that the alert does not tell.
type Sentiment string

// The sentiments.
const (
	SentimentLong  Sentiment = "long"
	SentimentShort Sentiment = "short"
	SentimentFlat  Sentiment = "flat"
)

// Sentiments lists the sentiments an alert may state.
func Sentiments() []Sentiment { return []Sentiment{SentimentLong, SentimentShort, SentimentFlat} }

// ParseSentiment reads one of Sentiments.
func ParseSentiment(s string) (Sentiment, error) {
	return parseWord("invalid_sentiment", s, Sentiments())
}

// Intent is what one alert asks for, in canonical words and before any sizing.
// Nil fields are what the alert did not say.
type Intent struct {
	Action Action
	// Symbol is zero only for a cancel or exit of everything.
	Symbol Symbol
	// At most one of Quantity and Notional is set.
	Quantity *Quantity
	Notional *Money
	// Sizing says, in place of both, how to work the quantity of an entry out, where
	// the config leaves that to the alert: percent_of_equity, risk_amount or
	// risk_percent.
	Sizing *Sizing
	// QuantityMeans says what the alert's quantity is, whatever the config says;
	// zero leaves it to the config.
	QuantityMeans QuantityMeans
	// ExitPercent says, in place of a quantity, how much of the position an exit
	// closes; above 0, at most 100. No multiplier scales it.
	ExitPercent *Quantity
	// Closes keeps an exit to a position on that side, long or short; one on the
	// other side is left as it is. Zero is either.
	Closes Sentiment
	// Sentiment and TargetPosition say where the sender wants to be afterwards.
	Sentiment      Sentiment
	TargetPosition *Net
	// PreviousPosition is where the sender says it was before.
	PreviousPosition *Net
	// OrderType is market when the alert does not say, TimeInForce day.
	OrderType   OrderType
	TimeInForce TimeInForce
	LimitPrice  *Price
	StopPrice   *Price
	// ReferencePrice is the price at the time of the alert.
	ReferencePrice *Price
	// TakeProfit and StopLoss protect what is entered. An intent that enters
	// nothing has no use for them.
	TakeProfit *Level
	StopLoss   *StopLoss
	// SenderTime is when the sender says it made the alert.
	SenderTime *time.Time
	// MaxAgeSeconds is how old the sender lets an entry get, by SenderTime where
	// the alert carries one and else from receipt; nil is for ever. The config's
	// staleness rule holds beside it. An exit is made however old it is.
	MaxAgeSeconds *int
}

// NewIntent fills in the defaults (market, day) and checks that the intent can
// mean something. Every fault is reported at once, as KindInvalid.
func NewIntent(i Intent) (Intent, error) {
	if i.OrderType == "" {
		i.OrderType = OrderTypeMarket
	}
	if i.TimeInForce == "" {
		i.TimeInForce = TimeInForceDay
	}
	var f faults
	if !i.Action.IsValid() {
		f.add("invalid_action", "action", "must be one of buy, sell, exit, reverse, cancel, target_position")
	}
	if i.Symbol.IsZero() && i.Action != ActionCancel && i.Action != ActionExit {
		f.add("symbol_required", "symbol", "name the instrument, for example AAPL or BTC/USD")
	}
	if i.Quantity != nil && i.Notional != nil {
		f.add("quantity_or_notional", "quantity", "give a quantity or a notional, not both")
	}
	if i.Quantity != nil && i.Quantity.IsZero() && i.TargetPosition == nil && i.Sentiment != SentimentFlat {
		f.add("quantity_not_positive", "quantity", "must be above 0")
	}
	if i.Notional != nil && i.Notional.Cmp(Money{}) <= 0 {
		f.add("notional_not_positive", "notional", "must be above 0")
	}
	if i.Notional != nil && i.Action == ActionExit && i.Sentiment != SentimentFlat {
		f.add("notional_not_possible", "notional", "an exit is sized by the position; give a quantity, or leave it out to exit all")
	}
	i.checkSizing(&f)
	i.checkMeaning(&f)
	if i.MaxAgeSeconds != nil && *i.MaxAgeSeconds < 1 {
		f.add("invalid_max_age", "max_age_seconds", "must be 1 or more")
	}
	if i.Action == ActionTarget && i.TargetPosition == nil {
		f.add("target_required", "target_position", "say which position to reach")
	}
	if i.Sentiment != "" && !slices.Contains(Sentiments(), i.Sentiment) {
		f.add("invalid_sentiment", "sentiment", "must be one of long, short, flat")
	}
	if t := i.TargetPosition; t != nil && contradicts(i.Sentiment, *t) {
		f.add("position_contradiction", "sentiment", "the sentiment and the position size do not say the same")
	}
	if !i.TimeInForce.IsValid() {
		f.add("invalid_time_in_force", "time_in_force", "must be one of day, gtc, opg, ioc, fok, cls")
	}
	f.addErr("", checkPrices(i.OrderType, i.LimitPrice, i.StopPrice))
	i.checkProtection(&f)
	return i, f.err()
}

func (i Intent) clone() Intent {
	i.Quantity, i.Notional, i.TargetPosition = copied(i.Quantity), copied(i.Notional), copied(i.TargetPosition)
	i.LimitPrice, i.StopPrice, i.ReferencePrice = copied(i.LimitPrice), copied(i.StopPrice), copied(i.ReferencePrice)
	i.PreviousPosition, i.SenderTime = copied(i.PreviousPosition), copied(i.SenderTime)
	if i.Sizing != nil {
		i.Sizing = &Sizing{i.Sizing.Type, copied(i.Sizing.Value)}
	}
	i.ExitPercent, i.MaxAgeSeconds = copied(i.ExitPercent), copied(i.MaxAgeSeconds)
	i.TakeProfit, i.StopLoss = i.TakeProfit.copied(), i.StopLoss.copied()
	return i
}

func contradicts(s Sentiment, n Net) bool {
	switch s {
	case SentimentLong:
		return !n.IsLong()
	case SentimentShort:
		return !n.IsShort()
	case SentimentFlat:
		return !n.IsFlat()
	}
	return false
}
