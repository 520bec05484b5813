package postgres_test

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports/portstest"
)

var queues = portstest.StorageHarness{New: newQueues}

func newQueues(ctx context.Context) portstest.Storage {
	GinkgoHelper()
	url := databases.URL()
	conn := sqlConn(ctx, url)
	sqlExec(ctx, conn, "truncate auth.users, private.deliveries cascade")
	s := queuesOf(openStore(ctx, url))
	s.Advance = func(ctx context.Context, d time.Duration) error { return shiftTimes(ctx, conn, d) }
	s.Again = func(ctx context.Context) (portstest.Storage, error) { return queuesOf(openStore(ctx, url)), nil }
	s.Deliveries = func(ctx context.Context, config domain.WebhookConfigID) (n int, err error) {
		err = conn.QueryRow(ctx, "select count(*) from private.deliveries where webhook_config_id = $1", config.UUID).Scan(&n)
		return n, err
	}
	return s
}

func queuesOf(db *postgres.DB) portstest.Storage {
	return portstest.Storage{
		UnitOfWork: postgres.NewUnitOfWork(db), Directory: postgres.NewDirectory(db), Inbox: postgres.NewInbox(db),
		Lanes: postgres.NewLanes(db), Ledger: postgres.NewLedger(db), Housekeeper: postgres.NewHousekeeper(db),
		Users: postgres.NewUsers(db), Journal: postgres.NewJournal(db), Close: db.Close,
	}
}

// shiftTimes puts everything that is compared with the database's clock back.
func shiftTimes(ctx context.Context, conn *pgx.Conn, d time.Duration) error {
	for _, column := range []string{
		"private.lanes.ready_at", "private.lanes.parked_until", "private.signal_keys.expires_at", "public.orders.asked_at",
		"private.webhook_tokens.ends_at", "private.api_requests.created_at",
	} {
		var table, name string
		for i := len(column) - 1; ; i-- {
			if column[i] == '.' {
				table, name = column[:i], column[i+1:]
				break
			}
		}
		if _, err := conn.Exec(ctx, fmt.Sprintf("update %s set %s = %s - make_interval(secs => $1)", table, name, name), d.Seconds()); err != nil {
			return err
		}
	}
	return nil
}

var (
	_ = portstest.DescribeSignalInbox("postgres.Inbox", queues)
	_ = portstest.DescribeLanes("postgres.Lanes", queues)
	_ = portstest.DescribeLedger("postgres.Ledger", queues)
)
