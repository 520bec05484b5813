package portstest

import (
	"context"
	"slices"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The lease specs hold a lane with: longer than any spec takes.
const leaseTime = time.Minute

// claim leases every lane that is ready, with all its tickets.
func (w *world) claim(ctx context.Context) []ports.ClaimedLane {
	GinkgoHelper()
	lanes, err := w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "worker", Lanes: 1000, Tickets: 1000, Lease: leaseTime})
	Expect(err).NotTo(HaveOccurred())
	return lanes
}

// lease leases the lane of a ticket and leaves the others ready.
func (w *world) lease(ctx context.Context, t domain.Ticket) ports.Lease {
	GinkgoHelper()
	var held *ports.Lease
	for _, lane := range w.claim(ctx) {
		if lane.BrokerAccountID == t.BrokerAccountID && lane.Symbol == t.Symbol {
			held = &lane.Lease
			continue
		}
		Expect(w.Lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
	}
	Expect(held).NotTo(BeNil(), "the lane of the ticket is ready")
	return *held
}

// reclaim gives a lane back and leases it again: the former lease is void.
func (w *world) reclaim(ctx context.Context, former ports.Lease, t domain.Ticket) ports.Lease {
	GinkgoHelper()
	Expect(w.Lanes.Release(ctx, former, 0)).To(Succeed())
	return w.lease(ctx, t)
}

// newOrder gives an order of a ticket that nobody was told of.
func (w *world) newOrder(s domain.SignalSnapshot, t domain.Ticket, step int, edit ...func(*domain.OrderTerms)) *domain.Order {
	GinkgoHelper()
	terms := domain.OrderTerms{
		ID: newID[domain.Order](w.mint), UserID: s.UserID, SignalID: s.ID, TicketID: t.ID,
		BrokerAccountID: t.BrokerAccountID, WebhookConfigID: s.WebhookConfigID, LaneSeq: t.LaneSeq, Step: step,
		Symbol: t.Symbol, Side: domain.SideBuy,
		Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, Class: domain.OrderClassSimple,
		Quantity: new(domain.MustQuantity("10")), CreatedAt: w.mint.now(),
	}
	for _, e := range edit {
		e(&terms)
	}
	if terms.ClientOrderID == "" {
		terms.ClientOrderID = domain.NewClientOrderID("spec", t.ID, terms.Step, terms.Revision)
	}
	o, err := domain.NewOrder(terms)
	Expect(err).NotTo(HaveOccurred())
	return o
}

// attempt gives the nth send of an order.
func (w *world) attempt(n int) ports.Attempt {
	now := w.mint.now()
	return ports.Attempt{Number: n, At: now, Deadline: now.Add(8 * time.Second)}
}

// intend writes an order of a ticket down under a lease.
func (w *world) intend(ctx context.Context, lease ports.Lease, s domain.SignalSnapshot, t domain.Ticket, step int, edit ...func(*domain.OrderTerms)) *domain.Order {
	GinkgoHelper()
	o := w.newOrder(s, t, step, edit...)
	Expect(w.Ledger.Intend(ctx, lease, o, w.attempt(1), plan("10"))).To(Succeed())
	return w.order(ctx, o.ID(), s.UserID)
}

// plan is what a ticket was understood to want.
func plan(target string, decisions ...domain.Decision) ports.TicketPlan {
	return ports.TicketPlan{Target: domain.MustNet(target), Decisions: decisions}
}

// record adds facts to an order.
func (w *world) record(ctx context.Context, id domain.OrderID, events ...domain.OrderEvent) *domain.Order {
	GinkgoHelper()
	o, err := w.Ledger.Record(ctx, ports.OrderFacts{OrderID: id, Events: events}, w.mint.now())
	Expect(err).NotTo(HaveOccurred())
	return o
}

// order reads an order back.
func (w *world) order(ctx context.Context, id domain.OrderID, owner domain.UserID) *domain.Order {
	GinkgoHelper()
	return must(ctx, w, domain.Principal{UserID: owner}, func(ctx context.Context, r ports.Repositories) (*domain.Order, error) {
		return r.Orders.ByID(ctx, id)
	})
}

// trade is a queued alert with an order that was written down, under a lease
// that still holds.
type trade struct {
	owner  domain.Principal
	signal domain.SignalSnapshot
	ticket domain.Ticket
	lease  ports.Lease
	order  *domain.Order
}

// placed queues an alert and writes its order down.
func (w *world) placed(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol, edit ...func(*domain.OrderTerms)) trade {
	GinkgoHelper()
	return w.place(ctx, w.queue(ctx, c, symbol)[0], edit...)
}

// place writes an order of a queued signal's first ticket down.
func (w *world) place(ctx context.Context, s domain.SignalSnapshot, edit ...func(*domain.OrderTerms)) trade {
	GinkgoHelper()
	t := trade{owner: domain.Principal{UserID: s.UserID}, signal: s, ticket: s.Tickets[0]}
	t.lease = w.lease(ctx, t.ticket)
	t.order = w.intend(ctx, t.lease, s, t.ticket, 1, edit...)
	return t
}

// working is an order the broker has and may still fill, of a ticket that is
// done; its lane is free.
func (w *world) working(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol, edit ...func(*domain.OrderTerms)) trade {
	GinkgoHelper()
	t := w.placed(ctx, c, symbol, edit...)
	t.order = w.record(ctx, t.order.ID(), w.acknowledged(t.order))
	Expect(w.finish(ctx, t.lease, t.ticket, domain.StateDone)).To(Succeed())
	Expect(w.Lanes.Release(ctx, t.lease, 0)).To(Succeed())
	return t
}

// acknowledged is the fact that the broker gave an order its id.
func (w *world) acknowledged(o *domain.Order) domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: domain.SubmissionSourceID(1, domain.EventAcknowledged), Kind: domain.EventAcknowledged, At: w.mint.now(), Attempt: 1,
		BrokerOrderID: "broker-" + o.ID().String(),
	}
}

