package portstest

import (
	"context"
	"crypto/sha256"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// market gives the intent to buy ten.
func market(symbol domain.Symbol) domain.Intent {
	GinkgoHelper()
	action := domain.ActionBuy
	if symbol.IsZero() {
		action = domain.ActionExit
	}
	i, err := domain.NewIntent(domain.Intent{Action: action, Symbol: symbol, Quantity: new(domain.MustQuantity("10"))})
	Expect(err).NotTo(HaveOccurred())
	return i
}

// fullIntent says something in every field but Notional, extremes of numbers
// among them.
func fullIntent(symbol domain.Symbol) domain.Intent {
	GinkgoHelper()
	sent := time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	i, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionBuy, Symbol: symbol, Quantity: new(domain.MustQuantity(smallest)),
		Sentiment: domain.SentimentLong, TargetPosition: new(domain.MustNet(widest)), PreviousPosition: new(domain.MustNet("-" + smallest)),
		OrderType: domain.OrderTypeStopLimit, TimeInForce: domain.TimeInForceGTC,
		LimitPrice: new(domain.MustPrice(widest)), StopPrice: new(domain.MustPrice(smallest)),
		ReferencePrice: new(domain.MustPrice("189.98")), SenderTime: &sent, MaxAgeSeconds: new(300), QuantityMeans: domain.QuantityEntry,
		TakeProfit: &domain.Level{Percent: new(domain.MustQuantity("2.5"))},
		StopLoss: &domain.StopLoss{
			Level: domain.Level{Price: new(domain.MustPrice("180.01"))}, LimitPrice: new(domain.MustPrice("179.5")),
		},
	})
	Expect(err).NotTo(HaveOccurred())
	return i
}

// sizedIntent leaves its quantity to what the account is worth.
func sizedIntent(symbol domain.Symbol) domain.Intent {
	GinkgoHelper()
	i, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionBuy, Symbol: symbol,
		Sizing: &domain.Sizing{Type: domain.SizingPercentOfEquity, Value: new(domain.MustQuantity("2.5"))},
	})
	Expect(err).NotTo(HaveOccurred())
	return i
}

// leavingIntent says what only an exit can say.
func leavingIntent(symbol domain.Symbol) domain.Intent {
	GinkgoHelper()
	i, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionExit, Symbol: symbol, ExitPercent: new(domain.MustQuantity("33.3")), Closes: domain.SentimentShort,
	})
	Expect(err).NotTo(HaveOccurred())
	return i
}

// delivery gives a POST to a config.
func (w *world) delivery(c *domain.WebhookConfig, body []byte) domain.Delivery {
	return domain.Delivery{
		ID: newID[domain.Delivery](w.mint), UserID: c.UserID(), WebhookConfigID: c.ID(),
		ReceivedAt: w.mint.now(), Body: body, Source: "192.0.2.7",
	}
}

// signalOf gives an alert's signal with a ticket for each route of c, or a
// refused one where there are reasons.
func (w *world) signalOf(c *domain.WebhookConfig, d domain.Delivery, i domain.Intent, reasons ...domain.Reason) *domain.Signal {
	GinkgoHelper()
	s := domain.SignalSnapshot{
		ID: newID[domain.Signal](w.mint), UserID: c.UserID(), Source: domain.SourceAlert,
		WebhookConfigID: new(c.ID()), WebhookConfigVersion: c.Version(), DeliveryID: &d.ID,
		Intent: i, Payload: d.Body, ReceivedAt: d.ReceivedAt,
		Decisions: []domain.Decision{{Rule: "active", Verdict: domain.VerdictPass, Detail: oddName}},
	}
	for _, route := range c.Snapshot().Rules.Routes {
		s.Tickets = append(s.Tickets, domain.Ticket{
			ID: newID[domain.Ticket](w.mint), BrokerAccountID: route.BrokerAccountID, Symbol: i.Symbol, Multiplier: route.Multiplier,
		})
	}
	signal, err := domain.NewSignal(s, reasons)
	Expect(err).NotTo(HaveOccurred())
	return signal
}

