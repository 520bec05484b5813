package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeSignalRepository proves ports.SignalRepository.
func DescribeSignalRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as a SignalRepository", h, func(w *world) {
		Describe("ByID", func() { describeSignalByID(w) })
		Describe("List", func() { describeSignalList(w) })
	})
}

func signalByID(id domain.SignalID) func(context.Context, ports.Repositories) (*domain.Signal, error) {
	return func(ctx context.Context, r ports.Repositories) (*domain.Signal, error) {
		return r.Signals.ByID(ctx, id)
	}
}

func describeSignalByID(w *world) {
	It("gives a signal as it was stored, with its tickets in the order of the config's routes", func(ctx SpecContext) {
		first, second, third := w.account(ctx, w.ada), w.account(ctx, w.ada), w.account(ctx, w.ada)
		c, _ := w.config(ctx, w.ada, second, third, first)
		a := w.alert(c)
		a.Signals = []*domain.Signal{w.signalOf(c, a.Delivery, fullIntent("AAPL"))}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))

		want := a.Signals[0].Snapshot()
		for i := range want.Tickets {
			want.Tickets[i].LaneSeq = 1
		}
		got := must(ctx, w, w.ada, signalByID(want.ID)).Snapshot()
		Expect(got).To(sameAs(want))
		Expect(got.Tickets).To(HaveExactElements(
			HaveField("BrokerAccountID", second.ID()), HaveField("BrokerAccountID", third.ID()), HaveField("BrokerAccountID", first.ID())))
	})

	It("gives each of an alert's several signals as it was stored, one behind the other in their lane", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		a := w.alert(c)
		for _, i := range []domain.Intent{leavingIntent("AAPL"), fullIntent("AAPL"), sizedIntent("AAPL")} {
			a.Signals = append(a.Signals, w.signalOf(c, a.Delivery, i))
		}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		for i, s := range a.Signals {
			want := s.Snapshot()
			want.Tickets[0].LaneSeq = int64(i) + 1
			Expect(must(ctx, w, w.ada, signalByID(s.ID())).Snapshot()).To(sameAs(want))
		}
	})

	It("gives a refused signal with its reasons and without tickets", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		a := w.alert(c)
		s := w.signalOf(c, a.Delivery, market("AAPL"), domain.Reason{Code: "paused", Field: "status", Message: oddName})
		a.Signals = []*domain.Signal{s}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		got := must(ctx, w, w.ada, signalByID(s.ID())).Snapshot()
		Expect(got).To(sameAs(s.Snapshot()))
		Expect(got.State).To(Equal(domain.StateRefused))
	})

	It("gives a signal by hand", func(ctx SpecContext) {
		s := w.newByHand(w.ada, fullIntent("BTC/USD"), w.account(ctx, w.ada))
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		want := s.Snapshot()
		want.Tickets[0].LaneSeq = 1
		Expect(must(ctx, w, w.ada, signalByID(s.ID())).Snapshot()).To(sameAs(want))
	})

	It("gives a signal that shares nothing with the stored one", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		id := w.queue(ctx, c, "AAPL")[0].ID
		before := must(ctx, w, w.ada, signalByID(id)).Snapshot()
		wanted := writtenOut(before)
		spoiled := must(ctx, w, w.ada, signalByID(id)).Snapshot()
		spoiled.Payload[0] = '!'
		spoiled.Tickets[0].State = domain.StateDone
		spoiled.Decisions[0].Detail = "spoiled"
		*spoiled.Intent.Quantity = domain.MustQuantity("666")
		Expect(writtenOut(before)).To(Equal(wanted))
		Expect(writtenOut(must(ctx, w, w.ada, signalByID(id)).Snapshot())).To(Equal(wanted))
	})

	It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		theirs := w.queue(ctx, c, "AAPL")[0]
		_, missing := ask(ctx, w, w.ada, signalByID(newID[domain.Signal](w.mint)))
		Expect(missing).To(failAs(domain.KindNotFound))
		_, foreign := ask(ctx, w, w.ada, signalByID(theirs.ID))
		Expect(foreign).To(failAs(domain.KindNotFound))
		Expect(foreign.Error()).To(Equal(missing.Error()))
	})
}

