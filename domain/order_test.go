package domain_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A new order", func() {
	It("is an intent that nobody was told of", func() {
		o, err := domain.NewOrder(marketOrder("10"))
		Expect(err).NotTo(HaveOccurred())
		Expect(o.ID()).To(Equal(id[domain.Order](1)))
		Expect(o.Terms()).To(Equal(marketOrder("10")))
		Expect(o.UpdatedAt()).To(Equal(at(0)))
		Expect(o.Version()).To(Equal(0))
		Expect(o.LeavesQuantity()).To(Equal(domain.MustQuantity("10")))
		Expect(o.BrokerOrderID()).To(BeEmpty())
		Expect(o.IsWorking()).To(BeFalse())
		Expect(o.IsSettled()).To(BeFalse())
		Expect(o.Fills()).To(BeEmpty())
	})

	type row struct {
		But    func(*domain.OrderTerms)
		Faults []string
	}
	DescribeTable("is refused",
		func(r row) {
			terms := marketOrder("10")
			r.But(&terms)
			o, err := domain.NewOrder(terms)
			Expect(faultsOf(err)).To(Equal(r.Faults))
			Expect(o).To(BeNil())
		},
		Entry("without its id", row{func(t *domain.OrderTerms) { t.ID = domain.OrderID{} }, []string{"id id_required"}}),
		Entry("without its owner", row{func(t *domain.OrderTerms) { t.UserID = domain.UserID{} }, []string{"id id_required"}}),
		Entry("without its signal", row{func(t *domain.OrderTerms) { t.SignalID = domain.SignalID{} }, []string{"id id_required"}}),
		Entry("without its ticket", row{func(t *domain.OrderTerms) { t.TicketID = domain.TicketID{} }, []string{"id id_required"}}),
		Entry("without its account", row{func(t *domain.OrderTerms) { t.BrokerAccountID = domain.BrokerAccountID{} }, []string{"id id_required"}}),
		Entry("as step 0", row{func(t *domain.OrderTerms) { t.Step = 0 }, []string{"step invalid_step"}}),
		Entry("as a revision below 0", row{func(t *domain.OrderTerms) { t.Revision = -1 }, []string{"step invalid_step"}}),
		Entry("without its client order id", row{func(t *domain.OrderTerms) { t.ClientOrderID = "" }, []string{"client_order_id client_order_id_required"}}),
		Entry("without a symbol", row{func(t *domain.OrderTerms) { t.Symbol = "" }, []string{"symbol symbol_required"}}),
		Entry("without a side", row{func(t *domain.OrderTerms) { t.Side = "" }, []string{"side invalid_side"}}),
		Entry("as a class there is not", row{func(t *domain.OrderTerms) { t.Class = "oco" }, []string{"order_class invalid_order_class"}}),
		Entry("as a leg of another class", row{func(t *domain.OrderTerms) { t.ParentID = &t.ID }, []string{"order_class invalid_order_class"}}),
		Entry("without a time in force", row{func(t *domain.OrderTerms) { t.TimeInForce = "" }, []string{"time_in_force invalid_time_in_force"}}),
		Entry("without a size", row{func(t *domain.OrderTerms) { t.Quantity = nil }, []string{"quantity quantity_or_notional"}}),
		Entry("with two sizes", row{func(t *domain.OrderTerms) { t.Notional = new(domain.MustMoney("1")) }, []string{"quantity quantity_or_notional"}}),
		Entry("for nothing", row{func(t *domain.OrderTerms) { t.Quantity = new(domain.Quantity{}) }, []string{"quantity quantity_not_positive"}}),
		Entry("for no money", row{
			func(t *domain.OrderTerms) { t.Quantity, t.Notional = nil, new(domain.Money{}) }, []string{"notional notional_not_positive"},
		}),
		Entry("for a debt", row{
			func(t *domain.OrderTerms) { t.Quantity, t.Notional = nil, new(domain.MustMoney("-1")) }, []string{"notional notional_not_positive"},
		}),
		Entry("of no type", row{func(t *domain.OrderTerms) { t.Type = "" }, []string{"type invalid_order_type"}}),
		Entry("as a limit order without a limit", row{func(t *domain.OrderTerms) { t.Type = "limit" }, []string{"limit_price limit_price_mismatch"}}),
		Entry("as a stop order without a stop", row{func(t *domain.OrderTerms) { t.Type = "stop" }, []string{"stop_price stop_price_mismatch"}}),
		Entry("as a market order with a limit", row{
			func(t *domain.OrderTerms) { t.LimitPrice = new(domain.MustPrice("1")) }, []string{"limit_price limit_price_mismatch"},
		}),
		Entry("with every fault at once, in field order", row{
			func(t *domain.OrderTerms) { *t = domain.OrderTerms{Type: "stop_limit"} },
			[]string{
				"id id_required", "step invalid_step", "client_order_id client_order_id_required", "symbol symbol_required",
				"side invalid_side", "order_class invalid_order_class", "time_in_force invalid_time_in_force",
				"quantity quantity_or_notional", "limit_price limit_price_mismatch", "stop_price stop_price_mismatch",
			},
		}),
	)
})

