package portstest

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func (l *ledgerSpecs) describeReview() {
	w := l.w
	var t trade
	said := func(kind domain.OrderEventKind) ports.OrderFacts {
		return ports.OrderFacts{OrderID: t.order.ID(), Events: []domain.OrderEvent{{
			SourceID: "review:1", Kind: kind, At: w.mint.now(), Attempt: 1, Reason: "said by somebody",
		}}}
	}
	escalate := func(ctx SpecContext) {
		GinkgoHelper()
		w.record(ctx, t.order.ID(), w.ambiguous(), domain.OrderEvent{
			SourceID: "escalated", Kind: domain.EventEscalated, At: w.mint.now(), Attempt: 1, Reason: "nobody knows",
		})
	}

	BeforeEach(func(ctx SpecContext) { t = w.placed(ctx, l.config, "AAPL") })

	It("adds what a person said of an order that needs review", func(ctx SpecContext) {
		escalate(ctx)
		got, err := w.Ledger.Review(ctx, said(domain.EventResendApproved), w.mint.now())
		Expect(err).NotTo(HaveOccurred())
		Expect(got.Submission()).To(Equal(domain.SubmissionIntent))
		Expect(w.order(ctx, t.order.ID(), w.ada.UserID).Snapshot()).To(sameAs(got.Snapshot()))
	})

	It("moves positions by the fills among the facts", func(ctx SpecContext) {
		escalate(ctx)
		facts := said(domain.EventFound)
		facts.Events = append(facts.Events, w.fill(1, "10", "100"))
		Expect(w.Ledger.Review(ctx, facts, w.mint.now())).Error().NotTo(HaveOccurred())
		Expect(l.brief(ctx, t.ticket.ID).AccountPosition.Quantity.String()).To(Equal("10"))
	})

	It("makes a lane ready that rests", func(ctx SpecContext) {
		escalate(ctx)
		Expect(w.Lanes.Release(ctx, t.lease, time.Hour)).To(Succeed())
		Expect(w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "before", Lanes: 1, Tickets: 1, Lease: time.Minute})).To(BeEmpty())
		Expect(w.Ledger.Review(ctx, said(domain.EventNotPlaced), w.mint.now())).Error().NotTo(HaveOccurred())
		Expect(w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "after", Lanes: 1, Tickets: 1, Lease: time.Minute})).To(HaveLen(1))
	})

	It("leaves a lane alone that is leased", func(ctx SpecContext) {
		escalate(ctx)
		Expect(w.Ledger.Review(ctx, said(domain.EventNotPlaced), w.mint.now())).Error().NotTo(HaveOccurred())
		Expect(w.Lanes.Claim(ctx, ports.LaneRequest{Owner: "another", Lanes: 1, Tickets: 1, Lease: time.Minute})).To(BeEmpty())
	})

	It("changes nothing where that is known already", func(ctx SpecContext) {
		escalate(ctx)
		first, err := w.Ledger.Review(ctx, said(domain.EventNotPlaced), w.mint.now())
		Expect(err).NotTo(HaveOccurred())
		again, err := w.Ledger.Review(ctx, said(domain.EventResendApproved), w.mint.now())
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Snapshot()).To(sameAs(first.Snapshot()))
	})

	It("is KindConflict with code not_in_review for an order that needs none, and adds nothing", func(ctx SpecContext) {
		before := l.seen(ctx, t.ticket.ID)
		Expect(w.Ledger.Review(ctx, said(domain.EventNotPlaced), w.mint.now())).Error().To(failWith(domain.KindConflict, "not_in_review"))
		Expect(l.seen(ctx, t.ticket.ID)).To(Equal(before))
	})

	It("is KindNotFound for a missing order", func(ctx SpecContext) {
		facts := said(domain.EventNotPlaced)
		facts.OrderID = newID[domain.Order](w.mint)
		Expect(w.Ledger.Review(ctx, facts, w.mint.now())).Error().To(failAs(domain.KindNotFound))
	})
}
