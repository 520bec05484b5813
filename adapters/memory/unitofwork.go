package memory

import (
	"context"
	"fmt"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Do runs fn alone. fn runs once.
func (s *Store) Do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) error {
	if caller.UserID.IsZero() {
		return &domain.Error{Kind: domain.KindUnauthenticated, Code: "unauthenticated", Msg: "say who you are"}
	}
	return s.transact(ctx, func(t *tx) error {
		mine := as{tx: t, user: caller.UserID, operator: caller.Operator}
		return fn(ctx, ports.Repositories{
			BrokerAccounts: accounts{mine}, WebhookConfigs: configs{mine}, Signals: signals{mine},
			Orders: orders{mine}, Positions: positions{mine}, Requests: requests{mine},
			Unmatched: unmatchedOrders{mine},
			Halts:     halts{mine}, Credentials: credentials{mine}, SenderSecrets: senderSecrets{mine},
		})
	})
}

// as is a transaction in the eyes of one user.
type as struct {
	*tx
	user     domain.UserID
	operator bool
}

// begin is what every method of a repository starts with.
func (a as) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	if a.over.Load() {
		return &domain.Error{Kind: domain.KindInternal, Code: "transaction_over", Msg: "a repository was used outside its Do"}
	}
	return nil
}

// own refuses to add what is somebody else's.
func (a as) own(owner domain.UserID) error {
	if owner != a.user {
		return &domain.Error{Kind: domain.KindForbidden, Code: "forbidden", Msg: "what is added must be the caller's own"}
	}
	return nil
}