var _ = Describe("An order", func() {
	It("by notional leaves no quantity to be filled, and is filled when the venue says so", func() {
		terms := marketOrder("1")
		terms.Quantity, terms.Notional = nil, new(domain.MustMoney("1000"))
		o, err := domain.NewOrder(terms)
		Expect(err).NotTo(HaveOccurred())
		apply(o, fill("4", "100", 1))
		Expect(o.Status()).To(Equal(domain.StatusPartiallyFilled))
		Expect(o.LeavesQuantity()).To(Equal(domain.Quantity{}))
		apply(o, lastFill("6", "100", 2))
		Expect(o.Status()).To(Equal(domain.StatusFilled))
	})

	It("counts an execution once, by whatever source it is told", func() {
		o := orderOf("10", fill("4", "100", 1))
		again := fill("4", "100", 1)
		again.SourceID = "stream:77"
		added, err := o.Apply(again, at(2))
		Expect(err).NotTo(HaveOccurred())
		Expect(added).To(BeFalse())
		Expect(o.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
	})

	It("takes the first broker order id it learns", func() {
		acknowledged := ours("acknowledged", 1)
		acknowledged.BrokerOrderID = "broker 1"
		found := ours("found", 1)
		found.BrokerOrderID = "broker 2"
		o := orderOf("10", ours("attempted", 1), found, acknowledged)
		Expect(o.BrokerOrderID()).To(Equal("broker 1"), "first in the order of events, not of arrival")
		Expect(o.IsWorking()).To(BeTrue())
		Expect(o.IsSettled()).To(BeFalse())
	})

	It("is settled when it never reached the broker, or is over there", func() {
		Expect(orderOf("10", ours("denied", 0)).IsSettled()).To(BeTrue())
		Expect(orderOf("10", fill("10", "100", 1)).IsSettled()).To(BeFalse(), "the answer to the request is still out")
		Expect(orderOf("10", fill("10", "100", 2), ours("attempted", 1), ours("acknowledged", 1)).IsSettled()).To(BeTrue())
	})

	It("rounds the average price of its fills to 10 places", func() {
		o := orderOf("10", fill("1", "1", 1), fill("2", "2", 2))
		Expect(o.AverageFillPrice()).To(HaveValue(Equal(domain.MustPrice("1.6666666667"))))
	})

	It("was updated when its last event was recorded, however late that one came", func() {
		o := orderOf("10")
		_, err := o.Apply(fill("1", "100", 5), at(50))
		Expect(err).NotTo(HaveOccurred())
		_, err = o.Apply(fill("1", "100", 4), at(40))
		Expect(err).NotTo(HaveOccurred())
		Expect(o.UpdatedAt()).To(Equal(at(50)))
		Expect(o.Events()).To(Equal([]domain.OrderEvent{fill("1", "100", 5), fill("1", "100", 4)}), "as recorded")
		Expect(o.Fills()).To(HaveExactElements(HaveField("At", at(4)), HaveField("At", at(5))), "as executed")
	})

	type row struct {
		Event  domain.OrderEvent
		Faults []string
	}
	with := func(e domain.OrderEvent, but func(*domain.OrderEvent)) domain.OrderEvent {
		but(&e)
		return e
	}
	DescribeTable("refuses a malformed event and stays as it was",
		func(r row) {
			o := orderOf("10")
			added, err := o.Apply(r.Event, at(1))
			Expect(faultsOf(err)).To(Equal(r.Faults))
			Expect(added).To(BeFalse())
			Expect(o.Events()).To(BeEmpty())
			Expect(o.UpdatedAt()).To(Equal(at(0)))
		},
		Entry("without a source id", row{with(event("new", 1), func(e *domain.OrderEvent) { e.SourceID = "" }), []string{"source_id source_id_required"}}),
		Entry("of no kind", row{event("filled up", 1), []string{"kind invalid_event"}}),
		Entry("without a time", row{with(event("new", 1), func(e *domain.OrderEvent) { e.At = time.Time{} }), []string{"at time_required"}}),
		Entry("a fill of nothing", row{with(fill("1", "1", 1), func(e *domain.OrderEvent) { e.Quantity = domain.Quantity{} }), []string{"quantity invalid_fill"}}),
		Entry("a fill for nothing", row{with(fill("1", "1", 1), func(e *domain.OrderEvent) { e.Price = domain.Price{} }), []string{"quantity invalid_fill"}}),
		Entry("a fill without its execution id", row{with(fill("1", "1", 1), func(e *domain.OrderEvent) { e.ExecutionID = "" }), []string{"quantity invalid_fill"}}),
		Entry("in every way at once", row{domain.OrderEvent{Kind: "fill"}, []string{
			"source_id source_id_required", "at time_required", "quantity invalid_fill",
		}}),
	)

	It("cannot be restored without an id", func() {
		_, err := domain.RestoreOrder(domain.OrderSnapshot{})
		Expect(err).To(refuseWith(domain.KindInternal, "corrupt_order"))
	})

	It("shares nothing that can change with what it was made from or hands out", func() {
		quantity, config := domain.MustQuantity("10"), id[domain.WebhookConfig](6)
		terms := marketOrder("10")
		terms.Type, terms.Quantity, terms.WebhookConfigID = "stop_limit", &quantity, &config
		terms.LimitPrice, terms.StopPrice = new(domain.MustPrice("101")), new(domain.MustPrice("100"))
		terms.ReferencePrice = new(domain.MustPrice("99"))
		o, err := domain.NewOrder(terms)
		Expect(err).NotTo(HaveOccurred())
		stored := o.Snapshot()
		restored, err := domain.RestoreOrder(stored)
		Expect(err).NotTo(HaveOccurred())

		for _, t := range []domain.OrderTerms{terms, o.Terms(), stored.Terms, o.Snapshot().Terms} {
			*t.Quantity = domain.MustQuantity("1")
			*t.WebhookConfigID = domain.WebhookConfigID{}
			*t.LimitPrice, *t.StopPrice, *t.ReferencePrice = domain.Price{}, domain.Price{}, domain.Price{}
		}
		for _, o := range []*domain.Order{o, restored} {
			Expect(o.LeavesQuantity()).To(Equal(domain.MustQuantity("10")))
			Expect(o.Terms().WebhookConfigID).To(HaveValue(Equal(id[domain.WebhookConfig](6))))
			Expect(o.Terms().LimitPrice).To(HaveValue(Equal(domain.MustPrice("101"))))
			Expect(o.Terms().StopPrice).To(HaveValue(Equal(domain.MustPrice("100"))))
			Expect(o.Terms().ReferencePrice).To(HaveValue(Equal(domain.MustPrice("99"))))
		}
	})

	It("restored shares nothing with what it was restored from", func() {
		stored := orderOf("10", fill("4", "100", 1)).Snapshot()
		restored, err := domain.RestoreOrder(stored)
		Expect(err).NotTo(HaveOccurred())
		stored.Events[0].Quantity = domain.MustQuantity("9")
		Expect(restored.Events()).To(Equal([]domain.OrderEvent{fill("4", "100", 1)}))
	})

	It("hands out copies of its events, fills and anomalies", func() {
		o := orderOf("10", fill("4", "100", 1), fill("8", "100", 2))
		before := see(o)
		o.Events()[0].Quantity = domain.MustQuantity("99")
		o.Snapshot().Events[0].Quantity = domain.MustQuantity("99")
		o.Fills()[0].Quantity = domain.MustQuantity("99")
		o.Anomalies()[0].SourceID = "x"
		_, err := o.Apply(event("new", 3), at(3))
		Expect(err).NotTo(HaveOccurred())
		o.Events()[0].Quantity = domain.MustQuantity("99")
		Expect(o.FilledQuantity()).To(Equal(before.Filled))
		Expect(o.Fills()).To(Equal(before.Fills))
	})
})
