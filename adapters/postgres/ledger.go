package postgres

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Ledger is the worker's record of decisions and facts. A decision reads the
// lane's epoch, under a lock, in the transaction that writes it; a fact asks
// nobody.
type Ledger struct {
	db   *DB
	mark atomic.Pointer[domain.Installation]
}

var _ ports.Ledger = (*Ledger)(nil)

// NewLedger makes the ledger of a database.
func NewLedger(db *DB) *Ledger { return &Ledger{db: db} }

// Installation implements ports.Ledger. The mark is asked for once.
func (l *Ledger) Installation(ctx context.Context) (domain.Installation, error) {
	if err := ctx.Err(); err != nil {
		return "", translate(err)
	}
	if mark := l.mark.Load(); mark != nil {
		return *mark, nil
	}
	marks, err := alone(ctx, l.db, pgx.RowTo[domain.Installation], `select mark from private.installation`)
	if err != nil {
		return "", err
	}
	if len(marks) == 0 {
		return "", corrupt("installation", errors.New("it has no mark"))
	}
	l.mark.Store(&marks[0])
	return marks[0], nil
}

const accountSQL = `
select id, user_id, name, kind, settings, credentials_version, trouble, version, created_at, updated_at, deleted_at
from public.broker_accounts
where id = $1`

// Account implements ports.Ledger.
func (l *Ledger) Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	rows, err := alone(ctx, l.db, pgx.RowToAddrOfStructByName[brokerAccountModel], accountSQL, id.UUID)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, domain.NotFound("broker account")
	}
	return rows[0].toDomain()
}

// leaseLost refuses a decision under a void lease.
func leaseLost() error {
	return domain.Conflict("lease_lost", "the lane was taken over by another executor")
}
