package memory

import (
	"context"
	"slices"

	"github.com/hookfill/hookfill/domain"
)

// Answer replaces a reason of a ticket.
func (s *Store) Answer(ctx context.Context, id domain.TicketID, code string, answer domain.Reason) ([]domain.Reason, error) {
	var reasons []domain.Reason
	err := s.transact(ctx, func(t *tx) error {
		ticket, ok := t.tickets[id]
		if !ok {
			return domain.NotFound("ticket")
		}
		if err := storableReasons([]domain.Reason{answer}); err != nil {
			return err
		}
		ticket = copyTicket(ticket)
		reasons = ticket.Reasons
		if i := slices.IndexFunc(reasons, func(r domain.Reason) bool { return r.Code == code }); i >= 0 {
			reasons[i] = answer
			if answer.Code != domain.ReasonResuming {
				t.rest(&ticket, nil)
			}
			ticket.UpdatedAt = t.now
			put(t, t.tickets, id, ticket)
		}
		reasons = slices.Clone(reasons)
		return nil
	})
	return reasons, err
}

// asks reports whether a ticket of a signal asks.
func (t *tx) asks(row signalRow) bool {
	return slices.ContainsFunc(row.tickets, func(id domain.TicketID) bool { return t.tickets[id].Asks() })
}
