package httpapi

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

const (
	brokerAccountPath = "/v1/broker-accounts/"
	brokerAccountNoun = "broker account"
)

func (a *API) listBrokerAccounts(ctx context.Context, c *call) (answer, error) {
	q, err := c.query()
	if err != nil {
		return answer{}, err
	}
	page := q.page()
	if err := q.end(); err != nil {
		return answer{}, err
	}
	var got ports.Page[*domain.BrokerAccount]
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.BrokerAccounts.List(ctx, page)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(listOf(got, brokerAccountOf)), nil
}

func (a *API) showBrokerAccount(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.BrokerAccount](c, brokerAccountNoun)
	if err != nil {
		return answer{}, err
	}
	var got *domain.BrokerAccount
	err = c.read(ctx, func(ctx context.Context, repos ports.Repositories) (err error) {
		got, err = repos.BrokerAccounts.ByID(ctx, id)
		return err
	})
	if err != nil {
		return answer{}, err
	}
	return ok(brokerAccountOf(got)), nil
}

func (a *API) openBrokerAccount(ctx context.Context, c *call) (answer, error) {
	f, once, err := c.input()
	if err != nil {
		return answer{}, err
	}
	n := newBrokerAccountFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	account, err := a.deps.Brokers.OpenAccount(ctx, c.caller, n, once)
	if err != nil {
		return answer{}, err
	}
	return created(brokerAccountOf(account), brokerAccountPath+account.ID().String()), nil
}

func (a *API) changeBrokerAccount(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.BrokerAccount](c, brokerAccountNoun)
	if err != nil {
		return answer{}, err
	}
	f, once, err := c.input()
	if err != nil {
		return answer{}, err
	}
	change := accountChangeFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	var account *domain.BrokerAccount
	if change.credentials != nil {
		account, err = a.deps.Brokers.RekeyAccount(ctx, c.caller, id, *change.credentials, once)
	} else {
		account, err = a.deps.Brokers.RenameAccount(ctx, c.caller, id, change.name, once)
	}
	if err != nil {
		return answer{}, err
	}
	return ok(brokerAccountOf(account)), nil
}

func (a *API) removeBrokerAccount(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.BrokerAccount](c, brokerAccountNoun)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	return noContent(), a.deps.Brokers.RemoveAccount(ctx, c.caller, id)
}

func (a *API) checkBrokerAccount(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.BrokerAccount](c, brokerAccountNoun)
	if err != nil {
		return answer{}, err
	}
	if _, err := c.noInput(); err != nil {
		return answer{}, err
	}
	summary, err := a.deps.Brokers.CheckAccount(ctx, c.caller, id)
	if err != nil {
		return answer{}, err
	}
	return ok(summaryOf(id, summary)), nil
}

func (a *API) pushQuote(ctx context.Context, c *call) (answer, error) {
	id, err := pathID[domain.BrokerAccount](c, brokerAccountNoun)
	if err != nil {
		return answer{}, err
	}
	f, _, err := c.input()
	if err != nil {
		return answer{}, err
	}
	quote := quoteFrom(f)
	if err := f.end(); err != nil {
		return answer{}, err
	}
	return noContent(), a.deps.Brokers.PushQuote(ctx, c.caller, id, quote)
}
