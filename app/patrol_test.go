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

var _ = Describe("A position that stands without the stop order that was wanted", func() {
	const exitAll, exitFour = `{"ticker":"AAPL","action":"exit"}`, `{"ticker":"AAPL","action":"exit","quantity":"4"}`
	const exitAtLimit = `{"ticker":"AAPL","action":"exit","orderType":"limit","limitPrice":"120"}`
	var (
		t      *trader
		hook   ports.IssuedWebhook
		alarms int
	)

	BeforeEach(func(ctx SpecContext) {
		alarms = 0
		t = newTrader(ctx)
		t.venue.declares = noBrackets
		hook = t.hook(ctx)
		t.quote(ctx, "AAPL", "100")
	})

	takes := func(broker ports.Broker) { t.brokers[domain.BrokerKindPaper] = broker }
	// round has the patrol go round once, and what it queued executed.
	round := func(ctx context.Context) {
		GinkgoHelper()
		c := app.DefaultPatrolConfig()
		c.Page, c.Alarm = 1, func() { alarms++ }
		Expect(app.NewPatrol(t.ledger, t.inbox, t.brokers, t.clock, t.bell, quietLog(), c).Round(ctx)).To(Succeed())
		t.settle(ctx)
	}
	// executes sends an alert and lets time pass for it.
	executes := func(ctx context.Context, body string) {
		GinkgoHelper()
		t.send(ctx, hook, body)
		for range 3 {
			t.later(ctx, time.Second)
		}
	}
	// ends has the venue end the last order by itself, and that learned.
	ends := func(ctx context.Context) {
		GinkgoHelper()
		orders := t.orders(ctx)
		_, err := t.paper.Cancel(ctx, t.account, orders[len(orders)-1].Terms().ClientOrderID)
		Expect(err).NotTo(HaveOccurred())
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		for range 3 {
			t.later(ctx, time.Second)
		}
	}
	stops := func(ctx context.Context) (quantities []string) {
		GinkgoHelper()
		for _, o := range t.orders(ctx) {
			if o.IsWorking() && o.Terms().StopPrice != nil {
				quantities = append(quantities, string(o.Terms().Side)+" "+o.LeavesQuantity().String()+" at "+o.Terms().StopPrice.String())
			}
		}
		return quantities
	}

	type hole struct {
		name  string
		comes func(ctx context.Context)
		held  string
	}
	holes := []hole{ //nolint:ginkgolinter // the tables are made of it
		{"whose stop order was refused when it was put back after an exit of a part", func(ctx context.Context) {
			takes(&stoplessFor{Broker: t.venue, left: 1})
			executes(ctx, exitFour)
		}, "6"},
		{"whose stop order and exit were both refused", func(ctx context.Context) {
			takes(stopless{exitless{t.venue}})
			executes(ctx, exitAll)
		}, "10"},
		{"whose closing was refused after its broker had ended the stop order", func(ctx context.Context) {
			takes(exitless{t.venue})
			ends(ctx)
		}, "10"},
		{"whose exit rested in place of the stop order, and was ended by the broker", func(ctx context.Context) {
			executes(ctx, exitAtLimit)
			Expect(stops(ctx)).To(BeEmpty())
			ends(ctx)
		}, "10"},
		{"whose resting exit another exit had ended, which then was refused", func(ctx context.Context) {
			executes(ctx, exitAtLimit)
			takes(exitless{t.venue})
			executes(ctx, exitAll)
		}, "10"},
	}
	each := func(body func(ctx SpecContext, h hole)) []any {
		table := []any{body, func(h hole) string { return h.name }}
		for _, h := range holes {
			table = append(table, Entry(nil, h))
		}
		return table
	}

	DescribeTable("is protected again,", each(func(ctx SpecContext, h hole) {
		executes(ctx, buyTenWithStop)
		h.comes(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal(h.held))
		Expect(stops(ctx)).To(BeEmpty())

		takes(t.venue)
		round(ctx)
		Expect(stops(ctx)).To(Equal([]string{"sell " + h.held + " at 95"}))
		Expect(alarms).To(Equal(1))
		round(ctx)
		t.later(ctx, time.Hour)
		round(ctx)
		Expect(stops(ctx)).To(HaveLen(1))
		Expect(alarms).To(Equal(1), "nothing is wrong any more")

		t.quote(ctx, "AAPL", "94")
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		Expect(t.held(ctx, "AAPL")).To(Equal("0"), "it works")
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
	})...)

	DescribeTable("is closed where no stop order is taken,", each(func(ctx SpecContext, h hole) {
		executes(ctx, buyTenWithStop)
		h.comes(ctx)
		takes(stopless{t.venue})
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("0"))
		Expect(t.signals(ctx)).To(ContainElement(And(
			HaveField("Source", domain.SourceProtection), HaveField("Decisions", ContainElement(HaveField("Rule", "position_bare"))),
		)))
	})...)

	It("is seen to again and again where nothing is taken, each time with an alarm, and then left to a person", func(ctx SpecContext) {
		executes(ctx, buyTenWithStop)
		takes(stopless{exitless{t.venue}})
		executes(ctx, exitAll)
		retries := app.DefaultPatrolConfig().Retries
		for n, wait := range retries {
			round(ctx)
			Expect(alarms).To(Equal(n + 1))
			t.later(ctx, wait-time.Second)
			round(ctx)
			Expect(alarms).To(Equal(n+1), "it is too early")
			t.later(ctx, time.Second)
		}
		for range 2 {
			round(ctx)
			t.later(ctx, time.Hour)
		}
		Expect(alarms).To(Equal(len(retries) + 2))
		takes(t.venue)
		for range 2 {
			round(ctx)
			t.later(ctx, time.Hour)
		}
		Expect(alarms).To(Equal(len(retries)+2), "a person has it")
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
	})

	It("is seen to each time it comes to stand so, however often", func(ctx SpecContext) {
		executes(ctx, buyTenWithStop)
		for n := range 2 * len(app.DefaultPatrolConfig().Retries) {
			takes(stopless{exitless{t.venue}})
			executes(ctx, exitAll)
			Expect(stops(ctx)).To(BeEmpty())
			takes(t.venue)
			round(ctx)
			Expect(stops(ctx)).To(Equal([]string{"sell 10 at 95"}))
			Expect(alarms).To(Equal(n + 1))
			round(ctx)
			t.later(ctx, time.Hour)
		}
	})

	DescribeTable("is protected once, wherever a process dies,", func(ctx SpecContext, at step, nth int) {
		executes(ctx, buyTenWithStop)
		takes(stopless{exitless{t.venue}})
		executes(ctx, exitAll)
		takes(t.venue)
		c := app.DefaultPatrolConfig()
		patrol := app.NewPatrol(t.ledger, t.inbox, t.brokers, t.clock, t.bell, quietLog(), c)
		Expect(patrol.Round(ctx)).To(Succeed())
		diesAt(ctx, t, at, nth)
		t.settle(ctx)
		for range 3 {
			t.later(ctx, time.Minute)
			round(ctx)
		}
		Expect(stops(ctx)).To(Equal([]string{"sell 10 at 95"}))
	},
		Entry("before the stop order is written down", beforeIntend, 1), Entry("after", afterIntend, 1),
		Entry("after it is sent", afterSubmit, 1), Entry("before the end", beforeFinish, 1),
	)

	It("is protected once by several patrols that find it", func(ctx SpecContext) {
		executes(ctx, buyTenWithStop)
		takes(stopless{exitless{t.venue}})
		executes(ctx, exitAll)
		takes(t.venue)
		before := len(t.signals(ctx))
		for range 3 {
			c := app.DefaultPatrolConfig()
			Expect(app.NewPatrol(t.ledger, t.inbox, t.brokers, t.clock, t.bell, quietLog(), c).Round(ctx)).To(Succeed())
		}
		t.settle(ctx)
		Expect(t.signals(ctx)).To(HaveLen(before + 1))
		Expect(stops(ctx)).To(HaveLen(1))
	})

	DescribeTable("is left alone where its owner wants it so,", func(ctx SpecContext, wants func(ctx context.Context)) {
		executes(ctx, buyTenWithStop)
		wants(ctx)
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		t.settle(ctx)
		Expect(stops(ctx)).To(BeEmpty())
		for range 2 {
			round(ctx)
			t.later(ctx, time.Hour)
		}
		Expect(t.held(ctx, "AAPL")).To(Equal("10"))
		Expect(stops(ctx)).To(BeEmpty())
		Expect(alarms).To(BeZero())
		Expect(t.bare.Load()).To(BeZero())
	},
		Entry("who canceled all orders by an alert", func(ctx context.Context) { executes(ctx, `{"ticker":"AAPL","action":"cancel"}`) }),
		Entry("who canceled the stop order", func(ctx context.Context) {
			orders := t.orders(ctx)
			_, err := t.desk.CancelOrder(ctx, t.who, orders[len(orders)-1].ID())
			Expect(err).NotTo(HaveOccurred())
		}),
	)

	It("is none while its exit is open, nor once it is gone", func(ctx SpecContext) {
		executes(ctx, buyTenWithStop)
		executes(ctx, exitAtLimit)
		round(ctx)
		Expect(stops(ctx)).To(BeEmpty())
		t.quote(ctx, "AAPL", "121")
		round(ctx)
		Expect(t.tracker.Refresh(ctx, t.clientOrderIDs(ctx))).To(Succeed())
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("0"))
		Expect(alarms).To(BeZero())

		executes(ctx, `{"ticker":"AAPL","action":"buy","quantity":"3","price":"100"}`)
		round(ctx)
		Expect(t.held(ctx, "AAPL")).To(Equal("3"), "what is entered afresh without a stop-loss is not protected")
		Expect(stops(ctx)).To(BeEmpty())
		Expect(alarms).To(BeZero())
	})
})
