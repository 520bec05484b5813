package memory

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// backlog gives what a ticket's neighbours in the lane, of the same config, say:
// the intent of the next, and the target of the last, where that was collapsed.
func (t *tx) backlog(ticket domain.Ticket, config domain.WebhookConfigID) (next *domain.Intent, carried *domain.Net) {
	id := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	of := func(seq int64) (domain.Ticket, signalRow, bool) {
		neighbour := t.tickets[t.places[place{id, seq}]]
		row := t.signals[neighbour.SignalID]
		c := row.signal.WebhookConfigID
		return neighbour, row, c != nil && *c == config
	}
	for seq := ticket.LaneSeq + 1; seq <= t.lanes[id].last; seq++ {
		if _, row, same := of(seq); same {
			if row.signal.WebhookConfigVersion == t.signals[ticket.SignalID].signal.WebhookConfigVersion {
				intent := copyIntent(row.signal.Intent)
				next = &intent
			}
			break
		}
	}
	for seq := ticket.LaneSeq - 1; seq > 0; seq-- {
		if before, _, same := of(seq); same {
			if before.State == domain.StateSuperseded && slices.ContainsFunc(before.Reasons, isCollapsed) {
				carried = clone(before.Target)
			}
			break
		}
	}
	return next, carried
}

func isCollapsed(r domain.Reason) bool { return r.Code == domain.ReasonCollapsed }
