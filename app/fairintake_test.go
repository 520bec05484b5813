package app_test

import (
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("Users who share an intake", func() {
	It("take turns at its commits, each in the order of their own alerts", func(ctx SpecContext) {
		s, clock := inMemory()
		c := app.DefaultIntakeConfig()
		c.MaxBatch = 4
		h := build(s, c)
		flooding, quiet := moveIn(ctx, h, clock), moveIn(ctx, h, clock)
		flood, lone := flooding.hook(ctx), quiet.hook(ctx)
		var answers []<-chan answered
		for n := range 9 {
			answers = append(answers, flooding.postLater(ctx, flood, numbered(n+1)))
			Eventually(h.intake.Waiting).WithContext(ctx).Should(Equal(n + 1))
		}
		for n := range 2 {
			answers = append(answers, quiet.postLater(ctx, lone, numbered(n+1)))
			Eventually(h.intake.Waiting).WithContext(ctx).Should(Equal(n + 10))
		}
		h.open()
		for _, answer := range answers {
			Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		}
		var served []domain.UserID
		for _, commit := range h.inbox.asked() {
			for _, a := range commit {
				served = append(served, a.Delivery.UserID)
			}
		}
		Expect(served).To(HaveExactElements(
			flooding.who.UserID, quiet.who.UserID, flooding.who.UserID, quiet.who.UserID,
			flooding.who.UserID, flooding.who.UserID, flooding.who.UserID, flooding.who.UserID,
			flooding.who.UserID, flooding.who.UserID, flooding.who.UserID,
		))
		for _, t := range []*trader{flooding, quiet} {
			for _, signal := range t.signals(ctx) {
				Expect(signal.Intent.Quantity.String()).To(Equal(fmt.Sprint(signal.Tickets[0].LaneSeq)))
			}
		}
	})

	It("lose the last place of the longest line where the queue is full", func(ctx SpecContext) {
		s, clock := inMemory()
		c := app.DefaultIntakeConfig()
		c.QueueLimit = 3
		h := build(s, c)
		flooding, quiet := moveIn(ctx, h, clock), moveIn(ctx, h, clock)
		flood, lone := flooding.hook(ctx), quiet.hook(ctx)
		var answers []<-chan answered
		for n := range 3 {
			answers = append(answers, flooding.postLater(ctx, flood, numbered(n+1)))
			Eventually(h.intake.Waiting).WithContext(ctx).Should(Equal(n + 1))
		}
		admitted := quiet.postLater(ctx, lone, numbered(1))
		Eventually(answers[2]).WithContext(ctx).Should(Receive(HaveField("Err", And(
			MatchError(domain.KindUnavailable), HaveField("Code", "overloaded")))))
		h.open()
		for _, answer := range append(answers[:2], admitted) {
			Eventually(answer).WithContext(ctx).Should(Receive(HaveField("Err", BeNil())))
		}
	})
})
