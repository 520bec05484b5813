package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// DueToResume gives the tickets whose session is on.
func (s *Store) DueToResume(ctx context.Context, at time.Time, limit int) ([]domain.TicketID, error) {
	var due []domain.TicketID
	err := s.transact(ctx, func(t *tx) error {
		due = slices.DeleteFunc(slices.Collect(maps.Keys(t.resting)), func(id domain.TicketID) bool { return t.resting[id].After(at) })
		slices.SortFunc(due, func(a, b domain.TicketID) int {
			return cmp.Or(t.resting[a].Compare(t.resting[b]), compareIDs(a.UUID, b.UUID))
		})
		due = due[:min(len(due), max(limit, 0))]
		return nil
	})
	return due, err
}

// rest has a ticket wait until then, or wait no more. The ticket is the caller's to
// store.
func (t *tx) rest(ticket *domain.Ticket, until *time.Time) {
	ticket.WaitsUntil = clone(until)
	if until != nil {
		put(t, t.resting, ticket.ID, *until)
	} else if _, rests := t.resting[ticket.ID]; rests {
		drop(t, t.resting, ticket.ID)
	}
}

// replacedBy gives what came between the ticket that one resumes and that one. What
// resumes an older one itself came before.
func (t *tx) replacedBy(ticket domain.Ticket, config *domain.WebhookConfigID) *domain.SignalID {
	if ticket.Resumes == 0 {
		return nil
	}
	lane := t.laneIDs[laneKey{ticket.BrokerAccountID, ticket.Symbol}]
	for seq := ticket.Resumes + 1; seq < ticket.LaneSeq; seq++ {
		between, row := t.at(lane, seq)
		byHand := row.signal.WebhookConfigID == nil && row.signal.Intent.IsFullExit()
		newer := cmp.Or(between.Resumes, between.LaneSeq) > ticket.Resumes
		if newer && (byHand || config != nil && row.isOf(*config)) {
			return &row.signal.ID
		}
	}
	return nil
}
