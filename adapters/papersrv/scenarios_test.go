package papersrv_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// fail switches a fault on.
func (v *venue) fail(ctx context.Context, fault string, times int) {
	GinkgoHelper()
	got := v.send(ctx, http.MethodPost, "/sim/faults", fmt.Sprintf(`{"fault":%q,"times":%d}`, fault, times))
	Expect(got.status).To(Equal(http.StatusOK), got.text)
}

var _ = Describe("A fault that is switched on", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})

	DescribeTable("takes the order, and keeps the answer:",
		func(ctx SpecContext, fault, says string) {
			v.fail(ctx, fault, 1)
			client := alpaca.NewClient(alpaca.ClientOpts{
				APIKey: "key", APISecret: "secret", BaseURL: v.url, HTTPClient: &http.Client{Timeout: 300 * time.Millisecond},
			})
			_, err := client.PlaceOrder(buy("1", "AAPL", named("mine")))
			Expect(err).To(MatchError(ContainSubstring(says)))
			Expect(v.GetOrderByClientOrderID("mine")).To(HaveField("Status", "filled"))
			Expect(v.PlaceOrder(buy("1", "AAPL", named("mine")))).Error().To(refuse(422, 40010001, "must be unique"))
			v.place(buy("1", "AAPL", named("next")))
			Expect(v.GetPosition("AAPL")).To(HaveField("Qty", number("2")))
		},
		Entry("for ever", "accept_then_timeout", "Client.Timeout exceeded"),
		Entry("with the connection", "accept_then_drop", "EOF"),
		Entry("behind a 500", "accept_then_error", "internal server error occurred (HTTP 500, Code 50010000)"),
	)

	It("throttles, tells until when, and does nothing", func(ctx SpecContext) {
		v.fail(ctx, "throttle", 1)
		got := v.send(ctx, http.MethodPost, "/v2/orders", `{"symbol":"AAPL","qty":"1","side":"buy","type":"market","time_in_force":"day"}`)
		Expect(got.status).To(Equal(http.StatusTooManyRequests))
		Expect(got.text).To(MatchJSON(`{"code":42910000,"message":"rate limit exceeded"}`))
		Expect(got.header.Get("X-RateLimit-Reset")).To(Equal(fmt.Sprint(monday().Add(time.Second).Unix())))
		Expect(got.header.Get("X-RateLimit-Remaining")).To(Equal("0"))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "all"})).To(BeEmpty())
	})

	It("is over when the SDK has retried", func(ctx SpecContext) {
		v.fail(ctx, "throttle", 1)
		Expect(v.GetAccount()).To(HaveField("Status", "ACTIVE"))
	})

	It("hides an order from so many look-ups, and then no more", func(ctx SpecContext) {
		v.fail(ctx, "late_visibility", 2)
		o := v.place(buy("1", "AAPL", named("mine")))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "all"})).To(BeEmpty())
		Expect(v.GetOrderByClientOrderID("mine")).Error().To(refuse(404, 40410000, "order not found"))
		Expect(v.GetOrder(o.ID)).Error().To(refuse(404, 40410000, "order not found"))
		Expect(v.GetOrderByClientOrderID("mine")).To(HaveField("ID", o.ID))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{Status: "all"})).To(HaveLen(1))
		next := v.place(buy("1", "AAPL"))
		Expect(v.GetOrder(next.ID)).To(HaveField("ID", next.ID))
	})

	It("lets an order fill whose cancel was answered", func(ctx SpecContext) {
		v.fail(ctx, "fill_after_cancel", 1)
		o := v.place(buy("1", "AAPL", limit("95")))
		Expect(v.CancelOrder(o.ID)).To(Succeed())
		Expect(v.CancelOrder(o.ID)).To(Succeed(), "as often as one likes")
		Expect(v.now(o).Status).To(Equal("pending_cancel"))
		Expect(v.now(o)).To(And(HaveField("Status", "filled"), HaveField("FilledAvgPrice", number("95"))))
		Expect(v.CancelOrder(o.ID)).To(MatchError(ContainSubstring(`order is already in "filled" state`)))
	})

	It("lets orders fill of which all were canceled, also where nobody asks", func(ctx SpecContext) {
		v.fail(ctx, "fill_after_cancel", 1)
		v.place(buy("1", "AAPL", limit("95")))
		v.place(buy("2", "AAPL", limit("95")))
		Expect(v.CancelAllOrders()).To(Succeed())
		v.clock.Advance(2 * time.Second)
		Expect(v.GetPosition("AAPL")).To(HaveField("Qty", number("1")))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(BeEmpty())
	})

	It("does not let an order be replaced that is about to end", func(ctx SpecContext) {
		v.fail(ctx, "fill_after_cancel", 1)
		o := v.place(buy("1", "AAPL", limit("95")))
		Expect(v.CancelOrder(o.ID)).To(Succeed())
		Expect(v.ReplaceOrder(o.ID, alpaca.ReplaceOrderRequest{Qty: d("2")})).Error().To(refuse(422, 42210000, "^cannot replace order in pending_cancel status$"))
	})

	It("is listed, is the account's alone, and can be switched off", func(ctx SpecContext) {
		v.fail(ctx, "throttle", 3)
		v.fail(ctx, "accept_then_error", 1)
		Expect(v.send(ctx, http.MethodGet, "/sim/faults", "").text).To(MatchJSON(`[{"fault":"accept_then_error","times":1},{"fault":"throttle","times":3}]`))
		Expect(v.as("another", "pair").GetAccount()).Error().NotTo(HaveOccurred())
		Expect(v.send(ctx, http.MethodDelete, "/sim/faults", "").status).To(Equal(http.StatusNoContent))
		Expect(v.send(ctx, http.MethodGet, "/sim/faults", "").text).To(MatchJSON(`[]`))
		v.place(buy("1", "AAPL"))
	})

	DescribeTable("must be one that is known",
		func(ctx SpecContext, body string, status int) {
			Expect(v.send(ctx, http.MethodPost, "/sim/faults", body).status).To(Equal(status))
		},
		Entry("another", `{"fault":"earthquake"}`, 422), Entry("never", `{"fault":"throttle","times":0}`, 422),
		Entry("for ever", `{"fault":"throttle","times":100001}`, 422), Entry("no JSON", `throttle`, 400),
	)
})

