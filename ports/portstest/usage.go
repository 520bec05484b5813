package portstest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// countingRules set every rail that counts.
func countingRules(accounts ...*domain.BrokerAccount) domain.WebhookRules {
	r := plainRules(accounts...)
	r.Risk = domain.RiskLimits{MaxOpenOrders: new(2), MaxOrdersPerMinute: new(2), MaxDailyLoss: new(domain.MustMoney("100"))}
	return r
}

// counting stores a config whose rules set every rail that counts.
func (w *world) counting(ctx context.Context, accounts ...*domain.BrokerAccount) *domain.WebhookConfig {
	GinkgoHelper()
	c := w.newConfig(w.ada, countingRules(accounts...))
	w.addConfig(ctx, w.ada, c, w.token())
	return c
}

// itCounts proves what a Usage counts; of tells that of a config of ada's.
func itCounts(w *world, of func(context.Context, *domain.WebhookConfig) domain.Usage) {
	var (
		account, second *domain.BrokerAccount
		config          *domain.WebhookConfig
	)
	BeforeEach(func(ctx SpecContext) {
		account, second = w.account(ctx, w.ada), w.account(ctx, w.ada)
		config = w.counting(ctx, account)
	})
	sell := func(t *domain.OrderTerms) { t.Side = domain.SideSell }
	// trades fills an order of the config's.
	trades := func(ctx context.Context, c *domain.WebhookConfig, symbol domain.Symbol, price string, edit ...func(*domain.OrderTerms)) {
		GinkgoHelper()
		w.record(ctx, w.working(ctx, c, symbol, edit...).order.ID(), w.fill(1, "10", price))
	}

	It("counts nothing for a config that did nothing", func(ctx SpecContext) {
		trades(ctx, w.counting(ctx, account), "AAPL", "100")
		w.working(ctx, w.counting(ctx, account), "AAPL")
		Expect(of(ctx, config)).To(sameAs(domain.Usage{}))
	})

	It("counts the config's open orders in every lane and at every account it routes to or did", func(ctx SpecContext) {
		t := w.placed(ctx, config, "AAPL")
		w.working(ctx, config, "MSFT")
		Expect(of(ctx, config).OpenOrders).To(Equal(2), "in flight, working")
		w.record(ctx, t.order.ID(), w.acknowledged(t.order), w.fill(1, "10", "100"))
		Expect(of(ctx, config).OpenOrders).To(Equal(1), "filled")
		moved := w.revise(ctx, w.ada, config.ID(), countingRules(second))
		w.working(ctx, moved, "MSFT")
		Expect(of(ctx, moved).OpenOrders).To(Equal(2))
	})

	It("counts the orders written down in the last 60 s by the storage's clock, whatever became of them", func(ctx SpecContext) {
		trades(ctx, config, "AAPL", "100")
		w.advance(ctx, 30*time.Second)
		t := w.placed(ctx, config, "MSFT")
		w.record(ctx, t.order.ID(), w.refused())
		Expect(of(ctx, config).OrdersLastMinute).To(Equal(2))
		w.advance(ctx, 31*time.Second)
		Expect(of(ctx, config).OrdersLastMinute).To(Equal(1))
		w.advance(ctx, 30*time.Second)
		Expect(of(ctx, config).OrdersLastMinute).To(BeZero())
	})

	It("adds up what the config's fills realized, in every lane", func(ctx SpecContext) {
		trades(ctx, config, "AAPL", "100")
		trades(ctx, config, "MSFT", "50")
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.Money{}), "nothing is closed yet")
		trades(ctx, config, "AAPL", "97.5", sell)
		trades(ctx, config, "MSFT", "51", sell)
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.MustMoney("-15")))
		trades(ctx, config, "AAPL", "97", sell)
		trades(ctx, config, "AAPL", "96", func(*domain.OrderTerms) {})
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.MustMoney("-5")), "a short that earned 10")
	})

	It("forgets on the next day what was realized, and begins anew", func(ctx SpecContext) {
		trades(ctx, config, "AAPL", "100")
		trades(ctx, config, "AAPL", "90", sell)
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.MustMoney("-100")))
		w.advance(ctx, 24*time.Hour)
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.Money{}), "a loss of yesterday")
		trades(ctx, config, "AAPL", "100")
		trades(ctx, config, "AAPL", "99", sell)
		Expect(of(ctx, config).ProfitToday).To(sameAs(domain.MustMoney("-10")), "that of yesterday is not among it")
		Expect(w.positions(ctx, w.ada, ports.PositionsByWebhook)[0].Position.RealizedProfit).To(sameAs(domain.MustMoney("-110")))
	})
}

func (l *ledgerSpecs) describeUsage() {
	w := l.w
	itCounts(w, func(ctx context.Context, c *domain.WebhookConfig) domain.Usage {
		GinkgoHelper()
		return l.brief(ctx, w.queue(ctx, c, "NVDA")[0].Tickets[0].ID).Usage
	})

	It("counts nothing for a signal by hand", func(ctx SpecContext) {
		w.working(ctx, l.config, "AAPL")
		s := w.byHand(ctx, w.ada, "AAPL", l.account)
		Expect(l.brief(ctx, s.Tickets[0].ID).Usage).To(sameAs(domain.Usage{}))
	})
}

