package postgres

import (
	"time"

	"github.com/hookfill/hookfill/domain"
)

// intentJSON is signals.intent: an intent in the domain's words.
type intentJSON struct {
	Action           domain.Action        `json:"action"`
	Symbol           domain.Symbol        `json:"symbol"`
	Quantity         *domain.Quantity     `json:"quantity,omitempty"`
	Notional         *domain.Money        `json:"notional,omitempty"`
	Sizing           *sizingJSON          `json:"sizing,omitempty"`
	QuantityMeans    domain.QuantityMeans `json:"quantity_means,omitempty"`
	ExitPercent      *domain.Quantity     `json:"exit_percent,omitempty"`
	Closes           domain.Sentiment     `json:"closes,omitempty"`
	Sentiment        domain.Sentiment     `json:"sentiment,omitempty"`
	TargetPosition   *domain.Net          `json:"target_position,omitempty"`
	PreviousPosition *domain.Net          `json:"previous_position,omitempty"`
	OrderType        domain.OrderType     `json:"order_type"`
	TimeInForce      domain.TimeInForce   `json:"time_in_force"`
	LimitPrice       *domain.Price        `json:"limit_price,omitempty"`
	StopPrice        *domain.Price        `json:"stop_price,omitempty"`
	ReferencePrice   *domain.Price        `json:"reference_price,omitempty"`
	SenderTime       *time.Time           `json:"sender_time,omitempty"`
	MaxAgeSeconds    *int                 `json:"max_age_seconds,omitempty"`
	TakeProfit       *levelJSON           `json:"take_profit,omitempty"`
	StopLoss         *stopLossJSON        `json:"stop_loss,omitempty"`
}

type levelJSON struct {
	Price   *domain.Price    `json:"price,omitempty"`
	Percent *domain.Quantity `json:"percent,omitempty"`
	Amount  *domain.Quantity `json:"amount,omitempty"`
}

type stopLossJSON struct {
	levelJSON

	LimitPrice *domain.Price `json:"limit_price,omitempty"`
}

func encodeIntent(i domain.Intent) string {
	j := intentJSON{
		Action: i.Action, Symbol: i.Symbol, Quantity: i.Quantity, Notional: i.Notional, Sizing: (*sizingJSON)(i.Sizing), QuantityMeans: i.QuantityMeans, ExitPercent: i.ExitPercent, Closes: i.Closes, MaxAgeSeconds: i.MaxAgeSeconds,
		Sentiment: i.Sentiment, TargetPosition: i.TargetPosition, PreviousPosition: i.PreviousPosition, OrderType: i.OrderType, TimeInForce: i.TimeInForce,
		LimitPrice: i.LimitPrice, StopPrice: i.StopPrice, ReferencePrice: i.ReferencePrice, SenderTime: utc(i.SenderTime),
		TakeProfit: (*levelJSON)(i.TakeProfit),
	}
	if s := i.StopLoss; s != nil {
		j.StopLoss = &stopLossJSON{levelJSON(s.Level), s.LimitPrice}
	}
	return encodeJSON(j)
}

func decodeIntent(text string) (domain.Intent, error) {
	j, err := decodeJSON[intentJSON]("intent", text)
	i := domain.Intent{
		Action: j.Action, Symbol: j.Symbol, Quantity: j.Quantity, Notional: j.Notional, Sizing: (*domain.Sizing)(j.Sizing), QuantityMeans: j.QuantityMeans, ExitPercent: j.ExitPercent, Closes: j.Closes, MaxAgeSeconds: j.MaxAgeSeconds,
		Sentiment: j.Sentiment, TargetPosition: j.TargetPosition, PreviousPosition: j.PreviousPosition, OrderType: j.OrderType, TimeInForce: j.TimeInForce,
		LimitPrice: j.LimitPrice, StopPrice: j.StopPrice, ReferencePrice: j.ReferencePrice, SenderTime: j.SenderTime,
		TakeProfit: (*domain.Level)(j.TakeProfit),
	}
	if s := j.StopLoss; s != nil {
		i.StopLoss = &domain.StopLoss{Level: domain.Level(s.levelJSON), LimitPrice: s.LimitPrice}
	}
	return i, err
}

// utc gives a time as the domain has it.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
