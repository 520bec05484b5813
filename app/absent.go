package app

import "sync"

// absentOrders are client order ids that a broker was asked for and does not
// have. They keep a ticket that waits, for a request of the account's budget, from
// spending others on the same question. It holds the latest ones, so many at most:
// what it let go of is asked about again.
type absentOrders struct {
	mu    sync.Mutex
	most  int
	known map[string]struct{}
	order []string
}

// maxAbsent is more than any executor has tickets under way.
const maxAbsent = 10_000

func newAbsentOrders(most int) *absentOrders {
	return &absentOrders{most: most, known: map[string]struct{}{}}
}

func (a *absentOrders) has(clientOrderID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.known[clientOrderID]
	return ok
}

func (a *absentOrders) add(clientOrderID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.known[clientOrderID]; ok {
		return
	}
	if len(a.order) == a.most {
		delete(a.known, a.order[0])
		a.order = a.order[1:]
	}
	a.known[clientOrderID] = struct{}{}
	a.order = append(a.order, clientOrderID)
}

// drop lets go of an id whose order is sent.
func (a *absentOrders) drop(clientOrderID string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, clientOrderID)
}
