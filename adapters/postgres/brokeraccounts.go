package postgres

import (
	"context"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

type brokerAccounts struct{ session }

var _ ports.BrokerAccountRepository = (*brokerAccounts)(nil)

func (m *brokerAccountModel) listID() uuid.UUID { return m.ID }

// Add implements ports.BrokerAccountRepository.
func (r *brokerAccounts) Add(ctx context.Context, a *domain.BrokerAccount) error {
	// A conflict that the database raised would end the whole transaction.
	added, err := r.tx.NewInsert().Model(toBrokerAccountModel(a.Snapshot())).On("conflict (id) do nothing").Exec(ctx)
	return oneRow(added, err, domain.Conflict("already_exists", "there is a broker account of this id"))
}

// ByID implements ports.BrokerAccountRepository.
func (r *brokerAccounts) ByID(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	m, err := r.find(ctx, id, "")
	if err != nil {
		return nil, err
	}
	return m.toDomain()
}

// find gives the row of an account that is not removed, under the given lock.
func (r *brokerAccounts) find(ctx context.Context, id domain.BrokerAccountID, lock string) (*brokerAccountModel, error) {
	var m brokerAccountModel
	q := r.tx.NewSelect().Model(&m).Where("account.id = ?", id.UUID).Where("account.deleted_at is null")
	if lock != "" {
		q.For(lock)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, missing("broker account", err)
	}
	return &m, nil
}

// List implements ports.BrokerAccountRepository.
func (r *brokerAccounts) List(ctx context.Context, req ports.PageRequest) (ports.Page[*domain.BrokerAccount], error) {
	var (
		none ports.Page[*domain.BrokerAccount]
		rows []*brokerAccountModel
	)
	q := r.tx.NewSelect().Model(&rows).Where("account.deleted_at is null")
	limit, err := page(q, req)
	if err != nil {
		return none, err
	}
	if err := q.Scan(ctx); err != nil {
		return none, translate(err)
	}
	rows, next := cut(rows, limit)
	items, err := mapAll(rows, (*brokerAccountModel).toDomain)
	return ports.Page[*domain.BrokerAccount]{Items: items, Next: next}, err
}

// Update implements ports.BrokerAccountRepository and raises the version.
func (r *brokerAccounts) Update(ctx context.Context, id domain.BrokerAccountID, fn func(*domain.BrokerAccount) error) (*domain.BrokerAccount, error) {
	m, err := r.find(ctx, id, "update")
	if err != nil {
		return nil, err
	}
	a, err := m.toDomain()
	if err != nil {
		return nil, err
	}
	if err := fn(a); err != nil {
		return nil, err
	}
	changed := toBrokerAccountModel(a.Snapshot())
	changed.Version = m.Version + 1
	_, err = r.tx.NewUpdate().Model(changed).
		Column("name", "version", "updated_at", "deleted_at").
		WherePK().
		Exec(ctx)
	if err != nil {
		return nil, translate(err)
	}
	return changed.toDomain()
}

// Usage implements ports.BrokerAccountRepository.
func (r *brokerAccounts) Usage(ctx context.Context, id domain.BrokerAccountID) (openOrders, routes int, err error) {
	err = r.tx.NewRaw(`
		select
		  (select count(*)
		     from public.orders as o
		    where o.broker_account_id = account.id
		      and `+orderIsUnsettled+`),
		  (select count(distinct config.id)
		     from public.webhook_configs as config
		     join public.webhook_routes as route
		       on route.webhook_config_id = config.id and route.version = config.version
		    where route.broker_account_id = account.id
		      and config.deleted_at is null)
		from public.broker_accounts as account
		where account.id = ? and account.deleted_at is null`, id.UUID).
		Scan(ctx, &openOrders, &routes)
	return openOrders, routes, missing("broker account", err)
}
