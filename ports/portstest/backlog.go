package portstest

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func (l *ledgerSpecs) describeBacklog() {
	w := l.w
	var config *domain.WebhookConfig
	BeforeEach(func(ctx SpecContext) {
		rules := plainRules(l.account)
		rules.Staleness.Collapse = true
		config = w.newConfig(w.ada, rules)
		w.addConfig(ctx, w.ada, config, w.token())
	})
	// ends finishes the ticket of a signal at the head of its lane with a target.
	ends := func(ctx context.Context, s domain.SignalSnapshot, state domain.State, code string) {
		GinkgoHelper()
		t := s.Tickets[0]
		lease := w.lease(ctx, t)
		Expect(w.Ledger.Plan(ctx, lease, t.ID, plan("-7.5"))).To(Succeed())
		end := ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: state, Reasons: []domain.Reason{{Code: "first"}, {Code: code}}}
		Expect(w.Ledger.Finish(ctx, lease, end, nil, w.mint.now())).To(Succeed())
		Expect(w.Lanes.Release(ctx, lease, 0)).To(Succeed())
	}
	neighbours := func(ctx context.Context, s domain.SignalSnapshot) (*domain.Intent, *domain.Net) {
		GinkgoHelper()
		b := l.brief(ctx, s.Tickets[0].ID)
		return b.Next, b.Carried
	}

	It("gives the intent of the config's next ticket in the lane, and none where there is none", func(ctx SpecContext) {
		first := w.queue(ctx, config, "AAPL")[0]
		w.queue(ctx, l.config, "AAPL")
		w.queue(ctx, config, "MSFT")
		Expect(neighbours(ctx, first)).To(BeNil())
		second := w.queue(ctx, config, "AAPL")[0]
		w.queue(ctx, config, "AAPL")
		next, carried := neighbours(ctx, first)
		Expect(next).To(HaveValue(sameAs(second.Intent)))
		Expect(carried).To(BeNil())
	})

	It("gives no intent that goes by another version of the rules", func(ctx SpecContext) {
		first := w.queue(ctx, config, "AAPL")[0]
		w.queue(ctx, w.revise(ctx, w.ada, config.ID(), plainRules(l.account)), "AAPL")
		Expect(neighbours(ctx, first)).To(BeNil())
	})

	It("gives the target of the config's last ticket before, where that was collapsed", func(ctx SpecContext) {
		first, between, second := w.queue(ctx, config, "AAPL")[0], w.queue(ctx, l.config, "AAPL")[0], w.queue(ctx, config, "AAPL")[0]
		ends(ctx, first, domain.StateSuperseded, domain.ReasonCollapsed)
		ends(ctx, between, domain.StateDone, "")
		next, carried := neighbours(ctx, second)
		Expect(next).To(BeNil())
		Expect(carried).To(HaveValue(sameAs(domain.MustNet("-7.5"))))
		ends(ctx, second, domain.StateDone, "")
		_, carried = neighbours(ctx, w.queue(ctx, config, "AAPL")[0])
		Expect(carried).To(BeNil(), "the last one before was not")
	})

	DescribeTable("gives no target of one that ended otherwise", func(ctx SpecContext, state domain.State, code string) {
		first, second := w.queue(ctx, config, "AAPL")[0], w.queue(ctx, config, "AAPL")[0]
		ends(ctx, first, state, code)
		_, carried := neighbours(ctx, second)
		Expect(carried).To(BeNil())
	},
		Entry("superseded by something else", domain.StateSuperseded, "superseded"),
		Entry("refused", domain.StateRefused, domain.ReasonCollapsed),
	)

	It("gives neither where the rules do not collapse", func(ctx SpecContext) {
		first, second := w.queue(ctx, l.config, "AAPL")[0], w.queue(ctx, l.config, "AAPL")[0]
		Expect(l.brief(ctx, first.Tickets[0].ID).Next).To(BeNil())
		ends(ctx, first, domain.StateSuperseded, domain.ReasonCollapsed)
		Expect(l.brief(ctx, second.Tickets[0].ID).Carried).To(BeNil())
	})
}
