package postgres_test

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// patience is how long a spec waits for what must happen.
const patience = 20 * time.Second

// Each spec holds one side of a race still in a transaction of its own.
var _ = Describe("Two that meet in one lane", func() {
	var (
		w    *queueWorld
		conn *pgx.Conn
		lane ports.ClaimedLane
	)
	BeforeEach(func(ctx SpecContext) {
		w, conn = newQueueWorld(ctx, 1), sqlConn(ctx, databases.URL())
		w.queue(ctx, "AAPL")
		lane = w.claim(ctx)[0]
	})

	// meanwhile runs fn while another transaction has run statement and is open,
	// sees fn wait for it, commits, and gives what fn gave.
	meanwhile := func(ctx context.Context, statement string, fn func() error) error {
		GinkgoHelper()
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, statement, lane.Lease.LaneID)
		Expect(err).NotTo(HaveOccurred())
		gave := make(chan error, 1)
		go func() { gave <- fn() }()
		eventuallyWaits(ctx)
		Expect(gave).NotTo(Receive())
		Expect(tx.Commit(ctx)).To(Succeed())
		var result error
		Eventually(ctx, gave).WithTimeout(patience).Should(Receive(&result))
		return result
	}
	const claimed = "update private.lanes set epoch = epoch + 1 where lane_id = $1"

	DescribeTable("refuse the decision of one whose lane is being claimed by another", func(ctx SpecContext, decide func(context.Context) error) {
		Expect(meanwhile(ctx, claimed, func() error { return decide(ctx) })).
			To(And(MatchError(domain.KindConflict), HaveField("Code", "lease_lost")))
		Expect(sqlRows(ctx, conn, "select state from public.tickets where id = $1", lane.Tickets[0].ID.UUID)).To(ConsistOf("queued"))
	},
		Entry("Plan", func(ctx context.Context) error {
			return w.ledger.Plan(ctx, lane.Lease, lane.Tickets[0].ID, ports.TicketPlan{})
		}),
		Entry("Intend", func(ctx context.Context) error {
			_, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
			return err
		}),
		Entry("Finish", func(ctx context.Context) error {
			return w.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateDone)
		}),
	)

	It("refuse a further attempt of one whose lane is being claimed by another", func(ctx SpecContext) {
		o, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
		Expect(err).NotTo(HaveOccurred())
		now := microseconds(time.Now())
		_, err = w.ledger.Record(ctx, ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{
			{SourceID: "ambiguous", Kind: domain.EventAmbiguous, At: now, Attempt: 1},
		}}, now)
		Expect(err).NotTo(HaveOccurred())
		Expect(meanwhile(ctx, claimed, func() error {
			_, err := w.ledger.Retry(ctx, lane.Lease, o.ID(), ports.Attempt{Number: 2, At: now, Deadline: now})
			return err
		})).To(HaveField("Code", "lease_lost"))
		Expect(sqlRows(ctx, conn, "select number, epoch from private.order_attempts where order_id = $1", o.ID().UUID)).
			To(HaveLen(1))
	})

	It("hand the lane to nobody while a decision about it is being written, though the lease is over", func(ctx SpecContext) {
		sqlExec(ctx, conn, "update private.lanes set ready_at = now() - interval '1 s' where lane_id = $1", lane.Lease.LaneID)
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, "select from private.lanes where lane_id = $1 for share", lane.Lease.LaneID)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.claim(ctx)).To(BeEmpty())
		Expect(tx.Rollback(ctx)).To(Succeed())
		Expect(w.claim(ctx)).To(HaveLen(1))
	})

	It("leave the lane ready where a ticket arrives while it is released", func(ctx SpecContext) {
		Expect(w.execute(ctx, lane.Lease, lane.Tickets[0])).To(Succeed())
		arriving := "update private.lanes set next_seq = next_seq + 1, ready_at = coalesce(ready_at, now()) where lane_id = $1"
		Expect(meanwhile(ctx, arriving, func() error { return w.lanes.Release(ctx, lane.Lease, 0) })).To(Succeed())
		Expect(w.claim(ctx)).To(HaveLen(1))
	})

	It("wake the lane where it is being released as a ticket arrives", func(ctx SpecContext) {
		Expect(w.execute(ctx, lane.Lease, lane.Tickets[0])).To(Succeed())
		released := "update private.lanes set ready_at = null, epoch = epoch + 1 where lane_id = $1"
		Expect(meanwhile(ctx, released, func() error {
			_, err := w.inbox.Append(ctx, []ports.Arrival{w.alert("AAPL")})
			return err
		})).To(Succeed())
		Expect(w.claim(ctx)).To(ConsistOf(HaveField("Tickets", ConsistOf(HaveField("LaneSeq", int64(2))))))
	})

	It("lock their lanes by id: who waits for one holds none of those behind it", func(ctx SpecContext) {
		w.queue(ctx, "MSFT")
		other := w.claim(ctx)[0]
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		lock := "select lane_id from private.lanes where lane_id = $1 for update nowait"
		_, err = tx.Exec(ctx, lock, min(lane.Lease.LaneID, other.Lease.LaneID))
		Expect(err).NotTo(HaveOccurred())
		gave := make(chan error, 1)
		go func() {
			_, err := w.inbox.Append(ctx, []ports.Arrival{w.alert("MSFT"), w.alert("AAPL")})
			gave <- err
		}()
		eventuallyWaits(ctx)
		_, err = tx.Exec(ctx, lock, max(lane.Lease.LaneID, other.Lease.LaneID))
		Expect(err).NotTo(HaveOccurred(), "the other lane is free")
		Expect(tx.Commit(ctx)).To(Succeed())
		Eventually(ctx, gave).WithTimeout(patience).Should(Receive(BeNil()))
	})

	It("make one of them start over where they wait for each other", func(ctx SpecContext) {
		w.queue(ctx, "MSFT")
		other := w.claim(ctx)[0]
		// Whoever waits first finds the deadlock and gives way: not this one.
		sqlExec(ctx, conn, "set deadlock_timeout = '20s'")
		lock := "update private.lanes set owner = 'spec' where lane_id = $1"
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, lock, max(lane.Lease.LaneID, other.Lease.LaneID))
		Expect(err).NotTo(HaveOccurred())
		gave := make(chan error, 1)
		go func() {
			_, err := w.inbox.Append(ctx, []ports.Arrival{w.alert("AAPL"), w.alert("MSFT")})
			gave <- err
		}()
		eventuallyWaits(ctx)
		_, err = tx.Exec(ctx, lock, min(lane.Lease.LaneID, other.Lease.LaneID))
		Expect(err).NotTo(HaveOccurred())
		Expect(tx.Commit(ctx)).To(Succeed())
		Eventually(ctx, gave).WithTimeout(patience).Should(Receive(BeNil()))
		Expect(sqlRows(ctx, conn, "select next_seq from private.lanes where user_id = $1", w.user.UUID)).To(ConsistOf("3", "3"))
	})
})

// eventuallyWaits waits until a statement of the worker's waits for a lock.
func eventuallyWaits(ctx context.Context) {
	GinkgoHelper()
	conn := sqlConn(ctx, databases.URL())
	Eventually(ctx, func() []string {
		return sqlRows(ctx, conn, `
			select pid from pg_stat_activity
			where datname = current_database() and wait_event_type = 'Lock' and application_name = 'hookfill'`)
	}).WithTimeout(patience).ShouldNot(BeEmpty())
}
