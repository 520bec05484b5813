package ports

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
)

// Lease is the right to decide for a lane until it is given back or claimed
// again. Every decision names it; a decision under an old epoch is refused.
type Lease struct {
	LaneID int64
	Epoch  int64
}

// ClaimedLane is a lane with the tickets at its head, in order.
type ClaimedLane struct {
	Lease           Lease
	UserID          domain.UserID
	BrokerAccountID domain.BrokerAccountID
	Symbol          domain.Symbol
	Tickets         []domain.Ticket
}

// Lanes hands out the queues of tickets. A lane is one broker account and one
// symbol; its tickets run strictly in order.
type Lanes interface {
	// Claim leases up to lanes lanes that are ready, those that waited longest
	// first, each with up to tickets unfinished tickets from its head. A lane
	// that is leased to anybody is not ready until the lease ends, by the
	// database's clock; claiming it then raises its epoch, so that the former
	// lease is void. Its cost does not depend on how many tickets wait.
	Claim(ctx context.Context, owner string, lanes, tickets int, lease time.Duration) ([]ClaimedLane, error)
	// Renew extends leases by lease from now and gives those that still hold.
	Renew(ctx context.Context, leases []Lease, lease time.Duration) ([]Lease, error)
	// Release gives a lane back: ready at once where after is 0, else in after,
	// and where nothing waits in it, when the next ticket arrives. A void lease
	// is ignored.
	Release(ctx context.Context, lease Lease, after time.Duration) error
}
