package alerts_test

import (
	"errors"
	"fmt"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/domain"
)

func ExampleParser_Parse() {
	parsed, err := alerts.New().Parse(domain.AlertFormatAuto,
		[]byte(`{"ticker":"NASDAQ:AAPL","action":"sell","sentiment":"short","quantity":"20","price":"189.43"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	intent := parsed.Intents[0]
	fmt.Println(parsed.Format, intent.Action, intent.Quantity, intent.Symbol, "to be", intent.Sentiment)
	// Output: traderspost sell 20 AAPL to be short
}

func ExampleParser_Parse_refused() {
	_, err := alerts.New().Parse(domain.AlertFormatAuto,
		[]byte(`{"ticker":"AAPL","action":"buy","quantity":"","trailPercent":5}`))
	if refused, ok := errors.AsType[*domain.Error](err); ok {
		for _, reason := range refused.AllReasons() {
			fmt.Println(reason.Field, reason.Code)
		}
	}
	// Output:
	// quantity empty_value
	// trailPercent unsupported_field
}
