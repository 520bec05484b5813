package postgres_test

import (
	"context"
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A batch with arrivals that cannot be stored", func() {
	var w *queueWorld
	BeforeEach(func(ctx SpecContext) { w = newQueueWorld(ctx, 1) })

	sentAt := func(year int) func(context.Context) ports.Arrival {
		return func(context.Context) ports.Arrival {
			return w.alert("AAPL", func(s *domain.SignalSnapshot) {
				at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
				s.Intent.SenderTime = &at
			})
		}
	}
	type poison struct {
		make func(context.Context) ports.Arrival
		kind domain.Kind
	}
	DescribeTable("stores all others", func(ctx SpecContext, p poison) {
		var batch []ports.Arrival
		for i := range 9 {
			batch = append(batch, w.alert("AAPL"))
			if i == 2 || i == 6 {
				batch = append(batch, p.make(ctx))
			}
		}
		results, err := w.inbox.Append(ctx, batch)
		Expect(err).NotTo(HaveOccurred())
		for i, r := range results {
			if i == 3 || i == 8 {
				Expect(r.Err).To(MatchError(p.kind), fmt.Sprint(i))
				continue
			}
			Expect(r).To(Equal(ports.ArrivalResult{Outcome: ports.ArrivalStored}), fmt.Sprint(i))
		}
		lanes := w.claim(ctx)
		Expect(lanes).To(HaveLen(1))
		Expect(lanes[0].Tickets).To(HaveLen(9))
		Expect(lanes[0].Tickets[8].LaneSeq).To(BeEquivalentTo(9))
		Expect(sqlRows(ctx, sqlConn(ctx, databases.URL()),
			"select count(*) from private.signal_keys where webhook_config_id = $1", w.config.ID().UUID)).To(ConsistOf("9"))
	},
		Entry("beside a payload with NUL", poison{func(context.Context) ports.Arrival {
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Payload = []byte("BUY\x00AAPL") })
		}, domain.KindInvalid}),
		Entry("beside a payload that is not UTF-8", poison{func(context.Context) ports.Arrival {
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Payload = []byte("BUY\xffAAPL") })
		}, domain.KindInvalid}),
		Entry("beside a decision with NUL", poison{func(context.Context) ports.Arrival {
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Decisions[0].Detail = "\x00" })
		}, domain.KindInvalid}),
		Entry("beside a sender's time of the year 10000", poison{sentAt(10_000), domain.KindInvalid}),
		Entry("beside a sender's time before the year 1", poison{sentAt(0), domain.KindInvalid}),
		Entry("beside an account that does not exist", poison{func(context.Context) ports.Arrival {
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Tickets[0].BrokerAccountID = newUUID[domain.BrokerAccount]() })
		}, domain.KindInvalid}),
		Entry("beside somebody else's account, where it has a lane", poison{func(ctx context.Context) ports.Arrival {
			stranger := newQueueWorld(ctx, 1)
			stranger.queue(ctx, "AAPL")
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Tickets[0].BrokerAccountID = stranger.accounts[0] })
		}, domain.KindInvalid}),
		Entry("beside a ticket that is stored already", poison{func(ctx context.Context) ports.Arrival {
			elsewhere := newQueueWorld(ctx, 1)
			id := elsewhere.queue(ctx, "AAPL")[0].Signals[0].Snapshot().Tickets[0].ID
			return w.alert("AAPL", func(s *domain.SignalSnapshot) { s.Tickets[0].ID = id })
		}, domain.KindConflict}),
	)

	It("gives no lane of somebody else's to a signal about everything", func(ctx SpecContext) {
		stranger := newQueueWorld(ctx, 1)
		stranger.queue(ctx, "AAPL")
		w.queue(ctx, "MSFT")
		exit := w.alert("", func(s *domain.SignalSnapshot) {
			s.Intent.Action = domain.ActionExit
			foreign := s.Tickets[0]
			foreign.ID, foreign.BrokerAccountID = newUUID[domain.Ticket](), stranger.accounts[0]
			s.Tickets = append(s.Tickets, foreign)
		})
		Expect(w.inbox.Append(ctx, []ports.Arrival{exit})).To(HaveEach(HaveField("Err", BeNil())))
		Expect(sqlRows(ctx, sqlConn(ctx, databases.URL()),
			"select symbol from public.tickets where signal_id = $1", exit.Signals[0].ID().UUID)).To(ConsistOf("MSFT"))
	})
})
