package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// begun counts how often a stream began.
type begun struct {
	ports.TradeUpdates
	times atomic.Int64
}

func (b *begun) Follow(ctx context.Context, account *domain.BrokerAccount, listening func(), heard func(string)) error {
	return b.TradeUpdates.Follow(ctx, account, func() {
		listening()
		b.times.Add(1)
	}, heard)
}

var _ = Describe("Alpaca's stream, over sockets to hookfill's own server of its API", func() {
	var t *trader
	var url string
	var stream *begun
	var hook ports.IssuedWebhook

	// ask is what somebody else does with the account.
	ask := func(ctx context.Context, method, path, body string) {
		GinkgoHelper()
		r, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader(body))
		Expect(err).NotTo(HaveOccurred())
		r.Header.Set("Apca-Api-Key-Id", alpacaKey)
		r.Header.Set("Apca-Api-Secret-Key", alpacaSecret)
		response, err := http.DefaultClient.Do(r)
		Expect(err).NotTo(HaveOccurred())
		Expect(response.Body.Close()).To(Succeed())
		Expect(response.StatusCode).To(BeNumerically("<", http.StatusMultipleChoices))
	}
	quote := func(ctx context.Context, price string) {
		GinkgoHelper()
		ask(ctx, http.MethodPost, "/sim/quotes", `{"symbol":"AAPL","bid":"`+price+`","ask":"`+price+`","last":"`+price+`"}`)
	}
	// streams never look by the clock: the tracker does not run.
	streams := func(owner string, leases ports.StreamLeases) *app.Streams {
		c := app.DefaultStreamsConfig(owner)
		c.Lease, c.Retry, c.RetryAtMost = 60*time.Millisecond, time.Millisecond, 4*time.Millisecond
		return app.NewStreams(leases, t.ledger, t.brokers, t.tracker, t.clock, quietLog(), c)
	}
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		server := t.alpacaServer()
		socket := httptest.NewServer(server.Handler())
		DeferCleanup(func() {
			server.Stop()
			socket.Close()
		})
		url = socket.URL
		quote(ctx, "100")
		broker := t.moveToAlpaca(ctx, url, alpaca.Config{})
		stream = &begun{TradeUpdates: broker}
		t.brokers[domain.BrokerKindAlpaca] = app.Telling{Watched: app.NewWatched(broker, t.work.(*memory.Store), t.clock, quietLog()), TradeUpdates: stream}
		hook = t.hook(ctx)
	})
	listen := func(ctx context.Context) {
		GinkgoHelper()
		DeferCleanup(running(streams("one", t.work.(*memory.Store)).Run))
		Eventually(stream.times.Load).WithContext(ctx).Should(BeEquivalentTo(1))
	}
	rests := func(ctx context.Context) {
		GinkgoHelper()
		t.send(ctx, hook, buyAt90)
		t.settle(ctx)
		Expect(t.only(ctx).IsWorking()).To(BeTrue())
	}
	// protected gives the stop order behind an entry that is filled.
	protected := func(ctx context.Context) *domain.Order {
		GinkgoHelper()
		t.send(ctx, hook, buyTenWithStop)
		t.settle(ctx)
		t.later(ctx, time.Second)
		orders := t.orders(ctx)
		Expect(orders).To(HaveLen(2))
		Expect(orders[0].Status()).To(Equal(domain.StatusFilled))
		Expect(orders[1].IsLeg()).To(BeTrue())
		Expect(orders[1].IsWorking()).To(BeTrue())
		return orders[1]
	}
	filled := func(ctx SpecContext) int {
		n := 0
		for _, o := range t.orders(ctx) {
			if o.Status() == domain.StatusFilled {
				n++
			}
		}
		return n
	}

	It("brings a fill into the ledger", func(ctx SpecContext) {
		rests(ctx)
		listen(ctx)
		quote(ctx, "89")
		Eventually(filled).WithContext(ctx).Should(Equal(1))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("10"))
	})

	It("is taken over from a process that dies, and nothing that happened in between is lost or counts twice", func(ctx SpecContext) {
		rests(ctx)
		kill := running(streams("one", &dying{StreamLeases: t.work.(*memory.Store)}).Run)
		Eventually(stream.times.Load).WithContext(ctx).Should(BeEquivalentTo(1))
		t.send(ctx, hook, strings.Replace(buyAt90, "90", "91", 1))
		t.settle(ctx)
		kill()
		t.clock.Advance(time.Millisecond)
		quote(ctx, "89")
		t.clock.Advance(time.Second)
		DeferCleanup(running(streams("two", t.work.(*memory.Store)).Run))
		Eventually(filled).WithContext(ctx).Should(Equal(2))
		Expect(stream.times.Load()).To(BeEquivalentTo(2))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("20"))
		Expect(t.booked(ctx, ports.PositionsByWebhook, "AAPL")).To(Equal("20"))
	})

	It("tells when a stop order ends the position that it protects", func(ctx SpecContext) {
		listen(ctx)
		protected(ctx)
		quote(ctx, "94")
		Eventually(filled).WithContext(ctx).Should(Equal(2))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"))
	})

	It("tells when somebody ends a stop order, and what it protected is closed", func(ctx SpecContext) {
		listen(ctx)
		stop := protected(ctx)
		ask(ctx, http.MethodDelete, "/v2/orders/"+stop.BrokerOrderID(), "")
		Eventually(t.bare.Load).WithContext(ctx).Should(BeEquivalentTo(1))
		t.settle(ctx)
		t.later(ctx, time.Second)
		Eventually(filled).WithContext(ctx).Should(Equal(2))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"))
	})

	It("tells of the exit where a stop-loss and a take-profit were watched by Alpaca's prices", func(ctx SpecContext) {
		listen(ctx)
		watch := app.NewStopWatch(t.ledger, t.inbox, t.brokers, t.clock, t.bell, quietLog(), app.DefaultStopWatchConfig())
		id := t.send(ctx, hook, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100","stopLoss":{"percent":5},"takeProfit":{"percent":10}}`)
		t.settle(ctx)
		t.later(ctx, time.Second)
		Eventually(filled).WithContext(ctx).Should(Equal(1))
		t.later(ctx, time.Second)
		Expect(t.signal(ctx, id).State).To(Equal(domain.StateDone))
		t.clock.Advance(2 * time.Second)
		Expect(watch.Round(ctx)).To(Succeed())
		Expect(t.orders(ctx)).To(HaveLen(1), "neither price was reached")
		quote(ctx, "111")
		t.clock.Advance(2 * time.Second)
		Expect(watch.Round(ctx)).To(Succeed())
		t.settle(ctx)
		t.later(ctx, time.Second)
		Eventually(filled).WithContext(ctx).Should(Equal(2))
		Expect(t.booked(ctx, ports.PositionsByAccount, "AAPL")).To(Equal("0"))
	})
})
