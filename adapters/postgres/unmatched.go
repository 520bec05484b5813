package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type unmatchedModel struct {
	bun.BaseModel `bun:"table:public.unmatched_orders,alias:unmatched"`

	ID              uuid.UUID               `bun:"id,pk"`
	UserID          uuid.UUID               `bun:"user_id"`
	BrokerAccountID uuid.UUID               `bun:"broker_account_id"`
	ClientOrderID   string                  `bun:"client_order_id"`
	BrokerOrderID   string                  `bun:"broker_order_id"`
	Symbol          domain.Symbol           `bun:"symbol"`
	Status          domain.OrderStatus      `bun:"status"`
	FilledQuantity  string                  `bun:"filled_quantity"`
	FoundAt         time.Time               `bun:"found_at"`
	SettledAt       *time.Time              `bun:"settled_at"`
	SettledBy       *uuid.UUID              `bun:"settled_by"`
	Verdict         domain.UnmatchedVerdict `bun:"verdict,nullzero"`
	Note            string                  `bun:"note,nullzero"`
	EndedAt         *time.Time              `bun:"ended_at"`
	Outcome         string                  `bun:"outcome,nullzero"`
}

func (m *unmatchedModel) listID() uuid.UUID { return m.ID }

func (m *unmatchedModel) toDomain() (domain.UnmatchedOrder, error) {
	var r amounts
	filled := amountIn(&r, "filled_quantity", m.FilledQuantity, domain.RestoreNet)
	o := domain.UnmatchedOrder{
		ID: domain.UnmatchedOrderID{UUID: m.ID}, UserID: domain.UserID{UUID: m.UserID},
		BrokerAccountID: domain.BrokerAccountID{UUID: m.BrokerAccountID}, ClientOrderID: m.ClientOrderID,
		BrokerOrderID: m.BrokerOrderID, Symbol: m.Symbol, Status: m.Status,
		FilledQuantity: filled, FoundAt: m.FoundAt.UTC(),
	}
	if m.SettledAt != nil && m.SettledBy != nil {
		o.Settlement = &domain.UnmatchedSettlement{
			Verdict: m.Verdict, Note: m.Note, By: domain.UserID{UUID: *m.SettledBy}, At: m.SettledAt.UTC(),
		}
	}
	if m.EndedAt != nil {
		o.Outcome = &domain.UnmatchedOutcome{Detail: m.Outcome, At: m.EndedAt.UTC()}
	}
	return o, r.err
}

type unmatchedOrders struct{ session }

var _ ports.UnmatchedOrderRepository = (*unmatchedOrders)(nil)

