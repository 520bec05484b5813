package app_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Quote is the broker's behind, counted.
func (v *venue) Quote(ctx context.Context, account *domain.BrokerAccount, symbol domain.Symbol) (ports.Quote, error) {
	v.quotes.Add(1)
	return v.Broker.(ports.Quotes).Quote(ctx, account, symbol)
}

// fullOnce is a ledger where another lane was faster with its order, once.
type fullOnce struct {
	ports.Ledger
	spent atomic.Bool
}

func (l *fullOnce) Intend(ctx context.Context, lease ports.Lease, o *domain.Order, first ports.Attempt, plan ports.TicketPlan) error {
	if !l.spent.Swap(true) {
		return domain.Conflict("limit_reached", "as many orders as allowed")
	}
	return l.Ledger.Intend(ctx, lease, o, first, plan)
}

// order writes an alert for one unit at 100; extra are further fields.
func order(n int, symbol, action, extra string) string {
	return fmt.Sprintf(`{"ticker":%q,"action":%q,"quantity":"1","price":"100","extras":{"n":%d}%s}`, symbol, action, n, extra)
}

var _ = Describe("The executor within rails", func() {
	var t *trader
	BeforeEach(func(ctx SpecContext) { t = newTrader(ctx) })

	ticket := func(ctx SpecContext, id domain.SignalID) domain.Ticket {
		GinkgoHelper()
		return t.signal(ctx, id).Tickets[0]
	}
	refused := func(ctx SpecContext, id domain.SignalID, code string) {
		GinkgoHelper()
		Expect(ticket(ctx, id).State).To(Equal(domain.StateRefused))
		Expect(ticket(ctx, id).Reasons).To(ContainElement(HaveField("Code", code)))
		Expect(ticket(ctx, id).Decisions).To(ContainElement(And(HaveField("Rule", code), HaveField("Verdict", domain.VerdictRefuse))))
	}
	trade := func(ctx SpecContext, hook ports.IssuedWebhook, body string) domain.SignalID {
		GinkgoHelper()
		id := t.send(ctx, hook, body)
		t.settle(ctx)
		return id
	}
	done := func(ctx SpecContext, id domain.SignalID) {
		GinkgoHelper()
		Expect(ticket(ctx, id).State).To(Equal(domain.StateDone), "%v", ticket(ctx, id).Reasons)
	}

	It("enters no more often in a minute than allowed, and exits all the same", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Risk.MaxOrdersPerMinute = new(2) })
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		done(ctx, trade(ctx, hook, order(2, "MSFT", "buy", "")))
		refused(ctx, trade(ctx, hook, order(3, "NVDA", "buy", "")), "max_orders_per_minute")
		done(ctx, trade(ctx, hook, order(4, "AAPL", "exit", "")))
		t.clock.Advance(61 * time.Second)
		done(ctx, trade(ctx, hook, order(5, "NVDA", "buy", "")))
	})

	It("leaves no more orders open than allowed", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Risk.MaxOpenOrders = new(1) })
		resting := `,"orderType":"limit","limitPrice":"90"`
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", resting)))
		refused(ctx, trade(ctx, hook, order(2, "MSFT", "buy", "")), "max_open_orders")
		t.quote(ctx, "AAPL", "89")
		done(ctx, trade(ctx, hook, order(3, "MSFT", "buy", "")))
	})

	It("judges again where another lane was faster", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Risk.MaxOpenOrders = new(1) })
		full := &fullOnce{Ledger: t.ledger}
		t.ledger = full
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		Expect(full.spent.Load()).To(BeTrue())
		Expect(t.orders(ctx)).To(HaveLen(1))
	})

	It("keeps to a limit though many lanes enter at once", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Risk.MaxOrdersPerMinute = new(3) })
		for i, symbol := range []string{"A", "B", "C", "D", "E", "F", "G", "H"} {
			t.send(ctx, hook, order(i, symbol, "buy", ""))
		}
		t.settle(ctx)
		Expect(t.orders(ctx)).To(HaveLen(3))
	})

	It("enters on the sides allowed, and leaves a reversal its exit", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Sides = []domain.Side{domain.SideBuy} })
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		id := trade(ctx, hook, order(2, "AAPL", "reverse", ""))
		done(ctx, id)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(ticket(ctx, id).Decisions).To(ContainElement(HaveField("Rule", "side_not_allowed")))
		refused(ctx, trade(ctx, hook, order(3, "AAPL", "sell", "")), "side_not_allowed")
	})

	It("enters nothing more on a day that lost too much, exits, and enters again the next day", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Risk.MaxDailyLoss = new(domain.MustMoney("10")) })
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		done(ctx, trade(ctx, hook, order(2, "MSFT", "buy", "")))
		t.quote(ctx, "AAPL", "90")
		done(ctx, trade(ctx, hook, order(3, "AAPL", "exit", "")))
		refused(ctx, trade(ctx, hook, order(4, "AAPL", "buy", "")), "max_daily_loss")
		done(ctx, trade(ctx, hook, order(5, "MSFT", "exit", "")))
		t.clock.Advance(24 * time.Hour)
		done(ctx, trade(ctx, hook, order(6, "AAPL", "buy", "")))
	})

	It("lets exits expire only where the config says so", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.ExitSeconds = new(30) })
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		id := t.send(ctx, hook, order(2, "AAPL", "exit", ""))
		t.later(ctx, 31*time.Second)
		Expect(ticket(ctx, id).State).To(Equal(domain.StateExpired))
		Expect(t.held(ctx, "AAPL")).To(Equal("1"))
	})

	It("gives an exit up that could not be placed before it expired", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.ExitSeconds = new(30) })
		done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
		t.script.FailBeforeNext()
		id := trade(ctx, hook, order(2, "AAPL", "exit", ""))
		t.later(ctx, 31*time.Second)
		Expect(ticket(ctx, id).State).To(Equal(domain.StateExpired))
		Expect(t.held(ctx, "AAPL")).To(Equal("1"))
	})

	It("measures age by the sender's clock where the config says so, and says where there is none", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.BySender = true })
		sent := t.clock.Now().Add(-2 * time.Minute).Format(time.RFC3339)
		late := trade(ctx, hook, order(1, "AAPL", "buy", `,"time":"`+sent+`"`))
		Expect(ticket(ctx, late).State).To(Equal(domain.StateExpired))
		id := trade(ctx, hook, order(2, "AAPL", "buy", ""))
		done(ctx, id)
		Expect(ticket(ctx, id).Decisions).To(ContainElement(And(HaveField("Rule", "clock"), HaveField("Verdict", domain.VerdictNote))))
		done(ctx, trade(ctx, t.hook(ctx), order(3, "MSFT", "buy", `,"time":"`+sent+`"`)))
	})

	Describe("and the drift of the price", func() {
		var hook ports.IssuedWebhook
		BeforeEach(func(ctx SpecContext) {
			hook = t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.MaxPriceDriftPercent = new(domain.MustQuantity("0.5")) })
		})

		It("refuses what the broker knows no price of, and what moved too far", func(ctx SpecContext) {
			refused(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")), "max_price_drift_percent")
			t.quote(ctx, "AAPL", "100.51")
			refused(ctx, trade(ctx, hook, order(2, "AAPL", "buy", "")), "max_price_drift_percent")
			t.quote(ctx, "AAPL", "100.5")
			done(ctx, trade(ctx, hook, order(3, "AAPL", "buy", "")))
		})

		It("asks no price before an exit, and judges a reversal's entry after it", func(ctx SpecContext) {
			t.quote(ctx, "AAPL", "100")
			done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
			asked := t.venue.quotes.Load()
			t.quote(ctx, "AAPL", "102")
			done(ctx, trade(ctx, hook, order(2, "AAPL", "exit", `,"sentiment":"flat"`)))
			Expect(t.venue.quotes.Load()).To(Equal(asked))

			t.quote(ctx, "AAPL", "100")
			done(ctx, trade(ctx, hook, order(3, "AAPL", "buy", "")))
			t.quote(ctx, "AAPL", "102")
			id := trade(ctx, hook, order(4, "AAPL", "reverse", ""))
			done(ctx, id)
			Expect(t.held(ctx, "AAPL")).To(Equal("0"), "the exit is placed, the entry refused")
			Expect(ticket(ctx, id).Decisions).To(ContainElement(And(HaveField("Rule", "max_price_drift_percent"), HaveField("Verdict", domain.VerdictRefuse))))
		})
	})

	Describe("and a backlog that collapses", func() {
		var hook ports.IssuedWebhook
		BeforeEach(func(ctx SpecContext) {
			hook = t.hook(ctx, func(r *domain.WebhookRules) { r.Staleness.Collapse = true })
		})

		It("places one order for the entries that waited, however old those before the last", func(ctx SpecContext) {
			first := t.send(ctx, hook, order(1, "AAPL", "buy", ""))
			second := t.send(ctx, hook, order(2, "AAPL", "buy", ""))
			other := t.send(ctx, t.hook(ctx), order(3, "AAPL", "buy", ""))
			elsewhere := t.send(ctx, hook, order(4, "MSFT", "buy", ""))
			t.clock.Advance(10 * time.Minute)
			last := t.send(ctx, hook, order(5, "AAPL", "buy", ""))
			t.settle(ctx)
			for _, id := range []domain.SignalID{first, second} {
				Expect(ticket(ctx, id).State).To(Equal(domain.StateSuperseded))
				Expect(ticket(ctx, id).Reasons).To(ConsistOf(HaveField("Code", "collapsed")))
			}
			Expect(ticket(ctx, other).State).To(Equal(domain.StateExpired), "of another webhook")
			Expect(ticket(ctx, elsewhere).State).To(Equal(domain.StateExpired), "in another lane nothing waits behind it")
			done(ctx, last)
			Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 3 filled"}))
			Expect(t.held(ctx, "AAPL")).To(Equal("3"))
		})

		It("ends at an exit, whatever entries wait behind it", func(ctx SpecContext) {
			done(ctx, trade(ctx, hook, order(1, "AAPL", "buy", "")))
			entry := t.send(ctx, hook, order(2, "AAPL", "buy", ""))
			exit := t.send(ctx, hook, `{"ticker":"AAPL","action":"exit","quantity":"1","price":"100"}`)
			t.send(ctx, hook, order(3, "AAPL", "buy", ""))
			t.settle(ctx)
			done(ctx, entry)
			done(ctx, exit)
			Expect(t.held(ctx, "AAPL")).To(Equal("2"))
		})
	})

	It("tells every verdict with the ticket, in the order of the rails, as a preview does", func(ctx SpecContext) {
		hook := t.hook(ctx, func(r *domain.WebhookRules) {
			r.Sides = []domain.Side{domain.SideBuy}
			r.Staleness.MaxPriceDriftPercent = new(domain.MustQuantity("1"))
			r.Risk = domain.RiskLimits{
				MaxOrderQuantity: new(domain.MustQuantity("10")), MaxOrderNotional: new(domain.MustMoney("1000")),
				MaxPositionQuantity: new(domain.MustQuantity("10")), MaxOpenOrders: new(1), MaxOrdersPerMinute: new(1),
				MaxDailyLoss: new(domain.MustMoney("100")),
			}
		})
		t.quote(ctx, "AAPL", "100")
		body := order(1, "AAPL", "buy", "")
		preview, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
		Expect(err).NotTo(HaveOccurred())
		id := trade(ctx, hook, body)
		done(ctx, id)
		var rules []string
		for _, d := range ticket(ctx, id).Decisions {
			rules = append(rules, d.Rule+" "+string(d.Verdict))
		}
		Expect(rules).To(Equal([]string{
			"target_position note", "staleness pass", "max_price_drift_percent pass", "sides pass",
			"max_order_quantity pass", "max_order_notional pass", "max_position_quantity pass",
			"max_open_orders pass", "max_orders_per_minute pass", "max_daily_loss pass",
		}))
		Expect(preview.Intents[0].Routes[0].Plan.Decisions).To(Equal(ticket(ctx, id).Decisions))
		again, err := t.webhooks.PreviewAlert(ctx, t.who, hook.Config.ID(), []byte(body))
		Expect(err).NotTo(HaveOccurred())
		Expect(again.Intents[0].Routes[0].Plan.Reasons).To(ConsistOf(HaveField("Code", "max_orders_per_minute")))
	})
})
