package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

// describeExitBehind proves TicketBrief.SupersededBy.
func (l *ledgerSpecs) describeExitBehind() {
	w := l.w
	exit := func(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol) domain.SignalID {
		GinkgoHelper()
		a := w.alert(c)
		i := market(symbol)
		i.Action, i.Quantity = domain.ActionExit, nil
		a.Signals = []*domain.Signal{w.signalOf(c, a.Delivery, i)}
		Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
		return a.Signals[0].ID()
	}

	It("names the first full exit of the same config behind the ticket", func(ctx SpecContext) {
		_, entry := l.queued(ctx)
		Expect(l.brief(ctx, entry.ID).SupersededBy).To(BeNil())
		l.queued(ctx)
		Expect(l.brief(ctx, entry.ID).SupersededBy).To(BeNil(), "an entry is none")
		first := exit(ctx, l.config, "AAPL")
		exit(ctx, l.config, "AAPL")
		Expect(l.brief(ctx, entry.ID).SupersededBy).To(HaveValue(Equal(first)))
	})

	It("names no exit that stands before the ticket, in another lane, or of another config", func(ctx SpecContext) {
		exit(ctx, l.config, "AAPL")
		_, entry := l.queued(ctx)
		exit(ctx, l.config, "MSFT")
		other, _ := w.config(ctx, w.ada, l.account)
		exit(ctx, other, "AAPL")
		Expect(l.brief(ctx, entry.ID).SupersededBy).To(BeNil())
	})

	It("names an exit by hand, whatever the config", func(ctx SpecContext) {
		_, entry := l.queued(ctx)
		byHand := w.byHand(ctx, w.ada, "AAPL", l.account)
		i := market("AAPL")
		i.Action, i.Quantity = domain.ActionExit, nil
		s := w.newByHand(w.ada, i, l.account)
		Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
		Expect(l.brief(ctx, entry.ID).SupersededBy).To(HaveValue(Equal(s.ID())))
		Expect(l.brief(ctx, byHand.Tickets[0].ID).SupersededBy).To(HaveValue(Equal(s.ID())))
	})
}
