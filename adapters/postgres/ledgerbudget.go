package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// spending is what taking a request from an account's budget came to. The row of
// the budget is the last one a decision locks, and stays locked until the decision
// is stored or given up: a request is taken with it or not at all. A broker
// without a limit has no row, and asks for none.
type spending struct{ rows []spentRow }

type spentRow struct {
	Granted bool
	// Wait is in seconds.
	Wait float64
}

// The level is what was left at a time; what came back since is added when it is
// read. The clock is looked at after the wait for the lock, never before.
const (
	makeBudgetSQL = `
insert into private.rate_budgets (broker_account_id, level, refilled_at)
values ($1, $2, clock_timestamp())
on conflict do nothing`
	spendSQL = `
with budget as materialized (
  select broker_account_id,
    least($2::double precision,
      level + greatest(extract(epoch from clock_timestamp() - refilled_at), 0)::double precision * $3::double precision) as level
  from private.rate_budgets
  where broker_account_id = $1
  for no key update
), taken as (
  update private.rate_budgets b
  set level = budget.level - 1, refilled_at = clock_timestamp()
  from budget
  where b.broker_account_id = budget.broker_account_id and budget.level >= $4::double precision + 1
)
select level >= $4::double precision + 1 as granted,
  greatest($4::double precision + 1 - level, 0) / $3::double precision as wait
from budget`
)

func (s *spending) askFor(ctx context.Context, t *bundledTx, account domain.BrokerAccountID, r ports.Request) {
	if r.Limit.IsUnlimited() {
		return
	}
	t.tell(ctx, makeBudgetSQL, account.UUID, float64(r.Limit.Burst))
	ask(ctx, t, &s.rows, pgx.RowToStructByName[spentRow], spendSQL,
		account.UUID, float64(r.Limit.Burst), r.Limit.PerSecond(), float64(r.Floor()))
}

// verdict refuses what the budget has nothing left for.
func (s *spending) verdict() error {
	if len(s.rows) == 0 || s.rows[0].Granted {
		return nil
	}
	wait := time.Duration(s.rows[0].Wait * float64(time.Second))
	return &domain.Error{
		Kind: domain.KindUnavailable, Code: "throttled", Msg: "the account's requests are used up for now",
		RetryAfter: max(wait, time.Millisecond),
	}
}

// spend takes a request in a transaction that knows its account only now.
func spend(ctx context.Context, t *bundledTx, account domain.BrokerAccountID, r ports.Request) error {
	var spent spending
	spent.askFor(ctx, t, account, r)
	if err := t.send(ctx); err != nil {
		return err
	}
	return spent.verdict()
}

// Spend implements ports.Ledger.
func (l *Ledger) Spend(ctx context.Context, account domain.BrokerAccountID, r ports.Request) error {
	if r.Limit.IsUnlimited() {
		return translate(ctx.Err())
	}
	return l.db.bundled(ctx, beginWork, func(ctx context.Context, t *bundledTx) error {
		return spend(ctx, t, account, r)
	})
}
