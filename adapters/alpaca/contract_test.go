package alpaca_test

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports/portstest"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// atVenue is the harness of every suite: another server of Alpaca's API takes the
// simulator's place in newVenue alone.
func atVenue(context.Context) portstest.Trading {
	v := newVenue()
	bad := v.line.On(brokerfaults.Any)
	return portstest.Trading{
		Broker: v.broker, Open: v.open, Symbol: "AAPL", Price: domain.MustPrice("100"),
		UnknownSymbol: "NOSUCH", Unaffordable: new(domain.MustQuantity("1000000000")), Market: v,
		CutOff:      func(context.Context) error { v.line.Down(); return nil },
		LoseAnswers: func(context.Context) error { bad.For(time.Hour, brokerfaults.DropAnswer()); return nil },
		Mend: func(context.Context) error {
			bad.For(0, brokerfaults.Pass())
			return v.line.Up()
		},
	}
}

var (
	_ = portstest.DescribeBroker("alpaca.Broker", portstest.BrokerHarness{New: atVenue, WithoutLegs: true})
	_ = portstest.DescribeOrderHistory("alpaca.Broker", portstest.BrokerHarness{New: atVenue, WithoutLegs: true})
)
