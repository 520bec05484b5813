package app

import (
	"strings"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// closing is what is known of an exit that nobody sent an alert for.
type closing struct {
	id      domain.SignalID
	account *domain.BrokerAccount
	symbol  domain.Symbol
	// quantity is how much it is about, nil for all that is held.
	quantity *domain.Quantity
	// entry is the signal whose entry is closed: the exit is of the same config.
	entry domain.SignalSnapshot
	// about and order are the signal's payload, by which it is recognized: words that
	// say what happened, and the order it happened to.
	about string
	order domain.OrderID
	why   domain.Decision
	at    time.Time
}

// newClosing makes the signal of such an exit, at market. Its ticket has the id of
// the signal.
func newClosing(brokers ports.Brokers, c closing) (*domain.Signal, error) {
	broker, err := brokers.For(c.account.Kind())
	if err != nil {
		return nil, err
	}
	intent, err := domain.NewIntent(domain.Intent{
		Action: domain.ActionExit, Symbol: c.symbol, Quantity: c.quantity, OrderType: domain.OrderTypeMarket, TimeInForce: marketTimeInForce(broker.Capabilities()),
	})
	if err != nil {
		return nil, err
	}
	return domain.NewSignal(domain.SignalSnapshot{
		ID: c.id, UserID: c.account.UserID(), Source: domain.SourceProtection, Intent: intent, Payload: []byte(c.about + c.order.String()),
		WebhookConfigID: c.entry.WebhookConfigID, WebhookConfigVersion: c.entry.WebhookConfigVersion,
		Decisions: []domain.Decision{c.why},
		Tickets: []domain.Ticket{{
			ID: domain.TicketID(c.id), BrokerAccountID: c.account.ID(), Symbol: c.symbol, Multiplier: domain.MustQuantity("1"),
		}},
		ReceivedAt: c.at,
	}, nil)
}

// aboutOrder gives the order that the signal of such an exit is about, where what
// happened to it is what the words say.
func aboutOrder(s domain.SignalSnapshot, words string) (order domain.OrderID, ok bool) {
	text, ok := strings.CutPrefix(string(s.Payload), words)
	if !ok || s.Source != domain.SourceProtection {
		return order, false
	}
	order, err := domain.ParseID[domain.Order](text)
	return order, err == nil
}
