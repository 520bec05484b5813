package portstest

import (
	"context"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// describeTurns proves that users take turns. Ada's lanes wait longer than Bob's.
func describeTurns(w *world) {
	var adas, bobs *domain.WebhookConfig
	BeforeEach(func(ctx SpecContext) {
		adas, _ = w.config(ctx, w.ada, w.account(ctx, w.ada))
		bobs, _ = w.config(ctx, w.bob, w.account(ctx, w.bob))
		for n := range 6 {
			w.queue(ctx, adas, domain.Symbol(fmt.Sprintf("A%d", n)))
		}
		for n := range 6 {
			w.queue(ctx, bobs, domain.Symbol(fmt.Sprintf("B%d", n)))
		}
	})
	claim := func(ctx context.Context, want ports.LaneRequest) []domain.Symbol {
		GinkgoHelper()
		want.Owner, want.Tickets, want.Lease = "worker", 1, leaseTime
		lanes, err := w.Lanes.Claim(ctx, want)
		Expect(err).NotTo(HaveOccurred())
		return symbolsOf(lanes)
	}

	It("gives a lane of each before a second one of any, those first that waited longest", func(ctx SpecContext) {
		Expect(claim(ctx, ports.LaneRequest{Lanes: 4})).To(ConsistOf([]domain.Symbol{"A0", "A1", "B0", "B1"}))
	})

	It("goes on where the last claim stopped", func(ctx SpecContext) {
		var symbols []domain.Symbol
		for range 4 {
			symbols = append(symbols, claim(ctx, ports.LaneRequest{Lanes: 1})...)
		}
		Expect(symbols).To(Or(
			Equal([]domain.Symbol{"A0", "B0", "A1", "B1"}),
			Equal([]domain.Symbol{"B0", "A0", "B1", "A1"})))
		Expect(claim(ctx, ports.LaneRequest{Lanes: 3})).To(HaveLen(3))
		first := claim(ctx, ports.LaneRequest{Lanes: 1})
		second := claim(ctx, ports.LaneRequest{Lanes: 1})
		Expect([]domain.Symbol{first[0][:1], second[0][:1]}).To(ConsistOf([]domain.Symbol{"A", "B"}), "three lanes are a turn and a half")
	})

	It("gives a lane of the one first of whom the owner holds fewer", func(ctx SpecContext) {
		held := map[domain.UserID]int{w.ada.UserID: 3, w.bob.UserID: 1}
		Expect(claim(ctx, ports.LaneRequest{Lanes: 2, Held: held})).To(Equal([]domain.Symbol{"B0", "B1"}))
		Expect(claim(ctx, ports.LaneRequest{Lanes: 3, Held: held})).To(ConsistOf([]domain.Symbol{"B2", "B3", "A0"}))
	})

	It("gives no more lanes of one than PerUser allows, those held counted in, and all where it is 0", func(ctx SpecContext) {
		held := map[domain.UserID]int{w.ada.UserID: 4, w.bob.UserID: 1}
		Expect(claim(ctx, ports.LaneRequest{Lanes: 20, Held: held, PerUser: 3})).To(ConsistOf([]domain.Symbol{"B0", "B1"}))
		Expect(claim(ctx, ports.LaneRequest{Lanes: 20, Held: held})).To(HaveLen(10))
	})

	DescribeTable("keeps what waits of one from making another wait more than twice as long",
		func(ctx SpecContext, x pretendedExecutor) {
			x.w, x.held = w, map[int64]ports.ClaimedLane{}
			for len(x.step(ctx)) > 0 {
				continue // what was there before
			}
			symbols := make([]domain.Symbol, 20)
			for n := range symbols {
				symbols[n] = domain.Symbol(fmt.Sprintf("B%d", n))
			}
			alone := x.waits(ctx, bobs, symbols)
			for range 8 {
				flood := make([]ports.Arrival, 250)
				for i := range flood {
					flood[i] = w.alert(adas, domain.Symbol(fmt.Sprintf("A%d", i%200)))
				}
				w.appendAll(ctx, flood...)
			}
			for range 3 {
				Expect(x.step(ctx)).To(HaveEach(HaveField("UserID", w.ada.UserID)))
			}
			flooded := x.waits(ctx, bobs, symbols)
			Expect(flooded).To(BeNumerically("<=", 2*alone))
		},
		Entry("where many lanes run side by side", pretendedExecutor{lanes: 32, perUser: 16, tickets: 16}),
		Entry("where few do", pretendedExecutor{lanes: 4, perUser: 2, tickets: 16}),
		Entry("where one runs at a time", pretendedExecutor{lanes: 1, tickets: 1}),
	)
}

// pretendedExecutor runs lanes in step with each other: in a step every lane it
// holds finishes one ticket.
type pretendedExecutor struct {
	lanes, perUser, tickets int

	w    *world
	held map[int64]ports.ClaimedLane
}

// step fills up with lanes, finishes a ticket in each, gives back those that have
// none left, and tells what it finished.
func (x *pretendedExecutor) step(ctx context.Context) (finished []domain.Ticket) {
	GinkgoHelper()
	holds := map[domain.UserID]int{}
	for _, lane := range x.held {
		holds[lane.UserID]++
	}
	claimed, err := x.w.Lanes.Claim(ctx, ports.LaneRequest{
		Owner: "worker", Lanes: x.lanes - len(x.held), Tickets: x.tickets, Lease: leaseTime, Held: holds, PerUser: x.perUser,
	})
	Expect(err).NotTo(HaveOccurred())
	for _, lane := range claimed {
		x.held[lane.Lease.LaneID] = lane
	}
	for id, lane := range x.held {
		Expect(x.w.finish(ctx, lane.Lease, lane.Tickets[0], domain.StateDone)).To(Succeed())
		finished = append(finished, lane.Tickets[0])
		lane.Tickets = lane.Tickets[1:]
		x.held[id] = lane
		if len(lane.Tickets) == 0 {
			Expect(x.w.Lanes.Release(ctx, lane.Lease, 0)).To(Succeed())
			delete(x.held, id)
		}
	}
	return finished
}

// waits queues an alert for each symbol and gives how many steps they wait, all
// together, each to its end.
func (x *pretendedExecutor) waits(ctx context.Context, c *domain.WebhookConfig, symbols []domain.Symbol) (steps int) {
	GinkgoHelper()
	arrivals := make([]ports.Arrival, len(symbols))
	for i, symbol := range symbols {
		arrivals[i] = x.w.alert(c, symbol)
	}
	x.w.appendAll(ctx, arrivals...)
	for now, left := 1, len(symbols); left > 0; now++ {
		finished := x.step(ctx)
		Expect(finished).NotTo(BeEmpty())
		for _, t := range finished {
			if t.UserID == c.UserID() {
				steps += now
				left--
			}
		}
	}
	return steps
}
