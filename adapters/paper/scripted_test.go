package paper_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A scripted broker", func() {
	var d *desk
	var s *paper.Scripted

	BeforeEach(func() {
		d = newDesk("100000")
		s = paper.NewScripted(d.Broker)
	})

	submit := func(ctx SpecContext, id string) error {
		_, err := s.Submit(ctx, d.account, buy(id, "1", alertAt("10")))
		return err
	}
	isPlaced := func(ctx SpecContext, id string) bool {
		_, err := s.ByClientOrderID(ctx, d.account, id)
		if err != nil {
			Expect(err).To(MatchError(domain.KindNotFound))
		}
		return err == nil
	}

	It("is the broker behind it until something is scripted", func(ctx SpecContext) {
		Expect(s.Capabilities()).To(Equal(d.Capabilities()))
		report, err := s.Submit(ctx, d.account, buy("a", "1", limit("10")))
		Expect(err).NotTo(HaveOccurred())
		Expect(s.ByClientOrderID(ctx, d.account, "a")).To(Equal(report))
		Expect(s.Cancel(ctx, d.account, "a")).To(HaveField("Status", domain.StatusCanceled))
		Expect(s.Summary(ctx, d.account)).To(Equal(d.summary(ctx)))
		Expect(s.Instrument(ctx, d.account, "AAPL")).To(HaveField("Tradable", true))
	})

	type script struct {
		say    func(*paper.Scripted)
		kind   domain.Kind
		text   string
		placed bool
	}
	DescribeTable("does to the next order what was said, and to no other",
		func(ctx SpecContext, sc script) {
			sc.say(s)
			err := submit(ctx, "a")
			Expect(err).To(MatchError(sc.kind))
			Expect(err).To(MatchError(ContainSubstring(sc.text)))
			Expect(isPlaced(ctx, "a")).To(Equal(sc.placed))
			Expect(submit(ctx, "b")).To(Succeed())
		},
		Entry("reject it", script{func(s *paper.Scripted) { s.RejectNext("not shortable") }, domain.KindRejected, "not shortable", false}),
		Entry("place it and lose the reply", script{(*paper.Scripted).LoseReplyNext, domain.KindUnknownOutcome, "before the broker answered", true}),
		Entry("lose it on its way", script{(*paper.Scripted).UnknownNotPlacedNext, domain.KindUnknownOutcome, "while the order was sent", false}),
		Entry("fail before it is sent", script{(*paper.Scripted).FailBeforeNext, domain.KindUnavailable, "cannot be reached", false}),
	)

	It("follows the script line by line", func(ctx SpecContext) {
		s.FailBeforeNext()
		s.UnknownNotPlacedNext()
		s.LoseReplyNext()
		Expect(submit(ctx, "a")).To(MatchError(domain.KindUnavailable))
		Expect(submit(ctx, "a")).To(MatchError(domain.KindUnknownOutcome))
		Expect(isPlaced(ctx, "a")).To(BeFalse())
		Expect(submit(ctx, "a")).To(MatchError(domain.KindUnknownOutcome))
		Expect(isPlaced(ctx, "a")).To(BeTrue())
		Expect(submit(ctx, "a")).To(MatchError(domain.KindConflict), "the script is over, and the broker has the order")
	})

	It("loses a rejection like any other reply", func(ctx SpecContext) {
		s.LoseReplyNext()
		_, err := s.Submit(ctx, d.account, buy("a", "1000000", alertAt("10")))
		Expect(err).To(MatchError(domain.KindUnknownOutcome))
		Expect(s.ByClientOrderID(ctx, d.account, "a")).To(HaveField("Status", domain.StatusRejected))
	})

	It("loses no reply to what is never sent", func(ctx SpecContext) {
		s.LoseReplyNext()
		_, err := s.Submit(ctx, d.account, buy("a", "0"))
		Expect(err).To(MatchError(domain.KindInvalid))
	})

	It("hides an order from its first look-ups, each order for itself", func(ctx SpecContext) {
		Expect(submit(ctx, "before")).To(Succeed())
		s.DelayVisibility(2)
		s.LoseReplyNext()
		Expect(submit(ctx, "a")).To(MatchError(domain.KindUnknownOutcome))
		Expect(submit(ctx, "b")).To(Succeed())
		s.DelayVisibility(0)
		Expect(submit(ctx, "after")).To(Succeed())

		Expect(isPlaced(ctx, "before")).To(BeTrue())
		Expect(isPlaced(ctx, "after")).To(BeTrue())
		Expect(isPlaced(ctx, "a")).To(BeFalse())
		Expect(isPlaced(ctx, "a")).To(BeFalse())
		Expect(isPlaced(ctx, "a")).To(BeTrue())
		Expect(isPlaced(ctx, "b")).To(BeFalse())
		Expect(submit(ctx, "b")).To(MatchError(domain.KindConflict), "sent again, it is hidden no longer than it was")
		Expect(isPlaced(ctx, "b")).To(BeFalse())
		Expect(isPlaced(ctx, "b")).To(BeTrue())
	})

	It("counts no look-up that could not be made", func(ctx SpecContext) {
		s.DelayVisibility(1)
		Expect(submit(ctx, "a")).To(Succeed())
		d.journal.failRead = errDisk
		_, err := s.ByClientOrderID(ctx, d.account, "a")
		Expect(err).To(MatchError(domain.KindUnavailable))
		d.journal.failRead = nil
		Expect(isPlaced(ctx, "a")).To(BeFalse())
		Expect(isPlaced(ctx, "a")).To(BeTrue())
	})

	It("stands before any broker", func() {
		var _ ports.Broker = paper.NewScripted(paper.NewScripted(s))
		Expect(paper.NewScripted(s).Capabilities()).To(Equal(d.Capabilities()))
	})
})
