package main_test

import (
	"context"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// busyMachine is what the promised times are given on top where specs share a
// few cores.
const busyMachine = 2 * time.Second

var _ = Describe("A process that only takes alerts in", func() {
	It("tells by NOTIFY those that only execute, which listen", func(ctx SpecContext) {
		url := newDatabase(ctx, migrated)
		intake, _ := roles(ctx, url)
		ada := intake.newUser(ctx)
		account := ada.account(ctx)
		hook := intake.at(ada.webhook(ctx, account).URL)

		bystander := directly(ctx, url)
		Eventually(func(ctx context.Context) []string {
			return texts(ctx, bystander, "select query from pg_stat_activity where datname = current_database() and query = 'listen hookfill_lanes'")
		}).WithContext(ctx).Should(HaveLen(1))
		_, err := bystander.Exec(ctx, "listen hookfill_lanes")
		Expect(err).NotTo(HaveOccurred())
		signal := accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`)
		Expect(bystander.WaitForNotification(ctx)).Error().NotTo(HaveOccurred())
		ada.settled(ctx, account).expectOneOrderEach([]string{signal})
	})
})

var _ = Describe("A lane whose executor sends to a broker that hangs", func() {
	// hanging gives an executor in the middle of a send that gets no answer before
	// answer is called, and who else could execute.
	hanging := func(ctx context.Context, lease string) (executor *server, epoch func(context.Context) (int64, error), settle func(context.Context)) {
		GinkgoHelper()
		url := newDatabase(ctx, migrated)
		intake, executor := roles(ctx, url, lease)
		ada := intake.newUser(ctx)
		account := ada.account(ctx)
		hook := intake.at(ada.webhook(ctx, account).URL)
		signals := []string{accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"10"}`)}
		ada.settled(ctx, account)

		venue, db := directly(ctx, url), directly(ctx, url)
		holding, err := venue.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = holding.Exec(ctx, "select from private.paper_journals for update")
		Expect(err).NotTo(HaveOccurred())
		signals = append(signals, accept(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"2","price":"10"}`))
		Eventually(func(ctx context.Context) (n int, err error) {
			err = db.QueryRow(ctx, "select count(*) from public.orders where submission = 'in_flight'").Scan(&n)
			return n, err
		}).WithContext(ctx).Should(Equal(1))

		epoch = func(ctx context.Context) (n int64, err error) {
			err = db.QueryRow(ctx, "select epoch from private.lanes").Scan(&n)
			return n, err
		}
		return executor, epoch, func(ctx context.Context) {
			GinkgoHelper()
			Expect(holding.Rollback(ctx)).To(Succeed())
			b := ada.settled(ctx, account)
			b.expectOneOrderEach(signals)
			b.expectLanesInOrder()
			b.expectToAddUp()
		}
	}

	It("is claimed by another within the lease and a second after kill -9", func(ctx SpecContext) {
		dying, epoch, settle := hanging(ctx, shortLease)
		before, err := epoch(ctx)
		Expect(err).NotTo(HaveOccurred())
		another := launch(ctx, newDataDir(), []string{"HOOKFILL_DATABASE_URL=" + dying.database, shortLease}, "--role", "executor")
		another.waitUntilStarted(ctx)
		dying.kill(ctx)
		Eventually(epoch).WithContext(ctx).WithTimeout(2*time.Second + time.Second + busyMachine).WithPolling(20 * time.Millisecond).
			Should(BeNumerically(">", before))
		settle(ctx)
	})

	It("is handed over within a second of SIGTERM", func(ctx SpecContext) {
		// Nobody could take over a lane that is not handed over.
		const longLease = "HOOKFILL_LEASE=10m"
		stopping, epoch, settle := hanging(ctx, longLease)
		before, err := epoch(ctx)
		Expect(err).NotTo(HaveOccurred())
		another := launch(ctx, newDataDir(), []string{"HOOKFILL_DATABASE_URL=" + stopping.database, longLease}, "--role", "executor")
		another.waitUntilStarted(ctx)
		stopping.session.Terminate()
		// Handed back, and claimed by another.
		Eventually(epoch).WithContext(ctx).WithTimeout(time.Second + busyMachine).WithPolling(20 * time.Millisecond).
			Should(BeNumerically(">=", before+2))
		settle(ctx)
	})
})

// roles starts a process that only takes in and one that only executes.
func roles(ctx context.Context, url string, env ...string) (intake, executor *server) {
	GinkgoHelper()
	dataDir := newDataDir()
	env = append([]string{"HOOKFILL_DATABASE_URL=" + url}, env...)
	intake = launch(ctx, dataDir, env, "--role", "intake")
	intake.waitUntilStarted(ctx)
	executor = launch(ctx, dataDir, env, "--role", "executor")
	executor.waitUntilStarted(ctx)
	Eventually(executor.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
	return intake, executor
}

// directly connects to a database past the program.
func directly(ctx context.Context, url string) *pgx.Conn {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(conn.Close)
	return conn
}
