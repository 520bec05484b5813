package memory

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Spend takes a request from an account's budget.
func (s *Store) Spend(ctx context.Context, account domain.BrokerAccountID, r ports.Request) error {
	return s.transact(ctx, func(t *tx) error { return t.spend(account, r) })
}

func (t *tx) spend(account domain.BrokerAccountID, r ports.Request) error {
	if r.Limit.IsUnlimited() {
		return nil
	}
	left, burst := float64(r.Limit.Burst), float64(r.Limit.Burst)
	if row, known := t.budgets[account]; known {
		left = min(burst, row.level+max(t.now.Sub(row.at).Seconds(), 0)*r.Limit.PerSecond())
	}
	if missing := float64(r.Floor()) + 1 - left; missing > 0 {
		wait := time.Duration(missing / r.Limit.PerSecond() * float64(time.Second))
		return &domain.Error{
			Kind: domain.KindUnavailable, Code: "throttled", Msg: "the account's requests are used up for now",
			RetryAfter: max(wait, time.Millisecond),
		}
	}
	put(t, t.budgets, account, budgetRow{level: left - 1, at: t.now})
	return nil
}
