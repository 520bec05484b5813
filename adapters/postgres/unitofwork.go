package postgres

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// UnitOfWork runs requests: each as its caller, in one transaction.
type UnitOfWork struct{ db *DB }

var _ ports.UnitOfWork = (*UnitOfWork)(nil)

// NewUnitOfWork makes a UnitOfWork on the API pool of db.
func NewUnitOfWork(db *DB) *UnitOfWork { return &UnitOfWork{db: db} }

// Do implements ports.UnitOfWork. A transaction that lost a race runs again.
func (u *UnitOfWork) Do(ctx context.Context, caller domain.Principal, fn func(context.Context, ports.Repositories) error) error {
	if caller.UserID.IsZero() {
		return &domain.Error{Kind: domain.KindUnauthenticated, Code: "unauthenticated", Msg: "sign in first"}
	}
	var refused error
	err := inTx(ctx, u.db.api, func(ctx context.Context, tx bun.Tx) error {
		refused = nil
		if err := actAs(ctx, tx, caller); err != nil {
			return err
		}
		refused = fn(ctx, repositories(tx, caller))
		return refused
	})
	if refused != nil {
		return refused
	}
	return err
}

func repositories(tx bun.Tx, caller domain.Principal) ports.Repositories {
	s := session{tx: tx, user: caller.UserID}
	return ports.Repositories{
		BrokerAccounts: &brokerAccounts{s},
		WebhookConfigs: &webhookConfigs{s},
		Signals:        &signals{s},
		Orders:         &orders{s},
		Positions:      &positions{s},
		Requests:       &requests{s},
		Unmatched:      &unmatchedOrders{s},
		Halts:          &halts{s, caller.Operator},
		Credentials:    &credentials{s},
		SenderSecrets:  &senderSecrets{s},
	}
}

// actAs makes the rest of the transaction the caller's. All of it is local to
// the transaction, so that a pooled connection keeps nothing of it. The timeout
// is the one Supabase gives the role, which only a login would set.
func actAs(ctx context.Context, tx bun.Tx, caller domain.Principal) error {
	said := map[string]any{"sub": caller.UserID.String(), "role": "authenticated"}
	if caller.Operator {
		said["hookfill_operator"] = true // what policies of halts ask for
	}
	claims, err := json.Marshal(said)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		select set_config('request.jwt.claims', ?, true),
		       set_config('role', 'authenticated', true),
		       set_config('statement_timeout', '8s', true)`, string(claims))
	return err
}

// session is a transaction in which statements run as one caller.
type session struct {
	tx   bun.Tx
	user domain.UserID
}

// asAPI runs fn as hookfill_api, for the rows of the caller's that no client
// reaches. The claims stay in force: its policies admit the caller's rows alone.
func (s session) asAPI(ctx context.Context, fn func(bun.Tx) error) error {
	if _, err := s.tx.ExecContext(ctx, "set local role "+roleAPI); err != nil {
		return translate(err)
	}
	err := fn(s.tx)
	// Also after an error: the caller may go on. In a transaction that has failed
	// nothing runs any more, whatever the role.
	if _, back := s.tx.ExecContext(ctx, "set local role authenticated"); err == nil {
		err = back
	}
	return translate(err)
}

// atomically runs fn so that an error of it undoes it alone: whoever called the
// repository may go on.
func (s session) atomically(ctx context.Context, fn func(session) error) error {
	return translate(s.tx.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		return fn(session{tx: tx, user: s.user})
	}))
}
