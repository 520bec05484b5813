package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// describeAnswer proves Answer, and with it SignalQuery.Asks.
func (l *ledgerSpecs) describeAnswer() {
	w := l.w
	expires := func(ctx context.Context, codes ...string) domain.Ticket {
		GinkgoHelper()
		_, t := l.queued(ctx)
		lease := w.lease(ctx, t)
		end := ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: domain.StateExpired}
		for _, code := range codes {
			end.Reasons = append(end.Reasons, domain.Reason{Code: code, Field: "f", Message: code})
		}
		Expect(w.Ledger.Finish(ctx, lease, end, nil, w.mint.now())).To(Succeed())
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
		return l.ticket(ctx, t)
	}
	answer := domain.Reason{Code: domain.ReasonDiscarded, Field: "Ω", Message: "by \"ada\""}

	It("replaces the reason that has the code, and leaves the others", func(ctx SpecContext) {
		t := expires(ctx, "first", domain.ReasonAsks, "last")
		want := []domain.Reason{t.Reasons[0], answer, t.Reasons[2]}
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonAsks, answer)).To(Equal(want))
		Expect(l.ticket(ctx, t).Reasons).To(Equal(want))
		Expect(l.ticket(ctx, t).State).To(Equal(domain.StateExpired))
	})

	It("changes nothing where the code is not there, and tells what is", func(ctx SpecContext) {
		t := expires(ctx, "stale")
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonAsks, answer)).To(Equal(t.Reasons))
		Expect(l.ticket(ctx, t)).To(sameAs(t))
	})

	It("is KindNotFound for a missing ticket", func(ctx SpecContext) {
		missing := newID[domain.Ticket](w.mint)
		Expect(w.Ledger.Answer(ctx, missing, domain.ReasonAsks, answer)).Error().To(failAs(domain.KindNotFound))
	})

	It("lets one of twenty at once win", func(ctx SpecContext) {
		t := expires(ctx, domain.ReasonAsks)
		told := make([][]domain.Reason, 20)
		atOnce(len(told), func(i int) {
			defer GinkgoRecover()
			mine := domain.Reason{Code: domain.ReasonGranted, Field: string(rune('a' + i))}
			reasons, err := w.Ledger.Answer(ctx, t.ID, domain.ReasonAsks, mine)
			Expect(err).NotTo(HaveOccurred())
			told[i] = reasons
		})
		for _, reasons := range told {
			Expect(reasons).To(Equal(l.ticket(ctx, t).Reasons))
		}
	})

	It("is what a list of signals that ask goes by", func(ctx SpecContext) {
		first, second := expires(ctx, domain.ReasonAsks), expires(ctx, "x", domain.ReasonAsks)
		expires(ctx, "stale")
		l.queued(ctx)
		asks := func(caller domain.Principal) []domain.SignalID {
			GinkgoHelper()
			return ids(must(ctx, w, caller, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.Signal], error) {
				return r.Signals.List(ctx, ports.SignalQuery{Asks: true})
			}).Items)
		}
		Expect(asks(w.ada)).To(Equal([]domain.SignalID{second.SignalID, first.SignalID}))
		Expect(asks(w.bob)).To(BeEmpty())
		Expect(w.Ledger.Answer(ctx, first.ID, domain.ReasonAsks, domain.Reason{Code: domain.ReasonGranted})).Error().NotTo(HaveOccurred())
		Expect(asks(w.ada)).To(HaveLen(2), "it is not carried out yet")
		Expect(w.Ledger.Answer(ctx, first.ID, domain.ReasonGranted, domain.Reason{Code: domain.ReasonExecuted})).Error().NotTo(HaveOccurred())
		Expect(w.Ledger.Answer(ctx, second.ID, domain.ReasonAsks, answer)).Error().NotTo(HaveOccurred())
		Expect(asks(w.ada)).To(BeEmpty())
	})
}

