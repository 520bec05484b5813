package memory

import (
	"context"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ ports.BrokerAccountRepository = accounts{}

type accounts struct{ as }

func (r accounts) Add(ctx context.Context, a *domain.BrokerAccount) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	s := copyAccount(a.Snapshot())
	if err := r.own(s.UserID); err != nil {
		return err
	}
	if err := storable(s.Name, string(s.Kind)); err != nil {
		return err
	}
	if _, taken := r.accounts[s.ID]; taken {
		return domain.Conflict("already_exists", "a broker account of that id exists")
	}
	put(r.tx, r.accounts, s.ID, s)
	return nil
}

// find gives the row of an account that is the caller's and not removed.
func (r accounts) find(id domain.BrokerAccountID) (domain.BrokerAccountSnapshot, error) {
	s, ok := r.accounts[id]
	if !ok || s.UserID != r.user || s.DeletedAt != nil {
		return domain.BrokerAccountSnapshot{}, domain.NotFound("broker account")
	}
	return s, nil
}

func (r accounts) ByID(ctx context.Context, id domain.BrokerAccountID) (*domain.BrokerAccount, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	s, err := r.find(id)
	if err != nil {
		return nil, err
	}
	return restoreAccount(s), nil
}

func restoreAccount(s domain.BrokerAccountSnapshot) *domain.BrokerAccount {
	return domain.RestoreBrokerAccount(copyAccount(s))
}

func (r accounts) List(ctx context.Context, q ports.PageRequest) (ports.Page[*domain.BrokerAccount], error) {
	if err := r.begin(ctx); err != nil {
		return ports.Page[*domain.BrokerAccount]{}, err
	}
	var mine []domain.BrokerAccountSnapshot
	for _, s := range r.accounts {
		if s.UserID == r.user && s.DeletedAt == nil {
			mine = append(mine, s)
		}
	}
	p, err := page(mine, func(s domain.BrokerAccountSnapshot) uuid.UUID { return s.ID.UUID }, q)
	return mapPage(p, err, restoreAccount)
}

func (r accounts) Update(ctx context.Context, id domain.BrokerAccountID, fn func(*domain.BrokerAccount) error) (*domain.BrokerAccount, error) {
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	s, err := r.find(id)
	if err != nil {
		return nil, err
	}
	a := restoreAccount(s)
	if err := fn(a); err != nil {
		return nil, err
	}
	next := copyAccount(a.Snapshot())
	if err := storable(next.Name); err != nil {
		return nil, err
	}
	next.Version = s.Version + 1
	put(r.tx, r.accounts, id, next)
	return restoreAccount(next), nil
}

func (r accounts) Usage(ctx context.Context, id domain.BrokerAccountID) (openOrders, routes int, err error) {
	if err := r.begin(ctx); err != nil {
		return 0, 0, err
	}
	if _, err := r.find(id); err != nil {
		return 0, 0, err
	}
	for order := range r.live {
		if r.orders[order].order.Terms.BrokerAccountID == id {
			openOrders++
		}
	}
	for _, c := range r.configs {
		if c.config.DeletedAt == nil && routesTo(c.config.Rules, id) {
			routes++
		}
	}
	return openOrders, routes, nil
}

func routesTo(rules domain.WebhookRules, id domain.BrokerAccountID) bool {
	for _, route := range rules.Routes {
		if route.BrokerAccountID == id {
			return true
		}
	}
	return false
}
