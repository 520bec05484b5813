package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// DescribeOrderRepository proves ports.OrderRepository.
func DescribeOrderRepository(name string, h StorageHarness) bool {
	return describeStorage(name+" as an OrderRepository", h, func(w *world) {
		Describe("ByID", func() { describeOrderByID(w) })
		Describe("List", func() { describeOrderList(w) })
	})
}

func orderByID(id domain.OrderID) func(context.Context, ports.Repositories) (*domain.Order, error) {
	return func(ctx context.Context, r ports.Repositories) (*domain.Order, error) { return r.Orders.ByID(ctx, id) }
}

// wideTerms say something in every field but Notional, extremes of numbers
// among them.
func wideTerms(t *domain.OrderTerms) {
	t.Revision, t.Side, t.Type, t.TimeInForce = 3, domain.SideSell, domain.OrderTypeStopLimit, domain.TimeInForceGTC
	t.Quantity = new(domain.MustQuantity(widest))
	t.LimitPrice, t.StopPrice = new(domain.MustPrice(widest)), new(domain.MustPrice(smallest))
	t.ReferencePrice = new(domain.MustPrice("189.98"))
	t.CreatedAt = time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC)
}

func notionalTerms(t *domain.OrderTerms) {
	t.Quantity, t.Notional = nil, new(domain.MustMoney(widest))
}

func describeOrderByID(w *world) {
	DescribeTable("gives an order with its events", func(ctx SpecContext, edit func(*domain.OrderTerms)) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		s := w.queue(ctx, c, "AAPL")[0]
		lease := w.lease(ctx, s.Tickets[0])
		o := w.newOrder(s, s.Tickets[0], 1, edit)
		Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(Succeed())

		acknowledged, fill := w.acknowledged(o), w.fill(1, smallest, widest)
		fill.Completes = true
		expired := domain.OrderEvent{SourceID: oddName, Kind: domain.EventExpired, At: w.mint.now(), Reason: oddName}
		w.record(ctx, o.ID(), acknowledged, fill, expired)

		got := must(ctx, w, w.ada, orderByID(o.ID()))
		Expect(got.Terms()).To(sameAs(o.Terms()))
		events := got.Events()
		Expect(events).To(HaveLen(4))
		Expect(events[0].Kind).To(Equal(domain.EventAttempted))
		Expect(events[1:]).To(sameAs([]domain.OrderEvent{acknowledged, fill, expired}))
		Expect(got.Submission()).To(Equal(domain.SubmissionAcknowledged))
		Expect(got.BrokerOrderID()).To(Equal(acknowledged.BrokerOrderID))
		Expect(got.FilledQuantity().String()).To(Equal(smallest))
		Expect(got.Fills()[0].Price.String()).To(Equal(widest))
	},
		Entry("plain", func(*domain.OrderTerms) {}),
		Entry("that says something everywhere", wideTerms),
		Entry("by notional", notionalTerms),
	)

	It("gives an order by hand", func(ctx SpecContext) {
		t := w.place(ctx, w.byHand(ctx, w.ada, "AAPL", w.account(ctx, w.ada)))
		Expect(must(ctx, w, w.ada, orderByID(t.order.ID())).Terms().WebhookConfigID).To(BeNil())
	})

	It("gives an order that shares nothing with the stored one", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		t := w.working(ctx, c, "AAPL")
		before := writtenOut(must(ctx, w, w.ada, orderByID(t.order.ID())).Snapshot())
		read := must(ctx, w, w.ada, orderByID(t.order.ID()))
		*read.Terms().Quantity = domain.MustQuantity("666")
		Expect(read.Apply(w.fill(1, "1", "1"), w.mint.now())).To(BeTrue())
		Expect(writtenOut(must(ctx, w, w.ada, orderByID(t.order.ID())).Snapshot())).To(Equal(before))
	})

	It("gives the same KindNotFound for a missing one and another user's", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		theirs := w.working(ctx, c, "AAPL")
		_, missing := ask(ctx, w, w.ada, orderByID(newID[domain.Order](w.mint)))
		Expect(missing).To(failAs(domain.KindNotFound))
		_, foreign := ask(ctx, w, w.ada, orderByID(theirs.order.ID()))
		Expect(foreign).To(failAs(domain.KindNotFound))
		Expect(foreign.Error()).To(Equal(missing.Error()))
	})
}

