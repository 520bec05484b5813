package domain_test

import (
	"fmt"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/domain"
)

// The laws of an order hold for any set of events, sensible or not, in any
// order of arrival.

const ordered = "10" // shares of the orders below

// eventSets draws up to a dozen events of all kinds, many of one instant and
// one attempt, each with a source id of its own.
func eventSets() *rapid.Generator[[]domain.OrderEvent] {
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	// Fills and the words that end an order are drawn more often than the rest.
	kinds := slices.Concat(domain.OrderEventKinds(),
		[]domain.OrderEventKind{"fill", "fill", "fill", "fill", "new", "canceled", "expired", "attempted", "acknowledged"})
	return rapid.Custom(func(t *rapid.T) []domain.OrderEvent {
		ids := rapid.Permutation(names).Draw(t, "source ids")
		events := make([]domain.OrderEvent, rapid.IntRange(0, len(names)).Draw(t, "events"))
		for i := range events {
			e := domain.OrderEvent{SourceID: ids[i], Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), At: at(rapid.IntRange(1, 4).Draw(t, "second"))}
			switch {
			case e.Kind == domain.EventFill:
				e.ExecutionID = "execution " + ids[i]
				e.Quantity = domain.MustQuantity(rapid.SampledFrom([]string{"0.5", "1", "3", "7", "10"}).Draw(t, "quantity"))
				e.Price = domain.MustPrice(rapid.SampledFrom([]string{"99.5", "100", "100.333"}).Draw(t, "price"))
				e.Completes = rapid.IntRange(0, 9).Draw(t, "completes") == 0
			case e.Kind.IsSubmission():
				e.Attempt = rapid.IntRange(1, 3).Draw(t, "attempt")
				e.BrokerOrderID = rapid.SampledFrom([]string{"", "broker 1", "broker 2"}).Draw(t, "broker order id")
			}
			e.Reason = rapid.SampledFrom([]string{"", "no funds", "halted"}).Draw(t, "reason")
			events[i] = e
		}
		return events
	})
}

// orders draws terms by quantity or, as seldom, by notional.
func orders() *rapid.Generator[domain.OrderTerms] {
	return rapid.Custom(func(t *rapid.T) domain.OrderTerms {
		terms := marketOrder(ordered)
		if rapid.IntRange(0, 4).Draw(t, "by notional") == 0 {
			terms.Quantity, terms.Notional = nil, new(domain.MustMoney("1000"))
		}
		return terms
	})
}

// seen is all that can be seen of an order and follows from its events.
type seen struct {
	Submission       domain.Submission
	Status           domain.OrderStatus
	BrokerOrderID    string
	Filled, Leaves   domain.Quantity
	Average          *domain.Price
	RejectReason     string
	Attempts         int
	Anomalies        []domain.Anomaly
	Fills            []domain.Fill
	Settled, Working bool
	UpdatedAt        string
}

func see(o *domain.Order) seen {
	return seen{
		o.Submission(), o.Status(), o.BrokerOrderID(), o.FilledQuantity(), o.LeavesQuantity(), o.AverageFillPrice(),
		o.RejectReason(), o.Attempts(), o.Anomalies(), o.Fills(), o.IsSettled(), o.IsWorking(), o.UpdatedAt().String(),
	}
}

func build(g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) *domain.Order {
	o, err := domain.NewOrder(terms)
	g.Expect(err).NotTo(HaveOccurred())
	for _, e := range events {
		added, err := o.Apply(e, e.At)
		g.Expect(err).NotTo(HaveOccurred())
		g.Expect(added).To(BeTrue())
	}
	return o
}

// closes reports whether a set of events holds what ends an order: the venue's
// word, or fills of all that was ordered.
func closes(terms domain.OrderTerms, events []domain.OrderEvent) bool {
	filled := decimal.Zero
	for _, e := range events {
		if e.Completes || domain.OrderStatus(e.Kind).IsTerminal() {
			return true
		}
		filled = filled.Add(e.Quantity.Decimal())
	}
	return terms.Quantity != nil && filled.Cmp(terms.Quantity.Decimal()) >= 0
}

// law checks a property of an order and an event set.
func law(check func(t *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent)) {
	GinkgoHelper()
	rapid.Check(GinkgoT(), func(t *rapid.T) {
		check(t, NewWithT(t), orders().Draw(t, "terms"), eventSets().Draw(t, "events"))
	})
}

