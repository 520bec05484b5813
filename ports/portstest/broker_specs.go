package portstest

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// patience is how long a spec waits for what comes by itself.
const patience = 5 * time.Second

func (b *floor) describeCapabilities() {
	It("says what the broker can do, in words there are", func() {
		c := b.Broker.Capabilities()
		Expect(c.OrderTypes).NotTo(BeEmpty())
		Expect(c.OrderTypes).To(HaveEach(Satisfy(domain.OrderType.IsValid)))
		Expect(c.TimesInForce).NotTo(BeEmpty())
		Expect(c.TimesInForce).To(HaveEach(Satisfy(domain.TimeInForce.IsValid)))
		Expect(c.Duplicates).To(BeElementOf(ports.DuplicatesRejectedForever, ports.DuplicatesRejectedWhileOpen, ports.DuplicatesRejected24h, ports.DuplicatesAccepted))
		Expect(c.Lookup).To(BeElementOf(ports.LookupDirect, ports.LookupScan, ports.LookupNone))
		Expect(c.VisibleWithin).To(BeNumerically(">=", 0))
		Expect(c.Requests.Check()).To(Succeed())
	})

	It("asks nobody", func(ctx SpecContext) {
		before := b.Broker.Capabilities()
		b.cutOff(ctx)
		Expect(b.Broker.Capabilities()).To(Equal(before))
	})
}

func (b *floor) describeInstrument() {
	It("gives what the broker says of a symbol", func(ctx SpecContext) {
		i, err := b.Broker.Instrument(ctx, b.account, b.Symbol)
		Expect(err).NotTo(HaveOccurred())
		Expect(i.Symbol).To(Equal(b.Symbol))
		Expect(i.Tradable).To(BeTrue())
		one := domain.MustQuantity("1")
		Expect(i.RoundQuantity(one)).To(sameAs(one), "it trades in whole units")
	})

	It("is KindNotFound for a symbol it does not know", func(ctx SpecContext) {
		Expect(b.Broker.Instrument(ctx, b.account, b.UnknownSymbol)).Error().To(failAs(domain.KindNotFound))
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(b.Broker.Instrument(ended(ctx), b.account, b.Symbol)).Error().To(MatchError(context.Canceled))
	})
}

func (b *floor) describeSubmit() {
	It("sends an order and gives what the broker made of it, for every order type declared", func(ctx SpecContext) {
		for _, t := range b.Broker.Capabilities().OrderTypes {
			r := b.resting(t)
			report := b.submit(ctx, r)
			Expect(report.ClientOrderID).To(Equal(r.ClientOrderID), string(t))
			Expect(report.BrokerOrderID).NotTo(BeEmpty())
			Expect(report.Status.IsValid()).To(BeTrue())
			Expect(report.Status).NotTo(Equal(domain.StatusRejected))
			Expect(report.At.Location()).To(BeIdenticalTo(time.UTC))
			if t != domain.OrderTypeMarket {
				Expect(report.Status.IsOpen()).To(BeTrue(), "%s is %s", t, report.Status)
				Expect(report.Fills).To(BeEmpty())
			}
		}
	})

	It("takes every time in force declared", func(ctx SpecContext) {
		for _, t := range b.Broker.Capabilities().TimesInForce {
			report := b.submit(ctx, b.request(func(r *ports.OrderRequest) { r.TimeInForce = t }))
			Expect(report.Status).NotTo(Equal(domain.StatusRejected), string(t))
		}
	})

	It("fills a market order where there is a price", func(ctx SpecContext) {
		b.trades(ctx, b.Price)
		report := b.executed(ctx, b.request())
		Expect(report.Status).To(Equal(domain.StatusFilled))
		Expect(filled(report)).To(sameAs(domain.MustQuantity("1")))
		Expect(report.Fills).To(HaveEach(And(HaveField("Price", sameAs(b.Price)), HaveField("ExecutionID", Not(BeEmpty())))))
	})

	It("tells the same facts by the same source ids, however often it is asked", func(ctx SpecContext) {
		b.trades(ctx, b.Price)
		b.lookedUp()
		r := b.request()
		told := b.executed(ctx, r).Events()
		Expect(b.find(ctx, r.ClientOrderID).Events()).To(sameAs(told))
		Expect(b.find(ctx, r.ClientOrderID).Events()).To(sameAs(told))
	})

	It("takes an order by notional where it fills one", func(ctx SpecContext) {
		b.trades(ctx, b.Price)
		report := b.executed(ctx, b.request(func(r *ports.OrderRequest) {
			r.Quantity, r.Notional = nil, new(domain.NewMoney(b.Price.Decimal().Add(b.Price.Decimal())))
		}))
		Expect(filled(report)).To(sameAs(domain.MustQuantity("2")))
	})
}

