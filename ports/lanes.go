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

// LaneRequest is what the owner of leases wants of a claim.
type LaneRequest struct {
	// Owner names who will hold the lanes.
	Owner string
	// Lanes is how many lanes it has room for, Tickets how many it takes from the
	// head of each.
	Lanes, Tickets int
	// Lease is how long the lanes stay the owner's without renewal.
	Lease time.Duration
	// Held is how many lanes the owner holds of each user already, nil for none.
	Held map[domain.UserID]int
	// PerUser is the most lanes of one user that the owner then holds; 0 is no
	// bound.
	PerUser int
}

// Lanes hands out the queues of tickets. A lane is one broker account and one
// symbol; its tickets run strictly in order.
type Lanes interface {
	// Claim leases up to Lanes lanes that are ready, each with up to Tickets
	// unfinished tickets from its head. Users take turns: a lane of a user of whom
	// the owner holds fewer comes first, and one claim goes on where the last one
	// of this handle stopped, so that what waits of one user never decides how
	// long another waits. Of one user's lanes those that waited longest come
	// first, and no more than PerUser allows. A lane that is leased to anybody is
	// not ready until the lease ends, by the database's clock; claiming it then
	// raises its epoch, so that the former lease is void. Its cost does not depend
	// on how many tickets wait, nor in how many lanes.
	Claim(ctx context.Context, want LaneRequest) ([]ClaimedLane, error)
	// Renew extends leases by lease from now and gives those that still hold.
	Renew(ctx context.Context, leases []Lease, lease time.Duration) ([]Lease, error)
	// Release gives a lane back: ready at once where after is 0, else in after,
	// and where nothing waits in it, when the next ticket arrives. A void lease
	// is ignored.
	Release(ctx context.Context, lease Lease, after time.Duration) error
}