var _ = Describe("An order, whatever happens to it,", func() {
	It("is the same for one set of events in any order of arrival", func() {
		law(func(t *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			shuffled := rapid.Permutation(events).Draw(t, "shuffled")
			g.Expect(see(build(g, terms, shuffled))).To(Equal(see(build(g, terms, events))))
		})
	})

	It("is not changed by events it knows", func() {
		law(func(t *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, events)
			before, recorded := see(o), o.Events()
			for _, e := range rapid.Permutation(events).Draw(t, "again") {
				added, err := o.Apply(e, at(3600))
				g.Expect(err).NotTo(HaveOccurred())
				g.Expect(added).To(BeFalse())
			}
			g.Expect(see(o)).To(Equal(before))
			g.Expect(o.Events()).To(Equal(recorded))
		})
	})

	It("is the same once it was stored and loaded", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, events)
			restored, err := domain.RestoreOrder(o.Snapshot())
			g.Expect(err).NotTo(HaveOccurred())
			g.Expect(see(restored)).To(Equal(see(o)))
			g.Expect(restored.Snapshot()).To(Equal(o.Snapshot()))
		})
	})

	It("keeps every event, whether it has a place or not", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			g.Expect(build(g, terms, events).Events()).To(HaveLen(len(events)))
		})
	})

	It("fills what its executions add up to, at their mean", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, events)
			filled, cost := decimal.Zero, decimal.Zero
			for _, e := range events {
				filled = filled.Add(e.Quantity.Decimal())
				cost = cost.Add(e.Quantity.Decimal().Mul(e.Price.Decimal()))
			}
			g.Expect(o.FilledQuantity().Decimal().Equal(filled)).To(BeTrue())
			if filled.IsZero() {
				g.Expect(o.AverageFillPrice()).To(BeNil())
				return
			}
			off := o.AverageFillPrice().Decimal().Mul(filled).Sub(cost).Abs()
			g.Expect(off.LessThan(decimal.New(1, -8))).To(BeTrue(), "the mean is off by %s", off)
		})
	})

	It("never has its filled quantity fall", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o, filled := build(g, terms, nil), domain.Quantity{}
			for _, e := range events {
				apply(o, e)
				g.Expect(o.FilledQuantity().Cmp(filled)).To(BeNumerically(">=", 0))
				g.Expect(o.FilledQuantity()).To(Equal(filled.Add(e.Quantity)))
				filled = o.FilledQuantity()
			}
		})
	})

	It("is terminal exactly when the venue ended it or all of it is filled", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			g.Expect(build(g, terms, events).Status().IsTerminal()).To(Equal(closes(terms, events)))
		})
	})

	It("stays terminal, and then holds still but for a late fill, as time goes on", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, nil)
			for i, e := range events {
				e.At = at(i + 1) // the venue's time goes on with every event
				before := o.Status()
				apply(o, e)
				if !before.IsTerminal() || o.Status() == before {
					continue
				}
				// What else may change it: the fill of the rest of an order that was
				// canceled or had expired.
				g.Expect(before).To(BeElementOf(domain.StatusCanceled, domain.StatusExpired))
				g.Expect(o.Status()).To(Equal(domain.StatusFilled))
				g.Expect(o.Anomalies()).To(ContainElement(domain.Anomaly{Kind: domain.AnomalyLateFill, SourceID: e.SourceID}))
			}
		})
	})

	It("stays terminal when an earlier event is told late", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o, terminal := build(g, terms, nil), false
			for _, e := range events {
				apply(o, e)
				g.Expect(terminal && o.Status().IsOpen()).To(BeFalse(), "%s reopened it", e.Kind)
				terminal = o.Status().IsTerminal()
			}
		})
	})

	It("is acknowledged exactly when the broker once had it, and for good", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o, had := build(g, terms, nil), false
			for _, e := range events {
				apply(o, e)
				had = had || e.Kind == domain.EventAcknowledged || e.Kind == domain.EventFound
				g.Expect(o.Submission() == domain.SubmissionAcknowledged).To(Equal(had))
			}
		})
	})

	It("flags an overfill exactly when more was filled than ordered", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, events)
			over := terms.Quantity != nil && o.FilledQuantity().Cmp(*terms.Quantity) > 0
			flagged := slices.ContainsFunc(o.Anomalies(), func(a domain.Anomaly) bool { return a.Kind == domain.AnomalyOverfill })
			g.Expect(flagged).To(Equal(over))
		})
	})

	It("is not both working and settled, and settled only when nothing more is to come", func() {
		law(func(_ *rapid.T, g Gomega, terms domain.OrderTerms, events []domain.OrderEvent) {
			o := build(g, terms, events)
			what := fmt.Sprintf("%s and %s", o.Submission(), o.Status())
			g.Expect(o.IsWorking() && o.IsSettled()).To(BeFalse(), what)
			g.Expect(o.IsSettled() && o.Submission().IsUnsettled()).To(BeFalse(), what)
			if o.Submission() == domain.SubmissionAcknowledged {
				g.Expect(o.IsWorking()).To(Equal(!o.IsSettled()), what)
			}
		})
	})
})
