package memory_test

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

// machine is a computer whose time can be put back, and its SystemClock.
type machine struct {
	*memory.SystemClock
	back atomic.Int64
}

func newMachine() *machine {
	m := &machine{}
	m.SystemClock = memory.NewSystemClockOn(func() time.Time { return time.Now().Add(-time.Duration(m.back.Load())) })
	return m
}

func newStorage(context.Context) portstest.Storage {
	clock := memory.NewClock(time.Now())
	store := memory.NewStore(clock, memory.NewIDs())
	storage := portstest.Storage{
		UnitOfWork: store, Directory: store, Inbox: store, Lanes: store, Ledger: store,
		Users: store, Housekeeper: store, Journal: memory.NewJournal(), Close: store.Close,
		Advance: func(_ context.Context, d time.Duration) error {
			clock.Advance(d)
			return nil
		},
		Deliveries: func(ctx context.Context, config domain.WebhookConfigID) (int, error) {
			kept, err := store.Deliveries(ctx, config)
			return len(kept), err
		},
	}
	storage.Again = func(context.Context) (portstest.Storage, error) { return storage, nil }
	return storage
}

var (
	storage = portstest.StorageHarness{New: newStorage}

	_ = portstest.DescribeUnitOfWork("memory.Store", storage)
	_ = portstest.DescribeBrokerAccountRepository("memory.Store", storage)
	_ = portstest.DescribeWebhookConfigRepository("memory.Store", storage)
	_ = portstest.DescribeSignalRepository("memory.Store", storage)
	_ = portstest.DescribeOrderRepository("memory.Store", storage)
	_ = portstest.DescribePositionRepository("memory.Store", storage)
	_ = portstest.DescribeRequestRepository("memory.Store", storage)
	_ = portstest.DescribeWebhookDirectory("memory.Store", storage)
	_ = portstest.DescribeSignalInbox("memory.Store", storage)
	_ = portstest.DescribeLanes("memory.Store", storage)
	_ = portstest.DescribeLedger("memory.Store", storage)
	_ = portstest.DescribeUsers("memory.Store", storage)
	_ = portstest.DescribeHousekeeper("memory.Store", storage)
	_ = portstest.DescribePaperJournal("memory.Journal", storage)

	_ = portstest.DescribeClock("memory.Clock", portstest.ClockHarness{
		New:  func(context.Context) ports.Clock { return memory.NewClock(time.Now()) },
		Back: func(c ports.Clock, by time.Duration) { c.(*memory.Clock).Set(c.Now().Add(-by)) },
	})
	_ = portstest.DescribeClock("memory.SystemClock", portstest.ClockHarness{
		New:  func(context.Context) ports.Clock { return newMachine() },
		Back: func(c ports.Clock, by time.Duration) { c.(*machine).back.Add(int64(by)) },
	})
	_ = portstest.DescribeIDs("memory.IDs", portstest.IDsHarness{
		New: func(context.Context) ports.IDs { return memory.NewIDs() },
	})
)