// alert gives the arrival of an alert with a signal for each symbol, with a key
// of its own.
func (w *world) alert(c *domain.WebhookConfig, symbols ...domain.Symbol) ports.Arrival {
	GinkgoHelper()
	id := newID[domain.Delivery](w.mint)
	body := []byte("alert " + id.String())
	a := ports.Arrival{
		Delivery: w.delivery(c, body), ConfigVersion: c.Version(), ConfigStatus: c.Status(),
		Dedupe: ports.DedupeKey{Key: sha256.Sum256(body), Body: sha256.Sum256(body), Window: time.Minute},
	}
	for _, symbol := range symbols {
		a.Signals = append(a.Signals, w.signalOf(c, a.Delivery, market(symbol)))
	}
	return a
}

// refusedAlert gives the arrival of a delivery that was not understood.
func (w *world) refusedAlert(c *domain.WebhookConfig) ports.Arrival {
	GinkgoHelper()
	a := w.alert(c)
	a.Refusal = []domain.Reason{
		{Code: "not_understood", Field: "action", Message: oddName},
		{Code: "not_understood", Message: "say buy or sell"},
	}
	return a
}

// resent gives the same alert in another delivery.
func (w *world) resent(c *domain.WebhookConfig, a ports.Arrival) ports.Arrival {
	GinkgoHelper()
	b := a
	b.Delivery = w.delivery(c, a.Delivery.Body)
	b.Signals = nil
	for _, s := range a.Signals {
		b.Signals = append(b.Signals, w.signalOf(c, b.Delivery, s.Snapshot().Intent))
	}
	return b
}

// appendAll hands arrivals to the inbox in one call.
func (w *world) appendAll(ctx context.Context, arrivals ...ports.Arrival) []ports.ArrivalResult {
	GinkgoHelper()
	results, err := w.Inbox.Append(ctx, arrivals)
	Expect(err).NotTo(HaveOccurred())
	Expect(results).To(HaveLen(len(arrivals)))
	return results
}

// queue stores an alert and gives its signals as they are stored.
func (w *world) queue(ctx context.Context, c *domain.WebhookConfig, symbols ...domain.Symbol) []domain.SignalSnapshot {
	GinkgoHelper()
	a := w.alert(c, symbols...)
	Expect(w.appendAll(ctx, a)).To(HaveExactElements(beStored()))
	stored := make([]domain.SignalSnapshot, len(a.Signals))
	for i, s := range a.Signals {
		stored[i] = w.signal(ctx, domain.Principal{UserID: c.UserID()}, s.ID())
	}
	return stored
}

// byHand stores a signal of its owner's own and gives it as it is stored.
func (w *world) byHand(ctx context.Context, owner domain.Principal, symbol domain.Symbol, accounts ...*domain.BrokerAccount) domain.SignalSnapshot {
	GinkgoHelper()
	s := w.newByHand(owner, market(symbol), accounts...)
	Expect(w.Inbox.Submit(ctx, s)).To(Succeed())
	return w.signal(ctx, owner, s.ID())
}

func (w *world) newByHand(owner domain.Principal, i domain.Intent, accounts ...*domain.BrokerAccount) *domain.Signal {
	GinkgoHelper()
	snap := domain.SignalSnapshot{
		ID: newID[domain.Signal](w.mint), UserID: owner.UserID, Source: domain.SourceOperator,
		Intent: i, ReceivedAt: w.mint.now(),
	}
	for _, a := range accounts {
		snap.Tickets = append(snap.Tickets, domain.Ticket{
			ID: newID[domain.Ticket](w.mint), BrokerAccountID: a.ID(), Symbol: i.Symbol, Multiplier: domain.MustQuantity("1"),
		})
	}
	s, err := domain.NewSignal(snap, nil)
	Expect(err).NotTo(HaveOccurred())
	return s
}

// signal reads a signal back.
func (w *world) signal(ctx context.Context, owner domain.Principal, id domain.SignalID) domain.SignalSnapshot {
	GinkgoHelper()
	return must(ctx, w, owner, func(ctx context.Context, r ports.Repositories) (*domain.Signal, error) {
		return r.Signals.ByID(ctx, id)
	}).Snapshot()
}
