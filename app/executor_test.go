package app_test

import (
	"context"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The alerts of these specs, all for AAPL.
const (
	buyTen    = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`
	exitAll   = `{"ticker":"AAPL","action":"exit","price":"100"}`
	cancelAll = `{"ticker":"AAPL","action":"cancel"}`
	buyAt90   = `{"ticker":"AAPL","action":"buy","quantity":"10","orderType":"limit","limitPrice":"90","price":"100"}`
	goShort   = `{"ticker":"AAPL","action":"sell","sentiment":"short","quantity":"10","price":"100"}`
	flipAt110 = `{"ticker":"AAPL","action":"sell","sentiment":"short","quantity":"10","orderType":"limit","limitPrice":"110","price":"100"}`
)

// idle is a venue that takes orders and does nothing about them.
type idle struct{ ports.Broker }

func (v idle) Submit(_ context.Context, _ *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	return domain.OrderReport{ClientOrderID: r.ClientOrderID, BrokerOrderID: "idle-1", Status: domain.StatusNew, Side: r.Side, Quantity: r.Quantity, At: time.UnixMicro(1).UTC()}, nil
}

// stale makes entries too old after seconds.
func stale(seconds int) func(*domain.WebhookRules) {
	return func(r *domain.WebhookRules) { r.Staleness.EntrySeconds = &seconds }
}

func sides(orders []*domain.Order) (s []string) {
	for _, o := range orders {
		s = append(s, string(o.Terms().Side)+" "+o.Terms().Quantity.String()+" "+string(o.Status()))
	}
	return s
}

var _ = Describe("The executor", func() {
	var t *trader
	var hook ports.IssuedWebhook

	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		hook = t.hook(ctx, stale(60))
	})

	// ends expects a signal in a state for one reason, "" for none.
	ends := func(ctx SpecContext, id domain.SignalID, state domain.State, code string) {
		GinkgoHelper()
		ticket := t.signal(ctx, id).Tickets[0]
		Expect(ticket.State).To(Equal(state))
		if code == "" {
			Expect(ticket.Reasons).To(BeEmpty())
			return
		}
		Expect(ticket.Reasons).To(ContainElement(HaveField("Code", code)))
	}

	It("makes one filled order of an alert", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		ends(ctx, id, domain.StateDone, "")
		o := t.only(ctx)
		Expect(o.Status()).To(Equal(domain.StatusFilled))
		Expect(o.Attempts()).To(Equal(1))
		Expect(t.venue.sent()).To(Equal([]string{o.Terms().ClientOrderID}))
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("reverses in two orders, the exit first", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		id := t.send(ctx, hook, goShort)
		t.settle(ctx)
		ends(ctx, id, domain.StateDone, "")
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("-10"))
	})

	It("waits with the entry for the exit's fill, across a restart", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		id := t.send(ctx, hook, flipAt110)
		t.settle(ctx)
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 new"}))
		t.later(ctx, time.Second)
		Expect(t.orders(ctx)).To(HaveLen(2), "asked again, the exit still is not filled")

		t.quote(ctx, "AAPL", "111")
		t.later(ctx, time.Second)
		ends(ctx, id, domain.StateDone, "")
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "sell 10 filled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("-10"))
	})

	It("enters nothing where the exit did not fill", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		id := t.send(ctx, hook, flipAt110)
		t.settle(ctx)
		exit := t.orders(ctx)[1]
		Expect(t.desk.CancelOrder(ctx, t.who, exit.ID())).Error().NotTo(HaveOccurred())
		t.later(ctx, time.Second)
		ends(ctx, id, domain.StateRefused, "exit_not_filled")
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("refuses an entry that is too old, and sends nothing", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		t.later(ctx, 61*time.Second)
		ends(ctx, id, domain.StateExpired, "stale")
		Expect(t.venue.sent()).To(BeEmpty())
	})

	It("executes an exit however old", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		id := t.send(ctx, hook, exitAll)
		t.later(ctx, time.Hour)
		ends(ctx, id, domain.StateDone, "")
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("cancels what rests when told to", func(ctx SpecContext) {
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		id := t.send(ctx, hook, cancelAll)
		t.settle(ctx)
		t.later(ctx, time.Second)
		ends(ctx, id, domain.StateDone, "")
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusCanceled))
	})

	It("clears resting orders out of the way of an exit", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		id := t.send(ctx, hook, exitAll)
		t.settle(ctx)
		t.later(ctx, time.Second)
		ends(ctx, id, domain.StateDone, "")
		Expect(sides(t.orders(ctx))).To(Equal([]string{"buy 10 filled", "buy 10 canceled", "sell 10 filled"}))
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("counts an entry on its way as held when an exit follows", func(ctx SpecContext) {
		t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10"}`)
		t.settle(ctx)
		Expect(t.only(ctx).IsWorking()).To(BeTrue(), "the market has no price yet")
		t.send(ctx, hook, `{"ticker":"AAPL","action":"exit"}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Expect(t.only(ctx).Status()).To(Equal(domain.StatusCanceled))
		Expect(t.signals(ctx)[1].State.IsFinal()).To(BeTrue())
		t.quote(ctx, "AAPL", "100")
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
	})

	It("sells all whole steps in an exit and leaves the dust", func(ctx SpecContext) {
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10.5","price":"100"}`)
		t.settle(ctx)
		ends(ctx, id, domain.StateDone, "")
		t.venue.coarse(domain.MustQuantity("1"))
		id = t.send(ctx, hook, exitAll)
		t.settle(ctx)
		ends(ctx, id, domain.StateDone, "")
		Expect(t.held(ctx, "AAPL")).To(Equal("0.5"))
	})

	It("refuses what the broker does not know", func(ctx SpecContext) {
		t.venue.knows("MSFT")
		id := t.send(ctx, hook, buyTen)
		t.settle(ctx)
		ends(ctx, id, domain.StateRefused, "unknown_symbol")
		Expect(t.venue.sent()).To(BeEmpty())
	})

	It("refuses what is left for an account that was removed", func(ctx SpecContext) {
		id := t.send(ctx, hook, buyTen)
		Expect(t.webhooks.RemoveWebhook(ctx, t.who, hook.Config.ID())).To(Succeed())
		Expect(t.accounts.RemoveAccount(ctx, t.who, t.account.ID())).To(Succeed())
		t.settle(ctx)
		ends(ctx, id, domain.StateRefused, "account_removed")
		Expect(t.venue.sent()).To(BeEmpty())
	})

	It("keeps one lane in order and lets no other wait for it", func(ctx SpecContext) {
		t.send(ctx, hook, buyTen)
		t.settle(ctx)
		first := t.send(ctx, hook, flipAt110)
		second := t.send(ctx, hook, buyAt90)
		other := t.send(ctx, hook, `{"ticker":"MSFT","action":"buy","quantity":"1","price":"100"}`)
		t.settle(ctx)
		ends(ctx, first, domain.StateExecuting, "")
		ends(ctx, second, domain.StateQueued, "")
		ends(ctx, other, domain.StateDone, "")
	})

	Describe("with a broker that misbehaves", func() {
		It("refuses what the broker refuses, with its reason", func(ctx SpecContext) {
			t.script.RejectNext("not shortable")
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateRefused, "refused")
			Expect(t.signal(ctx, id).Tickets[0].Reasons[0].Message).To(Equal("not shortable"))
			Expect(t.venue.sent()).To(HaveLen(1))
		})

		It("finds an order whose reply was lost, and does not send it again", func(ctx SpecContext) {
			t.script.LoseReplyNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateDone, "")
			Expect(t.only(ctx).Attempts()).To(Equal(1))
			Expect(t.venue.sent()).To(HaveLen(1))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		})

		It("sends an order again under its id where the broker never had it", func(ctx SpecContext) {
			t.script.UnknownNotPlacedNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateExecuting, "")
			Expect(t.venue.sent()).To(HaveLen(1), "while the first attempt may be under way")
			t.later(ctx, executorConfig().SendTimeout)
			ends(ctx, id, domain.StateDone, "")
			o := t.only(ctx)
			Expect(o.Attempts()).To(Equal(2))
			Expect(t.venue.sent()).To(Equal([]string{o.Terms().ClientOrderID, o.Terms().ClientOrderID}))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		})

		It("tries again under the same id while the broker cannot be reached", func(ctx SpecContext) {
			t.script.FailBeforeNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateExecuting, "")
			t.later(ctx, time.Second)
			ends(ctx, id, domain.StateDone, "")
			o := t.only(ctx)
			Expect(o.Attempts()).To(Equal(2))
			Expect(t.venue.sent()).To(Equal([]string{o.Terms().ClientOrderID, o.Terms().ClientOrderID}))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		})

		It("does not send an attempt whose time was over when it was written down, and makes another", func(ctx SpecContext) {
			t.moment.plan(afterIntend, func() { t.clock.Advance(executorConfig().SendTimeout) })
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateExecuting, "")
			Expect(t.venue.sent()).To(BeEmpty())
			t.later(ctx, time.Second)
			ends(ctx, id, domain.StateDone, "")
			Expect(t.only(ctx).Attempts()).To(Equal(2))
			Expect(t.venue.sent()).To(HaveLen(1))
		})

		It("gives an entry up that could not be placed before it was too old", func(ctx SpecContext) {
			t.script.FailBeforeNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			t.later(ctx, 61*time.Second)
			ends(ctx, id, domain.StateExpired, "stale")
			Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNotPlaced))
			Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		})

		It("takes an order that came after an exit on its way for the entry that it was", func(ctx SpecContext) {
			t.send(ctx, hook, buyTen)
			t.settle(ctx)
			t.brokers[domain.BrokerKindPaper] = idle{t.venue}
			t.send(ctx, hook, `{"ticker":"AAPL","action":"sell","quantity":"10"}`)
			t.settle(ctx)
			t.brokers[domain.BrokerKindPaper] = t.venue
			t.script.FailBeforeNext()
			id := t.send(ctx, hook, `{"ticker":"AAPL","action":"sell","quantity":"1","price":"100"}`)
			t.settle(ctx)
			t.later(ctx, 61*time.Second)
			ends(ctx, id, domain.StateExpired, "stale")
		})

		It("waits as long as an order may be invisible before it sends again", func(ctx SpecContext) {
			t.venue.declare(func(c *ports.Capabilities) { c.VisibleWithin = 5 * time.Second })
			t.script.DelayVisibility(1)
			t.script.LoseReplyNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateExecuting, "")
			t.later(ctx, 5*time.Second)
			ends(ctx, id, domain.StateDone, "")
			Expect(t.venue.sent()).To(HaveLen(1))
			Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		})

		It("leaves to a person what one who lost the lane had begun to leave to a person", func(ctx SpecContext) {
			t.venue.declare(func(c *ports.Capabilities) { c.Lookup = ports.LookupNone })
			t.script.UnknownNotPlacedNext()
			var taken []ports.ClaimedLane
			t.moment.plan(beforeFinish, func() {
				defer GinkgoRecover()
				t.clock.Advance(time.Minute)
				var err error
				taken, err = t.lanes.Claim(ctx, ports.LaneRequest{Owner: "other", Lanes: 1, Tickets: 1, Lease: time.Minute})
				Expect(err).NotTo(HaveOccurred())
			})
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateExecuting, "")
			Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNeedsReview), "facts are facts")
			Expect(taken).To(HaveLen(1))
			Expect(t.lanes.Release(ctx, taken[0].Lease, 0)).To(Succeed())
			t.settle(ctx)
			ends(ctx, id, domain.StateNeedsReview, "needs_review")
			Expect(t.venue.sent()).To(HaveLen(1))
		})

		DescribeTable("leaves it to a person, asks again, and keeps the lane waiting, where sending again is not safe because",
			func(ctx SpecContext, declares func(*ports.Capabilities)) {
				t.venue.declare(declares)
				t.script.DelayVisibility(2)
				t.script.LoseReplyNext()
				id := t.send(ctx, hook, buyTen)
				t.settle(ctx)
				behind := t.send(ctx, hook, exitAll)
				t.settle(ctx)
				ends(ctx, id, domain.StateExecuting, "")
				t.later(ctx, 8*time.Second)
				ends(ctx, id, domain.StateNeedsReview, "needs_review")
				Expect(t.only(ctx).Submission()).To(Equal(domain.SubmissionNeedsReview))
				ends(ctx, behind, domain.StateQueued, "")
				t.later(ctx, 10*time.Second)
				ends(ctx, behind, domain.StateQueued, "")

				t.later(ctx, time.Minute)
				ends(ctx, id, domain.StateDone, "")
				ends(ctx, behind, domain.StateDone, "")
				Expect(t.venue.sent()).To(HaveLen(2), "the entry once and the exit once")
				Expect(t.held(ctx, "AAPL")).To(Equal("0"))
			},
			Entry("ids are free again once an order is over", func(c *ports.Capabilities) { c.Duplicates = ports.DuplicatesRejectedWhileOpen }),
			Entry("ids are free again after a day", func(c *ports.Capabilities) { c.Duplicates = ports.DuplicatesRejected24h }),
			Entry("duplicates are accepted", func(c *ports.Capabilities) { c.Duplicates = ports.DuplicatesAccepted }),
		)

		It("leaves it to a person at once where there is nothing to look up", func(ctx SpecContext) {
			t.venue.declare(func(c *ports.Capabilities) { c.Lookup = ports.LookupNone })
			t.script.UnknownNotPlacedNext()
			id := t.send(ctx, hook, buyTen)
			t.settle(ctx)
			ends(ctx, id, domain.StateNeedsReview, "needs_review")
			Expect(t.venue.sent()).To(HaveLen(1))
		})

		DescribeTable("sends again, under the same id, once the order is proven never to come, because",
			func(ctx SpecContext, declares func(*ports.Capabilities), before, after time.Duration) {
				t.venue.declare(declares)
				t.script.UnknownNotPlacedNext()
				id := t.send(ctx, hook, buyTen)
				t.settle(ctx)
				t.later(ctx, before)
				ends(ctx, id, domain.StateExecuting, "")
				Expect(t.venue.sent()).To(HaveLen(1), "it may still be on its way")
				t.later(ctx, after-before)
				ends(ctx, id, domain.StateDone, "")
				Expect(t.venue.sent()).To(HaveLen(2))
				Expect(t.only(ctx).Attempts()).To(Equal(2))
				Expect(t.held(ctx, "AAPL")).To(Equal("10"))
			},
			Entry("its id is refused for ever, and orders are found by searching lists",
				func(c *ports.Capabilities) { c.Lookup = ports.LookupScan }, 7*time.Second, 8*time.Second),
			Entry("it would arrive too late, whatever becomes of ids",
				func(c *ports.Capabilities) { c.Duplicates, c.RequestExpiry = ports.DuplicatesAccepted, 5*time.Second }, 14*time.Second, 15*time.Second),
			Entry("it would arrive too late, and ids are free again once an order is over",
				func(c *ports.Capabilities) {
					c.Duplicates, c.Lookup, c.RequestExpiry = ports.DuplicatesRejectedWhileOpen, ports.LookupScan, 30*time.Second
				}, 39*time.Second, 40*time.Second),
		)
	})
})
