package postgres

import (
	"context"
	"sync/atomic"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Ledger is the worker's record of decisions and facts. A decision reads the
// lane's epoch, under a lock, in the transaction that writes it; a fact asks
// nobody.
//
// Locks are taken in one order everywhere in this package: keys by config and
// key, lanes by id, tickets, signals, orders, positions by scope.
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
	var mark domain.Installation
	if err := l.db.worker.NewRaw(`select mark from private.installation`).Scan(ctx, &mark); err != nil {
		return "", translate(err)
	}
	l.mark.Store(&mark)
	return mark, nil
}

// Account implements ports.Ledger.
func (l *Ledger) Account(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	var m brokerAccountModel
	if err := l.db.worker.NewSelect().Model(&m).Where("account.id = ?", id.UUID).Scan(ctx); err != nil {
		return nil, missing("broker account", err)
	}
	return m.toDomain()
}

// leaseLost refuses a decision under a void lease.
func leaseLost() error {
	return domain.Conflict("lease_lost", "the lane was taken over by another executor")
}
