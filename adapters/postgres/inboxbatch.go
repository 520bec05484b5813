package postgres

import (
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// inboxBatch is one batch on its way into the database.
type inboxBatch struct {
	arrivals []ports.Arrival
	results  []ports.ArrivalResult
	// signals are those of each arrival.
	signals [][]domain.SignalSnapshot
	// leaders names, for an arrival whose key stands earlier in the batch, the
	// arrival that has it.
	leaders map[int]int
	// lanes are the ids of all lanes the tickets name.
	lanes   map[laneKey]int64
	tickets []ticketRow
	// idle are the signals about everything that met no lane.
	idle map[domain.SignalID]bool
}

func newInboxBatch(arrivals []ports.Arrival) (*inboxBatch, error) {
	b := &inboxBatch{
		arrivals: arrivals,
		results:  make([]ports.ArrivalResult, len(arrivals)),
		signals:  make([][]domain.SignalSnapshot, len(arrivals)),
		leaders:  map[int]int{},
		lanes:    map[laneKey]int64{},
	}
	first := make(map[judgedIdentity]int, len(arrivals))
	for i, a := range arrivals {
		for _, s := range a.Signals {
			snap := s.Snapshot()
			if err := checkStorable(snap); err != nil {
				return nil, err
			}
			b.signals[i] = append(b.signals[i], snap)
		}
		if len(a.Signals) == 0 {
			continue
		}
		id := judgedIdentity{identityOf(a), a.ConfigVersion, a.ConfigStatus}
		if leader, ok := first[id]; ok {
			b.leaders[i] = leader
			continue
		}
		first[id] = i
	}
	return b, nil
}

// checkStorable refuses a time that no format of ours can write: a sender may
// have put the year 10000 there.
func checkStorable(s domain.SignalSnapshot) error {
	if t := s.Intent.SenderTime; t != nil && (t.UTC().Year() < 1 || t.UTC().Year() > 9999) {
		return domain.Invalid("invalid_time", "sender_time", "must be between the years 1 and 9999")
	}
	return nil
}

// stored gives the signals that are to be stored, in order.
func (b *inboxBatch) stored() []domain.SignalSnapshot {
	var all []domain.SignalSnapshot
	for i, signals := range b.signals {
		if b.results[i].Outcome == ports.ArrivalStored {
			all = append(all, signals...)
		}
	}
	return all
}