func (b *floor) describeSubmitFailures() {
	refuses := func(ctx context.Context, r ports.OrderRequest, why string) {
		GinkgoHelper()
		Expect(b.Broker.Submit(ctx, b.account, r)).Error().To(failAs(domain.KindInvalid), why)
		b.expectNotPlaced(ctx, r.ClientOrderID)
	}

	It("is KindInvalid, and nothing was sent, for an order type or time in force that is not declared", func(ctx SpecContext) {
		c := b.Broker.Capabilities()
		for _, t := range domain.OrderTypes() {
			if !slices.Contains(c.OrderTypes, t) {
				refuses(ctx, b.resting(t), string(t))
			}
		}
		for _, t := range domain.TimesInForce() {
			if !slices.Contains(c.TimesInForce, t) {
				refuses(ctx, b.request(func(r *ports.OrderRequest) { r.TimeInForce = t }), string(t))
			}
		}
		refuses(ctx, b.request(func(r *ports.OrderRequest) { r.Type = "iceberg" }), "no order type at all")
		refuses(ctx, b.request(func(r *ports.OrderRequest) { r.TimeInForce = "soon" }), "no time in force at all")
	})

	It("is KindInvalid, and nothing was sent, unless exactly one of Quantity and Notional is set", func(ctx SpecContext) {
		refuses(ctx, b.request(func(r *ports.OrderRequest) { r.Notional = new(domain.MustMoney("100")) }), "both")
		refuses(ctx, b.request(func(r *ports.OrderRequest) { r.Quantity = nil }), "none")
	})

	It("is KindRejected where the broker said no for good", func(ctx SpecContext) {
		if b.Unaffordable == nil {
			Skip("the harness has no Unaffordable: nothing is too much for its accounts")
		}
		r := b.request(func(r *ports.OrderRequest) { r.Quantity = b.Unaffordable })
		Expect(b.Broker.Submit(ctx, b.account, r)).Error().To(failAs(domain.KindRejected))
	})

	It("is KindUnavailable where it provably has not taken the order", func(ctx SpecContext) {
		r := b.request()
		b.cutOff(ctx)
		Expect(b.Broker.Submit(ctx, b.account, r)).Error().To(failAs(domain.KindUnavailable))
		b.mend(ctx)
		b.expectNotPlaced(ctx, r.ClientOrderID)
		Expect(b.submit(ctx, r).ClientOrderID).To(Equal(r.ClientOrderID), "a retry is safe")
	})

	It("is KindUnknownOutcome where it may have taken the order, never KindRejected", func(ctx SpecContext) {
		r := b.request()
		b.loseAnswers(ctx)
		Expect(b.Broker.Submit(ctx, b.account, r)).Error().To(failAs(domain.KindUnknownOutcome))
		b.mend(ctx)
		b.lookedUp()
		Expect(b.find(ctx, r.ClientOrderID).ClientOrderID).To(Equal(r.ClientOrderID))
	})

	It("wraps context.Canceled when the context ended first, and nothing was sent", func(ctx SpecContext) {
		r := b.request()
		Expect(b.Broker.Submit(ended(ctx), b.account, r)).Error().To(MatchError(context.Canceled))
		b.expectNotPlaced(ctx, r.ClientOrderID)
	})
}

