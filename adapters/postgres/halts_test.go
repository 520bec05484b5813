package postgres_test

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Each spec holds one side of the race still in a transaction of its own.
var _ = Describe("A halt that meets an attempt", func() {
	var (
		w     *queueWorld
		conn  *pgx.Conn
		lane  ports.ClaimedLane
		halts *postgres.UnitOfWork
	)
	BeforeEach(func(ctx SpecContext) {
		w, conn = newQueueWorld(ctx, 1), sqlConn(ctx, databases.URL())
		halts = postgres.NewUnitOfWork(w.db)
		w.queue(ctx, "AAPL")
		lane = w.claim(ctx)[0]
	})
	halt := func(ctx context.Context) error {
		who := domain.Principal{UserID: w.user}
		return halts.Do(ctx, who, func(ctx context.Context, r ports.Repositories) error {
			target := domain.HaltTarget{Scope: domain.HaltScopeUser, UserID: &who.UserID}
			_, err := r.Halts.Put(ctx, domain.Halt{HaltTerms: domain.HaltTerms{
				ID: newUUID[domain.Halt](), Target: target, Mode: domain.HaltModeHalt, By: w.user, Since: microseconds(time.Now()),
			}})
			return err
		})
	}
	// beside runs fn while statement has run in a transaction that is open, sees fn
	// wait for it, commits, and gives what fn gave.
	beside := func(ctx context.Context, fn func() error, statements ...string) error {
		GinkgoHelper()
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		for _, statement := range statements {
			_, err = tx.Exec(ctx, statement, w.user.String())
			Expect(err).NotTo(HaveOccurred())
		}
		gave := make(chan error, 1)
		go func() { gave <- fn() }()
		eventuallyWaits(ctx)
		Expect(gave).NotTo(Receive())
		Expect(tx.Commit(ctx)).To(Succeed())
		var result error
		Eventually(ctx, gave).WithTimeout(patience).Should(Receive(&result))
		return result
	}
	const putsOne = `
		insert into public.halts (user_id, scope, mode, set_by, since)
		values ($1::text::uuid, 'user', 'halt', $1::text::uuid, now())`

	It("is seen by one that was about to be written down while it was being committed", func(ctx SpecContext) {
		Expect(beside(ctx, func() error {
			_, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
			return err
		}, postgres.ForHalt, putsOne)).To(And(MatchError(domain.KindConflict), HaveField("Code", "halted")))
		Expect(sqlRows(ctx, conn, "select state from public.tickets where id = $1", lane.Tickets[0].ID.UUID)).To(ConsistOf("queued"))
	})

	It("is seen by a further one as well", func(ctx SpecContext) {
		o, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
		Expect(err).NotTo(HaveOccurred())
		now := microseconds(time.Now())
		_, err = w.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{
			{SourceID: "ambiguous", Kind: domain.EventAmbiguous, At: now, Attempt: 1},
		}}, now)
		Expect(err).NotTo(HaveOccurred())
		Expect(beside(ctx, func() error {
			_, err := w.ledger.Retry(ctx, lane.Lease, o.ID(), ports.Attempt{Number: 2, At: now, Deadline: now})
			return err
		}, postgres.ForHalt, putsOne)).To(HaveField("Code", "halted"))
	})

	It("waits for one that is being written down", func(ctx SpecContext) {
		Expect(beside(ctx, func() error { return halt(ctx) }, postgres.UnderHalts)).To(Succeed())
		_, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
		Expect(err).To(HaveField("Code", "halted"))
	})

	It("is not held against one that was found at the broker and not made", func(ctx SpecContext) {
		Expect(halt(ctx)).To(Succeed())
		mark, err := w.ledger.Installation(ctx)
		Expect(err).NotTo(HaveOccurred())
		o, err := w.order(mark, lane.Tickets[0])
		Expect(err).NotTo(HaveOccurred())
		now := microseconds(time.Now())
		Expect(w.ledger.Intend(ctx, lane.Lease, o, ports.Attempt{Number: 1, At: now, Deadline: now, Found: true}, ports.TicketPlan{})).To(Succeed())
		Expect(sqlRows(ctx, conn, "select coalesce(effect, 'none') from private.order_attempts where order_id = $1", o.ID().UUID)).To(ConsistOf("none"))
	})

	It("holds up nobody else's", func(ctx SpecContext) {
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, postgres.ForHalt, newUUID[domain.User]().String())
		Expect(err).NotTo(HaveOccurred())
		_, err = w.intend(ctx, lane.Lease, lane.Tickets[0])
		Expect(err).NotTo(HaveOccurred())
		Expect(tx.Rollback(ctx)).To(Succeed())
	})
})
