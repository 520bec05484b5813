package domain_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
)

// A config admits an alert, and what it admits is planned against the position:
// long 10, TradingView's reversal sells 20 and says that it is short now.
func ExamplePlanOrders() {
	account := domain.BrokerAccountID{UUID: uuid.MustParse("0198a3c4-5d6e-7f80-9123-456789abcdef")}
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: account, Multiplier: domain.MustQuantity("1")}}
	rules.Symbols = []domain.Symbol{"AAPL"}
	config, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{Name: "momentum", Rules: rules})
	if err != nil {
		fmt.Println(err)
		return
	}

	intent, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionSell, Symbol: domain.MustSymbol("NASDAQ:AAPL"),
		Quantity: new(domain.MustQuantity("20")), Sentiment: domain.SentimentShort,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	admission := config.Admit(intent, time.Date(2026, time.November, 24, 15, 0, 0, 0, time.UTC))
	fmt.Println("refused:", len(admission.Reasons) > 0)

	plan := domain.PlanOrders(admission.Intent, rules, domain.Situation{
		Position: domain.MustNet("10"), Account: domain.MustNet("10"),
		Instrument: domain.Instrument{Symbol: "AAPL", Tradable: true},
		Multiplier: domain.MustQuantity("1"),
	})
	for _, step := range plan.Steps {
		fmt.Println(step.Effect, step.Side, step.Quantity)
	}
	fmt.Println("target:", plan.Target)
	// Output:
	// refused: false
	// exit sell 10
	// entry sell 10
	// target: -10
}

// Every fault of a config is reported at once, by its wire name.
func ExampleNewWebhookConfig() {
	rules := domain.DefaultWebhookRules()
	rules.Sizing.Type = "martingale"
	_, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{Rules: rules})
	fmt.Println(domain.KindOf(err))
	fmt.Println(err)
	// Output:
	// invalid
	// name: a name has 1 to 100 printable characters; routes: name 1 to 16 broker accounts; sizing.type: must be one of alert, fixed_quantity, notional, percent_of_equity, risk_amount, risk_percent
}

// An order is what its events make of it. They may be told in any order and
// more than once.
func ExampleOrder_Apply() {
	order, err := domain.NewOrder(domain.OrderTerms{
		ID: id[domain.Order](1), UserID: id[domain.User](2), SignalID: id[domain.Signal](3),
		TicketID: id[domain.Ticket](4), BrokerAccountID: id[domain.BrokerAccount](5),
		Step: 1, ClientOrderID: "hfaaaaexample", Symbol: "AAPL", Side: domain.SideBuy, Type: domain.OrderTypeMarket,
		TimeInForce: domain.TimeInForceDay, Class: domain.OrderClassSimple, Quantity: new(domain.MustQuantity("10")),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	start := time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)
	second := domain.OrderEvent{
		SourceID: "fill:b", Kind: domain.EventFill, At: start.Add(2 * time.Second),
		ExecutionID: "b", Quantity: domain.MustQuantity("6"), Price: domain.MustPrice("101"),
	}
	for _, e := range []domain.OrderEvent{
		domain.AttemptedEvent(1, start),
		second, // overtakes the first fill
		{
			SourceID: "fill:a", Kind: domain.EventFill, At: start.Add(time.Second),
			ExecutionID: "a", Quantity: domain.MustQuantity("4"), Price: domain.MustPrice("100"),
		},
		second, // told twice
		{SourceID: "ack", Kind: domain.EventAcknowledged, At: start.Add(3 * time.Second), Attempt: 1, BrokerOrderID: "broker-1"},
	} {
		added, err := order.Apply(e, e.At)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(e.Kind, added, order.Submission(), order.Status(), order.FilledQuantity())
	}
	fmt.Println("average:", order.AverageFillPrice(), "settled:", order.IsSettled())
	// Output:
	// attempted true in_flight pending_new 0
	// fill true in_flight partially_filled 6
	// fill true in_flight filled 10
	// fill false in_flight filled 10
	// acknowledged true acknowledged filled 10
	// average: 100.6 settled: true
}

// Selling more than is held closes the long, realizes its profit and opens a
// short at the price of the sale.
func ExamplePosition_Apply() {
	var position domain.Position
	position = position.Apply(domain.SideBuy, domain.MustQuantity("10"), domain.MustPrice("100"))
	position = position.Apply(domain.SideSell, domain.MustQuantity("15"), domain.MustPrice("103"))
	fmt.Println(position.Quantity, position.AveragePrice, position.RealizedProfit)
	fmt.Println(position.UnrealizedProfit(domain.MustPrice("101")))
	// Output:
	// -5 103 30
	// 10
}

func ExampleParseSymbol() {
	for _, sent := range []string{"nasdaq:aapl", " BTC/USD ", "AAPL MSFT"} {
		symbol, err := domain.ParseSymbol(sent)
		fmt.Println(symbol, err)
	}
	// Output:
	// AAPL <nil>
	// BTC/USD <nil>
	//  a symbol has 1 to 32 letters, digits or ./_!- such as AAPL or BTC/USD
}

func ExampleParseQuantity() {
	for _, text := range []string{"15e-1", "-1", "NaN"} {
		quantity, err := domain.ParseQuantity(text)
		fmt.Println(quantity, err)
	}
	// Output:
	// 1.5 <nil>
	// 0 a quantity cannot be negative; the side says the direction
	// 0 not a decimal number such as 12.5; at most 64 characters
}

// A client order id is the same for every attempt at one step of a ticket.
func ExampleNewClientOrderID() {
	installation := domain.NewInstallation([]byte{0xfe, 0xdc, 0xba})
	ticket := domain.TicketID{UUID: uuid.MustParse("0198a3c4-5d6e-7f80-9123-456789abcdef")}
	fmt.Println(domain.NewClientOrderID(installation, ticket, 1, 0))
	fmt.Println(domain.NewClientOrderID(installation, ticket, 2, 0))
	// Output:
	// hf73olohiucuwssmlviv25qhggkws4
	// hf73olwuv5pfvneiv4rfwog6lzyznm
}
