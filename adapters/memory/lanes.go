package memory

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// wakeAt gives the lane as it is ready from a time on, behind all that are ready
// at the same time.
func (t *tx) wakeAt(lane laneRow, at time.Time) laneRow {
	t.wakes++
	lane.ready, lane.wake = &at, t.wakes
	return lane
}

// Claim leases lanes that are ready.
func (s *Store) Claim(ctx context.Context, want ports.LaneRequest) ([]ports.ClaimedLane, error) {
	var claimed []ports.ClaimedLane
	err := s.transact(ctx, func(t *tx) error {
		for _, id := range t.inTurn(t.ready(), want) {
			lane := t.wakeAt(t.lanes[id], t.now.Add(want.Lease))
			t.lastTurn = lane.user
			lane.epoch++
			lane.parked = false
			put(t, t.lanes, id, lane)
			claimed = append(claimed, ports.ClaimedLane{
				Lease: ports.Lease{LaneID: id, Epoch: lane.epoch}, UserID: lane.user,
				BrokerAccountID: lane.key.account, Symbol: lane.key.symbol,
				Tickets: t.head(id, lane, want.Tickets),
			})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return claimed, nil
}

// ready gives the lanes that are ready, those that waited longest first.
func (t *tx) ready() []int64 {
	var ready []int64
	for id, lane := range t.lanes {
		if lane.ready != nil && !lane.ready.After(t.now) {
			ready = append(ready, id)
		}
	}
	slices.SortFunc(ready, func(a, b int64) int {
		x, y := t.lanes[a], t.lanes[b]
		return cmp.Or(x.ready.Compare(*y.ready), cmp.Compare(x.wake, y.wake))
	})
	return ready
}

// head gives up to n tickets from the head of a lane.
func (t *tx) head(id int64, lane laneRow, n int) []domain.Ticket {
	var tickets []domain.Ticket
	for seq := lane.done + 1; seq <= lane.last && len(tickets) < n; seq++ {
		tickets = append(tickets, copyTicket(t.tickets[t.places[place{id, seq}]]))
	}
	return tickets
}

// holds gives the lane of a lease, or a conflict where the lease is void.
func (t *tx) holds(lease ports.Lease) (laneRow, error) {
	lane, ok := t.lanes[lease.LaneID]
	if !ok || lane.epoch != lease.Epoch {
		return laneRow{}, domain.Conflict("lease_lost", "the lane was claimed by another worker")
	}
	return lane, nil
}

// holdsFor is holds for a decision about one ticket or order.
func (t *tx) holdsFor(lease ports.Lease, account domain.BrokerAccountID, symbol domain.Symbol) (laneRow, error) {
	lane, err := t.holds(lease)
	if err == nil && lane.key != (laneKey{account, symbol}) {
		err = domain.Conflict("lease_lost", "the lease is of another lane")
	}
	return lane, err
}

// Renew extends the leases that hold.
func (s *Store) Renew(ctx context.Context, leases []ports.Lease, lease time.Duration) ([]ports.Lease, error) {
	var held []ports.Lease
	err := s.transact(ctx, func(t *tx) error {
		for _, l := range leases {
			if lane, err := t.holds(l); err == nil {
				put(t, t.lanes, l.LaneID, t.wakeAt(lane, t.now.Add(lease)))
				held = append(held, l)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

// Release gives a lane back and makes its lease void.
func (s *Store) Release(ctx context.Context, lease ports.Lease, after time.Duration) error {
	return s.transact(ctx, func(t *tx) error {
		lane, err := t.holds(lease)
		if err != nil {
			return nil //nolint:nilerr // a void lease has nothing to give back
		}
		lane.epoch++
		if lane.done < lane.last {
			lane = t.wakeAt(lane, t.now.Add(after))
			lane.parked = true
		} else {
			lane.ready = nil
		}
		put(t, t.lanes, lease.LaneID, lane)
		return nil
	})
}