var _ = Describe("A venue behind a bad line", func() {
	It("has one order, however often it arrives, and finds it by its client's id", func(ctx SpecContext) {
		v := open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
		line, err := brokerfaults.Start(v.server.Handler())
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(line.Close)
		client := alpaca.NewClient(alpaca.ClientOpts{APIKey: "key", APISecret: "secret", BaseURL: line.URL()})

		for id, fault := range map[string]brokerfaults.Fault{
			"repeated": brokerfaults.Repeat(), "unanswered": brokerfaults.DropAnswer(), "broken": brokerfaults.TruncatedBody(),
			"garbled": brokerfaults.MalformedBody(), "failed": brokerfaults.ErrorExecuted(),
		} {
			line.Next(fault)
			_, err := client.PlaceOrder(buy("1", "AAPL", named(id)))
			Expect(err).To(HaveOccurred(), id)
			Expect(client.GetOrderByClientOrderID(id)).To(HaveField("Status", "filled"), id)
		}
		for id, fault := range map[string]brokerfaults.Fault{"reset": brokerfaults.Reset(), "refused": brokerfaults.ErrorNotExecuted()} {
			line.Next(fault)
			Expect(client.PlaceOrder(buy("1", "AAPL", named(id)))).Error().To(HaveOccurred(), id)
			Expect(client.GetOrderByClientOrderID(id)).Error().To(refuse(404, 40410000, "order not found"), id)
		}
		Expect(v.GetPosition("AAPL")).To(HaveField("Qty", number("5")))
	})
})
