package postgres_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Ledger", func() {
	It("keeps a fact whatever the venue wrote into it, and knows it again", func(ctx SpecContext) {
		w := newQueueWorld(ctx, 1)
		w.queue(ctx, "AAPL")
		lane := w.claim(ctx)[0]
		o, err := w.intend(ctx, lane.Lease, lane.Tickets[0])
		Expect(err).NotTo(HaveOccurred())
		now := microseconds(time.Now())
		facts := ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{{
			SourceID: "re\x00fused", Kind: domain.EventRefused, At: now, Attempt: 1, Reason: "no\x00 \xff 'thanks\\'",
		}}}
		first, err := w.ledger.Record(ctx, facts, now)
		Expect(err).NotTo(HaveOccurred())
		Expect(first.RejectReason()).To(Equal("no\uFFFD \uFFFD 'thanks\\'"))
		again, err := w.ledger.Record(ctx, facts, now)
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Events()).To(HaveLen(2))
	})

	It("brings a signal in line with its tickets that end in many lanes at once", func(ctx SpecContext) {
		const accounts = 8
		w := newQueueWorld(ctx, accounts)
		for round := range 6 {
			signal := w.queue(ctx, domain.Symbol(fmt.Sprintf("SYM%d", round)))[0].Signals[0].ID()
			lanes := w.claim(ctx)
			Expect(lanes).To(HaveLen(accounts))
			// All but one are refused: the one that is done decides.
			var ending sync.WaitGroup
			for i, lane := range lanes {
				ending.Go(func() {
					defer GinkgoRecover()
					state := domain.StateRefused
					if i == round {
						state = domain.StateDone
					}
					Expect(w.finish(ctx, lane.Lease, lane.Tickets[0], state)).To(Succeed())
				})
			}
			ending.Wait()
			Expect(sqlRows(ctx, sqlConn(ctx, databases.URL()), "select state from public.signals where id = $1", signal.UUID)).
				To(ConsistOf("done"))
		}
	})

	It("briefs about one moment: a fill is in the position or still to come, never both or neither", func(ctx SpecContext) {
		const orders = 25
		w := newQueueWorld(ctx, 1)
		w.working(ctx, orders)
		w.queue(ctx, "AAPL")
		ticket := w.claim(ctx)[0].Tickets[0]
		pending := w.pending(ctx, ticket.ID)
		Expect(pending).To(HaveLen(orders))

		var filling sync.WaitGroup
		filling.Go(func() {
			defer GinkgoRecover()
			for _, o := range pending {
				_, err := w.ledger.Record(ctx, filled(o), microseconds(time.Now()))
				Expect(err).NotTo(HaveOccurred())
			}
		})
		for left := orders; left > 0; {
			brief, err := w.ledger.Brief(ctx, ticket.ID)
			Expect(err).NotTo(HaveOccurred())
			left = len(brief.Working)
			Expect(brief.ConfigPosition.Quantity).To(Equal(domain.MustNet(fmt.Sprint(10 * (orders - left)))))
		}
		filling.Wait()
	})
})

// working leaves n orders in the AAPL lane that the broker has and did not fill.
func (w *queueWorld) working(ctx context.Context, n int) {
	GinkgoHelper()
	for range n {
		w.queue(ctx, "AAPL")
	}
	lane := w.claim(ctx)[0]
	for _, t := range lane.Tickets {
		o, err := w.intend(ctx, lane.Lease, t)
		Expect(err).NotTo(HaveOccurred())
		acknowledged := ports.OrderFacts{OrderID: o.ID(), Events: filled(o).Events[:1]}
		Expect(w.finish(ctx, lane.Lease, t, domain.StateDone, acknowledged)).To(Succeed())
	}
	Expect(w.lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
}

func (w *queueWorld) pending(ctx context.Context, id domain.TicketID) []*domain.Order {
	GinkgoHelper()
	brief, err := w.ledger.Brief(ctx, id)
	Expect(err).NotTo(HaveOccurred())
	return brief.Working
}
