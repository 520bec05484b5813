package app_test

import (
	"context"
	"net/netip"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alpaca"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/papersrv"
	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// What the account at hookfill's own server of Alpaca's API is known by.
const alpacaKey, alpacaSecret = "PKSPEC", "s3cret-of-the-spec"

func (t *trader) alpacaServer() *papersrv.Server {
	GinkgoHelper()
	server, err := papersrv.New(
		papersrv.Deps{Journal: memory.NewJournal(), Clock: t.clock, IDs: memory.NewSequentialIDs(), Log: quietLog()},
		papersrv.Config{Cash: domain.MustMoney("1000000"), Keys: []papersrv.KeyPair{{ID: alpacaKey, Secret: alpacaSecret}}})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(server.Stop)
	return server
}

// moveToAlpaca gives the trader an account at Alpaca, at a server of its API, in
// place of the one at the paper broker.
func (t *trader) moveToAlpaca(ctx context.Context, url string, c alpaca.Config) *alpaca.Broker {
	GinkgoHelper()
	sealer, err := seal.New(make([]byte, seal.KeyLength), nil)
	Expect(err).NotTo(HaveOccurred())
	store := t.work.(*memory.Store)
	c.AllowAddresses = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	broker := alpaca.New(app.NewVault(store, sealer), t.clock, c)
	DeferCleanup(broker.Close)
	t.brokers[domain.BrokerKindAlpaca] = app.NewWatched(broker, store, t.clock, quietLog())
	t.account, err = app.NewAccounts(t.work, t.brokers, t.paper, t.tracker, sealer, t.clock, t.ids).OpenAccount(ctx, t.who, ports.NewBrokerAccount{
		Name: "practice", Kind: domain.BrokerKindAlpaca, Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: url},
		Credentials: domain.BrokerCredentials{KeyID: alpacaKey, SecretKey: alpacaSecret},
	}, ports.Idempotency{})
	Expect(err).NotTo(HaveOccurred())
	return broker
}
