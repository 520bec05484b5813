package alpaca_test

import (
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("The market at Alpaca", func() {
	It("has a clock", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/clock", http.StatusOK, `{"timestamp":"2026-11-23T11:00:00.5-05:00","is_open":true,"next_open":"2026-11-24T09:30:00-05:00","next_close":"2026-11-23T16:00:00-05:00"}`)
		Expect(broker.Clock(ctx, account)).To(Equal(alpaca.MarketClock{
			Now: time.Date(2026, 11, 23, 16, 0, 0, 500_000_000, time.UTC), IsOpen: true,
			NextOpen: time.Date(2026, 11, 24, 14, 30, 0, 0, time.UTC), NextClose: time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC),
		}))
		s.on("GET /v2/clock", http.StatusOK, `{}`)
		Expect(broker.Clock(ctx, account)).Error().To(MatchError(domain.KindUnavailable))
	})

	It("has a calendar", func(ctx SpecContext) {
		x := newSocket()
		broker := newBroker(alpaca.Config{AllowAddresses: loopback()})
		day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
		Expect(broker.Calendar(ctx, accountAt(x.URL), day(26), day(29))).To(Equal([]alpaca.MarketDay{
			{Date: day(27), Open: 9*time.Hour + 30*time.Minute, Close: 13 * time.Hour},
		}), "the day after Thanksgiving")
		s, _, account := scripted()
		s.on("GET /v2/calendar", http.StatusOK, `[{"date":"2026-11-27","open":"9.30","close":"13:00"}]`)
		Expect(broker.Calendar(ctx, account, day(26), day(29))).Error().To(MatchError(domain.KindUnavailable))
	})
})

