package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
)

// ticketAsks is domain.Ticket.Asks, as the index tickets_asking has it.
const ticketAsks = `(asking.reasons @> '[{"code": "` + domain.ReasonAsks + `"}]' or asking.reasons @> '[{"code": "` + domain.ReasonGranted + `"}]')`

// Who comes second waits for the row and then finds the code gone.
const (
	answerSQL = `
update public.tickets
set updated_at = now(), waits_until = case when $3::jsonb ->> 'code' = '` + domain.ReasonResuming + `' then waits_until end, reasons = (
  select jsonb_agg(case when reason ->> 'code' = $2 then $3::jsonb else reason end order by n)
  from jsonb_array_elements(reasons) with ordinality as each (reason, n))
where id = $1 and reasons @> jsonb_build_array(jsonb_build_object('code', $2::text))`
	reasonsOfTicketSQL = `select reasons::text from public.tickets where id = $1`
)

// Answer implements ports.Ledger.
func (l *Ledger) Answer(ctx context.Context, id domain.TicketID, code string, answer domain.Reason) ([]domain.Reason, error) {
	var found []string
	err := l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		t.tell(ctx, answerSQL, id.UUID, code, encodeJSON(reasonJSON(answer)))
		ask(ctx, t, &found, pgx.RowTo[string], reasonsOfTicketSQL, id.UUID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, domain.NotFound("ticket")
	}
	return decodeReasons(found[0])
}