func describeOrderList(w *world) {
	list := func(ctx context.Context, q ports.OrderQuery) ports.Page[*domain.Order] {
		GinkgoHelper()
		return must(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.Order], error) {
			return r.Orders.List(ctx, q)
		})
	}

	Describe("of everything", func() {
		var (
			s     domain.SignalSnapshot
			lease ports.Lease
			step  int
		)
		BeforeEach(func(ctx SpecContext) {
			c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
			s = w.queue(ctx, c, "AAPL")[0]
			lease, step = w.lease(ctx, s.Tickets[0]), 0
		})
		itComesInPages(pagedList{
			more: func(ctx context.Context, n int) []string {
				made := make([]string, n)
				for i := range made {
					step++
					o := w.newOrder(s, s.Tickets[0], step)
					Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(Succeed())
					made[i] = o.ID().String()
				}
				return made
			},
			page: func(ctx context.Context, q ports.PageRequest) (ports.Page[string], error) {
				return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (ports.Page[string], error) {
					p, err := r.Orders.List(ctx, ports.OrderQuery{Page: q})
					return idsOf(p, (*domain.Order).ID), err
				})
			},
		})
	})

	It("gives orders with their events, as ByID does", func(ctx SpecContext) {
		c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
		t := w.working(ctx, c, "AAPL")
		o := w.record(ctx, t.order.ID(), w.fill(1, "4", "100"))
		p := list(ctx, ports.OrderQuery{})
		Expect(p.Items).To(HaveLen(1))
		Expect(p.Items[0].Snapshot()).To(sameAs(o.Snapshot()))
		Expect(p.Items[0].Events()).To(HaveLen(3))
	})

	Describe("narrowed by", func() {
		// Each order differs from the first in one field.
		var (
			first, elsewhere, msft, filled, unknown trade
			away                                    *domain.BrokerAccount
		)
		BeforeEach(func(ctx SpecContext) {
			away = w.account(ctx, w.ada)
			c, _ := w.config(ctx, w.ada, w.account(ctx, w.ada))
			other, _ := w.config(ctx, w.ada, away)
			first = w.working(ctx, c, "AAPL")
			elsewhere = w.working(ctx, other, "AAPL")
			msft = w.working(ctx, c, "MSFT")
			filled = w.working(ctx, c, "ORCL")
			w.record(ctx, filled.order.ID(), w.fill(1, "10", "100"))
			unknown = w.placed(ctx, c, "NVDA")
			w.record(ctx, unknown.order.ID(), w.ambiguous())
		})
		admits := func(ctx context.Context, q ports.OrderQuery, want ...trade) {
			GinkgoHelper()
			wanted := []domain.OrderID{}
			for _, t := range want {
				wanted = append(wanted, t.order.ID())
			}
			Expect(ids(list(ctx, q).Items)).To(Equal(newestFirst(wanted)))
		}

		It("nothing, where every field is zero", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{}, first, elsewhere, msft, filled, unknown)
		})
		It("signal", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{SignalID: &msft.signal.ID}, msft)
		})
		It("ticket", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{TicketID: &msft.ticket.ID}, msft)
		})
		It("account", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{BrokerAccountID: new(away.ID())}, elsewhere)
		})
		It("symbol", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{Symbol: "AAPL"}, first, elsewhere)
		})
		It("status", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{Status: domain.StatusFilled}, filled)
			admits(ctx, ports.OrderQuery{Status: domain.StatusPendingNew}, first, elsewhere, msft, unknown)
		})
		It("submission", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{Submission: domain.SubmissionUnknown}, unknown)
			admits(ctx, ports.OrderQuery{Submission: domain.SubmissionAcknowledged}, first, elsewhere, msft, filled)
		})
		It("every field at once, in pages", func(ctx SpecContext) {
			admits(ctx, ports.OrderQuery{
				SignalID: &filled.signal.ID, BrokerAccountID: &filled.ticket.BrokerAccountID, Symbol: "ORCL",
				Status: domain.StatusFilled, Submission: domain.SubmissionAcknowledged,
			}, filled)
			q := ports.OrderQuery{Submission: domain.SubmissionAcknowledged, Page: ports.PageRequest{Limit: 3}}
			p := list(ctx, q)
			Expect(ids(p.Items)).To(Equal([]domain.OrderID{filled.order.ID(), msft.order.ID(), elsewhere.order.ID()}))
			q.Page.Cursor = p.Next
			Expect(ids(list(ctx, q).Items)).To(Equal([]domain.OrderID{first.order.ID()}))
		})
	})
}
