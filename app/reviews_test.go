package app_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An order that needs review", func() {
	var (
		t      *trader
		b      *lossyBroker
		signal domain.SignalID
		ticket domain.TicketID
	)

	const why = "the broker's desk told us on the phone"
	unclear := func(ctx SpecContext, f fate) {
		GinkgoHelper()
		b = t.lossy(ports.Capabilities{Duplicates: ports.DuplicatesAccepted, Lookup: ports.LookupDirect}, f)
		signal = t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		t.later(ctx, 8*time.Second)
		s := t.signal(ctx, signal)
		Expect(s.State).To(Equal(domain.StateNeedsReview))
		ticket = s.Tickets[0].ID
	}
	settle := func(ctx SpecContext, action ports.ReviewAction) {
		GinkgoHelper()
		Expect(t.desk.Settle(ctx, t.who, ticket, ports.ReviewWord{Action: action, Reason: why})).Error().NotTo(HaveOccurred())
		t.settle(ctx)
	}
	audited := func(ctx SpecContext, said string) {
		GinkgoHelper()
		Expect(t.signal(ctx, signal).Tickets[0].Decisions).To(ContainElement(SatisfyAll(
			HaveField("Rule", "review"),
			HaveField("Detail", SatisfyAll(HavePrefix("at 2026-03-02T"), HaveSuffix(" "+said+" by user "+t.who.UserID.String()+": "+why))),
		)))
	}

	BeforeEach(func(ctx SpecContext) { t = newTrader(ctx) })

	It("is adopted as the broker shows it", func(ctx SpecContext) {
		unclear(ctx, fate{arrives: 10 * time.Second})
		t.clock.Advance(3 * time.Second)
		settle(ctx, ports.ReviewAdopt)
		Expect(t.signal(ctx, signal).State).To(Equal(domain.StateDone))
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusFilled))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
		audited(ctx, "adopt")
	})

	It("ends as not placed by a person's word, and the lane goes on at once", func(ctx SpecContext) {
		unclear(ctx, fate{lost: true})
		settle(ctx, ports.ReviewNotPlaced)
		got := t.signal(ctx, signal)
		Expect(got.State).To(Equal(domain.StateRefused))
		Expect(got.Tickets[0].Reasons[0].Code).To(Equal("not_placed"))
		audited(ctx, "not_placed")

		next := t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		Expect(t.signal(ctx, next).State).To(Equal(domain.StateDone))
	})

	It("is sent once more under its id, however old it is", func(ctx SpecContext) {
		unclear(ctx, fate{lost: true})
		t.clock.Advance(10 * time.Minute)
		settle(ctx, ports.ReviewResend)
		Expect(t.signal(ctx, signal).State).To(Equal(domain.StateDone))
		o := t.only(ctx)
		Expect(t.venue.sent()).To(Equal([]string{o.Terms().ClientOrderID, o.Terms().ClientOrderID}))
		Expect(b.orders()).To(Equal(map[string]int{o.Terms().ClientOrderID: 1}))
		audited(ctx, "resend")
	})

	It("needs review again where the answer is lost again", func(ctx SpecContext) {
		unclear(ctx, fate{lost: true})
		b.fates = []fate{{lost: true}}
		settle(ctx, ports.ReviewResend)
		t.later(ctx, 8*time.Second)
		Expect(t.signal(ctx, signal).State).To(Equal(domain.StateNeedsReview))
		settle(ctx, ports.ReviewNotPlaced)
		Expect(t.signal(ctx, signal).State).To(Equal(domain.StateRefused))
		Expect(t.signal(ctx, signal).Tickets[0].Decisions).To(HaveLen(2+len(t.passed(ctx, signal))), "both words, once each")
	})

	It("is settled once, however often the same is said", func(ctx SpecContext) {
		unclear(ctx, fate{lost: true})
		settle(ctx, ports.ReviewResend)
		settle(ctx, ports.ReviewResend)
		Expect(t.venue.sent()).To(HaveLen(2))
		Expect(t.desk.Settle(ctx, t.who, ticket, ports.ReviewWord{Action: ports.ReviewNotPlaced, Reason: why})).Error().To(MatchError(domain.KindConflict))
	})

	DescribeTable("is not settled against what the broker says:", func(ctx SpecContext, f fate, action ports.ReviewAction, code string) {
		unclear(ctx, f)
		t.clock.Advance(3 * time.Second)
		_, err := t.desk.Settle(ctx, t.who, ticket, ports.ReviewWord{Action: action, Reason: why})
		Expect(err).To(MatchError(domain.KindConflict))
		Expect(err).To(HaveField("Code", code))
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNeedsReview))
	},
		Entry("adopting what it does not have", fate{lost: true}, ports.ReviewAdopt, "order_not_found"),
		Entry("denying what it has", fate{arrives: 10 * time.Second}, ports.ReviewNotPlaced, "order_found"),
		Entry("sending what it has", fate{arrives: 10 * time.Second}, ports.ReviewResend, "order_found"),
	)

	It("is adopted under the broker's own id for it, and no other", func(ctx SpecContext) {
		unclear(ctx, fate{arrives: 10 * time.Second})
		t.clock.Advance(3 * time.Second)
		adopt := ports.ReviewWord{Action: ports.ReviewAdopt, Reason: why, BrokerOrderID: "another"}
		Expect(t.desk.Settle(ctx, t.who, ticket, adopt)).Error().To(HaveField("Code", "order_not_found"))
		shown, err := b.ByClientOrderID(ctx, t.account, t.only(ctx).Terms().ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		adopt.BrokerOrderID = shown.BrokerOrderID
		Expect(t.desk.Settle(ctx, t.who, ticket, adopt)).Error().NotTo(HaveOccurred())
		Expect(t.only(ctx).BrokerOrderID()).To(Equal(shown.BrokerOrderID))
	})

	It("is adopted by the broker's id for it where the broker cannot be asked", func(ctx SpecContext) {
		b = t.lossy(ports.Capabilities{Duplicates: ports.DuplicatesAccepted, Lookup: ports.LookupNone}, fate{})
		signal = t.send(ctx, t.hook(ctx), buyTen)
		t.settle(ctx)
		ticket = t.signal(ctx, signal).Tickets[0].ID
		adopt := ports.ReviewWord{Action: ports.ReviewAdopt, Reason: why}
		Expect(t.desk.Settle(ctx, t.who, ticket, adopt)).Error().To(MatchError(domain.KindInvalid))
		adopt.BrokerOrderID = "b-17"
		Expect(t.desk.Settle(ctx, t.who, ticket, adopt)).Error().NotTo(HaveOccurred())
		t.settle(ctx)
		Expect(t.only(ctx).BrokerOrderID()).To(Equal("b-17"))
		Expect(t.signal(ctx, signal).State).To(Equal(domain.StateDone))
		audited(ctx, "adopt")
	})

	DescribeTable("is not settled by a word without sense:", func(ctx SpecContext, word ports.ReviewWord) {
		unclear(ctx, fate{lost: true})
		Expect(t.desk.Settle(ctx, t.who, ticket, word)).Error().To(MatchError(domain.KindInvalid))
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNeedsReview))
	},
		Entry("no action", ports.ReviewWord{Reason: why}),
		Entry("no reason", ports.ReviewWord{Action: ports.ReviewResend}),
		Entry("too long a reason", ports.ReviewWord{Action: ports.ReviewResend, Reason: strings.Repeat("x", 501)}),
		Entry("an unprintable reason", ports.ReviewWord{Action: ports.ReviewResend, Reason: "a\x00b"}),
		Entry("an order of the broker's that is not adopted", ports.ReviewWord{Action: ports.ReviewResend, Reason: why, BrokerOrderID: "1"}),
		Entry("too long an id", ports.ReviewWord{Action: ports.ReviewAdopt, Reason: why, BrokerOrderID: strings.Repeat("x", 129)}),
	)

	It("is nobody else's", func(ctx SpecContext) {
		unclear(ctx, fate{lost: true})
		stranger := domain.Principal{UserID: domain.UserID{UUID: t.ids.New()}}
		Expect(t.desk.Settle(ctx, stranger, ticket, ports.ReviewWord{Action: ports.ReviewNotPlaced, Reason: why})).Error().To(MatchError(domain.KindNotFound))
		Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNeedsReview))
	})
})

// passed gives the decisions of a signal's ticket that are not reviews.
func (t *trader) passed(ctx SpecContext, id domain.SignalID) (others []domain.Decision) {
	GinkgoHelper()
	for _, d := range t.signal(ctx, id).Tickets[0].Decisions {
		if d.Rule != "review" {
			others = append(others, d)
		}
	}
	return others
}