func describeAnswer(a *house, account **domain.BrokerAccount) {
	var hook ports.IssuedWebhook
	BeforeEach(func(ctx SpecContext) {
		rules := domain.DefaultWebhookRules()
		rules.Routes = []domain.Route{{BrokerAccountID: (*account).ID(), Multiplier: domain.MustQuantity("2")}}
		rules.Staleness.Ask = true
		var err error
		hook, err = a.Webhooks.CreateWebhook(ctx, a.ada, ports.NewWebhookConfig{Name: "asks", Rules: rules}, unmarked())
		Expect(err).NotTo(HaveOccurred())
	})
	late := func(ctx context.Context) domain.SignalID {
		GinkgoHelper()
		id := a.send(ctx, hook.Token, buyTen).SignalIDs[0]
		a.advance(ctx, 61*time.Second)
		a.drain(ctx)
		s := a.signal(ctx, a.ada, id)
		Expect(s.State).To(Equal(domain.StateExpired))
		Expect(s.Tickets[0].Reasons).To(ConsistOf(HaveField("Code", domain.ReasonAsks)))
		Expect(a.orders(ctx, a.ada)).To(BeEmpty())
		return id
	}
	failsWith := func(ctx context.Context, caller domain.Principal, id domain.SignalID, action ports.BacklogAction, kind domain.Kind) {
		GinkgoHelper()
		Expect(a.Desk.Answer(ctx, caller, id, action)).Error().To(failAs(kind))
	}

	It("executes what waited too long, as things are now, and once", func(ctx SpecContext) {
		id := late(ctx)
		for range 3 {
			asked, err := a.Desk.Answer(ctx, a.ada, id, ports.BacklogExecute)
			Expect(err).NotTo(HaveOccurred())
			Expect(asked.ID()).To(Equal(id))
			Expect(asked.State()).To(Equal(domain.StateExpired))
			a.drain(ctx)
		}
		o := a.only(ctx, a.ada)
		Expect(o.FilledQuantity()).To(sameAs(domain.MustQuantity("20")))
		Expect(a.signal(ctx, a.ada, id).Tickets[0].Reasons).To(ConsistOf(And(
			HaveField("Code", domain.ReasonExecuted), HaveField("Message", ContainSubstring(o.Terms().SignalID.String())))))
		failsWith(ctx, a.ada, id, ports.BacklogDiscard, domain.KindConflict)
	})

	It("discards it, and then executes it no more", func(ctx SpecContext) {
		id := late(ctx)
		for range 2 {
			Expect(a.Desk.Answer(ctx, a.ada, id, ports.BacklogDiscard)).Error().NotTo(HaveOccurred())
		}
		failsWith(ctx, a.ada, id, ports.BacklogExecute, domain.KindConflict)
		a.drain(ctx)
		Expect(a.orders(ctx, a.ada)).To(BeEmpty())
	})

	It("executes it once, however many say so at once", func(ctx SpecContext) {
		id := late(ctx)
		atOnce(10, func(int) {
			defer GinkgoRecover()
			Expect(a.Desk.Answer(ctx, a.ada, id, ports.BacklogExecute)).Error().NotTo(HaveOccurred())
		})
		a.drain(ctx)
		Expect(a.only(ctx, a.ada).Status()).To(Equal(domain.StatusFilled))
	})

	It("is a conflict where nothing asks, and KindNotFound for another's and a missing signal", func(ctx SpecContext) {
		fresh := a.send(ctx, hook.Token, buyTen).SignalIDs[0]
		a.drain(ctx)
		failsWith(ctx, a.ada, fresh, ports.BacklogExecute, domain.KindConflict)
		failsWith(ctx, a.bob, fresh, ports.BacklogExecute, domain.KindNotFound)
		failsWith(ctx, a.ada, newID[domain.Signal](a.mint), ports.BacklogDiscard, domain.KindNotFound)
	})
}
