package httpapi

import "github.com/hookfill/hookfill/domain"

// intentJSON is what an alert or a person asked for; null is what was not said.
type intentJSON struct {
	Action           domain.Action         `json:"action"`
	Symbol           *domain.Symbol        `json:"symbol"`
	Quantity         *domain.Quantity      `json:"quantity"`
	Notional         *domain.Money         `json:"notional"`
	Sizing           *sizingJSON           `json:"sizing,omitempty"`
	QuantityMeans    *domain.QuantityMeans `json:"quantity_means,omitempty"`
	ExitPercent      *domain.Quantity      `json:"exit_percent,omitempty"`
	Closes           *domain.Sentiment     `json:"closes,omitempty"`
	Sentiment        *domain.Sentiment     `json:"sentiment"`
	TargetPosition   *domain.Net           `json:"target_position"`
	PreviousPosition *domain.Net           `json:"previous_position,omitempty"`
	Type             domain.OrderType      `json:"type"`
	TimeInForce      domain.TimeInForce    `json:"time_in_force"`
	LimitPrice       *domain.Price         `json:"limit_price"`
	StopPrice        *domain.Price         `json:"stop_price"`
	ReferencePrice   *domain.Price         `json:"reference_price"`
	SenderTime       *string               `json:"sender_time"`
	MaxAgeSeconds    *int                  `json:"max_age_seconds,omitempty"`
	TakeProfit       *levelJSON            `json:"take_profit"`
	StopLoss         *stopLossJSON         `json:"stop_loss"`
}

func intentOf(i domain.Intent) intentJSON {
	return intentJSON{
		Action: i.Action, Symbol: orNull(i.Symbol), Quantity: i.Quantity, Notional: i.Notional, Sizing: (*sizingJSON)(i.Sizing), QuantityMeans: orNull(i.QuantityMeans), ExitPercent: i.ExitPercent, Closes: orNull(i.Closes), MaxAgeSeconds: i.MaxAgeSeconds,
		Sentiment: orNull(i.Sentiment), TargetPosition: i.TargetPosition, PreviousPosition: i.PreviousPosition, Type: i.OrderType, TimeInForce: i.TimeInForce,
		LimitPrice: i.LimitPrice, StopPrice: i.StopPrice, ReferencePrice: i.ReferencePrice,
		SenderTime: stampOrNull(i.SenderTime), TakeProfit: (*levelJSON)(i.TakeProfit), StopLoss: stopLossOf(i.StopLoss),
	}
}

// intentFrom reads a trade by hand. That it can mean something is for
// domain.NewIntent to say.
func intentFrom(f *form) domain.Intent {
	f.required("action", "say what to do, for example buy or exit")
	return domain.Intent{
		Action:         orZero(word(f, "action", domain.ParseAction)),
		Symbol:         orZero(word(f, "symbol", domain.ParseSymbol)),
		Quantity:       number(f, "quantity", domain.ParseQuantity),
		Notional:       number(f, "notional", domain.ParseMoney),
		TargetPosition: number(f, "target_position", domain.ParseNet),
		OrderType:      orZero(word(f, "type", domain.ParseOrderType)),
		TimeInForce:    orZero(word(f, "time_in_force", domain.ParseTimeInForce)),
		LimitPrice:     number(f, "limit_price", domain.ParsePrice),
		StopPrice:      number(f, "stop_price", domain.ParsePrice),
		ReferencePrice: number(f, "reference_price", domain.ParsePrice),
		TakeProfit:     takeProfitFrom(f),
		StopLoss:       stopLossFrom(f),
	}
}