// ambiguous is the fact that nobody knows if the broker has the order.
func (w *world) ambiguous() domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: domain.SubmissionSourceID(1, domain.EventAmbiguous), Kind: domain.EventAmbiguous,
		At: w.mint.now(), Attempt: 1, Reason: "timeout",
	}
}

// refused is the fact that the broker said no.
func (w *world) refused() domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: domain.SubmissionSourceID(1, domain.EventRefused), Kind: domain.EventRefused,
		At: w.mint.now(), Attempt: 1, Reason: oddName,
	}
}

// canceled is the fact that the broker ended the order.
func (w *world) canceled() domain.OrderEvent {
	return domain.OrderEvent{SourceID: "status:canceled", Kind: domain.EventCanceled, At: w.mint.now()}
}

// fill is one execution.
func (w *world) fill(n int, quantity, price string) domain.OrderEvent {
	id := "execution-" + strconv.Itoa(n)
	return domain.OrderEvent{
		SourceID: "fill:" + id, Kind: domain.EventFill, At: w.mint.now(), ExecutionID: id,
		Quantity: domain.MustQuantity(quantity), Price: domain.MustPrice(price),
	}
}

// finish ends a ticket under a lease.
func (w *world) finish(ctx context.Context, lease ports.Lease, t domain.Ticket, state domain.State, facts ...ports.OrderFacts) error {
	return w.Ledger.Finish(ctx, lease, ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: state}, facts, w.mint.now())
}

// positions gives what the owner holds in a scope, by symbol of one account.
func (w *world) positions(ctx context.Context, owner domain.Principal, by ports.PositionScope) []ports.HeldPosition {
	GinkgoHelper()
	return must(ctx, w, owner, func(ctx context.Context, r ports.Repositories) ([]ports.HeldPosition, error) {
		return r.Positions.List(ctx, by)
	})
}

// ids gives the ids of entities, in their order.
func ids[E interface{ ID() I }, I any](items []E) []I {
	out := make([]I, len(items))
	for i, item := range items {
		out[i] = item.ID()
	}
	return out
}

// newestFirst gives items made one after the other in the order lists give them.
func newestFirst[T any](items []T) []T {
	out := slices.Clone(items)
	slices.Reverse(out)
	return out
}
