package papersrv_test

import (
	"github.com/alpacahq/alpaca-trade-api-go/v3/alpaca"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("An order that is replaced", func() {
	var v *venue
	BeforeEach(func(ctx SpecContext) {
		v = open()
		v.quote(ctx, "AAPL", "99.90", "100.10", "100")
	})

	It("is over, and another one with another id works in its place", func(ctx SpecContext) {
		old := v.place(buy("10", "AAPL", limit("95"), named("old")))
		replacement, err := v.ReplaceOrder(old.ID, alpaca.ReplaceOrderRequest{Qty: d("5"), LimitPrice: d("96"), ClientOrderID: "new"})
		Expect(err).NotTo(HaveOccurred())
		Expect(replacement).To(HaveValue(And(
			HaveField("Replaces", HaveValue(Equal(old.ID))), HaveField("ClientOrderID", "new"), HaveField("Qty", number("5")),
			HaveField("LimitPrice", number("96")), HaveField("TimeInForce", alpaca.Day))))
		Expect(v.now(old)).To(HaveValue(And(
			HaveField("Status", "replaced"), HaveField("ReplacedBy", HaveValue(Equal(replacement.ID))), HaveField("ReplacedAt", Not(BeNil())))))
		Expect(v.GetOrders(alpaca.GetOrdersRequest{})).To(ConsistOf(HaveField("ID", replacement.ID)))
		v.quote(ctx, "AAPL", "95.90", "96", "95.95")
		Expect(v.now(replacement)).To(And(HaveField("Status", "filled"), HaveField("FilledQty", number("5"))))
	})

	It("may be a leg, and the other leg is canceled with the replacement all the same", func(ctx SpecContext) {
		entry := v.place(buy("10", "AAPL", class(alpaca.Bracket, "105", "95", "")))
		profit, loss := &entry.Legs[0], &entry.Legs[1]
		tighter, err := v.ReplaceOrder(loss.ID, alpaca.ReplaceOrderRequest{StopPrice: d("98")})
		Expect(err).NotTo(HaveOccurred())
		v.quote(ctx, "AAPL", "97.90", "98.10", "98")
		Expect(v.now(tighter)).To(And(HaveField("Status", "filled"), HaveField("OrderClass", alpaca.Bracket)))
		Expect(v.now(profit).Status).To(Equal("canceled"))
	})

	type row struct {
		Order   alpaca.PlaceOrderRequest
		Change  alpaca.ReplaceOrderRequest
		Status  int
		Code    int
		Message string
	}
	DescribeTable("is not",
		func(r row) {
			v.place(buy("10", "AAPL", named("held")))
			o := v.place(r.Order)
			before := v.now(o).Status
			_, err := v.ReplaceOrder(o.ID, r.Change)
			Expect(err).To(refuse(r.Status, r.Code, r.Message))
			Expect(v.now(o).Status).To(Equal(before))
		},
		Entry("once it is filled", row{buy("1", "AAPL"), alpaca.ReplaceOrderRequest{Qty: d("2")}, 422, 42210000, "^cannot replace order in filled status$"}),
		Entry("while it waits for a price", row{buy("1", "MSFT"), alpaca.ReplaceOrderRequest{Qty: d("2")}, 422, 42210000, "^cannot replace order in accepted status$"}),
		Entry("by the same", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{Qty: d("1"), LimitPrice: d("95.00")}, 422, 42210000, "^order parameters are not changed$"}),
		Entry("between the cents", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{LimitPrice: d("95.001")}, 422, 42210000, "sub-penny"}),
		Entry("by one with a used id", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{Qty: d("2"), ClientOrderID: "held"}, 422, 40010001, "^client_order_id must be unique$"}),
		Entry("by more than the account can pay", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{Qty: d("100000")}, 403, 40310000, "insufficient buying power"}),
		Entry("by more than it has to sell", row{sell("10", "AAPL", limit("120")), alpaca.ReplaceOrderRequest{Qty: d("11")}, 403, 40310000, "insufficient qty available"}),
		Entry("by parts of shares", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{Qty: d("1.5")}, 422, 42210000, "cannot be replaced"}),
		Entry("by notional", row{buy("", "AAPL", worth("100"), limit("95")), alpaca.ReplaceOrderRequest{LimitPrice: d("96")}, 422, 42210000, "cannot be replaced"}),
		Entry("while legs wait for it", row{buy("1", "AAPL", limit("95"), class(alpaca.Bracket, "120", "90", "")), alpaca.ReplaceOrderRequest{Qty: d("2")}, 422, 42210000, "legs wait"}),
		Entry("with a price it does not have", row{buy("1", "AAPL", limit("95")), alpaca.ReplaceOrderRequest{StopPrice: d("96")}, 422, 42210000, "stop_price"}),
	)

	It("is not again", func() {
		o := v.place(buy("1", "AAPL", limit("95")))
		Expect(v.ReplaceOrder(o.ID, alpaca.ReplaceOrderRequest{Qty: d("2")})).Error().NotTo(HaveOccurred())
		Expect(v.ReplaceOrder(o.ID, alpaca.ReplaceOrderRequest{Qty: d("3")})).Error().To(refuse(422, 42210000, "^order already replaced$"))
	})
})
