package portstest

import (
	"sync"
	"sync/atomic"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func describePlaces(w *world) {
	var (
		a, b *domain.BrokerAccount
		c    *domain.WebhookConfig
	)
	BeforeEach(func(ctx SpecContext) {
		a, b = w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ = w.config(ctx, w.ada, a, b)
	})

	It("gives tickets the next places of their lanes, without a gap, in the order of the arrivals and within one of its signals", func(ctx SpecContext) {
		first, second := w.alert(c, "AAPL", "MSFT", "AAPL"), w.alert(c, "AAPL")
		refused := w.alert(c)
		refused.Signals = []*domain.Signal{w.signalOf(c, refused.Delivery, market("AAPL"), domain.Reason{Code: "paused"})}
		Expect(w.appendAll(ctx, first, refused, w.resent(c, first), second)).To(HaveExactElements(
			beStored(), beStored(), beAnswered(ports.ArrivalDuplicate), beStored()))
		third := w.queue(ctx, c, "AAPL")[0]

		in := func(id domain.SignalID) []int64 {
			GinkgoHelper()
			return places(w.signal(ctx, w.ada, id).Tickets)
		}
		Expect(in(first.Signals[0].ID())).To(Equal([]int64{1, 1}), "one lane for each account")
		Expect(in(first.Signals[1].ID())).To(Equal([]int64{1, 1}), "another lane for another symbol")
		Expect(in(first.Signals[2].ID())).To(Equal([]int64{2, 2}))
		Expect(in(second.Signals[0].ID())).To(Equal([]int64{3, 3}))
		Expect(places(third.Tickets)).To(Equal([]int64{4, 4}))
	})

	It("makes lanes as needed and wakes them", func(ctx SpecContext) {
		Expect(w.claim(ctx)).To(BeEmpty())
		w.queue(ctx, c, "AAPL")
		lanes := w.claim(ctx)
		Expect(lanes).To(ConsistOf(HaveField("BrokerAccountID", a.ID()), HaveField("BrokerAccountID", b.ID())))
		Expect(lanes).To(HaveEach(HaveField("Symbol", domain.Symbol("AAPL"))))
	})

	It("keeps which config and version a signal of protection belongs to, or that it belongs to none", func(ctx SpecContext) {
		a := w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, a)
		id := c.ID()
		of, byHand := w.newByHand(w.ada, market("AAPL"), a).Snapshot(), w.newByHand(w.ada, market("AAPL"), a).Snapshot()
		of.Source, of.WebhookConfigID, of.WebhookConfigVersion = domain.SourceProtection, &id, 1
		byHand.Source = domain.SourceProtection
		for _, snap := range []domain.SignalSnapshot{of, byHand} {
			Expect(w.Inbox.Submit(ctx, domain.RestoreSignal(snap))).To(Succeed())
		}
		Expect(w.signal(ctx, w.ada, of.ID)).To(And(
			HaveField("Source", domain.SourceProtection), HaveField("WebhookConfigID", HaveValue(Equal(id))), HaveField("WebhookConfigVersion", 1)))
		Expect(w.signal(ctx, w.ada, byHand.ID)).To(HaveField("WebhookConfigID", BeNil()))
	})

	It("gives a signal with an empty symbol one ticket a lane of each routed account, in the order of the routes", func(ctx SpecContext) {
		elsewhere := w.account(ctx, w.ada)
		other, _ := w.config(ctx, w.ada, elsewhere)
		w.queue(ctx, other, "NVDA")
		only, _ := w.config(ctx, w.ada, b)
		w.queue(ctx, only, "MSFT")
		w.queue(ctx, c, "AAPL")

		exit := w.queue(ctx, c, "")[0]
		Expect(exit.State).To(Equal(domain.StateQueued))
		Expect(exit.Tickets).To(HaveLen(3))
		Expect(exit.Tickets[0]).To(And(HaveField("BrokerAccountID", a.ID()), HaveField("Symbol", domain.Symbol("AAPL")), HaveField("LaneSeq", int64(2))))
		Expect(exit.Tickets[1:]).To(ConsistOf(
			And(HaveField("BrokerAccountID", b.ID()), HaveField("Symbol", domain.Symbol("AAPL")), HaveField("LaneSeq", int64(2))),
			And(HaveField("BrokerAccountID", b.ID()), HaveField("Symbol", domain.Symbol("MSFT")), HaveField("LaneSeq", int64(2)))))
		seen := map[domain.TicketID]bool{}
		for _, t := range exit.Tickets {
			Expect(t.ID.IsZero()).To(BeFalse())
			seen[t.ID] = true
			Expect(t).To(And(HaveField("SignalID", exit.ID), HaveField("State", domain.StateQueued), HaveField("UserID", w.ada.UserID)))
		}
		Expect(seen).To(HaveLen(3), "each has an id of its own")
	})

	It("counts lanes made by an arrival before it in the same call", func(ctx SpecContext) {
		all := w.alert(c, "")
		Expect(w.appendAll(ctx, w.alert(c, "AAPL"), all)).To(HaveEach(beStored()))
		Expect(w.signal(ctx, w.ada, all.Signals[0].ID()).Tickets).To(HaveLen(2))
	})

	It("gives a signal with an empty symbol no ticket where there is no lane, and refuses it with code nothing_to_do", func(ctx SpecContext) {
		exit := w.queue(ctx, c, "")[0]
		Expect(exit.Tickets).To(BeEmpty())
		Expect(exit.State).To(Equal(domain.StateRefused))
		Expect(exit.Reasons).To(ContainElement(HaveField("Code", "nothing_to_do")))
	})
}

