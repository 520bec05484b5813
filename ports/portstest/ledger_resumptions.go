package portstest

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// describeResumptions proves DueToResume, and with it what becomes of a ticket that
// resumes another: its place, TicketBrief.ReplacedBy and TicketBrief.Carried.
func (l *ledgerSpecs) describeResumptions() {
	w := l.w
	var config *domain.WebhookConfig
	BeforeEach(func(ctx SpecContext) {
		rules := plainRules(l.account)
		rules.Session = domain.Session{Market: domain.MarketNYSE, Waits: true}
		config = w.newConfig(w.ada, rules)
		w.addConfig(ctx, w.ada, config, w.token())
	})
	opening := time.Date(2026, time.November, 27, 14, 30, 0, 123_000, time.UTC)
	// ends finishes the ticket of a signal at the head of its lane.
	ends := func(ctx context.Context, s domain.SignalSnapshot, state domain.State, code string, until *time.Time) domain.Ticket {
		GinkgoHelper()
		t := s.Tickets[0]
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("-7.5"))).To(Succeed())
		end := ports.TicketEnd{
			TicketID: t.ID, LaneSeq: t.LaneSeq, State: state, Reasons: []domain.Reason{{Code: code}}, WaitsUntil: until,
		}
		Expect(w.Ledger.Finish(ctx, lease, end, nil, w.mint.now())).To(Succeed())
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
		return l.ticket(ctx, t)
	}
	waits := func(ctx context.Context, s domain.SignalSnapshot, until time.Time) domain.Ticket {
		GinkgoHelper()
		return ends(ctx, s, domain.StateExpired, domain.ReasonWaits, &until)
	}
	due := func(ctx context.Context, at time.Time, limit int) []domain.TicketID {
		GinkgoHelper()
		ids, err := w.Ledger.DueToResume(ctx, at, limit)
		Expect(err).NotTo(HaveOccurred())
		return ids
	}
	resumes := func(ctx context.Context, t domain.Ticket) domain.Ticket {
		GinkgoHelper()
		s, err := domain.NewSignal(domain.SignalSnapshot{
			ID: newID[domain.Signal](w.mint), UserID: t.UserID, Source: domain.SourceAlert, WebhookConfigID: new(config.ID()),
			WebhookConfigVersion: config.Version(), Intent: market(t.Symbol), ReceivedAt: w.mint.now(),
			Tickets: []domain.Ticket{{
				ID: newID[domain.Ticket](w.mint), BrokerAccountID: t.BrokerAccountID, Symbol: t.Symbol, Multiplier: t.Multiplier,
				Target: t.Target, Resumes: t.LaneSeq,
			}},
		}, nil)
		Expect(err).NotTo(HaveOccurred())
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		return w.signal(ctx, w.ada, s.ID()).Tickets[0]
	}
	byHand := func(ctx context.Context, action domain.Action) domain.SignalID {
		GinkgoHelper()
		i := market("AAPL")
		if i.Action = action; action == domain.ActionExit {
			i.Quantity = nil
		}
		s := w.newByHand(w.ada, i, l.account)
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		return s.ID()
	}
	replacedBy := func(ctx context.Context, t domain.Ticket) *domain.SignalID {
		GinkgoHelper()
		return l.brief(ctx, t.ID).ReplacedBy
	}

	It("is due from when its session is on, those first that are to be resumed first", func(ctx SpecContext) {
		later := waits(ctx, w.queue(ctx, config, "MSFT")[0], opening.Add(time.Microsecond))
		first := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		Expect(first.WaitsUntil).To(HaveValue(Equal(opening)))
		Expect(first.State).To(Equal(domain.StateExpired))
		mine := func(at time.Time) []domain.TicketID {
			var ids []domain.TicketID
			for _, id := range due(ctx, at, 500) {
				if id == first.ID || id == later.ID {
					ids = append(ids, id)
				}
			}
			return ids
		}
		Expect(mine(opening.Add(-time.Microsecond))).To(BeEmpty())
		Expect(mine(opening)).To(HaveExactElements(first.ID))
		Expect(mine(opening.Add(time.Hour))).To(HaveExactElements(first.ID, later.ID))
		Expect(due(ctx, opening.Add(time.Hour), 1)).To(HaveLen(1))
		Expect(due(ctx, opening.Add(time.Hour), 0)).To(BeEmpty())
	})

	It("is due until it is answered otherwise than that it is resuming", func(ctx SpecContext) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonWaits, domain.Reason{Code: domain.ReasonResuming})).Error().NotTo(HaveOccurred())
		Expect(due(ctx, opening, 500)).To(ContainElement(t.ID))
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonWaits, domain.Reason{Code: domain.ReasonDiscarded})).Error().NotTo(HaveOccurred())
		Expect(due(ctx, opening, 500)).To(ContainElement(t.ID), "nothing had that code")
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonResuming, domain.Reason{Code: domain.ReasonResumed})).Error().NotTo(HaveOccurred())
		Expect(due(ctx, opening, 500)).NotTo(ContainElement(t.ID))
		Expect(l.ticket(ctx, t).WaitsUntil).To(BeNil())
	})

	It("is not due where it ended otherwise", func(ctx SpecContext) {
		t := ends(ctx, w.queue(ctx, config, "AAPL")[0], domain.StateDone, "", nil)
		Expect(due(ctx, opening, 500)).NotTo(ContainElement(t.ID))
		Expect(t.WaitsUntil).To(BeNil())
	})

	It("is resumed by a ticket that knows its place and its target", func(ctx SpecContext) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		next := resumes(ctx, t)
		Expect(next.Resumes).To(Equal(t.LaneSeq))
		Expect(next.Target).To(HaveValue(sameAs(*t.Target)))
		Expect(next.State).To(Equal(domain.StateQueued))
		Expect(l.brief(ctx, next.ID).Ticket).To(sameAs(next))
		Expect(replacedBy(ctx, next)).To(BeNil())
	})

	It("is replaced by what the config says between the two", func(ctx SpecContext) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		w.queue(ctx, l.config, "AAPL")
		w.queue(ctx, config, "MSFT")
		byHand(ctx, domain.ActionBuy)
		Expect(replacedBy(ctx, resumes(ctx, t))).To(BeNil(), "another config, another lane, an entry by hand")
		between := w.queue(ctx, config, "AAPL")[0]
		w.queue(ctx, config, "AAPL")
		next := resumes(ctx, t)
		w.queue(ctx, config, "AAPL")
		Expect(replacedBy(ctx, next)).To(HaveValue(Equal(between.ID)))
	})

	It("is replaced by a full exit by hand", func(ctx SpecContext) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		exit := byHand(ctx, domain.ActionExit)
		Expect(replacedBy(ctx, resumes(ctx, t))).To(HaveValue(Equal(exit)))
	})

	It("is not replaced by what resumes an older one, which it replaces", func(ctx SpecContext) {
		older := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		newer := w.queue(ctx, config, "AAPL")[0]
		ends(ctx, newer, domain.StateExpired, domain.ReasonWaits, &opening)
		first := resumes(ctx, older)
		Expect(replacedBy(ctx, first)).To(HaveValue(Equal(newer.ID)))
		Expect(replacedBy(ctx, resumes(ctx, l.ticket(ctx, newer.Tickets[0])))).To(BeNil())
	})

	DescribeTable("is carried on by the config's next ticket", func(ctx SpecContext, codes ...string) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		for i := 1; i < len(codes); i++ {
			Expect(w.Ledger.Answer(ctx, t.ID, codes[i-1], domain.Reason{Code: codes[i]})).Error().NotTo(HaveOccurred())
		}
		next := w.queue(ctx, config, "AAPL")[0]
		Expect(l.brief(ctx, next.Tickets[0].ID).Carried).To(HaveValue(sameAs(*t.Target)))
	},
		Entry("while it waits", domain.ReasonWaits),
		Entry("while it is being resumed", domain.ReasonWaits, domain.ReasonResuming),
		Entry("before the ticket that resumes it is queued", domain.ReasonWaits, domain.ReasonResuming, domain.ReasonResumed),
	)

	It("is carried on past what resumed an older one and was superseded", func(ctx SpecContext) {
		older := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		newer := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		first := resumes(ctx, older)
		ends(ctx, w.signal(ctx, w.ada, first.SignalID), domain.StateSuperseded, "superseded", nil)
		next := w.queue(ctx, config, "AAPL")[0]
		Expect(l.brief(ctx, next.Tickets[0].ID).Carried).To(HaveValue(sameAs(*newer.Target)))
	})

	It("is not carried on once it was resumed, or discarded", func(ctx SpecContext) {
		t := waits(ctx, w.queue(ctx, config, "AAPL")[0], opening)
		ends(ctx, w.signal(ctx, w.ada, resumes(ctx, t).SignalID), domain.StateDone, "", nil)
		next := w.queue(ctx, config, "AAPL")[0]
		Expect(l.brief(ctx, next.Tickets[0].ID).Carried).To(BeNil())
		t = waits(ctx, next, opening)
		Expect(w.Ledger.Answer(ctx, t.ID, domain.ReasonWaits, domain.Reason{Code: domain.ReasonDiscarded})).Error().NotTo(HaveOccurred())
		Expect(l.brief(ctx, w.queue(ctx, config, "AAPL")[0].Tickets[0].ID).Carried).To(BeNil())
	})
}
