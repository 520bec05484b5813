package postgres

import (
	"time"

	"github.com/hookfill/hookfill/domain"
)

// intentJSON is signals.intent: an intent in the domain's words.
type intentJSON struct {
	Action           domain.Action      `json:"action"`
	Symbol           domain.Symbol      `json:"symbol"`
	Quantity         *domain.Quantity   `json:"quantity,omitempty"`
	Notional         *domain.Money      `json:"notional,omitempty"`
	Sentiment        domain.Sentiment   `json:"sentiment,omitempty"`
	TargetPosition   *domain.Net        `json:"target_position,omitempty"`
	PreviousPosition *domain.Net        `json:"previous_position,omitempty"`
	OrderType        domain.OrderType   `json:"order_type"`
	TimeInForce      domain.TimeInForce `json:"time_in_force"`
	LimitPrice       *domain.Price      `json:"limit_price,omitempty"`
	StopPrice        *domain.Price      `json:"stop_price,omitempty"`
	ReferencePrice   *domain.Price      `json:"reference_price,omitempty"`
	SenderTime       *time.Time         `json:"sender_time,omitempty"`
}

func encodeIntent(i domain.Intent) string {
	i.SenderTime = utc(i.SenderTime)
	return encodeJSON(intentJSON(i))
}

func decodeIntent(text string) (domain.Intent, error) {
	i, err := decodeJSON[intentJSON]("intent", text)
	return domain.Intent(i), err
}

// utc gives a time as the domain has it.
func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
