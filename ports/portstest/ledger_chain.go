package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// describeLinks proves TicketBrief.Stood, ChainLink and
// WebhookConfigRepository.Stood.
func (l *ledgerSpecs) describeLinks() {
	w := l.w
	linked := func(target, stands string) ports.TicketPlan {
		p := plan(target)
		p.Link = &ports.ChainLink{Stands: new(domain.MustNet(stands))}
		return p
	}
	shown := func(ctx context.Context, to domain.Principal, c *domain.WebhookConfig, symbol domain.Symbol) *domain.Net {
		GinkgoHelper()
		return must(ctx, w, to, func(ctx context.Context, r ports.Repositories) (*domain.Net, error) {
			return r.WebhookConfigs.Stood(ctx, c.ID(), l.account.ID(), symbol)
		})
	}
	// stood is what the executor reads, and the owner.
	stood := func(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol) *domain.Net {
		GinkgoHelper()
		read := l.brief(ctx, w.queue(ctx, c, symbol)[0].Tickets[0].ID).Stood
		Expect(shown(ctx, w.ada, c, symbol)).To(sameAs(read))
		return read
	}

	It("is shown to its owner alone", func(ctx SpecContext) {
		Expect(shown(ctx, w.ada, l.config, "NVDA")).To(BeNil(), "nothing was ever there")
		_, t := l.queued(ctx)
		Expect(w.Ledger.Plan(ctx, w.lease(ctx, t), t.ID, linked("1", "4"))).To(Succeed())
		Expect(shown(ctx, w.ada, l.config, "AAPL")).To(HaveValue(sameAs(domain.MustNet("4"))))
		Expect(shown(ctx, w.bob, l.config, "AAPL")).To(BeNil())
	})

	It("gives where the last link of the config in the lane led, by Plan, Intend and Finish", func(ctx SpecContext) {
		s, t := l.queued(ctx)
		Expect(l.brief(ctx, t.ID).Stood).To(BeNil())
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, linked("1", smallest))).To(Succeed())
		Expect(stood(ctx, l.config, "AAPL")).To(HaveValue(sameAs(domain.MustNet(smallest))))
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), w.attempt(1), linked("1", "-"+widest))).To(Succeed())
		Expect(stood(ctx, l.config, "AAPL")).To(HaveValue(sameAs(domain.MustNet("-" + widest))))
		end := ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: domain.StateDone, Link: linked("1", "0").Link}
		Expect(w.Ledger.Finish(ctx, lease, end, nil, w.mint.now())).To(Succeed())
		Expect(stood(ctx, l.config, "AAPL")).To(HaveValue(sameAs(domain.MustNet("0"))))
	})

	It("keeps each config and lane apart, and knows nothing for a signal by hand", func(ctx SpecContext) {
		other, _ := w.config(ctx, w.ada, l.account)
		_, t := l.queued(ctx)
		Expect(w.Ledger.Plan(ctx, w.lease(ctx, t), t.ID, linked("1", "4"))).To(Succeed())
		Expect(stood(ctx, other, "AAPL")).To(BeNil())
		Expect(stood(ctx, l.config, "MSFT")).To(BeNil())
		Expect(l.brief(ctx, w.byHand(ctx, w.ada, "AAPL", l.account).Tickets[0].ID).Stood).To(BeNil())
	})

	It("is left as it is without a link, and forgotten by one that does not know", func(ctx SpecContext) {
		_, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, linked("1", "4"))).To(Succeed())
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("1", domain.Decision{Rule: "more", Verdict: domain.VerdictPass}))).To(Succeed())
		Expect(stood(ctx, l.config, "AAPL")).To(HaveValue(sameAs(domain.MustNet("4"))))
		end := ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: domain.StateDone, Link: &ports.ChainLink{}}
		Expect(w.Ledger.Finish(ctx, lease, end, nil, w.mint.now())).To(Succeed())
		Expect(stood(ctx, l.config, "AAPL")).To(BeNil())
	})

	It("is not changed under a void lease", func(ctx SpecContext) {
		_, t := l.queued(ctx)
		void := w.lease(ctx, t)
		w.reclaim(ctx, void, t)
		Expect(w.Ledger.Plan(ctx, void, t.ID, linked("1", "4"))).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(stood(ctx, l.config, "AAPL")).To(BeNil())
	})
}

