package postgres_test

import (
	"context"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The queue behind a connection that can be cut", func() {
	var (
		w, cut  *queueWorld
		journal *postgres.Journal
		proxy   *cutProxy
		lane    ports.ClaimedLane
	)
	BeforeEach(func(ctx SpecContext) {
		w = newQueueWorld(ctx, 1)
		w.queue(ctx, "AAPL")
		lane = w.claim(ctx)[0]
		var url string
		proxy, url = newCutProxy(ctx, databases.URL())
		db := openStore(ctx, url)
		cut, journal = w.through(db), postgres.NewJournal(db)
	})

	// calls are all that change something, each with how to see whether it did.
	type call struct {
		name    string
		do      func(context.Context) error
		changed string
	}
	alert := func() ports.Arrival { return w.alert("MSFT") }
	byHand := func() *domain.Signal {
		return w.alert("MSFT", func(s *domain.SignalSnapshot) {
			s.Source, s.WebhookConfigID, s.WebhookConfigVersion, s.DeliveryID = domain.SourceOperator, nil, 0, nil
		}).Signals[0]
	}
	calls := []call{ //nolint:ginkgolinter // the calls name the fixtures, which BeforeEach makes
		{"Append", func(ctx context.Context) error {
			_, err := cut.inbox.Append(ctx, []ports.Arrival{alert(), alert()})
			return err
		}, "select from public.tickets where symbol = 'MSFT' and user_id = $1"},
		{
			"Submit", func(ctx context.Context) error { return cut.inbox.Submit(ctx, byHand()) },
			"select from public.tickets where symbol = 'MSFT' and user_id = $1",
		},
		{"Plan", func(ctx context.Context) error {
			return cut.ledger.Plan(ctx, lane.Lease, lane.Tickets[0].ID, ports.TicketPlan{})
		}, "select from public.tickets where state = 'executing' and user_id = $1"},
		{"Intend", func(ctx context.Context) error {
			_, err := cut.intend(ctx, lane.Lease, lane.Tickets[0])
			return err
		}, "select from public.orders where user_id = $1"},
		{"Finish", func(ctx context.Context) error {
			return cut.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateRefused)
		}, "select from public.tickets where state = 'refused' and user_id = $1"},
		{"the journal's Append", func(ctx context.Context) error {
			_, err := journal.Append(ctx, w.accounts[0], 0, func([][]byte) ([][]byte, error) { return [][]byte{[]byte("{}")}, nil })
			return err
		}, "select from private.paper_entries e join public.broker_accounts a on a.id = e.broker_account_id where a.user_id = $1"},
	}
	happened := func(ctx context.Context, c call) bool {
		GinkgoHelper()
		return len(sqlRows(ctx, sqlConn(ctx, databases.URL()), c.changed, w.user.UUID)) > 0
	}

	for _, c := range calls {
		It("tells of "+c.name+" that its outcome is unknown where the commit was cut off before the server got it", func(ctx SpecContext) {
			proxy.cutNext(cutBeforeCommit)
			Expect(c.do(ctx)).To(MatchError(domain.KindUnknownOutcome))
			Expect(happened(ctx, c)).To(BeFalse())
		})

		It("tells of "+c.name+" that its outcome is unknown where the server's answer to the commit was cut off", func(ctx SpecContext) {
			proxy.cutNext(cutBeforeAnswer)
			Expect(c.do(ctx)).To(MatchError(domain.KindUnknownOutcome))
			Eventually(ctx, func() bool { return happened(ctx, c) }).WithTimeout(patience).Should(BeTrue())
		})

		It("tells of "+c.name+" that the database is unavailable where it is away, and nothing happens", func(ctx SpecContext) {
			proxy.close()
			Expect(c.do(ctx)).To(MatchError(domain.KindUnavailable))
			Expect(happened(ctx, c)).To(BeFalse())
		})
	}

	It("says of whatever reads or leases that the database is unavailable where it is away", func(ctx SpecContext) {
		proxy.close()
		ticket := lane.Tickets[0].ID
		for name, err := range map[string]error{
			"Claim":   second(cut.lanes.Claim(ctx, ports.LaneRequest{Owner: "spec", Lanes: 1, Tickets: 1, Lease: longLease})),
			"Renew":   second(cut.lanes.Renew(ctx, []ports.Lease{lane.Lease}, longLease)),
			"Release": cut.lanes.Release(ctx, lane.Lease, 0),
			"Brief":   second(cut.ledger.Brief(ctx, ticket)),
			"Working": second(cut.ledger.Working(ctx, nil, 0, 1)),
			"Account": second(cut.ledger.Account(ctx, w.accounts[0])),
			"Read":    second(journal.Read(ctx, w.accounts[0], 0)),
		} {
			Expect(err).To(MatchError(domain.KindUnavailable), name)
		}
	})

	It("answers the resend of an alert whose commit was cut off: once stored, whichever way it went", func(ctx SpecContext) {
		lost, kept := w.alert("MSFT"), w.alert("MSFT")
		proxy.cutNext(cutBeforeCommit)
		Expect(cut.inbox.Append(ctx, []ports.Arrival{lost})).Error().To(MatchError(domain.KindUnknownOutcome))
		proxy.cutNext(cutBeforeAnswer)
		Expect(cut.inbox.Append(ctx, []ports.Arrival{kept})).Error().To(MatchError(domain.KindUnknownOutcome))
		proxy.cutNext(cutNothing)

		first := kept.Signals[0].ID()
		for _, a := range []*ports.Arrival{&lost, &kept} {
			resent := w.alert("MSFT")
			resent.Dedupe = a.Dedupe
			*a = resent
		}
		Expect(cut.inbox.Append(ctx, []ports.Arrival{lost, kept})).To(Equal([]ports.ArrivalResult{
			{Outcome: ports.ArrivalStored}, {Outcome: ports.ArrivalDuplicate, FirstSignalID: &first},
		}))
	})

	It("starts over where a backend is terminated in the middle of a transaction", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, "select from private.lanes where lane_id = $1 for update", lane.Lease.LaneID)
		Expect(err).NotTo(HaveOccurred())
		gave := make(chan error, 1)
		go func() { gave <- cut.ledger.Plan(ctx, lane.Lease, lane.Tickets[0].ID, ports.TicketPlan{}) }()
		eventuallyWaits(ctx)
		terminate(ctx, "wait_event_type = 'Lock'")
		eventuallyWaits(ctx)
		Expect(gave).NotTo(Receive())
		Expect(tx.Rollback(ctx)).To(Succeed())
		Eventually(ctx, gave).WithTimeout(patience).Should(Receive(BeNil()))
	})

	It("does not notice that the server ended every connection of the pool", func(ctx SpecContext) {
		several := func() {
			GinkgoHelper()
			var calls sync.WaitGroup
			for range 4 {
				calls.Go(func() {
					defer GinkgoRecover()
					Expect(w.inbox.Append(ctx, []ports.Arrival{w.alert("AAPL")})).To(HaveEach(HaveField("Outcome", ports.ArrivalStored)))
				})
			}
			calls.Wait()
		}
		several()
		terminate(ctx, "true")
		several()
	})

	It("gives up in time where the database does not answer, and takes the resend for what it is", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		tx, err := conn.Begin(ctx)
		Expect(err).NotTo(HaveOccurred())
		_, err = tx.Exec(ctx, "select from private.lanes where lane_id = $1 for update", lane.Lease.LaneID)
		Expect(err).NotTo(HaveOccurred())
		briefly, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		late, resent := w.alert("AAPL"), w.alert("AAPL")
		resent.Dedupe = late.Dedupe
		Expect(cut.inbox.Append(briefly, []ports.Arrival{late})).Error().
			To(And(MatchError(domain.KindUnknownOutcome), MatchError(context.DeadlineExceeded)))
		Expect(tx.Rollback(ctx)).To(Succeed())
		// The server may have got all of it before it was given up.
		Expect(cut.inbox.Append(ctx, []ports.Arrival{resent})).To(ConsistOf(HaveField("Outcome", BeElementOf(ports.ArrivalStored, ports.ArrivalDuplicate))))
		Expect(sqlRows(ctx, conn, "select lane_seq from public.tickets where lane_id = $1", lane.Lease.LaneID)).To(ConsistOf("1", "2"))
	})
})

// terminate ends the backends of the worker's that a condition picks, and waits
// until they are gone.
func terminate(ctx context.Context, condition string) {
	GinkgoHelper()
	conn := sqlConn(ctx, databases.URL())
	sqlExec(ctx, conn, `
		select pg_terminate_backend(pid, 5000) from pg_stat_activity
		where datname = current_database() and application_name = 'hookfill' and `+condition)
}

func second[T any](_ T, err error) error { return err }
