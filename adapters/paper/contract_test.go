package paper_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

// line is a journal that can be cut off, or whose answers can get lost.
type line struct {
	*memory.Journal
	isCut, losesAnswers atomic.Bool
}

func (l *line) Append(ctx context.Context, account domain.BrokerAccountID, after int64, fn func([][]byte) ([][]byte, error)) (int64, error) {
	if l.isCut.Load() {
		return 0, &domain.Error{Kind: domain.KindUnavailable, Msg: "cut off"}
	}
	seq, err := l.Journal.Append(ctx, account, after, fn)
	if err == nil && l.losesAnswers.Load() {
		return 0, &domain.Error{Kind: domain.KindUnknownOutcome, Msg: "the answer is lost"}
	}
	return seq, err
}

func (l *line) Read(ctx context.Context, account domain.BrokerAccountID, after int64) ([][]byte, error) {
	if l.isCut.Load() {
		return nil, &domain.Error{Kind: domain.KindUnavailable, Msg: "cut off"}
	}
	return l.Journal.Read(ctx, account, after)
}

func newTrading(context.Context) portstest.Trading {
	l := &line{Journal: memory.NewJournal()}
	clock, ids := memory.NewClock(time.Now()), memory.NewSequentialIDs()
	broker := paper.New(l, clock)
	set := func(flag *atomic.Bool) func(context.Context) error {
		return func(context.Context) error { flag.Store(true); return nil }
	}
	unaffordable := domain.MustQuantity("1000000000")
	return portstest.Trading{
		Broker: broker, Market: broker, Symbol: "AAPL", Price: domain.MustPrice("100"),
		UnknownSymbol: "no symbol", Unaffordable: &unaffordable,
		Open: func(context.Context) (*domain.BrokerAccount, error) {
			return domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
				ID: domain.BrokerAccountID{UUID: ids.New()}, UserID: domain.UserID{UUID: ids.New()}, Name: "paper",
				Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: clock.Now(),
			})
		},
		CutOff: set(&l.isCut), LoseAnswers: set(&l.losesAnswers),
		Mend: func(context.Context) error {
			l.isCut.Store(false)
			l.losesAnswers.Store(false)
			return nil
		},
	}
}

var (
	_ ports.PaperJournal = (*line)(nil)
	_                    = portstest.DescribeBroker("paper.Broker", portstest.BrokerHarness{New: newTrading})
	_                    = portstest.DescribeQuotes("paper.Broker", portstest.BrokerHarness{New: newTrading})
	_                    = portstest.DescribeOrderHistory("paper.Broker", portstest.BrokerHarness{New: newTrading})
	_                    = portstest.DescribePaperMarket("paper.Broker", portstest.BrokerHarness{New: newTrading})
	_                    = portstest.CheckConformance("paper.Broker", "../../ports/portstest/CONFORMANCE.md")
)