func (b *floor) describeClientOrderIDs() {
	duplicates := func(rules ...ports.DuplicateRule) {
		GinkgoHelper()
		if rule := b.Broker.Capabilities().Duplicates; !slices.Contains(rules, rule) {
			Skip("the broker declares duplicates " + string(rule))
		}
	}

	It("is KindConflict with code duplicate_client_order_id where it has an open order of that id, and a look-up gives the first", func(ctx SpecContext) {
		duplicates(ports.DuplicatesRejectedForever, ports.DuplicatesRejectedWhileOpen, ports.DuplicatesRejected24h)
		r, first := b.rest(ctx)
		again := r
		again.Quantity = new(domain.MustQuantity("2"))
		Expect(b.Broker.Submit(ctx, b.account, again)).Error().To(failWith(domain.KindConflict, "duplicate_client_order_id"))
		b.lookedUp()
		Expect(b.find(ctx, r.ClientOrderID)).To(sameAs(first))
	})

	It("is the same conflict where that order is over", func(ctx SpecContext) {
		duplicates(ports.DuplicatesRejectedForever, ports.DuplicatesRejected24h)
		r, _ := b.rest(ctx)
		Expect(b.Broker.Cancel(ctx, b.account, r.ClientOrderID)).Error().NotTo(HaveOccurred())
		Expect(b.Broker.Submit(ctx, b.account, r)).Error().To(failWith(domain.KindConflict, "duplicate_client_order_id"))
	})

	It("takes one of many that bring the same id at once", func(ctx SpecContext) {
		duplicates(ports.DuplicatesRejectedForever, ports.DuplicatesRejected24h)
		r := b.request()
		var won atomic.Int32
		atOnce(writers, func(int) {
			if _, err := b.Broker.Submit(ctx, b.account, r); err == nil {
				won.Add(1)
			} else {
				Expect(err).To(failWith(domain.KindConflict, "duplicate_client_order_id"))
			}
		})
		Expect(won.Load()).To(BeEquivalentTo(1))
	})

	It("keeps the ids of two accounts apart", func(ctx SpecContext) {
		r := b.request()
		b.submit(ctx, r)
		Expect(b.Broker.Submit(ctx, b.open(ctx), r)).Error().NotTo(HaveOccurred())
	})
}