func describeConcurrentAppends(w *world) {
	It("gives places without a gap, in the order of the answers", func(ctx SpecContext) {
		const callers, calls = 8, 6
		symbols := []domain.Symbol{"AAPL", "MSFT", "NVDA"}
		first, second := w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, first, second)
		d, _ := w.config(ctx, w.ada, second, first)

		// began and answered are read on one clock that only counts.
		type call struct {
			signals         []domain.SignalID
			began, answered int64
		}
		var (
			clock atomic.Int64
			mu    sync.Mutex
			made  []call
		)
		atOnce(callers, func(caller int) {
			for n := range calls {
				// Every caller meets the lanes in another order.
				var arrivals []ports.Arrival
				for k := range symbols {
					config := []*domain.WebhookConfig{c, d}[(caller+k)%2]
					arrivals = append(arrivals, w.alert(config, symbols[(caller+n+k)%len(symbols)], symbols[(caller+k)%len(symbols)]))
				}
				done := call{began: clock.Add(1)}
				Expect(w.appendAll(ctx, arrivals...)).To(HaveEach(beStored()))
				done.answered = clock.Add(1)
				for _, a := range arrivals {
					done.signals = append(done.signals, ids(a.Signals)...)
				}
				mu.Lock()
				made = append(made, done)
				mu.Unlock()
			}
		})

		place := map[domain.SignalID]map[int64]int64{}
		for _, lane := range w.claim(ctx) {
			Expect(places(lane.Tickets)).To(Equal(upTo(len(lane.Tickets))), "no gap")
			for _, t := range lane.Tickets {
				if place[t.SignalID] == nil {
					place[t.SignalID] = map[int64]int64{}
				}
				place[t.SignalID][lane.Lease.LaneID] = t.LaneSeq
			}
		}
		Expect(place).To(HaveLen(callers*calls*len(symbols)*2), "every signal has its tickets")
		inOrder := func(earlier, later domain.SignalID) bool {
			for lane, seq := range place[earlier] {
				if behind, ok := place[later][lane]; ok && seq >= behind {
					return false
				}
			}
			return true
		}
		for _, one := range made {
			for i := 1; i < len(one.signals); i++ {
				Expect(inOrder(one.signals[i-1], one.signals[i])).To(BeTrue(), "in the order of the arrivals")
			}
			for _, other := range made {
				if one.answered > other.began {
					continue
				}
				for _, earlier := range one.signals {
					for _, later := range other.signals {
						if !inOrder(earlier, later) {
							Fail("what was answered first is behind what was sent afterwards")
						}
					}
				}
			}
		}
	})

	It("stores one of twenty that bring the same alert at once", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		a := w.alert(c, "AAPL")
		results := make([]ports.ArrivalResult, writers)
		signals := make([]domain.SignalID, writers)
		atOnce(writers, func(i int) {
			mine := w.resent(c, a)
			signals[i] = mine.Signals[0].ID()
			results[i] = w.appendAll(ctx, mine)[0]
		})
		var stored []domain.SignalID
		for i, r := range results {
			if r.Outcome == ports.ArrivalStored {
				stored = append(stored, signals[i])
			}
		}
		Expect(stored).To(HaveLen(1))
		for _, r := range results {
			if r.Outcome != ports.ArrivalStored {
				Expect(r).To(And(beAnswered(ports.ArrivalDuplicate), HaveField("FirstSignalID", HaveValue(Equal(stored[0])))))
			}
		}
		lanes := w.claim(ctx)
		Expect(lanes).To(HaveLen(1))
		Expect(lanes[0].Tickets).To(HaveLen(1))
	})
}
