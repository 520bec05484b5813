package memory

import (
	"context"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// chainKey names the alerts of one config in one lane.
type chainKey struct {
	lane   int64
	config domain.WebhookConfigID
}

func (t *tx) chainOf(ticket domain.Ticket, config domain.WebhookConfigID) chainKey {
	return chainKey{t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}], config}
}

// Stood gives where the config's alert before left its sender.
func (r configs) Stood(
	ctx context.Context, id domain.WebhookConfigID, account domain.BrokerAccountID, symbol domain.Symbol,
) (*domain.Net, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	lane, known := r.laneIDs[laneKey{account, symbol}]
	if !known || r.lanes[lane].user != r.user {
		return nil, nil //nolint:nilnil // nobody knows
	}
	return clone(r.chains[chainKey{lane, id}]), nil
}

// link keeps where a ticket's alert leaves its sender.
func (t *tx) link(ticket domain.Ticket, l *ports.ChainLink) {
	config := t.signals[ticket.SignalID].signal.WebhookConfigID
	switch {
	case l == nil || config == nil:
	case l.Stands == nil:
		drop(t, t.chains, t.chainOf(ticket, *config))
	default:
		put(t, t.chains, t.chainOf(ticket, *config), clone(l.Stands))
	}
}

// behind gives what waits behind a ticket in its lane.
func (t *tx) behind(ticket domain.Ticket, config domain.WebhookConfigID) (queued []ports.QueuedSignal) {
	id := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	for seq := ticket.LaneSeq + 1; seq <= t.lanes[id].last && len(queued) < ports.ChainReach; seq++ {
		waits := t.tickets[t.places[place{id, seq}]]
		s := t.signals[waits.SignalID].signal
		queued = append(queued, ports.QueuedSignal{
			TicketID: waits.ID, SignalID: waits.SignalID, Intent: copyIntent(s.Intent),
			SameConfig: s.WebhookConfigID != nil && *s.WebhookConfigID == config,
		})
	}
	return queued
}

// Overtake lets a ticket go before those that wait before it.
func (s *Store) Overtake(ctx context.Context, lease ports.Lease, id domain.TicketID, why domain.Decision) error {
	return s.transact(ctx, func(t *tx) error {
		ticket, ok := t.tickets[id]
		if !ok {
			return domain.NotFound("ticket")
		}
		lane, err := t.holdsFor(lease, ticket.BrokerAccountID, ticket.Symbol)
		if err != nil {
			return err
		}
		if err := storableDecisions([]domain.Decision{why}); err != nil {
			return err
		}
		head := lane.done + 1
		if ticket.LaneSeq <= head || ticket.State != domain.StateQueued {
			return notWaiting()
		}
		for seq := ticket.LaneSeq - 1; seq >= head; seq-- {
			before := t.tickets[t.places[place{lease.LaneID, seq}]]
			if before.State != domain.StateQueued {
				return notWaiting()
			}
			t.stand(lease.LaneID, seq+1, before)
		}
		ticket.Decisions = append(slices.Clip(ticket.Decisions), why)
		ticket.UpdatedAt = t.now
		t.stand(lease.LaneID, head, ticket)
		return nil
	})
}

func (t *tx) stand(lane, seq int64, ticket domain.Ticket) {
	ticket.LaneSeq = seq
	put(t, t.tickets, ticket.ID, ticket)
	put(t, t.places, place{lane, seq}, ticket.ID)
}

func notWaiting() error {
	return domain.Conflict("not_waiting", "only what waits in a lane can change its place")
}