// describeBehind proves TicketBrief.Behind.
func (l *ledgerSpecs) describeBehind() {
	w := l.w
	var config *domain.WebhookConfig
	BeforeEach(func(ctx SpecContext) {
		rules := plainRules(l.account)
		rules.Chain.OnBreak = domain.ChainHold
		config = w.newConfig(w.ada, rules)
		w.addConfig(ctx, w.ada, config, w.token())
	})
	says := func(ctx context.Context, c *domain.WebhookConfig, from string) domain.SignalSnapshot {
		GinkgoHelper()
		a := w.alert(c)
		i := market("AAPL")
		i.PreviousPosition = new(domain.MustNet(from))
		s := w.signalOf(c, a.Delivery, i)
		a.Signals = []*domain.Signal{s}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		return w.signal(ctx, w.ada, s.ID())
	}

	It("gives what waits behind in the lane, in order, and whose it is", func(ctx SpecContext) {
		w.queue(ctx, config, "AAPL")
		head := says(ctx, config, "3")
		Expect(l.brief(ctx, head.Tickets[0].ID).Behind).To(BeEmpty())
		w.queue(ctx, config, "MSFT")
		other, own, byHand := w.queue(ctx, l.config, "AAPL")[0], says(ctx, config, "-7.5"), w.byHand(ctx, w.ada, "AAPL", l.account)
		queued := func(s domain.SignalSnapshot, same bool) ports.QueuedSignal {
			return ports.QueuedSignal{TicketID: s.Tickets[0].ID, SignalID: s.ID, SameConfig: same, Intent: s.Intent}
		}
		Expect(l.brief(ctx, head.Tickets[0].ID).Behind).To(sameAs([]ports.QueuedSignal{
			queued(other, false), queued(own, true), queued(byHand, false),
		}))
	})

	It("gives no more than ChainReach", func(ctx SpecContext) {
		head := says(ctx, config, "3")
		first := w.queue(ctx, config, "AAPL")[0]
		for range ports.ChainReach {
			w.queue(ctx, l.config, "AAPL")
		}
		behind := l.brief(ctx, head.Tickets[0].ID).Behind
		Expect(behind).To(HaveLen(ports.ChainReach))
		Expect(behind[0].SignalID).To(Equal(first.ID))
	})

	It("gives nothing where the signal does not say where it came from, or no break is held", func(ctx SpecContext) {
		silent, other := w.queue(ctx, config, "AAPL")[0], says(ctx, l.config, "3")
		w.queue(ctx, config, "AAPL")
		Expect(l.brief(ctx, silent.Tickets[0].ID).Behind).To(BeEmpty())
		Expect(l.brief(ctx, other.Tickets[0].ID).Behind).To(BeEmpty())
	})
}

func (l *ledgerSpecs) describeOvertake() {
	w := l.w
	why := domain.Decision{Rule: "chain_order", Verdict: domain.VerdictAdjust, Detail: "first"}
	lane := func(ctx context.Context) (tickets []domain.Ticket) {
		GinkgoHelper()
		for _, c := range w.claim(ctx) {
			for _, t := range c.Tickets {
				if t.Symbol == "AAPL" {
					tickets = append(tickets, t)
				}
			}
			Expect(w.Lanes.Release(ctx, c.Lease, 0)).To(Succeed())
		}
		return tickets
	}
	places := func(tickets []domain.Ticket) map[domain.TicketID]int64 {
		at := map[domain.TicketID]int64{}
		for _, t := range tickets {
			at[t.ID] = t.LaneSeq
		}
		return at
	}

	It("makes the ticket the head, and those before it wait one place farther back", func(ctx SpecContext) {
		_, done := l.queued(ctx)
		lease := w.lease(ctx, done)
		Expect(w.finish(ctx, lease, done, domain.StateDone)).To(Succeed())
		_, first := l.queued(ctx)
		_, second := l.queued(ctx)
		_, moved := l.queued(ctx)
		_, behind := l.queued(ctx)
		Expect(w.Ledger.Overtake(ctx, lease, moved.ID, why)).To(Succeed())
		Expect(l.ticket(ctx, moved).Decisions).To(Equal([]domain.Decision{why}))
		Expect(l.ticket(ctx, first).Decisions).To(BeEmpty())
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
		Expect(places(lane(ctx))).To(Equal(map[domain.TicketID]int64{moved.ID: 2, first.ID: 3, second.ID: 4, behind.ID: 5}))
		_, next := l.queued(ctx)
		Expect(next.LaneSeq).To(BeEquivalentTo(6))
		lease = w.lease(ctx, moved)
		Expect(w.finish(ctx, lease, l.ticket(ctx, moved), domain.StateDone)).To(Succeed())
		Expect(w.finish(ctx, lease, l.ticket(ctx, first), domain.StateDone)).To(Succeed())
	})

	It("is refused for the head, and where one before is not queued any more", func(ctx SpecContext) {
		_, head := l.queued(ctx)
		_, second := l.queued(ctx)
		lease := w.lease(ctx, head)
		Expect(w.Ledger.Overtake(ctx, lease, head.ID, why)).To(failWith(domain.KindConflict, "not_waiting"))
		Expect(w.Ledger.Plan(ctx, lease, head.ID, plan("1"))).To(Succeed())
		Expect(w.Ledger.Overtake(ctx, lease, second.ID, why)).To(failWith(domain.KindConflict, "not_waiting"))
		Expect(l.ticket(ctx, second)).To(sameAs(second))
	})

	It("is refused under a void lease and that of another lane", func(ctx SpecContext) {
		_, head := l.queued(ctx)
		_, second := l.queued(ctx)
		other := w.queue(ctx, l.config, "MSFT")[0].Tickets[0]
		void := w.lease(ctx, head)
		w.reclaim(ctx, void, head)
		Expect(w.Ledger.Overtake(ctx, void, second.ID, why)).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(w.Ledger.Overtake(ctx, w.lease(ctx, other), second.ID, why)).To(failWith(domain.KindConflict, "lease_lost"))
		Expect(l.ticket(ctx, second)).To(sameAs(second))
	})
}
