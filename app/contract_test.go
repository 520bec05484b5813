package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest"
)

func (h *house) application(users ports.Users, advance func(context.Context, time.Duration) error) portstest.Application {
	return portstest.Application{
		Intake: h.intake, Brokers: h.accounts, Webhooks: h.webhooks, Desk: h.desk, UnitOfWork: h.work, Users: users,
		Drain: h.drain, Advance: advance, Stall: h.inbox.shut,
	}
}

// onMemory answers within less than a server does, so that a stall is short.
func onMemory() portstest.ApplicationHarness {
	return portstest.ApplicationHarness{New: func(context.Context) portstest.Application {
		c := app.DefaultIntakeConfig()
		c.AnswerWithin = 300 * time.Millisecond
		c.KeepConfigs = 0
		h, clock := newHouseOf(c)
		return h.application(nil, func(_ context.Context, d time.Duration) error {
			clock.Advance(d)
			return nil
		})
	}}
}

func onPostgres() portstest.ApplicationHarness {
	return portstest.ApplicationHarness{New: func(ctx context.Context) portstest.Application {
		url := databases.URL()
		db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 8, Throwaway: true})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		conn, err := pgx.Connect(ctx, url)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(conn.Close)
		Expect(emptyTables(ctx, conn)).To(Succeed())
		clock := &laterClock{Clock: system.NewClock()}
		h := build(storage{
			work: postgres.NewUnitOfWork(db), directory: postgres.NewDirectory(db), inbox: postgres.NewInbox(db), queue: postgres.NewWaitingDeliveries(db),
			lanes: postgres.NewLanes(db), ledger: postgres.NewLedger(db), journal: postgres.NewJournal(db), secrets: postgres.NewSenderSecrets(db),
			clock: clock, ids: system.NewIDs(),
		}, app.DefaultIntakeConfig())
		h.open()
		return h.application(postgres.NewUsers(db), func(ctx context.Context, d time.Duration) error {
			clock.advance(d)
			return shiftTimes(ctx, conn, d)
		})
	}}
}

// laterClock shows more than another clock.
type laterClock struct {
	ports.Clock
	mu    sync.Mutex
	later time.Duration
}

func (c *laterClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Clock.Now().Add(c.later)
}

func (c *laterClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.later += d
}

// emptyTables deletes every row but the installation's. Foreign keys are not
// looked at meanwhile, which is most of what it would cost.
func emptyTables(ctx context.Context, conn *pgx.Conn) error {
	tables := []string{
		"private.paper_entries", "private.paper_journals", "private.rate_budgets", "private.reconciliations", "public.unmatched_orders",
		"private.order_attempts", "public.positions", "public.order_events",
		"public.orders", "public.tickets", "private.lanes", "private.signal_keys", "public.signals", "private.deliveries",
		"private.api_requests", "private.webhook_tokens", "private.sender_secrets", "public.refusals", "public.webhook_routes",
		"public.webhook_config_versions", "public.webhook_configs", "public.broker_accounts", "auth.users",
	}
	_, err := conn.Exec(ctx, "set session_replication_role = replica; delete from "+strings.Join(tables, "; delete from "))
	return err
}

// shiftTimes moves what is held against the database's clock back by d.
func shiftTimes(ctx context.Context, conn *pgx.Conn, d time.Duration) error {
	by := fmt.Sprintf(" - interval '%d microseconds'", d.Microseconds())
	for _, column := range []string{
		"private.signal_keys expires_at", "private.webhook_tokens ends_at", "private.api_requests created_at",
		"private.lanes ready_at", "private.lanes parked_until", "private.rate_budgets refilled_at", "public.orders asked_at",
		"private.reconciliations compared_at", "private.reconciliations claimed_until",
		"public.unmatched_orders recall_at",
	} {
		table, name, _ := strings.Cut(column, " ")
		if _, err := conn.Exec(ctx, "update "+table+" set "+name+" = "+name+by); err != nil {
			return err
		}
	}
	return nil
}

var (
	_ = portstest.DescribeSignalIntake("app on memory", onMemory())
	_ = portstest.DescribeBrokerAdmin("app on memory", onMemory())
	_ = portstest.DescribeWebhookAdmin("app on memory", onMemory())
	_ = portstest.DescribeOrderDesk("app on memory", onMemory())

	_ = portstest.DescribeSignalIntake("app on postgres", onPostgres())
	_ = portstest.DescribeBrokerAdmin("app on postgres", onPostgres())
	_ = portstest.DescribeWebhookAdmin("app on postgres", onPostgres())
	_ = portstest.DescribeOrderDesk("app on postgres", onPostgres())
)
