package memory_test

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

func storage() portstest.StorageHarness { return portstest.StorageHarness{New: newStorage} }

func newStorage(context.Context) portstest.Storage {
	clock := memory.NewClock(time.Now())
	store := memory.NewStore(clock, memory.NewSequentialIDs())
	storage := portstest.Storage{
		UnitOfWork: store, Directory: store, Inbox: store, Waiting: store, Lanes: store, Ledger: store,
		Users: store, Housekeeper: store, HaltBoard: store, Care: store, Secrets: store, Streams: store, Journal: memory.NewJournal(), Wakeups: memory.NewWakeups(), Close: store.Close,
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
	_ = portstest.DescribeUnitOfWork("memory.Store", storage())
	_ = portstest.DescribeBrokerAccountRepository("memory.Store", storage())
	_ = portstest.DescribeWebhookConfigRepository("memory.Store", storage())
	_ = portstest.DescribeSignalRepository("memory.Store", storage())
	_ = portstest.DescribeOrderRepository("memory.Store", storage())
	_ = portstest.DescribePositionRepository("memory.Store", storage())
	_ = portstest.DescribeReconciliations("memory.Store", storage())
	_ = portstest.DescribeRequestRepository("memory.Store", storage())
	_ = portstest.DescribeWebhookDirectory("memory.Store", storage())
	_ = portstest.DescribeWaitingDeliveries("memory.Store", storage())
	_ = portstest.DescribeSignalInbox("memory.Store", storage())
	_ = portstest.DescribeLanes("memory.Store", storage())
	_ = portstest.DescribeLedger("memory.Store", storage())
	_ = portstest.DescribeHalts("memory.Store", storage())
	_ = portstest.DescribeCredentials("memory.Store", storage())
	_ = portstest.DescribeSenderSecrets("memory.Store", storage())
	_ = portstest.DescribeStreamLeases("memory.Store", storage())
	_ = portstest.DescribeUsers("memory.Store", storage())
	_ = portstest.DescribeHousekeeper("memory.Store", storage())
	_ = portstest.DescribePaperJournal("memory.Journal", storage())
	_ = portstest.DescribeWakeups("memory.Wakeups", storage())

	_ = portstest.DescribeClock("memory.Clock", portstest.ClockHarness{
		New:  func(context.Context) ports.Clock { return memory.NewClock(time.Now()) },
		Back: func(c ports.Clock, by time.Duration) { c.(*memory.Clock).Set(c.Now().Add(-by)) },
	})
)
