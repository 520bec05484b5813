package paper_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/domain"
)

// tell folds a chronicle from entries.
func tell(g Gomega, id domain.BrokerAccountID, entries [][]byte) *paper.Chronicle {
	c := paper.NewChronicle(id)
	g.Expect(c.Fold(entries)).To(Succeed())
	g.Expect(c.Sequence()).To(Equal(int64(len(entries))))
	return c
}

// expectTold holds a chronicle of the entries against the engine that made them.
func (h *history) expectTold(e *paper.Engine, entries [][]byte) {
	c := tell(h, h.id, entries)
	open := map[string]bool{}
	for id, report := range h.reports(e) {
		r := c.ByClientOrderID(id)
		h.Expect(r).NotTo(BeNil())
		h.Expect(r.Status).To(Equal(report.Status))
		h.Expect(r.Fills).To(Equal(report.Fills))
		h.Expect(r.BrokerOrderID.String()).To(Equal(report.BrokerOrderID))
		h.Expect(r.Reason).To(Equal(report.Reason))
		h.Expect(r.EndedAt.IsZero()).To(Equal(report.Status.IsOpen()))
		h.Expect(r.Quantity).To(Equal(h.requests[id].Quantity))
		h.Expect(r.Parent).To(Equal(h.parents[id]))
		h.Expect(c.ByBrokerOrderID(r.BrokerOrderID)).To(BeIdenticalTo(r))
		h.Expect(c.Orders()[r.Number-1]).To(BeIdenticalTo(r))
		if report.Status.IsOpen() {
			open[id] = true
		}
	}
	h.Expect(c.Orders()).To(HaveLen(len(h.reports(e))))
	h.Expect(c.Open()).To(HaveLen(len(open)))
	for _, r := range c.Open() {
		h.Expect(open).To(HaveKey(r.ClientOrderID))
	}
	for _, p := range e.Summary().Positions {
		h.Expect(c.Position(p.Symbol)).To(Equal(p.Position.Quantity))
	}
	last := int64(0)
	for _, u := range c.Updates(0) {
		h.Expect(u.Sequence).To(BeNumerically(">", last))
		last = u.Sequence
		h.Expect(c.Updates(last - 1)[0]).To(Equal(u))
	}
	h.Expect(c.Updates(last)).To(BeEmpty())
}

var _ = Describe("A chronicle", func() {
	It("tells what happened to an order, one thing after the other, as it was then", func(ctx SpecContext) {
		d := newDesk("1000")
		d.submit(ctx, buy("rest", "2", limit("9")))
		d.quote(ctx, quote("8", "9", ""))
		c := tell(Default, d.account.ID(), d.journal.entries[d.account.ID()])
		updates := c.Updates(0)
		Expect(updates).To(HaveLen(2))
		Expect(updates[0].Order.Status).To(Equal(domain.StatusNew))
		Expect(updates[0].Fill).To(BeNil())
		Expect(updates[1].Order.Status).To(Equal(domain.StatusFilled))
		Expect(updates[1].Fill.Price).To(Equal(domain.MustPrice("9")))
		Expect(updates[1].Position).To(Equal(domain.MustNet("2")))
		Expect(c.OpenedAt()).NotTo(BeZero())
	})

	It("names the entry that it cannot understand", func(ctx SpecContext) {
		d := newDesk("1000")
		d.submit(ctx, buy("a", "2", limit("9")))
		entries := d.journal.entries[d.account.ID()]
		c := paper.NewChronicle(d.account.ID())
		Expect(c.Fold(append(entries[:2:2], entries[1]))).To(MatchError(ContainSubstring("entry 3")))
		Expect(c.Sequence()).To(Equal(int64(2)))
		Expect(c.Fold([][]byte{[]byte(`{}`)})).To(MatchError(domain.KindInternal))
	})
})
