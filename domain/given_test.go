package domain_test

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/hookfill/hookfill/domain"
)

// What the specs start from: times, ids, orders and their events.

// at gives a time that many seconds into the day the specs play on.
func at(second int) time.Time {
	return time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC).Add(time.Duration(second) * time.Second)
}

// id gives the n-th id of its sort.
func id[E any](n byte) domain.ID[E] {
	return domain.ID[E]{UUID: uuid.UUID{15: n}}
}

// marketOrder gives the terms of a market order for that many shares.
func marketOrder(quantity string) domain.OrderTerms {
	return domain.OrderTerms{
		ID: id[domain.Order](1), UserID: id[domain.User](2), SignalID: id[domain.Signal](3),
		TicketID: id[domain.Ticket](4), BrokerAccountID: id[domain.BrokerAccount](5),
		LaneSeq: 1, Step: 1, ClientOrderID: "hfaaaa1", Symbol: "AAPL", Side: domain.SideBuy,
		Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, Class: domain.OrderClassSimple,
		Quantity: new(domain.MustQuantity(quantity)), CreatedAt: at(0),
	}
}

// orderOf gives an order for that many shares after the events, each recorded
// when it happened.
func orderOf(quantity string, events ...domain.OrderEvent) *domain.Order {
	o, err := domain.NewOrder(marketOrder(quantity))
	Expect(err).NotTo(HaveOccurred())
	apply(o, events...)
	return o
}

func apply(o *domain.Order, events ...domain.OrderEvent) {
	for _, e := range events {
		_, err := o.Apply(e, e.At)
		Expect(err).NotTo(HaveOccurred())
	}
}

// event gives an event of the venue at that second.
func event(kind domain.OrderEventKind, second int) domain.OrderEvent {
	return domain.OrderEvent{SourceID: fmt.Sprintf("%s:%d", kind, second), Kind: kind, At: at(second)}
}

// fill gives an execution at that second.
func fill(quantity, price string, second int) domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: fmt.Sprintf("fill:%d", second), Kind: domain.EventFill, At: at(second),
		ExecutionID: fmt.Sprint(second), Quantity: domain.MustQuantity(quantity), Price: domain.MustPrice(price),
	}
}

// lastFill gives an execution of which the venue says that nothing is left.
func lastFill(quantity, price string, second int) domain.OrderEvent {
	e := fill(quantity, price, second)
	e.Completes = true
	return e
}

// ours gives a submission event of an attempt.
func ours(kind domain.OrderEventKind, attempt int) domain.OrderEvent {
	return domain.OrderEvent{
		SourceID: fmt.Sprintf("%s:%d", kind, attempt), Kind: kind, At: at(attempt), Attempt: attempt,
	}
}

func because(e domain.OrderEvent, reason string) domain.OrderEvent {
	e.Reason = reason
	return e
}

// refuseWith matches an error of a kind whose first reason has a code.
func refuseWith(kind domain.Kind, code string) types.GomegaMatcher {
	return SatisfyAll(
		MatchError(kind),
		WithTransform(func(err error) string { return reasonsOf(err)[0].Code }, Equal(code)),
	)
}

func reasonsOf(err error) []domain.Reason {
	var e *domain.Error
	Expect(err).To(BeAssignableToTypeOf(e))
	return err.(*domain.Error).AllReasons()
}

// faultsOf gives "field code" for every reason of an error, in their order.
func faultsOf(err error) []string {
	if err == nil {
		return nil
	}
	Expect(err).To(MatchError(domain.KindInvalid))
	var faults []string
	for _, r := range reasonsOf(err) {
		Expect(r.Message).NotTo(BeEmpty(), "%s tells nobody what to do", r.Code)
		faults = append(faults, r.Field+" "+r.Code)
	}
	return faults
}
