package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("An unmatched order", func() {
	var (
		t *trader
		b *endingBroker
		r *app.Recaller
	)
	const why = "a copy of the database was started by mistake"

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		b = &endingBroker{Broker: t.paper, open: map[string]domain.OrderReport{}}
		r = app.NewRecaller(t.ledger, app.Brokers{domain.BrokerKindPaper: b}, t.clock, quietLog(), app.DefaultRecallerConfig())
	})
	// found is an order that the broker has open and the reconciler found.
	found := func(ctx context.Context, clientOrderID, brokerOrderID string) domain.UnmatchedOrder {
		GinkgoHelper()
		report := domain.OrderReport{ClientOrderID: clientOrderID, BrokerOrderID: brokerOrderID, Status: domain.StatusNew, At: t.clock.Now()}
		b.open[clientOrderID] = report
		o := domain.UnmatchedOrder{
			ID: domain.UnmatchedOrderID{UUID: t.ids.New()}, UserID: t.who.UserID, BrokerAccountID: t.account.ID(),
			ClientOrderID: clientOrderID, BrokerOrderID: brokerOrderID, Symbol: "AAPL", Status: report.Status, FoundAt: t.clock.Now(),
		}
		Expect(t.ledger.Unmatched(ctx, o)).To(BeTrue())
		return o
	}
	settle := func(ctx context.Context, o domain.UnmatchedOrder, verdict domain.UnmatchedVerdict) domain.UnmatchedOrder {
		GinkgoHelper()
		settled, err := t.desk.SettleUnmatched(ctx, t.who, o.ID, verdict, why)
		Expect(err).NotTo(HaveOccurred())
		return settled
	}
	now := func(ctx context.Context, o domain.UnmatchedOrder) (stored domain.UnmatchedOrder) {
		GinkgoHelper()
		t.read(ctx, func(ctx context.Context, r ports.Repositories) (err error) {
			stored, err = r.Unmatched.ByID(ctx, o.ID)
			return err
		})
		return stored
	}
	round := func(ctx context.Context) {
		GinkgoHelper()
		Expect(r.Round(ctx)).To(Succeed())
	}

	It("is acknowledged with a note, and nobody asks the broker", func(ctx SpecContext) {
		o := found(ctx, "hfx1", "b-1")
		settled := settle(ctx, o, domain.UnmatchedAcknowledge)
		Expect(settled.Settlement).To(HaveValue(Equal(domain.UnmatchedSettlement{
			Verdict: domain.UnmatchedAcknowledge, Note: why, By: t.who.UserID, At: t.clock.Now(),
		})))
		round(ctx)
		Expect(b.ended).To(BeEmpty())
		Expect(now(ctx, o)).To(And(HaveField("Status", domain.StatusNew), HaveField("Outcome", BeNil())))
	})

	It("is canceled at the broker by an executor, never by who says so, under any halt", func(ctx SpecContext) {
		halts := app.NewHalts(t.work, nil, t.clock, t.ids, quietLog())
		Expect(halts.SetHalt(ctx, t.who, domain.HaltTarget{Scope: domain.HaltScopeUser}, domain.HaltModeHalt, "")).Error().NotTo(HaveOccurred())
		o := found(ctx, "hfx1", "b-1")
		asked := t.venue.asked()
		settle(ctx, o, domain.UnmatchedCancel)
		Expect(b.ended).To(BeEmpty())
		Expect(t.venue.asked()).To(Equal(asked))
		round(ctx)
		Expect(b.ended).To(Equal([]string{"hfx1"}))
		Expect(now(ctx, o)).To(And(HaveField("Status", domain.StatusCanceled), HaveField("Outcome.Detail", ContainSubstring("canceled"))))
		round(ctx)
		Expect(b.ended).To(HaveLen(1))
	})

	It("is asked about again until it is over", func(ctx SpecContext) {
		b.lingers = true
		o := found(ctx, "hfx1", "b-1")
		settle(ctx, o, domain.UnmatchedCancel)
		round(ctx)
		Expect(now(ctx, o)).To(And(HaveField("Status", domain.StatusPendingCancel), HaveField("Outcome", BeNil())))
		b.open["hfx1"] = domain.OrderReport{ClientOrderID: "hfx1", BrokerOrderID: "b-1", Status: domain.StatusFilled, Fills: []domain.Fill{
			{ExecutionID: "e", Quantity: domain.MustQuantity("10"), Price: domain.MustPrice("1"), At: t.clock.Now()},
		}}
		t.clock.Advance(20 * time.Second)
		round(ctx)
		Expect(b.ended).To(HaveLen(1))
		Expect(now(ctx, o)).To(And(
			HaveField("Status", domain.StatusFilled), HaveField("FilledQuantity.String()", "10"), HaveField("Outcome.Detail", ContainSubstring("filled")),
		))
	})

	It("waits while the broker cannot be asked", func(ctx SpecContext) {
		o := found(ctx, "hfx1", "b-1")
		settle(ctx, o, domain.UnmatchedCancel)
		b.fails = &domain.Error{Kind: domain.KindUnavailable, Code: "away", Msg: "the broker cannot be asked"}
		round(ctx)
		Expect(now(ctx, o).IsUnwanted()).To(BeTrue())
		b.fails = nil
		t.clock.Advance(20 * time.Second)
		round(ctx)
		Expect(now(ctx, o)).To(HaveField("Status", domain.StatusCanceled))
	})

	It("tells that the broker does not have it any more", func(ctx SpecContext) {
		o := found(ctx, "hfx1", "b-1")
		settle(ctx, o, domain.UnmatchedCancel)
		delete(b.open, "hfx1")
		round(ctx)
		Expect(now(ctx, o)).To(And(HaveField("Status", domain.StatusNew), HaveField("Outcome.Detail", ContainSubstring("does not have it"))))
	})

	It("is left to a person where the broker means another order by its id, or cannot be asked for one", func(ctx SpecContext) {
		o, unseen := found(ctx, "hfx1", "b-1"), found(ctx, "hfx2", "b-2")
		settle(ctx, o, domain.UnmatchedCancel)
		other := b.open["hfx1"]
		other.BrokerOrderID = "b-9"
		b.open["hfx1"] = other
		round(ctx)
		Expect(now(ctx, o)).To(HaveField("Outcome.Detail", ContainSubstring("another order")))
		settle(ctx, unseen, domain.UnmatchedCancel)
		b.blind = true
		round(ctx)
		Expect(now(ctx, unseen)).To(HaveField("Outcome.Detail", ContainSubstring("end it there")))
		Expect(b.ended).To(BeEmpty())
	})

	It("is left to a person where its account was removed", func(ctx SpecContext) {
		o := found(ctx, "hfx1", "b-1")
		settle(ctx, o, domain.UnmatchedCancel)
		Expect(t.accounts.RemoveAccount(ctx, t.who, t.account.ID())).To(Succeed())
		round(ctx)
		Expect(b.ended).To(BeEmpty())
		Expect(now(ctx, o)).To(HaveField("Outcome.Detail", ContainSubstring("was removed")))
	})

	It("is not canceled by an id that an order of ours has", func(ctx SpecContext) {
		t.send(ctx, t.hook(ctx), buyAt90)
		t.settle(ctx)
		ours := t.only(ctx)
		o := found(ctx, ours.Terms().ClientOrderID, "b-1")
		_, err := t.desk.SettleUnmatched(ctx, t.who, o.ID, domain.UnmatchedCancel, why)
		Expect(err).To(And(MatchError(domain.KindConflict), HaveField("Code", "order_known")))

		// Said before there was such a row.
		t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			_, err := r.Unmatched.Settle(ctx, o.ID, domain.UnmatchedSettlement{Verdict: domain.UnmatchedCancel, Note: why, By: t.who.UserID, At: t.clock.Now()})
			return err
		})
		round(ctx)
		Expect(b.ended).To(BeEmpty())
		Expect(now(ctx, o)).To(HaveField("Outcome.Detail", ContainSubstring("the same client order id")))
		Expect(t.only(ctx).IsWorking()).To(BeTrue())
	})

	It("is not canceled once it is over, nor acknowledged once it is to be canceled", func(ctx SpecContext) {
		o := found(ctx, "hfx1", "b-1")
		settle(ctx, o, domain.UnmatchedCancel)
		_, err := t.desk.SettleUnmatched(ctx, t.who, o.ID, domain.UnmatchedAcknowledge, why)
		Expect(err).To(HaveField("Code", "already_settled"))
		over := o
		over.ID, over.BrokerOrderID, over.ClientOrderID, over.Status = domain.UnmatchedOrderID{UUID: t.ids.New()}, "b-2", "hfx2", domain.StatusFilled
		Expect(t.ledger.Unmatched(ctx, over)).To(BeTrue())
		_, err = t.desk.SettleUnmatched(ctx, t.who, over.ID, domain.UnmatchedCancel, why)
		Expect(err).To(HaveField("Code", "order_not_open"))
	})

	DescribeTable("refuses what is not a word", func(ctx SpecContext, verdict domain.UnmatchedVerdict, note, field string) {
		o := found(ctx, "hfx1", "b-1")
		_, err := t.desk.SettleUnmatched(ctx, t.who, o.ID, verdict, note)
		Expect(err).To(And(MatchError(domain.KindInvalid), HaveField("AllReasons()", ConsistOf(HaveField("Field", field)))))
		Expect(now(ctx, o).Settlement).To(BeNil())
	},
		Entry("of theirs", domain.UnmatchedVerdict("adopt"), why, "verdict"),
		Entry("with a note", domain.UnmatchedCancel, "", "note"),
		Entry("that can be printed", domain.UnmatchedAcknowledge, "a\nb", "note"),
	)
})

// endingBroker has open orders beside those of another broker, and ends them.
type endingBroker struct {
	ports.Broker
	open    map[string]domain.OrderReport
	ended   []string
	lingers bool
	blind   bool
	fails   error
}

func (b *endingBroker) Capabilities() ports.Capabilities {
	c := b.Broker.Capabilities()
	if b.blind {
		c.Lookup = ports.LookupNone
	}
	return c
}

func (b *endingBroker) ByClientOrderID(_ context.Context, _ *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	report, ok := b.open[id]
	switch {
	case b.fails != nil:
		return report, b.fails
	case !ok:
		return report, domain.NotFound("order")
	}
	return report, nil
}

func (b *endingBroker) Cancel(_ context.Context, _ *domain.BrokerAccount, id string) (domain.OrderReport, error) {
	b.ended = append(b.ended, id)
	report := b.open[id]
	if report.Status = domain.StatusCanceled; b.lingers {
		report.Status = domain.StatusPendingCancel
	}
	b.open[id] = report
	return report, nil
}
