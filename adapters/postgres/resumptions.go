package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
)

// replacedSQL gives what came between the ticket that this one resumes and this one.
// What resumes an older one itself came before.
const replacedSQL = `
  case when ticket.resumes is not null then (
    select between_them.signal_id
    from public.tickets between_them
    join public.signals other on other.id = between_them.signal_id
    where between_them.lane_id = ticket.lane_id
      and between_them.lane_seq > ticket.resumes and between_them.lane_seq < ticket.lane_seq
      and coalesce(between_them.resumes, between_them.lane_seq) > ticket.resumes
      and (other.webhook_config_id = signal.webhook_config_id
        or between_them.supersedes = '00000000-0000-0000-0000-000000000000')
    order by between_them.lane_seq
    limit 1)
  end as replaced_by`

// Its index has only the tickets that wait.
const dueToResumeSQL = `
select id
from public.tickets
where waits_until <= $1
order by waits_until, id
limit $2`

// DueToResume implements ports.Ledger.
func (l *Ledger) DueToResume(ctx context.Context, at time.Time, limit int) ([]domain.TicketID, error) {
	ids, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], dueToResumeSQL, at, max(limit, 0))
	if err != nil {
		return nil, err
	}
	due := make([]domain.TicketID, len(ids))
	for i, id := range ids {
		due[i].UUID = id
	}
	return due, nil
}
