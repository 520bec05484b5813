package portstest

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Storage is the storage ports over one set of rows.
type Storage struct {
	UnitOfWork ports.UnitOfWork
	Directory  ports.WebhookDirectory
	Inbox      ports.SignalInbox
	Lanes      ports.Lanes
	Ledger     ports.Ledger
	// Waiting is needed by DescribeWaitingDeliveries alone.
	Waiting ports.WaitingDeliveries
	// Housekeeper is needed by DescribeHousekeeper alone.
	Housekeeper ports.Housekeeper
	// HaltBoard is needed by DescribeHalts alone.
	HaltBoard ports.HaltBoard
	// Care is needed by DescribeCredentials alone.
	Care ports.AccountCare
	// Secrets is needed by DescribeSenderSecrets alone.
	Secrets ports.SenderSecretReader
	// Streams is needed by DescribeStreamLeases alone.
	Streams ports.StreamLeases
	// Users may be nil where nobody has to be made known; then DescribeUsers
	// cannot run.
	Users ports.Users
	// Journal is needed by DescribePaperJournal alone.
	Journal ports.PaperJournal
	// Wakeups is needed by DescribeWakeups alone.
	Wakeups ports.Wakeups

	// Advance makes the storage's own clock show d more than it would, for
	// leases, windows, overlaps and ages. Shifting the stored times back by d
	// does as well: no spec looks at a time that was stored before.
	Advance func(ctx context.Context, d time.Duration) error
	// Again opens the same rows as another process would.
	Again func(ctx context.Context) (Storage, error)
	// Deliveries counts the deliveries kept for a config, whatever became of
	// them: no port tells.
	Deliveries func(ctx context.Context, config domain.WebhookConfigID) (int, error)
	// Close ends the storage for good; nothing it is asked afterwards happens.
	Close func() error
}

// StorageHarness makes storages.
type StorageHarness struct {
	// New gives a storage without rows, whose clock shows about the present
	// time.
	New func(ctx context.Context) Storage
}
