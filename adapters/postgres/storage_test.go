package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports/portstest"
)

// storage is this adapter as the contract suites want it: this process's
// database, emptied before every spec.
func storage() portstest.StorageHarness {
	return portstest.StorageHarness{
		New: func(ctx context.Context) portstest.Storage {
			conn := sqlConn(ctx, databases.URL())
			emptyTables(ctx, conn)
			return openStorage(ctx, conn)
		},
	}
}

func openStorage(ctx context.Context, conn *pgx.Conn) portstest.Storage {
	db := openStore(ctx, databases.URL())
	return portstest.Storage{
		UnitOfWork:  postgres.NewUnitOfWork(db),
		Directory:   postgres.NewDirectory(db),
		Inbox:       postgres.NewInbox(db),
		Waiting:     postgres.NewWaitingDeliveries(db),
		Lanes:       postgres.NewLanes(db),
		Ledger:      postgres.NewLedger(db),
		Housekeeper: postgres.NewHousekeeper(db),
		HaltBoard:   postgres.NewHaltBoard(db),
		Care:        postgres.NewAccountCare(db),
		Secrets:     postgres.NewSenderSecrets(db),
		Streams:     postgres.NewStreamLeases(db),
		Users:       postgres.NewUsers(db),
		Journal:     postgres.NewJournal(db),
		Wakeups:     postgres.NewWakeups(db, randomIDs{}),
		Advance:     func(ctx context.Context, d time.Duration) error { return shiftTimes(ctx, conn, d) },
		Again:       func(ctx context.Context) (portstest.Storage, error) { return openStorage(ctx, conn), nil },
		Deliveries: func(ctx context.Context, config domain.WebhookConfigID) (n int, err error) {
			err = conn.QueryRow(ctx, "select count(*) from private.deliveries where webhook_config_id = $1", config.String()).Scan(&n)
			return n, err
		},
		Close: db.Close,
	}
}

// emptyTables deletes every row but the installation's. Foreign keys are not
// looked at meanwhile, which is most of what it would cost.
func emptyTables(ctx context.Context, conn *pgx.Conn) {
	tables := ownedTables()
	slices.Reverse(tables)
	sqlExec(ctx, conn, "set session_replication_role = replica; delete from "+strings.Join(append(tables, "auth.users"), "; delete from "))
}

// shiftTimes moves what is held against the database's clock back by d.
func shiftTimes(ctx context.Context, conn *pgx.Conn, d time.Duration) error {
	by := fmt.Sprintf(" - interval '%d microseconds'", d.Microseconds())
	for _, column := range []string{
		"private.signal_keys expires_at", "private.webhook_tokens ends_at", "private.sender_secrets ends_at", "private.api_requests created_at",
		"private.lanes ready_at", "private.lanes parked_until", "private.rate_budgets refilled_at", "public.orders asked_at",
		"public.orders intended_at", "private.reconciliations compared_at", "private.reconciliations claimed_until", "public.unmatched_orders recall_at", "public.positions moved_at",
		"private.streams held_until",
	} {
		table, name, _ := strings.Cut(column, " ")
		if _, err := conn.Exec(ctx, "update "+table+" set "+name+" = "+name+by); err != nil {
			return err
		}
	}
	return nil
}

var (
	_ = portstest.DescribeUnitOfWork("postgres", storage())
	_ = portstest.DescribeBrokerAccountRepository("postgres", storage())
	_ = portstest.DescribeWebhookConfigRepository("postgres", storage())
	_ = portstest.DescribeCredentials("postgres", storage())
	_ = portstest.DescribeSenderSecrets("postgres", storage())
	_ = portstest.DescribeStreamLeases("postgres", storage())
	_ = portstest.DescribeSignalRepository("postgres", storage())
	_ = portstest.DescribeOrderRepository("postgres", storage())
	_ = portstest.DescribePositionRepository("postgres", storage())
	_ = portstest.DescribeReconciliations("postgres", storage())
	_ = portstest.DescribeRequestRepository("postgres", storage())
	_ = portstest.DescribeWebhookDirectory("postgres", storage())
	_ = portstest.DescribeWaitingDeliveries("postgres", storage())
	_ = portstest.DescribeHalts("postgres", storage())
	_ = portstest.DescribeUsers("postgres", storage())
	_ = portstest.DescribeHousekeeper("postgres", storage())
	_ = portstest.DescribeSignalInbox("postgres", storage())
	_ = portstest.DescribeLanes("postgres", storage())
	_ = portstest.DescribeLedger("postgres", storage())
	_ = portstest.DescribePaperJournal("postgres", storage())
	_ = portstest.DescribeWakeups("postgres", storage())
)
