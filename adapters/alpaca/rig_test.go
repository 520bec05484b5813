package alpaca_test

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/system"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
	"github.com/hookfill/hookfill/ports/portstest/brokerfaults"
)

// keyring gives each account its own key: its id.
type keyring struct{}

func (keyring) Credentials(_ context.Context, account *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	return domain.BrokerCredentials{KeyID: account.ID().String(), SecretKey: "s3cret"}, nil
}

func loopback() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

func accountAt(url string) *domain.BrokerAccount {
	return domain.RestoreBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: uuid.New()}, UserID: domain.UserID{UUID: uuid.New()}, Name: "live",
		Kind: domain.BrokerKindAlpaca, Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: url}, CredentialsVersion: 1,
	})
}

func newBroker(c alpaca.Config) *alpaca.Broker {
	b := alpaca.New(keyring{}, system.NewClock(), c)
	DeferCleanup(b.Close)
	return b
}

// venue is a simulator behind a line that can be bad.
type venue struct {
	simulator *simulator
	line      *brokerfaults.Line
	broker    *alpaca.Broker
}

func newVenue() *venue {
	GinkgoHelper()
	v := &venue{simulator: newSimulator()}
	var err error
	v.line, err = brokerfaults.Start(v.simulator)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(v.line.Close)
	v.broker = newBroker(alpaca.Config{AllowAddresses: loopback(), VisibleWithin: 20 * time.Millisecond, Timeout: 5 * time.Second})
	return v
}

// open gives an account that can pay for what the suites buy.
func (v *venue) open(context.Context) (*domain.BrokerAccount, error) {
	account := accountAt(v.line.URL())
	return account, v.simulator.open(account.ID().String(), "1000000")
}

// Push implements ports.PaperMarket: the simulator's prices are in our hands.
func (v *venue) Push(ctx context.Context, account *domain.BrokerAccount, q ports.Quote) ([]string, error) {
	owner := v.simulator.account(account.ID().String())
	if owner == nil {
		return nil, errors.New("no such account")
	}
	return v.simulator.engine.Push(ctx, owner, q)
}

// token is a keyring of one OAuth token.
type token string

func (t token) Credentials(context.Context, *domain.BrokerAccount) (domain.BrokerCredentials, error) {
	return domain.BrokerCredentials{OAuthToken: string(t)}, nil
}

func clockNow() ports.Clock { return system.NewClock() }
