package paper_test

import (
	"context"
	"fmt"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// An order trades at the price of the alert it came from until the symbol is
// quoted. newJournal stands for any ports.PaperJournal.
func ExampleBroker() {
	ctx := context.Background()
	broker, account := paper.New(newJournal(), &clock{}), newAccount("100000")

	report, _ := broker.Submit(ctx, account, ports.OrderRequest{
		ClientOrderID: "hf-1", Symbol: "AAPL", Side: domain.SideBuy, Type: domain.OrderTypeMarket,
		TimeInForce: domain.TimeInForceDay, Quantity: new(domain.MustQuantity("10")),
		ReferencePrice: new(domain.MustPrice("187.25")),
	})
	fmt.Println(report.Status, report.Fills[0].Quantity, "at", report.Fills[0].Price)

	_, _ = broker.Push(ctx, account, ports.Quote{
		Symbol: "AAPL", Bid: new(domain.MustPrice("190")), Ask: new(domain.MustPrice("190.02")),
	})
	summary, _ := broker.Summary(ctx, account)
	fmt.Println("cash", summary.Cash, "equity", summary.Equity)
	// Output:
	// filled 10 at 187.25
	// cash 98127.5 equity 100027.6
}

// A script makes a broker fail in the one way that needs care: the order is
// placed and nobody heard of it.
func ExampleScripted() {
	ctx := context.Background()
	broker, account := paper.NewScripted(paper.New(newJournal(), &clock{})), newAccount("100000")
	broker.LoseReplyNext()

	_, err := broker.Submit(ctx, account, ports.OrderRequest{
		ClientOrderID: "hf-1", Symbol: "AAPL", Side: domain.SideBuy, Type: domain.OrderTypeMarket,
		TimeInForce: domain.TimeInForceDay, Quantity: new(domain.MustQuantity("1")),
		ReferencePrice: new(domain.MustPrice("187.25")),
	})
	fmt.Println(domain.KindOf(err))

	report, _ := broker.ByClientOrderID(ctx, account, "hf-1")
	fmt.Println(report.Status)
	// Output:
	// unknown_outcome
	// filled
}
