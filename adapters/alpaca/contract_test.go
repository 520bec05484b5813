package alpaca_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports/portstest"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// atVenue is the harness of every suite: package papersrv behind a line.
func atVenue(context.Context) portstest.Trading {
	v := newVenue()
	bad, t := v.line.On(brokerfaults.Any), v.trading()
	t.CutOff = func(context.Context) error { v.line.Down(); return nil }
	t.LoseAnswers = func(context.Context) error { bad.For(time.Hour, brokerfaults.DropAnswer()); return nil }
	t.Mend = func(context.Context) error {
		bad.For(0, brokerfaults.Pass())
		return v.line.Up()
	}
	return t
}

func (v *venue) trading() portstest.Trading {
	return portstest.Trading{
		Broker: v.broker, Open: v.open, Symbol: "AAPL", Price: domain.MustPrice("100"),
		UnknownSymbol: "NOSUCH", Unaffordable: new(domain.MustQuantity("1000000000")), Market: v,
	}
}

var (
	_ = portstest.DescribeBrokerOnABadLine("alpaca.Broker", portstest.BadLineHarness{New: func(context.Context) portstest.BadLine {
		v, clock := newVenue(), memory.NewClock(time.Now())
		v.broker = alpaca.New(keyring{}, clock, alpaca.Config{AllowAddresses: loopback(), VisibleWithin: 20 * time.Millisecond})
		DeferCleanup(v.broker.Close)
		return portstest.BadLine{
			Trading: v.trading(), Line: v.line, Places: brokerfaults.Method("POST"), LooksUp: brokerfaults.Method("GET"),
			Advance: func(d time.Duration) { clock.Advance(d) },
		}
	}})
	_ = portstest.DescribeBroker("alpaca.Broker", portstest.BrokerHarness{New: atVenue, WithoutLegs: true})
	_ = portstest.CheckConformance("alpaca.Broker", "../../ports/portstest/CONFORMANCE.md")
	_ = portstest.DescribeOrderHistory("alpaca.Broker", portstest.BrokerHarness{New: atVenue, WithoutLegs: true})
)
