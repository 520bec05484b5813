package app

import (
	"context"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// Accounts opens and keeps broker accounts.
type Accounts struct {
	work    ports.UnitOfWork
	brokers ports.Brokers
	paper   ports.PaperMarket
	tracker *Tracker
	sealer  ports.Sealer
	clock   ports.Clock
	ids     ports.IDs
}

var _ ports.BrokerAdmin = (*Accounts)(nil)

// NewAccounts makes the use cases of broker accounts. Quotes go to paper, and
// tracker records the fills that follow. Without a sealer, accounts that need
// credentials are refused.
func NewAccounts(
	work ports.UnitOfWork, brokers ports.Brokers, paper ports.PaperMarket, tracker *Tracker, sealer ports.Sealer, clock ports.Clock, ids ports.IDs,
) *Accounts {
	return &Accounts{work: work, brokers: brokers, paper: paper, tracker: tracker, sealer: sealer, clock: clock, ids: ids}
}

// OpenAccount implements ports.BrokerAdmin.
func (a *Accounts) OpenAccount(
	ctx context.Context, caller domain.Principal, n ports.NewBrokerAccount, i ports.Idempotency,
) (*domain.BrokerAccount, error) {
	account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: a.ids.New()}, UserID: caller.UserID,
		Name: n.Name, Kind: n.Kind, Paper: n.Paper, Alpaca: n.Alpaca, CreatedAt: a.clock.Now(),
	})
	if err != nil {
		return nil, err
	}
	if n.Kind == domain.BrokerKindAlpaca && n.Alpaca.IsLive() {
		return nil, domain.Invalid("not_built_yet", "environment", "accounts with real money are not connected yet; use environment paper with keys of its own")
	}
	stored := domain.RestoreBrokerAccount(account.Snapshot())
	sealed, err := a.seal(account, n.Credentials)
	if err != nil {
		return nil, err
	}
	opened := account
	err = a.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return once(ctx, r, i, func() (string, error) {
			opened = account
			if err := r.BrokerAccounts.Add(ctx, stored); err != nil || sealed == nil {
				return account.ID().String(), err
			}
			return account.ID().String(), r.Credentials.Keep(ctx, account.ID(), account.Snapshot().CredentialsVersion, sealed)
		}, func(made string) error {
			id, err := madeEarlier[domain.BrokerAccount](made)
			if err != nil {
				return err
			}
			opened, err = r.BrokerAccounts.ByID(ctx, id)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// RenameAccount implements ports.BrokerAdmin.
func (a *Accounts) RenameAccount(
	ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, name string, i ports.Idempotency,
) (renamed *domain.BrokerAccount, err error) {
	err = a.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		return once(ctx, r, i, func() (string, error) {
			renamed, err = r.BrokerAccounts.Update(ctx, id, func(account *domain.BrokerAccount) error {
				return account.Rename(name, a.clock.Now())
			})
			return id.String(), err
		}, func(string) error {
			renamed, err = r.BrokerAccounts.ByID(ctx, id)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return renamed, nil
}

// RemoveAccount implements ports.BrokerAdmin.
func (a *Accounts) RemoveAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) error {
	return a.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		_, err := r.BrokerAccounts.Update(ctx, id, func(account *domain.BrokerAccount) error {
			orders, routes, err := r.BrokerAccounts.Usage(ctx, id)
			if err != nil {
				return err
			}
			return account.Remove(orders, routes, a.clock.Now())
		})
		if err != nil {
			return err
		}
		return r.Credentials.Forget(ctx, id)
	})
}

// CheckAccount implements ports.BrokerAdmin.
func (a *Accounts) CheckAccount(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) (ports.AccountSummary, error) {
	account, err := a.account(ctx, caller, id)
	if err != nil {
		return ports.AccountSummary{}, err
	}
	broker, err := a.brokers.For(account.Kind())
	if err != nil {
		return ports.AccountSummary{}, err
	}
	return broker.Summary(ctx, account)
}

// PushQuote implements ports.BrokerAdmin.
func (a *Accounts) PushQuote(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID, q ports.Quote) error {
	account, err := a.account(ctx, caller, id)
	if err != nil {
		return err
	}
	if account.Kind() != domain.BrokerKindPaper {
		return domain.Invalid("not_a_paper_account", "broker_account_id", "only paper accounts take quotes")
	}
	changed, err := a.paper.Push(ctx, account, q)
	if err != nil {
		return err
	}
	return a.tracker.Refresh(ctx, changed)
}

func (a *Accounts) account(ctx context.Context, caller domain.Principal, id domain.BrokerAccountID) (account *domain.BrokerAccount, err error) {
	err = a.work.Do(ctx, caller, func(ctx context.Context, r ports.Repositories) error {
		account, err = r.BrokerAccounts.ByID(ctx, id)
		return err
	})
	return account, err
}
