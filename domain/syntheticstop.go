package domain

import "time"

// SyntheticStop ends the position that an entry built once the market reaches a
// price, at a broker that takes no order for that: it is watched here.
type SyntheticStop struct {
	// EntryID is the order that enters; what it fills is protected.
	EntryID         OrderID
	UserID          UserID
	TicketID        TicketID
	BrokerAccountID BrokerAccountID
	// WebhookConfigID is nil for an entry by hand.
	WebhookConfigID *WebhookConfigID
	Symbol          Symbol
	// Side is that of the exit.
	Side Side
	// StopLoss and TakeProfit are the prices that end the position; at least one is
	// set.
	StopLoss   *Price
	TakeProfit *Price
	CreatedAt  time.Time
	// TriggeredAt is when the market was seen at TriggerPrice, which is one of
	// those or beyond; nil until then.
	TriggeredAt  *time.Time
	TriggerPrice *Price
	// Exits counts the signals that were made to close the position.
	Exits int
	// EndedAt is when it came to its end, and EndReason why.
	EndedAt   *time.Time
	EndReason SyntheticStopEnd
}

// SyntheticStopEnd is why a synthetic stop is watched no more.
type SyntheticStopEnd string

// The ends.
const (
	// SyntheticStopClosed: of what the entry filled nothing is left.
	SyntheticStopClosed SyntheticStopEnd = "closed"
	// SyntheticStopFailed: every exit it made came to nothing; a person has to see
	// to the position.
	SyntheticStopFailed SyntheticStopEnd = "failed"
)

// SyntheticStopEnds lists the ends.
func SyntheticStopEnds() []SyntheticStopEnd {
	return []SyntheticStopEnd{SyntheticStopClosed, SyntheticStopFailed}
}

// Reached gives the price that the exit would trade at where that has reached the
// stop-loss or the take-profit: of a long position the bid, of a short one the
// ask, the last price where the venue tells neither.
func (s SyntheticStop) Reached(market Prices) (at Price, reached bool) {
	price := market.For(s.Side)
	switch {
	case price == nil:
		return Price{}, false
	case s.StopLoss != nil && !isBeyond(s.Side.Opposite(), *price, *s.StopLoss),
		s.TakeProfit != nil && !isBeyond(s.Side, *price, *s.TakeProfit):
		return *price, true
	}
	return Price{}, false
}

// Held is how much of what an entry filled its exit has to close: no more than
// the config and the account have left on that side.
func (s SyntheticStop) Held(filled Quantity, config, account Net) Quantity {
	return NetOf(s.Side.Opposite(), filled).LeftIn(config, account)
}

// SyntheticStopFor gives what watches over an entry that the legs protect.
func SyntheticStopFor(entry OrderTerms, legs []Leg) SyntheticStop {
	s := SyntheticStop{
		EntryID: entry.ID, UserID: entry.UserID, TicketID: entry.TicketID, BrokerAccountID: entry.BrokerAccountID,
		WebhookConfigID: entry.WebhookConfigID, Symbol: entry.Symbol, Side: entry.Side.Opposite(), CreatedAt: entry.CreatedAt,
	}
	for _, leg := range legs {
		if leg.StopPrice != nil {
			s.StopLoss = leg.StopPrice
		} else {
			s.TakeProfit = leg.LimitPrice
		}
	}
	return s
}