func (b *floor) describeLookUp() {
	BeforeEach(func() { b.lookedUp() })

	It("gives the order with that id, whatever its status", func(ctx SpecContext) {
		open, placed := b.rest(ctx)
		Expect(b.find(ctx, open.ClientOrderID)).To(sameAs(placed), "open")
		over, err := b.Broker.Cancel(ctx, b.account, open.ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		Expect(b.find(ctx, open.ClientOrderID)).To(sameAs(over), "canceled")
		b.trades(ctx, b.Price)
		r := b.request()
		done := b.executed(ctx, r)
		Expect(b.find(ctx, r.ClientOrderID)).To(sameAs(done), "filled")
	})

	It("tells what was ordered", func(ctx SpecContext) {
		b.trades(ctx, b.Price)
		buys := b.request(func(r *ports.OrderRequest) { r.Quantity = new(domain.MustQuantity("3")) })
		b.executed(ctx, buys)
		sells := b.request(func(r *ports.OrderRequest) { r.Side = domain.SideSell })
		b.submit(ctx, sells)
		for _, r := range []ports.OrderRequest{buys, sells} {
			Expect(b.find(ctx, r.ClientOrderID)).To(And(HaveField("Side", r.Side), HaveField("Quantity", sameAs(r.Quantity))))
		}
	})

	It("is KindNotFound where the broker has none", func(ctx SpecContext) {
		Expect(b.Broker.ByClientOrderID(ctx, b.account, "hfspecnobodyhasthisone")).Error().To(failAs(domain.KindNotFound))
		r := b.request()
		b.submit(ctx, r)
		Expect(b.Broker.ByClientOrderID(ctx, b.open(ctx), r.ClientOrderID)).Error().To(failAs(domain.KindNotFound), "another account's")
	})

	It("is KindUnavailable where the broker could not be asked", func(ctx SpecContext) {
		r := b.request()
		b.submit(ctx, r)
		b.cutOff(ctx)
		Expect(b.Broker.ByClientOrderID(ctx, b.account, r.ClientOrderID)).Error().To(failAs(domain.KindUnavailable))
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(b.Broker.ByClientOrderID(ended(ctx), b.account, "hf")).Error().To(MatchError(context.Canceled))
	})
}

func (b *floor) describeCancel() {
	It("asks for an open order to end and gives what it is now", func(ctx SpecContext) {
		r, _ := b.rest(ctx)
		report, err := b.Broker.Cancel(ctx, b.account, r.ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		Expect(report.ClientOrderID).To(Equal(r.ClientOrderID))
		Expect(report.Status).To(BeElementOf(domain.StatusCanceled, domain.StatusPendingCancel))
		b.lookedUp()
		Eventually(func() (domain.OrderStatus, error) {
			now, err := b.Broker.ByClientOrderID(ctx, b.account, r.ClientOrderID)
			return now.Status, err
		}).WithContext(ctx).WithTimeout(patience).Should(Equal(domain.StatusCanceled))
	})

	It("is KindConflict with code order_not_open for an order that is over", func(ctx SpecContext) {
		r, _ := b.rest(ctx)
		Expect(b.Broker.Cancel(ctx, b.account, r.ClientOrderID)).Error().NotTo(HaveOccurred())
		Eventually(func() error {
			_, err := b.Broker.Cancel(ctx, b.account, r.ClientOrderID)
			return err
		}).WithContext(ctx).WithTimeout(patience).Should(failWith(domain.KindConflict, "order_not_open"))
	})

	It("is KindNotFound for an order the broker does not have", func(ctx SpecContext) {
		Expect(b.Broker.Cancel(ctx, b.account, "hfspecnobodyhasthisone")).Error().To(failAs(domain.KindNotFound))
	})

	It("ends an order once, twenty at once", func(ctx SpecContext) {
		r, _ := b.rest(ctx)
		atOnce(writers, func(int) {
			if _, err := b.Broker.Cancel(ctx, b.account, r.ClientOrderID); err != nil {
				Expect(err).To(failWith(domain.KindConflict, "order_not_open"))
			}
		})
	})

	It("wraps context.Canceled when the context ended first, and the order stays open", func(ctx SpecContext) {
		r, placed := b.rest(ctx)
		Expect(b.Broker.Cancel(ended(ctx), b.account, r.ClientOrderID)).Error().To(MatchError(context.Canceled))
		b.lookedUp()
		Expect(b.find(ctx, r.ClientOrderID).Status).To(Equal(placed.Status))
	})
}

func (b *floor) describeSummary() {
	It("gives the account by the broker's own books", func(ctx SpecContext) {
		before, err := b.Broker.Summary(ctx, b.account)
		Expect(err).NotTo(HaveOccurred())
		Expect(before.Positions).To(BeEmpty())
		Expect(before.BuyingPower.Cmp(domain.Money{})).To(Equal(1))

		b.trades(ctx, b.Price)
		b.executed(ctx, b.request(func(r *ports.OrderRequest) { r.Quantity = new(domain.MustQuantity("3")) }))
		after, err := b.Broker.Summary(ctx, b.account)
		Expect(err).NotTo(HaveOccurred())
		Expect(after.Positions).To(HaveExactElements(And(
			HaveField("Symbol", b.Symbol), HaveField("Position.Quantity", sameAs(domain.MustNet("3"))),
			HaveField("Position.AveragePrice", HaveValue(sameAs(b.Price))))))
		Expect(after.Cash.Cmp(before.Cash)).To(Equal(-1))
		Expect(after.BuyingPower.Cmp(before.BuyingPower)).To(Equal(-1))
	})

	It("keeps accounts apart", func(ctx SpecContext) {
		b.trades(ctx, b.Price)
		other := b.open(ctx)
		b.submit(ctx, b.request())
		s, err := b.Broker.Summary(ctx, other)
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Positions).To(BeEmpty())
	})

	It("wraps context.Canceled when the context ended first", func(ctx SpecContext) {
		Expect(b.Broker.Summary(ended(ctx), b.account)).Error().To(MatchError(context.Canceled))
	})
}