func (l *ledgerSpecs) describeLimits() {
	w := l.w
	intends := func(ctx context.Context, limits *domain.RiskLimits, symbols ...domain.Symbol) []func() error {
		GinkgoHelper()
		tries := make([]func() error, len(symbols))
		for i, symbol := range symbols {
			s := w.queue(ctx, l.config, symbol)[0]
			lease := w.lease(ctx, s.Tickets[0])
			o, first, p := w.newOrder(s, s.Tickets[0], 1), w.attempt(1), plan("10")
			p.Limits = limits
			tries[i] = func() error { return w.Ledger.Intend(ctx, lease, o, first, p) }
		}
		return tries
	}
	several := []domain.Symbol{"A", "B", "C", "D", "E", "F"}

	DescribeTable("admits as many orders of lanes side by side as the limit allows, the others are KindConflict with code limit_reached",
		func(ctx SpecContext, limits domain.RiskLimits) {
			tries := intends(ctx, &limits, several...)
			var won, lost atomic.Int32
			atOnce(len(tries), func(i int) {
				switch err := tries[i](); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, domain.KindConflict) && codeOf(err) == "limit_reached":
					lost.Add(1)
				}
			})
			Expect(won.Load()).To(BeEquivalentTo(2))
			Expect(lost.Load()).To(BeEquivalentTo(len(several) - 2))
		},
		Entry("open orders", domain.RiskLimits{MaxOpenOrders: new(2)}),
		Entry("orders a minute", domain.RiskLimits{MaxOrdersPerMinute: new(2)}),
	)

	It("changes nothing where there is no room", func(ctx SpecContext) {
		w.working(ctx, l.config, "MSFT")
		s, t := l.queued(ctx)
		lease, before := w.lease(ctx, t), l.seen(ctx, t.ID)
		late := plan("10", decision("late"))
		late.Limits = &domain.RiskLimits{MaxOpenOrders: new(1)}
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), w.attempt(1), late)).To(failWith(domain.KindConflict, "limit_reached"))
		Expect(l.seen(ctx, t.ID)).To(Equal(before))
		Expect(w.Ledger.Intend(ctx, lease, w.newOrder(s, t, 1), w.attempt(1), plan("10"))).To(Succeed(), "without limits there is")
	})

	It("counts a loss that was recorded since the ticket was judged", func(ctx SpecContext) {
		limits := &domain.RiskLimits{MaxDailyLoss: new(domain.MustMoney("100"))}
		tries := intends(ctx, limits, "A", "B")
		Expect(tries[0]()).To(Succeed())
		for _, fill := range []struct{ side, price string }{{"buy", "100"}, {"sell", "90"}} {
			t := w.working(ctx, l.config, "MSFT", func(t *domain.OrderTerms) { t.Side = domain.Side(fill.side) })
			w.record(ctx, t.order.ID(), w.fill(1, "10", fill.price))
		}
		Expect(tries[1]()).To(failWith(domain.KindConflict, "limit_reached"))
	})

	It("counts no orders of other configs, and none for an order by hand", func(ctx SpecContext) {
		other, _ := w.config(ctx, w.ada, l.account)
		w.working(ctx, other, "MSFT")
		limits := &domain.RiskLimits{MaxOpenOrders: new(1), MaxOrdersPerMinute: new(1)}
		Expect(intends(ctx, limits, "AAPL")[0]()).To(Succeed())
		s := w.byHand(ctx, w.ada, "NVDA", l.account)
		p := plan("10")
		p.Limits = limits
		Expect(w.Ledger.Intend(ctx, w.lease(ctx, s.Tickets[0]), w.newOrder(s, s.Tickets[0], 1), w.attempt(1), p)).To(Succeed())
	})
}

func describeConfigUsage(w *world) {
	usage := func(ctx context.Context, id domain.WebhookConfigID) (domain.Usage, error) {
		return ask(ctx, w, w.ada, func(ctx context.Context, r ports.Repositories) (domain.Usage, error) {
			return r.WebhookConfigs.Usage(ctx, id)
		})
	}
	itCounts(w, func(ctx context.Context, c *domain.WebhookConfig) domain.Usage {
		GinkgoHelper()
		u, err := usage(ctx, c.ID())
		Expect(err).NotTo(HaveOccurred())
		return u
	})

	It("is KindNotFound for a missing config and for another user's", func(ctx SpecContext) {
		theirs, _ := w.config(ctx, w.bob, w.account(ctx, w.bob))
		for _, id := range []domain.WebhookConfigID{newID[domain.WebhookConfig](w.mint), theirs.ID()} {
			Expect(usage(ctx, id)).Error().To(failAs(domain.KindNotFound))
		}
	})
}