func describeSignalList(w *world) {
	list := func(ctx context.Context, q ports.SignalQuery) ports.Page[*domain.Signal] {
		GinkgoHelper()
		return must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.Signal], error) {
			return r.Signals.List(ctx, q)
		})
	}

	Describe("of everything", func() {
		var c *domain.WebhookConfig
		BeforeEach(func(ctx SpecContext) { c, _ = w.config(ctx, w.ada, w.account(ctx, w.ada)) })
		itComesInPages(pagedList{
			more: func(ctx context.Context, n int) []string {
				made := make([]string, n)
				for i := range made {
					made[i] = w.queue(ctx, c, "AAPL")[0].ID.String()
				}
				return made
			},
			page: func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error) {
				return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[string], error) {
					p, err := r.Signals.List(ctx, ports.SignalQuery{Page: q})
					return idsOf(p, (*domain.Signal).ID), err
				})
			},
		})
	})

	It("gives whole signals, as ByID does", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada), w.account(ctx, w.ada))
		s := w.queue(ctx, c, "AAPL")[0]
		p := list(ctx, ports.SignalQuery{})
		Expect(p.Items).To(HaveLen(1))
		Expect(p.Items[0].Snapshot()).To(sameAs(s))
	})

	Describe("narrowed by", func() {
		// One signal differs from the others in each field.
		var (
			c, other                  *domain.WebhookConfig
			plain, msft, done, theirs domain.SignalSnapshot
			hand                      domain.SignalSnapshot
		)
		BeforeEach(func(ctx SpecContext) {
			a := w.account(ctx, w.ada)
			c, _ = w.config(ctx, w.ada, a)
			other, _ = w.config(ctx, w.ada, a)
			done = w.queue(ctx, c, "AAPL")[0]
			Expect(w.finish(ctx, w.lease(ctx, done.Tickets[0]), done.Tickets[0], domain.StateDone)).To(Succeed())
			plain = w.queue(ctx, c, "AAPL")[0]
			msft = w.queue(ctx, c, "MSFT")[0]
			theirs = w.queue(ctx, other, "AAPL")[0]
			hand = w.byHand(ctx, w.ada, "AAPL", a)
		})
		admits := func(ctx context.Context, q ports.SignalQuery, want ...domain.SignalSnapshot) {
			GinkgoHelper()
			wanted := []domain.SignalID{}
			for _, s := range want {
				wanted = append(wanted, s.ID)
			}
			Expect(ids(list(ctx, q).Items)).To(Equal(newestFirst(wanted)))
		}

		It("nothing, where every field is zero", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{}, done, plain, msft, theirs, hand)
		})
		It("config", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{WebhookConfigID: new(other.ID())}, theirs)
		})
		It("state", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{State: domain.StateDone}, done)
		})
		It("symbol", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{Symbol: "MSFT"}, msft)
			admits(ctx, ports.SignalQuery{Symbol: "msft"})
		})
		It("source", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{Source: domain.SourceOperator}, hand)
		})
		It("ReceivedAt, Since inclusive and Until exclusive", func(ctx SpecContext) {
			admits(ctx, ports.SignalQuery{Since: &msft.ReceivedAt}, msft, theirs, hand)
			admits(ctx, ports.SignalQuery{Until: &msft.ReceivedAt}, done, plain)
			admits(ctx, ports.SignalQuery{Since: &plain.ReceivedAt, Until: &theirs.ReceivedAt}, plain, msft)
			later := hand.ReceivedAt.Add(time.Microsecond)
			admits(ctx, ports.SignalQuery{Since: &later})
		})
		It("every field at once, in pages", func(ctx SpecContext) {
			q := ports.SignalQuery{
				WebhookConfigID: new(c.ID()), State: domain.StateQueued, Symbol: "AAPL", Source: domain.SourceAlert,
				Since: &done.ReceivedAt, Until: &hand.ReceivedAt, Page: ports.PageRequest{Limit: 1},
			}
			first := list(ctx, q)
			Expect(ids(first.Items)).To(Equal([]domain.SignalID{plain.ID}))
			Expect(first.Next).To(BeEmpty())

			q.State = ""
			first = list(ctx, q)
			Expect(ids(first.Items)).To(Equal([]domain.SignalID{plain.ID}))
			q.Page.Cursor = first.Next
			Expect(ids(list(ctx, q).Items)).To(Equal([]domain.SignalID{done.ID}))
		})
	})
}