var _ = Describe("An open order at Alpaca", func() {
	var x *socket
	var broker *alpaca.Broker
	var account *domain.BrokerAccount
	price := func(s string) *domain.Price { return new(domain.MustPrice(s)) }
	BeforeEach(func(ctx SpecContext) {
		x, broker = newSocket(), newBroker(alpaca.Config{AllowAddresses: loopback(), VisibleWithin: time.Millisecond})
		account = accountAt(x.URL)
		Expect(x.Push(ctx, account, ports.Quote{Symbol: "AAPL", Bid: price("100"), Ask: price("100"), LastPrice: price("100")})).Error().NotTo(HaveOccurred())
		Expect(broker.Submit(ctx, account, one(func(r *ports.OrderRequest) { r.Type, r.LimitPrice = domain.OrderTypeLimit, price("90") }))).Error().NotTo(HaveOccurred())
	})

	It("is replaced by another, which has an id of ours too", func(ctx SpecContext) {
		report, err := broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabctwo", LimitPrice: price("91"), Quantity: new(domain.MustQuantity("2"))})
		Expect(err).NotTo(HaveOccurred())
		Expect(report.ClientOrderID).To(Equal("hfabctwo"))
		Expect(broker.ByClientOrderID(ctx, account, "hfabcdone")).To(HaveField("Status", domain.StatusReplaced))
		Expect(x.Push(ctx, account, ports.Quote{Symbol: "AAPL", LastPrice: price("90.5"), Ask: price("90.5")})).Error().NotTo(HaveOccurred())
		found, err := broker.ByClientOrderID(ctx, account, "hfabctwo")
		Expect(err).NotTo(HaveOccurred())
		Expect(found.Status).To(Equal(domain.StatusFilled))
		Expect(found.Fills).To(HaveExactElements(HaveField("Quantity", domain.MustQuantity("2"))))
	})

	It("is not replaced by nothing, by an id that is taken, or where there is none", func(ctx SpecContext) {
		Expect(broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabctwo"})).Error().To(MatchError(domain.KindInvalid))
		Expect(broker.Replace(ctx, account, "hfabcdone", alpaca.Change{LimitPrice: price("91")})).Error().To(MatchError(domain.KindInvalid))
		Expect(broker.Replace(ctx, account, "hfabcnone", alpaca.Change{ClientOrderID: "hfabctwo", LimitPrice: price("91")})).Error().To(MatchError(domain.KindNotFound))
		Expect(broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabcdone", LimitPrice: price("91")})).Error().To(MatchError(domain.KindConflict))
		Expect(broker.Cancel(ctx, account, "hfabcdone")).Error().NotTo(HaveOccurred())
		Expect(broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabctwo", LimitPrice: price("91")})).Error().To(MatchError(domain.KindRejected))
	})

	DescribeTable("that is asked to be replaced",
		func(ctx SpecContext, status int, file string, kind domain.Kind, says string) {
			s, broker, account := scripted()
			s.on(lookingUp+"?client_order_id=hfabcdone", http.StatusOK, orderIn())
			s.on("PATCH /v2/orders/"+orderID, status, recorded("errors/"+file))
			_, err := broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabctwo", LimitPrice: price("91")})
			Expect(err).To(And(MatchError(kind), HaveField("Msg", ContainSubstring(says))))
		},
		Entry("is over", 422, "cannot_replace.json", domain.KindRejected, "cannot replace order in filled status"),
		Entry("was replaced before", 422, "already_replaced.json", domain.KindRejected, "order already replaced"),
		Entry("stays the same", 422, "not_changed.json", domain.KindRejected, "order parameters are not changed"),
		Entry("is filled beyond it", 422, "below_filled.json", domain.KindRejected, "qty must be > filled_qty"),
		Entry("would cost more than there is", 403, "insufficient_buying_power.json", domain.KindRejected, "insufficient buying power"),
		Entry("has the id of another", 422, "duplicate.json", domain.KindConflict, "has an order of that client order id"),
		Entry("is asked too often", 429, "rate_limit.json", domain.KindUnavailable, "no more requests"),
		Entry("may be: 500", 500, "internal.json", domain.KindUnknownOutcome, ""),
		Entry("may be: 404", 404, "order_not_found.json", domain.KindUnknownOutcome, ""),
	)

	It("may have been replaced where the answer is none", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(lookingUp, http.StatusOK, orderIn())
		s.on("PATCH /v2/orders/"+orderID, 500, recorded("errors/internal.json"))
		Expect(broker.Replace(ctx, account, "hfabcdone", alpaca.Change{ClientOrderID: "hfabctwo", LimitPrice: price("91")})).Error().To(MatchError(domain.KindUnknownOutcome))
	})
})

var _ = Describe("A position at Alpaca", func() {
	It("is closed as a whole, once", func(ctx SpecContext) {
		x, broker := newSocket(), newBroker(alpaca.Config{AllowAddresses: loopback()})
		account, p := accountAt(x.URL), new(domain.MustPrice("100"))
		Expect(x.Push(ctx, account, ports.Quote{Symbol: "BTC/USD", Bid: p, Ask: p, LastPrice: p})).Error().NotTo(HaveOccurred())
		Expect(broker.ClosePosition(ctx, account, "BTC/USD")).Error().To(MatchError(domain.KindNotFound))
		Expect(broker.Submit(ctx, account, one(func(r *ports.OrderRequest) { r.Symbol, r.TimeInForce = "BTC/USD", domain.TimeInForceGTC }))).Error().NotTo(HaveOccurred())
		Expect(broker.ClosePosition(ctx, account, "BTC/USD")).To(HaveField("BrokerOrderID", Not(BeEmpty())))
		Expect(broker.Summary(ctx, account)).To(HaveField("Positions", BeEmpty()))
		Expect(broker.ClosePosition(ctx, account, "BTC/USD")).Error().To(MatchError(domain.KindNotFound))
	})

	DescribeTable("that is asked to be closed",
		func(ctx SpecContext, status int, file string, kind domain.Kind) {
			s, broker, account := scripted()
			s.on("DELETE /v2/positions/AAPL", status, recorded("errors/"+file))
			Expect(broker.ClosePosition(ctx, account, "AAPL")).Error().To(MatchError(kind))
		},
		Entry("is not, where open orders hold its shares", 403, "insufficient_quantity.json", domain.KindRejected),
		Entry("may be, where the answer is none", 500, "internal.json", domain.KindUnknownOutcome),
		Entry("is not there", 404, "position_not_found.json", domain.KindNotFound),
		Entry("is not, where the account is throttled", 429, "rate_limit.json", domain.KindUnavailable),
	)
})
