package app_test

import (
	"context"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// locked is a venue that does not accept the credentials of one account, and
// counts how often it was asked all the same.
type locked struct {
	app.HistoryBroker
	out   atomic.Pointer[domain.BrokerAccountID]
	asked atomic.Int64
}

func (l *locked) refuse(account *domain.BrokerAccount) error {
	if out := l.out.Load(); out == nil || *out != account.ID() {
		return nil
	}
	l.asked.Add(1)
	return &domain.Error{Kind: domain.KindUnavailable, Code: ports.CodeCredentialsRefused, Msg: "give it others"}
}

func (l *locked) Submit(ctx context.Context, account *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if err := l.refuse(account); err != nil {
		return domain.OrderReport{}, err
	}
	return l.HistoryBroker.Submit(ctx, account, r)
}

func (l *locked) Summary(ctx context.Context, account *domain.BrokerAccount) (ports.AccountSummary, error) {
	if err := l.refuse(account); err != nil {
		return ports.AccountSummary{}, err
	}
	return l.HistoryBroker.Summary(ctx, account)
}

var _ = Describe("An account whose credentials its broker does not accept", func() {
	var t *trader
	var venue *locked
	var other *domain.BrokerAccount
	var mine, others ports.IssuedWebhook

	marked := func(ctx context.Context, id domain.BrokerAccountID) (trouble *domain.AccountTrouble) {
		GinkgoHelper()
		t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
			account, err := r.BrokerAccounts.ByID(ctx, id)
			if err == nil {
				trouble = account.Trouble()
			}
			return err
		})
		return trouble
	}
	BeforeEach(func(ctx SpecContext) {
		t = newTrader(ctx)
		venue = &locked{HistoryBroker: t.paper}
		t.brokers[domain.BrokerKindPaper] = app.NewWatched(venue, t.work.(*memory.Store), t.clock, quietLog())
		mine = t.hook(ctx)
		var err error
		other, err = t.accounts.OpenAccount(ctx, t.who, ports.NewBrokerAccount{Name: "other", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.MustMoney("1000000")}}, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		others = t.hook(ctx, func(r *domain.WebhookRules) { r.Routes[0].BrokerAccountID = other.ID() })
		id := t.account.ID()
		venue.out.Store(&id)
		t.stay()
	})

	It("is marked with the reason, its lanes are parked, nothing hammers the venue, and other accounts run on", func(ctx SpecContext) {
		parked := t.send(ctx, mine, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
		done := t.send(ctx, others, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
		t.settle(ctx)
		Expect(t.signal(ctx, done).State).To(Equal(domain.StateDone))
		Expect(t.signal(ctx, parked).State).To(Equal(domain.StateExecuting))
		Expect(marked(ctx, t.account.ID())).To(HaveValue(And(HaveField("Code", ports.CodeCredentialsRefused), HaveField("Message", "give it others"))))
		Expect(marked(ctx, other.ID())).To(BeNil())
		for range 11 {
			t.later(ctx, 5*time.Second)
		}
		Expect(venue.asked.Load()).To(BeEquivalentTo(1), "within the minute")
	})

	It("goes on once they are accepted, and is marked no more", func(ctx SpecContext) {
		first := t.send(ctx, mine, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`)
		t.settle(ctx)
		venue.out.Store(nil)
		for range 8 {
			t.later(ctx, 10*time.Second)
		}
		Expect(t.signal(ctx, first).State).To(BeElementOf(domain.StateDone, domain.StateExpired))
		_, err := t.accounts.CheckAccount(ctx, t.who, t.account.ID())
		Expect(err).NotTo(HaveOccurred())
		Expect(marked(ctx, t.account.ID())).To(BeNil())
	})

	It("has prices all the same, which mark nothing", func(ctx SpecContext) {
		t.quote(ctx, "AAPL", "97.5")
		q, err := t.brokers[domain.BrokerKindPaper].(ports.Quotes).Quote(ctx, t.account, "AAPL")
		Expect(err).NotTo(HaveOccurred())
		Expect(q.LastPrice.String()).To(Equal("97.5"))
		Expect(marked(ctx, t.account.ID())).To(BeNil())
	})

	It("is marked by a check as well", func(ctx SpecContext) {
		Expect(t.accounts.CheckAccount(ctx, t.who, t.account.ID())).Error().To(HaveField("Code", ports.CodeCredentialsRefused))
		Expect(marked(ctx, t.account.ID())).NotTo(BeNil())
	})
})

var _ = Describe("An account that needs credentials", func() {
	var t *trader
	var accounts *app.Accounts
	var sealer *seal.Sealer
	var keys domain.BrokerCredentials
	wanted := func(c domain.BrokerCredentials) ports.NewBrokerAccount {
		return ports.NewBrokerAccount{
			Name: "practice", Kind: domain.BrokerKindAlpaca, Alpaca: domain.AlpacaSettings{Environment: domain.AlpacaPaper}, Credentials: c,
		}
	}
	open := func(ctx context.Context) *domain.BrokerAccount {
		GinkgoHelper()
		account, err := accounts.OpenAccount(ctx, t.who, wanted(keys), ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		return account
	}
	BeforeEach(func(ctx SpecContext) {
		t, keys = newTrader(ctx), domain.BrokerCredentials{KeyID: "PK1", SecretKey: "s3cret"}
		var err error
		sealer, err = seal.New(make([]byte, seal.KeyLength), nil)
		Expect(err).NotTo(HaveOccurred())
		accounts = app.NewAccounts(t.work, t.brokers, t.paper, t.tracker, sealer, t.clock, t.ids)
	})
	vault := func() *app.Vault { return app.NewVault(t.work.(*memory.Store), sealer) }

	It("is opened with them sealed, and its broker can open them", func(ctx SpecContext) {
		account := open(ctx)
		Expect(account.Snapshot().CredentialsVersion).To(Equal(1))
		_, sealed, err := t.work.(*memory.Store).Sealed(ctx, account.ID())
		Expect(err).NotTo(HaveOccurred())
		Expect(string(sealed)).NotTo(ContainSubstring("s3cret"))
		Expect(vault().Credentials(ctx, account)).To(Equal(keys))
	})

	It("can be given others, which its broker uses from then on", func(ctx SpecContext) {
		account, v := open(ctx), vault()
		Expect(v.Credentials(ctx, account)).To(Equal(keys))
		token := domain.BrokerCredentials{OAuthToken: "t0ken"}
		rekeyed, err := accounts.RekeyAccount(ctx, t.who, account.ID(), token, ports.Idempotency{})
		Expect(err).NotTo(HaveOccurred())
		Expect(v.Credentials(ctx, rekeyed)).To(Equal(token))
		Expect(vault().Credentials(ctx, account)).Error().To(MatchError(domain.KindUnavailable), "who still has the former version is told so")
	})

	It("has none any more once it is removed", func(ctx SpecContext) {
		account := open(ctx)
		Expect(accounts.RemoveAccount(ctx, t.who, account.ID())).To(Succeed())
		Expect(vault().Credentials(ctx, account)).Error().To(MatchError(domain.KindNotFound))
	})

	DescribeTable("is refused where it trades with real money, by",
		func(ctx SpecContext, s domain.AlpacaSettings) {
			n := wanted(keys)
			n.Alpaca = s
			Expect(accounts.OpenAccount(ctx, t.who, n, ports.Idempotency{})).Error().To(HaveField("Code", "not_built_yet"))
		},
		Entry("its environment", domain.AlpacaSettings{Environment: domain.AlpacaLive}),
		Entry("its environment, at another address", domain.AlpacaSettings{Environment: domain.AlpacaLive, BaseURL: "https://a.example"}),
		Entry("its address", domain.AlpacaSettings{Environment: domain.AlpacaPaper, BaseURL: "https://API.alpaca.markets."}),
	)

	It("is refused without, with half of them, and where no master key is set", func(ctx SpecContext) {
		for _, c := range []domain.BrokerCredentials{{}, {KeyID: "PK1"}, {KeyID: "PK1", SecretKey: "s", OAuthToken: "t"}, {OAuthToken: "with space"}} {
			Expect(accounts.OpenAccount(ctx, t.who, wanted(c), ports.Idempotency{})).Error().To(MatchError(domain.KindInvalid))
		}
		bare := app.NewAccounts(t.work, t.brokers, t.paper, t.tracker, nil, t.clock, t.ids)
		_, err := bare.OpenAccount(ctx, t.who, wanted(keys), ports.Idempotency{})
		Expect(err).To(HaveField("Code", "master_key_missing"))
		Expect(err).To(MatchError(ContainSubstring("HOOKFILL_MASTER_KEY")))
		_, err = accounts.RekeyAccount(ctx, t.who, t.account.ID(), keys, ports.Idempotency{})
		Expect(err).To(HaveField("Code", "credentials_not_needed"))
	})
})
