package memory

import (
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// next gives the intent of the same config's next ticket in the lane, by the same
// rules.
func (t *tx) next(ticket domain.Ticket, config domain.WebhookConfigID) *domain.Intent {
	id := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	for seq := ticket.LaneSeq + 1; seq <= t.lanes[id].last; seq++ {
		_, row := t.at(id, seq)
		if !row.isOf(config) {
			continue
		}
		if row.signal.WebhookConfigVersion != t.signals[ticket.SignalID].signal.WebhookConfigVersion {
			return nil
		}
		intent := copyIntent(row.signal.Intent)
		return &intent
	}
	return nil
}

// carried gives the target of the same config's last ticket in the lane before,
// where that was collapsed, or waits for its session or did.
func (t *tx) carried(ticket domain.Ticket, config domain.WebhookConfigID) *domain.Net {
	id := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	for seq := ticket.LaneSeq - 1; seq > 0; seq-- {
		before, row := t.at(id, seq)
		switch {
		case !row.isOf(config) || before.Resumes > 0 && before.State == domain.StateSuperseded:
		case before.State == domain.StateSuperseded && slices.ContainsFunc(before.Reasons, isCollapsed), slices.ContainsFunc(before.Reasons, isOfWaiting):
			return clone(before.Target)
		default:
			return nil
		}
	}
	return nil
}

func isCollapsed(r domain.Reason) bool { return r.Code == domain.ReasonCollapsed }

// isOfWaiting says that a ticket waits for its session, or did.
func isOfWaiting(r domain.Reason) bool {
	return r.Code == domain.ReasonWaits || r.Code == domain.ReasonResuming || r.Code == domain.ReasonResumed
}

// at gives the ticket at a place of a lane, and its signal.
func (t *tx) at(lane, seq int64) (domain.Ticket, signalRow) {
	ticket := t.tickets[t.places[place{lane, seq}]]
	return ticket, t.signals[ticket.SignalID]
}

func (r signalRow) isOf(config domain.WebhookConfigID) bool {
	return r.signal.WebhookConfigID != nil && *r.signal.WebhookConfigID == config
}