// List implements ports.UnmatchedOrderRepository.
func (r *unmatchedOrders) List(ctx context.Context, query ports.UnmatchedQuery) (ports.Page[domain.UnmatchedOrder], error) {
	var (
		none ports.Page[domain.UnmatchedOrder]
		rows []*unmatchedModel
	)
	q := r.tx.NewSelect().Model(&rows)
	if query.Settled != nil {
		q.Where("(unmatched.settled_at is not null) = ?", *query.Settled)
	}
	limit, err := page(q, query.Page)
	if err != nil {
		return none, err
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := mapAll(rows, (*unmatchedModel).toDomain)
	return ports.Page[domain.UnmatchedOrder]{Items: items, Next: next}, err
}

// ByID implements ports.UnmatchedOrderRepository.
func (r *unmatchedOrders) ByID(ctx context.Context, id domain.UnmatchedOrderID) (domain.UnmatchedOrder, error) {
	var m unmatchedModel
	if err := r.tx.NewSelect().Model(&m).Where("unmatched.id = ?", id.UUID).Scan(ctx); err != nil {
		return domain.UnmatchedOrder{}, missing("unmatched order", err)
	}
	return m.toDomain()
}

// Settle implements ports.UnmatchedOrderRepository.
func (r *unmatchedOrders) Settle(ctx context.Context, id domain.UnmatchedOrderID, said domain.UnmatchedSettlement) (domain.UnmatchedOrder, error) {
	err := r.asAPI(ctx, func(tx bun.Tx) error {
		_, err := tx.ExecContext(ctx, "select id from public.unmatched_orders where id = ? for update", id.UUID)
		return err
	})
	if err != nil {
		return domain.UnmatchedOrder{}, err
	}
	before, err := r.ByID(ctx, id)
	if err != nil {
		return before, err
	}
	after, err := before.Settled(said)
	if err != nil || after.Settlement == before.Settlement {
		return after, err
	}
	return after, r.asAPI(ctx, func(tx bun.Tx) error {
		settled, err := tx.ExecContext(ctx, `
			update public.unmatched_orders
			set settled_at = ?, settled_by = ?, verdict = ?, note = ?, recall_at = case when ? then clock_timestamp() end
			where id = ?`, said.At, said.By.UUID, said.Verdict, said.Note, after.IsUnwanted(), id.UUID)
		return oneRow(settled, err, domain.NotFound("unmatched order"))
	})
}

// Of two that claim at once, the second steps over the first one's rows.
const (
	unwantedSQL = `
with due as (
  select id, recall_at from public.unmatched_orders
  where recall_at <= clock_timestamp()
  order by recall_at, id
  limit $2
  for update skip locked
), claimed as (
  update public.unmatched_orders unmatched
  set recall_at = clock_timestamp() + make_interval(secs => $1)
  from due where due.id = unmatched.id
  returning unmatched.id, unmatched.user_id, unmatched.broker_account_id, unmatched.client_order_id, unmatched.broker_order_id,
    unmatched.symbol, unmatched.status, unmatched.filled_quantity::text, unmatched.found_at,
    unmatched.settled_at, unmatched.settled_by, unmatched.verdict, unmatched.note, due.recall_at as due_at
)
select * from claimed order by due_at, id`
	recalledSQL = `
update public.unmatched_orders
set status = $2, filled_quantity = $3, ended_at = $4, outcome = $5, recall_at = case when $4::timestamptz is null then recall_at end
where id = $1 and verdict = 'cancel' and ended_at is null
returning id`
)

// unwantedRow is an unmatchedModel as the worker reads it.
type unwantedRow struct {
	ID, UserID, BrokerAccountID                                  uuid.UUID
	ClientOrderID, BrokerOrderID, Symbol, Status, FilledQuantity string
	FoundAt, SettledAt                                           time.Time
	SettledBy                                                    uuid.UUID
	Verdict, Note                                                string
	DueAt                                                        time.Time
}

func (r unwantedRow) toDomain() (domain.UnmatchedOrder, error) {
	m := unmatchedModel{
		ID: r.ID, UserID: r.UserID, BrokerAccountID: r.BrokerAccountID, ClientOrderID: r.ClientOrderID, BrokerOrderID: r.BrokerOrderID,
		Symbol: domain.Symbol(r.Symbol), Status: domain.OrderStatus(r.Status), FilledQuantity: r.FilledQuantity, FoundAt: r.FoundAt,
		SettledAt: &r.SettledAt, SettledBy: &r.SettledBy, Verdict: domain.UnmatchedVerdict(r.Verdict), Note: r.Note,
	}
	return m.toDomain()
}

// Unwanted implements ports.Recalls.
func (l *Ledger) Unwanted(ctx context.Context, lease time.Duration, limit int) ([]domain.UnmatchedOrder, error) {
	rows, err := alone(ctx, l.db, pgx.RowToStructByName[unwantedRow], unwantedSQL, lease.Seconds(), max(limit, 0))
	if err != nil {
		return nil, err
	}
	return mapAll(rows, unwantedRow.toDomain)
}

// Recalled implements ports.Recalls.
func (l *Ledger) Recalled(ctx context.Context, id domain.UnmatchedOrderID, told ports.Recall) error {
	var (
		at      *time.Time
		outcome *string
	)
	if told.Outcome != nil {
		at, outcome = &told.Outcome.At, new(asText(told.Outcome.Detail))
	}
	rows, err := alone(ctx, l.db, pgx.RowTo[uuid.UUID], recalledSQL, id.UUID, string(told.Status), told.FilledQuantity.String(), at, outcome)
	if err == nil && len(rows) == 0 {
		return domain.NotFound("unmatched order to be canceled")
	}
	return err
}
