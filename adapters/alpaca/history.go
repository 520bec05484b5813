package alpaca

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	ordersPerPage = 500
	// longestLife is how long after it was submitted an order can still change:
	// Alpaca ends the oldest after 90 days.
	longestLife = 92 * 24 * time.Hour
)

// ChangedOrders lists by when orders changed. Alpaca lists by when they were
// submitted, so everything that may have changed since is read: one request for
// 500 orders of the 92 days before.
func (b *Broker) ChangedOrders(ctx context.Context, account *domain.BrokerAccount, since time.Time, limit int) ([]ports.ListedOrder, error) {
	if limit < 1 {
		return nil, nil
	}
	v, err := b.visit(ctx, account)
	if err != nil {
		return nil, err
	}
	changed, err := v.changed(ctx, since)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(changed, func(a, b wireOrder) int { return a.at().Compare(b.at()) })
	for limit < len(changed) && changed[limit].at().Equal(changed[limit-1].at()) {
		limit++
	}
	changed = changed[:min(limit, len(changed))]
	fills, err := v.fills(ctx, changed)
	if err != nil {
		return nil, err
	}
	listed := make([]ports.ListedOrder, len(changed))
	for i, o := range changed {
		if listed[i].Symbol, err = canonical(o.Symbol, o.AssetClass); err != nil {
			return nil, unreadable(err)
		}
		if listed[i].Report, err = reportOf(o, fills[o.ID]); err != nil {
			return nil, err
		}
	}
	return listed, nil
}

func (v *visit) changed(ctx context.Context, since time.Time) ([]wireOrder, error) {
	q := url.Values{"status": {"all"}, "direction": {"asc"}, "limit": {strconv.Itoa(ordersPerPage)}, "nested": {"false"}}
	if !since.IsZero() {
		q.Set("after", since.Add(-longestLife).UTC().Format(time.RFC3339))
	}
	var changed []wireOrder
	for {
		var page []wireOrder
		if err := read(v.do(ctx, request{method: "GET", path: "/v2/orders", query: q.Encode()}), &page, "orders"); err != nil {
			return nil, err
		}
		for _, o := range page {
			if !o.at().Before(since) {
				changed = append(changed, o)
			}
		}
		if len(page) < ordersPerPage {
			return changed, nil
		}
		q.Del("after")
		q.Set("after_order_id", page[len(page)-1].ID)
	}
}
