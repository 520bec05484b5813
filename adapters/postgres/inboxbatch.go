package postgres

import (
	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// inboxBatch is one batch on its way into the database.
type inboxBatch struct {
	arrivals []ports.Arrival
	results  []ports.ArrivalResult
	// leaders names, for an arrival whose key stands earlier in the batch, the
	// arrival that has it.
	leaders map[int]int
	// signals are those of every arrival that may be stored.
	signals []signalRow
	tickets []ticketRow
	// lanes are the ids of all lanes the tickets name.
	lanes map[laneKey]int64
	// again says that the batch may be stored already, by a try whose answer was
	// lost.
	again bool
	// hidden are the arrivals whose key somebody else took at this very moment.
	hidden []int
}

// signalRow is a signal and the arrival it comes from.
type signalRow struct {
	arrival int
	*preparedSignal
	// idle says that the signal has nothing to wait for, and is refused.
	idle bool
}

// ticketRow is a ticket on its way into its lane. Whose it is, its account and
// its symbol are the lane's. A ticket without id gets one from the database.
type ticketRow struct {
	arrival int
	id      uuid.UUID
	signal  uuid.UUID
	ticket  domain.Ticket
	// position is the ticket's among those of its signal.
	position int
	lane     int64
	// fullExit says that entries before it in the lane are not wanted any more.
	fullExit bool
}

func (r ticketRow) resumes() bool { return r.ticket.Resumes > 0 }

// judgedIdentity is what no two alerts may share within the window, under what
// an alert was judged by. Of several judgements at most one still holds, so at
// most one of them takes the key.
type judgedIdentity struct {
	config  domain.WebhookConfigID
	key     [32]byte
	version int
	status  domain.WebhookStatus
}

func newInboxBatch(arrivals []ports.Arrival) (*inboxBatch, error) {
	b := &inboxBatch{
		arrivals: arrivals,
		results:  make([]ports.ArrivalResult, len(arrivals)),
		leaders:  map[int]int{},
		signals:  make([]signalRow, 0, len(arrivals)),
		tickets:  make([]ticketRow, 0, len(arrivals)),
		lanes:    map[laneKey]int64{},
	}
	first := make(map[judgedIdentity]int, len(arrivals))
	for i, a := range arrivals {
		if len(a.Signals) == 0 {
			continue
		}
		id := judgedIdentity{a.Delivery.WebhookConfigID, a.Dedupe.Key, a.ConfigVersion, a.ConfigStatus}
		if leader, ok := first[id]; ok {
			b.leaders[i] = leader
			continue
		}
		first[id] = i
		signals, err := preparedSignals(a)
		if err != nil {
			return nil, err
		}
		for j := range signals {
			b.signals = append(b.signals, signalRow{arrival: i, preparedSignal: &signals[j]})
		}
	}
	return b, nil
}

// accountsAboutEverything are those that some signal without a symbol goes to.
func (b *inboxBatch) accountsAboutEverything() []uuid.UUID {
	var accounts []uuid.UUID
	for _, s := range b.signals {
		for _, t := range s.Tickets {
			if t.Symbol.IsZero() {
				accounts = append(accounts, t.BrokerAccountID.UUID)
			}
		}
	}
	return accounts
}

// placeTickets gives every ticket its lane. A ticket about everything goes into
// every lane its account has; where there is none its signal has nothing to wait
// for.
func (b *inboxBatch) placeTickets(everywhere map[laneKey][]int64) {
	for i := range b.signals {
		s := &b.signals[i]
		before := len(b.tickets)
		for position, ticket := range s.Tickets {
			row := ticketRow{s.arrival, ticket.ID.UUID, s.ID.UUID, ticket, position, 0, s.Intent.IsFullExit()}
			key := laneKeyOf(&s.SignalSnapshot, ticket)
			if !ticket.Symbol.IsZero() {
				row.lane = b.lanes[key]
				b.tickets = append(b.tickets, row)
				continue
			}
			for _, row.lane = range everywhere[key] {
				b.tickets = append(b.tickets, row)
				row.id = uuid.Nil // the first carries the ticket's own
			}
		}
		s.idle = s.State == domain.StateQueued && len(b.tickets) == before
	}
}

// answer tells of every arrival what became of it. One the database says nothing
// of was judged under what no longer holds.
func (b *inboxBatch) answer(taken []takenArrival) {
	b.hidden = nil
	for i := range b.results {
		b.results[i] = ports.ArrivalResult{Outcome: ports.ArrivalOutdated}
	}
	for _, t := range taken {
		result := ports.ArrivalResult{Outcome: ports.ArrivalOutcome(t.outcome)}
		switch t.outcome {
		case outcomeRefused, outcomeStoredBefore:
			result.Outcome = ports.ArrivalStored
		case outcomeDuplicate:
			result.FirstSignalID = &t.first
		case outcomeHidden:
			b.hidden = append(b.hidden, int(t.place)-1)
		}
		b.results[int(t.place)-1] = result
	}
}
