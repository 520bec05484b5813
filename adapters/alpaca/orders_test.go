package alpaca_test

import (
	"fmt"
	"net/http"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func fillAt(id, order, quantity, price string) string {
	return fmt.Sprintf(`{"id":%q,"activity_type":"FILL","order_id":%q,"qty":%q,"price":%q,"transaction_time":"2026-10-08T15:10:18.017Z"}`, id, order, quantity, price)
}

const orderID = "61e69015-8549-4bfd-b9c3-01e75843f47d"

var _ = Describe("An order at Alpaca", func() {
	DescribeTable("has the status",
		func(ctx SpecContext, word string, status domain.OrderStatus) {
			s, broker, account := scripted()
			s.on(lookingUp, http.StatusOK, orderIn(`"pending_new"`, `"`+word+`"`))
			report, err := broker.ByClientOrderID(ctx, account, "hfabcdone")
			Expect(err).NotTo(HaveOccurred())
			Expect(report.Status).To(Equal(status))
			Expect(report.BrokerOrderID).To(Equal(orderID))
			Expect(report.At).To(Equal(time.Date(2026, 10, 8, 15, 10, 18, 17512000, time.UTC)))
			Expect(report.Events()).To(HaveExactElements(HaveField("Kind", domain.OrderEventKind(status))))
		},
		EntryDescription("%s"),
		Entry(nil, "new", domain.StatusNew),
		Entry(nil, "done_for_day", domain.StatusDoneForDay),
		Entry(nil, "canceled", domain.StatusCanceled),
		Entry(nil, "expired", domain.StatusExpired),
		Entry(nil, "replaced", domain.StatusReplaced),
		Entry(nil, "pending_cancel", domain.StatusPendingCancel),
		Entry(nil, "pending_replace", domain.StatusPendingReplace),
		Entry(nil, "accepted", domain.StatusAccepted),
		Entry(nil, "pending_new", domain.StatusPendingNew),
		Entry(nil, "accepted_for_bidding", domain.StatusAccepted),
		Entry(nil, "stopped", domain.StatusStopped),
		Entry(nil, "rejected", domain.StatusRejected),
		Entry(nil, "suspended", domain.StatusSuspended),
		Entry(nil, "calculated", domain.StatusCalculated),
		Entry(nil, "held", domain.StatusHeld),
	)

	It("has its executions from the account's activities, in their order and nobody else's", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(lookingUp, http.StatusOK, orderIn(`"pending_new"`, `"filled"`, `"filled_qty": "0"`, `"filled_qty": "0.3"`))
		s.on(executions, http.StatusOK, "["+fillAt("3::c", orderID, "0.2", "86.9")+","+fillAt("2::b", "another", "7", "1")+","+fillAt("1::a", orderID, "0.1", "86.878")+"]")
		report, err := broker.ByClientOrderID(ctx, account, "hfabcdone")
		Expect(err).NotTo(HaveOccurred())
		Expect(report.Status).To(Equal(domain.StatusFilled))
		Expect(report.Fills).To(HaveExactElements(HaveField("ExecutionID", "1::a"), HaveField("ExecutionID", "3::c")))
		Expect(report.Events()).To(HaveExactElements(HaveField("Completes", false), HaveField("Completes", true)))
	})

	It("is partially filled while its activities have not caught up, and makes no execution up", func(ctx SpecContext) {
		s, broker, account := scripted()
		for _, word := range []string{"filled", "canceled", "new"} {
			s.on(lookingUp, http.StatusOK, orderIn(`"pending_new"`, `"`+word+`"`, `"filled_qty": "0"`, `"filled_qty": "2"`))
			s.on(executions, http.StatusOK, "["+fillAt("1::a", orderID, "1", "86.878")+"]")
			report, err := broker.ByClientOrderID(ctx, account, "hfabcdone")
			Expect(err).NotTo(HaveOccurred())
			Expect(report.Status).To(Equal(domain.StatusPartiallyFilled), word)
			Expect(report.Events()).To(HaveExactElements(And(HaveField("ExecutionID", "1::a"), HaveField("Completes", false))))
		}
	})

	It("is acknowledged when it was taken, also where its executions could not be read", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(submitting, http.StatusOK, orderIn(`"pending_new"`, `"filled"`, `"filled_qty": "0"`, `"filled_qty": "1"`))
		s.on(executions, 500, recorded("errors/internal.json"))
		report, err := broker.Submit(ctx, account, one())
		Expect(err).NotTo(HaveOccurred())
		Expect(report.BrokerOrderID).To(Equal(orderID))
		Expect(report.Events()).To(BeEmpty())
		Expect(broker.ByClientOrderID(ctx, account, "hfabcdone")).Error().To(MatchError(domain.KindNotFound))
	})

	It("reads numbers that are not in strings, and none that are none", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on(lookingUp, http.StatusOK, orderIn(`"filled_qty": "0"`, `"filled_qty": 0`))
		Expect(broker.ByClientOrderID(ctx, account, "hfabcdone")).Error().NotTo(HaveOccurred())
		s.on(lookingUp, http.StatusOK, orderIn(`"filled_qty": "0"`, `"filled_qty": "-1"`))
		Expect(broker.ByClientOrderID(ctx, account, "hfabcdone")).Error().To(MatchError(domain.KindUnavailable))
	})
})

