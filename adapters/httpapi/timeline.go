package httpapi

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// momentJSON is one thing that happened to a signal. Event is received, the kind
// of an order's event, or the state a ticket ended in.
type momentJSON struct {
	At     string `json:"at"`
	Event  string `json:"event"`
	Detail string `json:"detail"`
}

type moment struct {
	at            time.Time
	event, detail string
}

// timelineOf tells a signal's story by time: its arrival, what happened to its
// orders, how its tickets ended. What carries the same time keeps that order.
func timelineOf(s domain.SignalSnapshot, orders []*domain.Order) []momentJSON {
	moments := []moment{{s.ReceivedAt, "received", "source " + string(s.Source)}}
	orders = slices.Clone(orders)
	slices.SortStableFunc(orders, byStep)
	for _, o := range orders {
		what := describe(o)
		for _, e := range o.Events() {
			moments = append(moments, moment{e.At, string(e.Kind), join(what, eventDetail(e))})
		}
	}
	for _, t := range s.Tickets {
		if t.State.IsFinal() || t.State == domain.StateNeedsReview {
			moments = append(moments, moment{t.UpdatedAt, string(t.State), reasonText(t.Reasons)})
		}
	}
	if len(s.Tickets) == 0 && s.State.IsFinal() {
		moments = append(moments, moment{s.UpdatedAt, string(s.State), reasonText(s.Reasons)})
	}
	slices.SortStableFunc(moments, func(a, b moment) int { return a.at.Compare(b.at) })
	out := make([]momentJSON, 0, len(moments))
	for _, m := range moments {
		out = append(out, momentJSON{stamp(m.at), m.event, m.detail})
	}
	return out
}

func byStep(a, b *domain.Order) int {
	return cmp.Or(cmp.Compare(a.Terms().Step, b.Terms().Step), cmp.Compare(a.Terms().Revision, b.Terms().Revision))
}

// describe names an order as a person would: buy 10 AAPL limit.
func describe(o *domain.Order) string {
	t := o.Terms()
	size := ""
	switch {
	case t.Quantity != nil:
		size = t.Quantity.String()
	case t.Notional != nil:
		size = "worth " + t.Notional.String()
	}
	return strings.Join([]string{string(t.Side), size, string(t.Symbol), string(t.Type)}, " ")
}

func eventDetail(e domain.OrderEvent) string {
	switch {
	case e.Kind == domain.EventFill:
		return e.Quantity.String() + " at " + e.Price.String()
	case e.Reason != "":
		return e.Reason
	case e.BrokerOrderID != "":
		return "broker order " + e.BrokerOrderID
	}
	return ""
}

func join(what, detail string) string {
	if detail == "" {
		return what
	}
	return what + ": " + detail
}

func reasonText(reasons []domain.Reason) string {
	texts := make([]string, 0, len(reasons))
	for _, r := range reasons {
		texts = append(texts, r.String())
	}
	return strings.Join(texts, "; ")
}
