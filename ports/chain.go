package ports

import "github.com/hookfill/hookfill/domain"

// ChainReach is how far behind a ticket the alert before it is looked for.
const ChainReach = 16

// QueuedSignal is a signal that waits in a lane.
type QueuedSignal struct {
	TicketID domain.TicketID
	SignalID domain.SignalID
	// SameConfig says that it is an alert of the same config as the ticket's.
	SameConfig bool
	Intent     domain.Intent
}

// ChainLink is where an alert leaves its sender: the next one should come from
// there. A nil Stands says that nobody knows.
type ChainLink struct{ Stands *domain.Net }