// asks is an order that is not sent, and what is wrong with it.
type asks struct {
	Edit func(*ports.OrderRequest)
	Code string
}

var _ = Describe("An order that Alpaca's rules do not allow", func() {
	in := func(symbol domain.Symbol, t domain.OrderType, tif domain.TimeInForce, q string) func(*ports.OrderRequest) {
		return func(r *ports.OrderRequest) {
			r.Symbol, r.Type, r.TimeInForce, r.Quantity = symbol, t, tif, new(domain.MustQuantity(q))
			if t.NeedsStopPrice() {
				r.StopPrice = new(domain.MustPrice("10"))
			}
			if t.NeedsLimitPrice() {
				r.LimitPrice = new(domain.MustPrice("10"))
			}
		}
	}
	limit := func(price string) func(*ports.OrderRequest) {
		return func(r *ports.OrderRequest) {
			r.Type, r.LimitPrice = domain.OrderTypeLimit, new(domain.MustPrice(price))
		}
	}
	const option = "SPY250624C00596000"
	DescribeTable("is refused before it is sent",
		func(ctx SpecContext, a asks) {
			s, broker, account := scripted()
			s.on("GET /v2/assets/OCGN", http.StatusOK, `{"class":"us_equity","symbol":"OCGN","status":"active","tradable":true,"fractionable":false}`)
			s.on("GET /v2/assets/GONE", http.StatusOK, `{"class":"us_equity","symbol":"GONE","status":"inactive","tradable":false}`)
			s.on("GET /v2/assets/BTC%2FUSD", http.StatusOK, `{"class":"crypto","symbol":"BTC/USD","status":"active","tradable":true,"fractionable":true,"min_order_size":"0.0001","min_trade_increment":"0.0001","price_increment":"0.5"}`)
			r := one(a.Edit)
			_, _ = broker.Instrument(ctx, account, r.Symbol)
			before := len(s.requests())
			_, err := broker.Submit(ctx, account, r)
			Expect(err).To(MatchError(domain.KindInvalid))
			Expect(err).To(HaveField("Code", a.Code))
			Expect(s.requests()).To(HaveLen(before))
		},
		Entry("sub-penny above 1", asks{limit("290.123"), "sub_penny"}),
		Entry("sub-penny below 1", asks{limit("0.12345"), "sub_penny"}),
		Entry("a price off the increment of crypto", asks{func(r *ports.OrderRequest) {
			in("BTC/USD", domain.OrderTypeLimit, domain.TimeInForceGTC, "1")(r)
			r.LimitPrice = new(domain.MustPrice("10.3"))
		}, "price_increment"}),
		Entry("less crypto than the least", asks{in("BTC/USD", domain.OrderTypeMarket, domain.TimeInForceGTC, "0.00001"), "quantity_too_small"}),
		Entry("crypto for the day", asks{in("BTC/USD", domain.OrderTypeMarket, domain.TimeInForceDay, "1"), "unsupported_time_in_force"}),
		Entry("a stop order for crypto", asks{in("BTC/USD", domain.OrderTypeStop, domain.TimeInForceGTC, "1"), "unsupported_order_type"}),
		Entry("a stop-limit order for crypto at once", asks{in("BTC/USD", domain.OrderTypeStopLimit, domain.TimeInForceIOC, "1"), "unsupported_time_in_force"}),
		Entry("an option beyond the day", asks{in(option, domain.OrderTypeMarket, domain.TimeInForceGTC, "1"), "unsupported_time_in_force"}),
		Entry("a stop order for an option", asks{in(option, domain.OrderTypeStop, domain.TimeInForceDay, "1"), "unsupported_order_type"}),
		Entry("half an option", asks{in(option, domain.OrderTypeMarket, domain.TimeInForceDay, "0.5"), "quantity_step"}),
		Entry("a stop order at the opening", asks{in("AAPL", domain.OrderTypeStop, domain.TimeInForceOPG, "1"), "unsupported_time_in_force"}),
		Entry("a fraction beyond the day", asks{in("AAPL", domain.OrderTypeMarket, domain.TimeInForceGTC, "0.5"), "fractional_time_in_force"}),
		Entry("a notional beyond the day", asks{func(r *ports.OrderRequest) {
			r.Quantity, r.Notional, r.TimeInForce = nil, new(domain.MustMoney("100")), domain.TimeInForceGTC
		}, "fractional_time_in_force"}),
		Entry("a notional below 1", asks{func(r *ports.OrderRequest) {
			r.Quantity, r.Notional = nil, new(domain.MustMoney("0.5"))
		}, "notional_too_small"}),
		Entry("a fraction of what has none", asks{in("OCGN", domain.OrderTypeMarket, domain.TimeInForceDay, "0.5"), "not_fractionable"}),
		Entry("more than 9 decimals", asks{in("AAPL", domain.OrderTypeMarket, domain.TimeInForceDay, "0.0000000001"), "quantity_step"}),
		Entry("what is not tradable", asks{in("GONE", domain.OrderTypeMarket, domain.TimeInForceDay, "1"), "not_tradable"}),
		Entry("a limit without a price", asks{func(r *ports.OrderRequest) { r.Type = domain.OrderTypeLimit }, "limit_price_mismatch"}),
		Entry("no client order id", asks{func(r *ports.OrderRequest) { r.ClientOrderID = "" }, "invalid_client_order_id"}),
	)

	DescribeTable("is sent where they do allow it",
		func(ctx SpecContext, edit func(*ports.OrderRequest)) {
			s, broker, account := scripted()
			s.on(submitting, http.StatusOK, orderIn())
			Expect(broker.Submit(ctx, account, one(edit))).Error().NotTo(HaveOccurred())
			Expect(s.requests()).To(Equal([]string{submitting}), "and nothing else is asked for it")
		},
		Entry("two decimals above 1", limit("290.12")),
		Entry("four decimals below 1", limit("0.1234")),
		Entry("a fraction for the day", in("AAPL", domain.OrderTypeLimit, domain.TimeInForceDay, "0.5")),
		Entry("crypto good till canceled", in("BTC/USD", domain.OrderTypeStopLimit, domain.TimeInForceGTC, "0.001")),
		Entry("an option for the day", in(option, domain.OrderTypeLimit, domain.TimeInForceDay, "2")),
		Entry("at the opening", in("AAPL", domain.OrderTypeMarket, domain.TimeInForceOPG, "1")),
		Entry("at the close", in("AAPL", domain.OrderTypeLimit, domain.TimeInForceCLS, "1")),
		Entry("all or nothing", in("AAPL", domain.OrderTypeLimit, domain.TimeInForceFOK, "1")),
	)
})

