package app

import (
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
	// about is the signal's payload, by which it is recognized.
	about string
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
		ID: c.id, UserID: c.account.UserID(), Source: domain.SourceProtection, Intent: intent, Payload: []byte(c.about),
		WebhookConfigID: c.entry.WebhookConfigID, WebhookConfigVersion: c.entry.WebhookConfigVersion,
		Decisions: []domain.Decision{c.why},
		Tickets: []domain.Ticket{{
			ID: domain.TicketID(c.id), BrokerAccountID: c.account.ID(), Symbol: c.symbol, Multiplier: domain.MustQuantity("1"),
		}},
		ReceivedAt: c.at,
	}, nil)
}
