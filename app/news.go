package app

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/hookfill/hookfill/domain"
)

// news is which orders of an account a broker told of since somebody looked: each
// once, however often it was told of. It never blocks.
type news struct {
	// come is ready when there is some.
	come chan struct{}

	mu     sync.Mutex
	ids    map[string]struct{}
	isMore bool
}

// mostNews is of how many orders news is kept; beyond it all are asked about.
const mostNews = 1000

func newNews() *news {
	return &news{come: make(chan struct{}, 1), ids: map[string]struct{}{}}
}

// of is news of an order.
func (n *news) of(clientOrderID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.ids) >= mostNews {
		n.isMore = true
	} else {
		n.ids[clientOrderID] = struct{}{}
	}
	n.ring()
}

// missed is that there may have been news of any order.
func (n *news) missed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.isMore = true
	n.ring()
}

func (n *news) ring() {
	select {
	case n.come <- struct{}{}:
	default:
	}
}

// take gives what there is, and keeps nothing of it.
func (n *news) take() (ids []string, missed bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	ids, missed = slices.Sorted(maps.Keys(n.ids)), n.isMore
	clear(n.ids)
	n.isMore = false
	return ids, missed
}

// hear asks about the account's orders with those client order ids, also where
// they were thought to be over. Those that are still being sent it leaves to who
// sends them, and gives them.
func (t *Tracker) hear(ctx context.Context, account domain.BrokerAccountID, clientOrderIDs []string) (sending []string, err error) {
	if len(clientOrderIDs) == 0 {
		return nil, nil
	}
	orders, err := t.ledger.ByClientOrderIDs(ctx, clientOrderIDs)
	if err != nil {
		return nil, err
	}
	for _, o := range orders {
		if o.Submission() == domain.SubmissionInFlight && o.Terms().BrokerAccountID == account {
			sending = append(sending, o.Terms().ClientOrderID)
		}
	}
	t.refresh(ctx, slices.DeleteFunc(orders, func(o *domain.Order) bool {
		return o.Submission() != domain.SubmissionAcknowledged || o.Status() == domain.StatusFilled || o.Terms().BrokerAccountID != account
	}))
	return sending, nil
}

// catchUp asks about every working order of the account, each once.
func (t *Tracker) catchUp(ctx context.Context, account domain.BrokerAccountID, batch int) error {
	asked, began := map[domain.OrderID]struct{}{}, t.clock.Now()
	for ctx.Err() == nil {
		orders, err := t.ledger.Working(ctx, &account, t.clock.Now().Sub(began), batch)
		if err != nil {
			return err
		}
		isFull := len(orders) == batch
		orders = slices.DeleteFunc(orders, func(o *domain.Order) bool {
			_, known := asked[o.ID()]
			asked[o.ID()] = struct{}{}
			return known
		})
		t.refresh(ctx, orders)
		if !isFull || len(orders) == 0 {
			return nil
		}
	}
	return ctx.Err()
}
