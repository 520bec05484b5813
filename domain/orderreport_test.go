package domain_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

var _ = Describe("A broker's report of an order", func() {
	execution := func(id, quantity string, second int) domain.Fill {
		return domain.Fill{ExecutionID: id, Quantity: domain.MustQuantity(quantity), Price: domain.MustPrice("100"), At: at(second)}
	}

	It("tells its fills first, then its status", func() {
		events := domain.OrderReport{
			Status: domain.StatusCanceled, At: at(5), Reason: "asked for",
			Fills: []domain.Fill{execution("x1", "1", 2), execution("x2", "2", 3)},
		}.Events()
		Expect(events).To(HaveExactElements(
			domain.OrderEvent{
				SourceID: "fill:x1", Kind: domain.EventFill, At: at(2), ExecutionID: "x1",
				Quantity: domain.MustQuantity("1"), Price: domain.MustPrice("100"),
			},
			domain.OrderEvent{
				SourceID: "fill:x2", Kind: domain.EventFill, At: at(3), ExecutionID: "x2",
				Quantity: domain.MustQuantity("2"), Price: domain.MustPrice("100"),
			},
			SatisfyAll(HaveField("Kind", domain.EventCanceled), HaveField("At", at(5)), HaveField("Reason", "asked for")),
		))
	})

	It("that is filled completes the order with the last fill", func() {
		events := domain.OrderReport{
			Status: domain.StatusFilled, At: at(3), Fills: []domain.Fill{execution("x1", "1", 2), execution("x2", "2", 3)},
		}.Events()
		Expect(events).To(HaveExactElements(HaveField("Completes", false), HaveField("Completes", true)))
	})

	It("brings a new order to the status it reports, whichever that is", func() {
		for _, status := range domain.OrderStatuses() {
			report := domain.OrderReport{Status: status, At: at(2)}
			if status == domain.StatusPartiallyFilled || status == domain.StatusFilled {
				report.Fills = []domain.Fill{execution("x1", "4", 1)}
			}
			o := orderOf("10", event("new", 0))
			if status == domain.StatusHeld || status == domain.StatusAccepted || status == domain.StatusPendingNew {
				o = orderOf("10")
			}
			apply(o, report.Events()...)
			Expect(o.Status()).To(Equal(status))
			Expect(o.Anomalies()).To(BeEmpty(), string(status))
		}
	})

	It("changes nothing when it is told again, or after a newer one", func() {
		partial := domain.OrderReport{Status: domain.StatusPartiallyFilled, At: at(2), Fills: []domain.Fill{execution("x1", "4", 2)}}
		canceled := domain.OrderReport{Status: domain.StatusCanceled, At: at(5), Fills: []domain.Fill{execution("x1", "4", 2)}}
		fresh := domain.OrderReport{Status: domain.StatusNew, At: at(1)}

		o := orderOf("10")
		for _, r := range []domain.OrderReport{fresh, partial, canceled} {
			apply(o, r.Events()...)
		}
		before := see(o)
		for _, r := range []domain.OrderReport{canceled, partial, fresh} {
			for _, e := range r.Events() {
				Expect(o.Apply(e, at(60))).To(BeFalse())
			}
		}
		Expect(see(o)).To(Equal(before))
		Expect(o.FilledQuantity()).To(Equal(domain.MustQuantity("4")))
	})

	It("of a status that is none of the words is not taken for one", func() {
		o := orderOf("10")
		_, err := o.Apply(domain.OrderReport{Status: "vanished", At: at(1)}.Events()[0], at(1))
		Expect(faultsOf(err)).To(Equal([]string{"kind invalid_event"}))
	})
})