var _ = Describe("A symbol at Alpaca", func() {
	It("is asked for in Alpaca's spelling, at most once in ten minutes", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/assets/BTC%2FUSD", http.StatusOK, `{"class":"crypto","symbol":"BTC/USD","status":"active","tradable":true,"min_order_size":"0.0001","min_trade_increment":"0.0001","price_increment":"0.5"}`)
		for range 3 {
			i, err := broker.Instrument(ctx, account, "BTC/USD")
			Expect(err).NotTo(HaveOccurred())
			Expect(i).To(Equal(domain.Instrument{
				Symbol: "BTC/USD", AssetClass: domain.AssetClassCrypto, Tradable: true, QuantityStep: domain.MustQuantity("0.0001"),
				MinimumQuantity: domain.MustQuantity("0.0001"), PriceIncrement: domain.MustQuantity("0.5"),
			}))
		}
		Expect(s.requests()).To(HaveLen(1))
	})

	It("is sold short in whole shares alone, where it trades in parts", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/assets/AAPL", http.StatusOK, `{"class":"us_equity","symbol":"AAPL","status":"active","tradable":true,"fractionable":true}`)
		Expect(broker.Instrument(ctx, account, "AAPL")).To(And(
			HaveField("QuantityStep", domain.MustQuantity("0.000000001")), HaveField("ShortStep", domain.MustQuantity("1"))))
	})

	It("is an option contract where it is one", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/options/contracts/SPY250624C00596000", http.StatusOK, `{"symbol":"SPY250624C00596000","status":"active","tradable":true,"size":"100"}`)
		i, err := broker.Instrument(ctx, account, "SPY250624C00596000")
		Expect(err).NotTo(HaveOccurred())
		Expect(i.AssetClass).To(Equal(domain.AssetClassUSOption))
		Expect(i.QuantityStep).To(Equal(domain.MustQuantity("1")))
	})

	It("is not known by a name that is not its own, so that nothing is traded under two", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/assets/BTCUSD", http.StatusOK, `{"class":"crypto","symbol":"BTC/USD","status":"active","tradable":true}`)
		_, err := broker.Instrument(ctx, account, "BTCUSD")
		Expect(err).To(MatchError(And(ContainSubstring("BTC/USD"), ContainSubstring("map"))))
		Expect(err).To(MatchError(domain.KindNotFound))
	})

	It("is one and the same in orders and in positions", func(ctx SpecContext) {
		s, broker, account := scripted()
		s.on("GET /v2/account", http.StatusOK, `{"cash":"100","equity":"-5.25","buying_power":"0"}`)
		s.on("GET /v2/positions", http.StatusOK, `[
			{"symbol":"TSLA","asset_class":"us_equity","qty":"-2","avg_entry_price":"86.879891"},
			{"symbol":"ETHUSDT","asset_class":"crypto","qty":"0.5","avg_entry_price":"1"},
			{"symbol":"BTCUSD","asset_class":"crypto","qty":"0.001","avg_entry_price":"1"}]`)
		summary, err := broker.Summary(ctx, account)
		Expect(err).NotTo(HaveOccurred())
		Expect(summary.Equity).To(Equal(domain.MustMoney("-5.25")))
		Expect(summary.Positions).To(HaveExactElements(
			HaveField("Symbol", domain.Symbol("BTC/USD")), HaveField("Symbol", domain.Symbol("ETH/USDT")),
			And(HaveField("Symbol", domain.Symbol("TSLA")), HaveField("Position.Quantity", domain.MustNet("-2"))),
		))
	})
})
