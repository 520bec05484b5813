package memory

import (
	"bytes"
	"context"
	"slices"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Prepare has nothing to do.
func (s *Store) Prepare(*ports.Arrival) error { return nil }

// Append stores arrivals, each as a whole or not at all.
func (s *Store) Append(ctx context.Context, arrivals []ports.Arrival) ([]ports.ArrivalResult, error) {
	results := make([]ports.ArrivalResult, len(arrivals))
	err := s.transact(ctx, func(t *tx) error {
		for i, a := range arrivals {
			before := len(t.undo)
			result, err := t.admit(a)
			if err != nil {
				t.rollbackTo(before)
				result = ports.ArrivalResult{Err: err}
			}
			results[i] = result
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return results, nil
}

// Submit stores a signal that came by hand.
func (s *Store) Submit(ctx context.Context, signal *domain.Signal) error {
	return s.transact(ctx, func(t *tx) error { return t.addSignal(signal.Snapshot()) })
}

func (t *tx) admit(a ports.Arrival) (ports.ArrivalResult, error) {
	c, ok := t.configs[a.Delivery.WebhookConfigID]
	if !ok || c.config.DeletedAt != nil || c.config.Version != a.ConfigVersion || c.config.Status != a.ConfigStatus {
		return ports.ArrivalResult{Outcome: ports.ArrivalOutdated}, nil
	}
	if outcome := t.turn(a); outcome != "" {
		return ports.ArrivalResult{Outcome: outcome}, nil
	}
	if a.Waited {
		drop(t, t.waiting, a.Delivery.ID)
	}
	if len(a.Refusal) > 0 {
		return ports.ArrivalResult{Outcome: ports.ArrivalStored}, t.addDelivery(a.Delivery, a.Refusal)
	}
	key := alertKey{a.Delivery.WebhookConfigID, a.Dedupe.Key}
	if known, ok := t.keys[key]; ok && t.now.Before(known.expires) {
		if known.body != a.Dedupe.Body {
			return ports.ArrivalResult{Outcome: ports.ArrivalKeyReused}, t.addDelivery(a.Delivery, []domain.Reason{{
				Code: "duplicate_key_other_body", Message: "another alert with the same key came before; give each alert a key of its own",
			}})
		}
		return ports.ArrivalResult{Outcome: ports.ArrivalDuplicate, FirstSignalID: clone(known.first)}, t.addDelivery(a.Delivery, nil)
	}
	row := keyRow{body: a.Dedupe.Body, expires: t.now.Add(a.Dedupe.Window)}
	for _, signal := range a.Signals {
		snap := signal.Snapshot()
		if err := t.addSignal(snap); err != nil {
			return ports.ArrivalResult{}, err
		}
		if row.first == nil {
			row.first = &snap.ID
		}
	}
	put(t, t.keys, key, row)
	return ports.ArrivalResult{Outcome: ports.ArrivalStored}, t.addDelivery(a.Delivery, nil)
}

func (t *tx) addDelivery(d domain.Delivery, reasons []domain.Reason) error {
	if err := storable(d.Source); err != nil {
		return err
	}
	if err := storableReasons(reasons); err != nil {
		return err
	}
	put(t, t.deliveries, d.ID, deliveryRow{copyDelivery(d), slices.Clone(reasons)})
	return nil
}

// addSignal stores a signal and queues its tickets.
func (t *tx) addSignal(s domain.SignalSnapshot) error {
	s = copySignal(s)
	if err := storableSignal(s); err != nil {
		return err
	}
	if _, taken := t.signals[s.ID]; taken {
		return domain.Conflict("already_exists", "the signal is stored already")
	}
	row := signalRow{}
	for _, ticket := range s.Tickets {
		queued, err := t.queue(ticket)
		if err != nil {
			return err
		}
		row.tickets = append(row.tickets, queued...)
	}
	if len(s.Tickets) > 0 && len(row.tickets) == 0 {
		s.State = domain.StateRefused
		s.Reasons = append(s.Reasons, domain.Reason{Code: "nothing_to_do", Message: "nothing was ever traded at the webhook's accounts"})
	}
	s.Tickets = nil
	row.signal = s
	put(t, t.signals, s.ID, row)
	return nil
}

func storableSignal(s domain.SignalSnapshot) error {
	if err := storable(string(s.Payload), string(s.Intent.Symbol)); err != nil {
		return err
	}
	if err := storableReasons(s.Reasons); err != nil {
		return err
	}
	return storableDecisions(s.Decisions)
}

// queue puts a ticket into its lane, or, where it names no symbol, one into
// every lane of its account.
func (t *tx) queue(ticket domain.Ticket) ([]domain.TicketID, error) {
	account, ok := t.accounts[ticket.BrokerAccountID]
	if !ok || account.UserID != ticket.UserID {
		return nil, domain.Invalid("broker_account_not_found", "broker_account_id", "no such broker account")
	}
	lanes := []int64{}
	if ticket.Symbol.IsZero() {
		lanes = t.lanesOf(ticket.BrokerAccountID)
	} else {
		lanes = append(lanes, t.laneFor(account.UserID, laneKey{ticket.BrokerAccountID, ticket.Symbol}))
	}
	ids := make([]domain.TicketID, len(lanes))
	for i, lane := range lanes {
		one := ticket
		if i > 0 {
			one.ID.UUID = t.store.ids.New()
		}
		if _, taken := t.tickets[one.ID]; taken {
			return nil, domain.Conflict("already_exists", "the ticket is stored already")
		}
		t.enqueue(lane, one)
		ids[i] = one.ID
	}
	return ids, nil
}

// lanesOf gives the lanes of an account by symbol.
func (t *tx) lanesOf(account domain.BrokerAccountID) []int64 {
	var lanes []int64
	for key, id := range t.laneIDs {
		if key.account == account {
			lanes = append(lanes, id)
		}
	}
	slices.SortFunc(lanes, func(a, b int64) int {
		return bytes.Compare([]byte(t.lanes[a].key.symbol), []byte(t.lanes[b].key.symbol))
	})
	return lanes
}

// laneFor gives a lane, made where there is none.
func (t *tx) laneFor(user domain.UserID, key laneKey) int64 {
	if id, ok := t.laneIDs[key]; ok {
		return id
	}
	t.laneCount++
	put(t, t.laneIDs, key, t.laneCount)
	put(t, t.lanes, t.laneCount, laneRow{user: user, key: key})
	return t.laneCount
}

// enqueue gives a ticket the next place of a lane and wakes the lane. One that
// is leased, parked or ready already keeps its time.
func (t *tx) enqueue(id int64, ticket domain.Ticket) {
	lane := t.lanes[id]
	lane.last++
	if lane.ready == nil {
		lane = t.wakeAt(lane, t.now)
	}
	put(t, t.lanes, id, lane)
	ticket.Symbol, ticket.LaneSeq = lane.key.symbol, lane.last
	put(t, t.tickets, ticket.ID, ticket)
	put(t, t.places, place{id, lane.last}, ticket.ID)
}

// Deliveries gives what was kept raw for a config, in no particular order.
func (s *Store) Deliveries(ctx context.Context, config domain.WebhookConfigID) ([]domain.Delivery, error) {
	var out []domain.Delivery
	err := s.transact(ctx, func(t *tx) error {
		for _, row := range t.deliveries {
			if row.delivery.WebhookConfigID == config {
				out = append(out, copyDelivery(row.delivery))
			}
		}
		return nil
	})
	return out, err
}
