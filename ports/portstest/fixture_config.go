package portstest

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// The odd strings every column of text must take, and the one none can.
const (
	oddName = `O'Neil "Ω" \ ; DROP TABLE users; -- 日本 🚀`
	nulName = "a\x00b"
)

// The extremes of a number taken from outside.
const (
	widest   = "999999999999999999999999.999999999999999999"
	smallest = "0.000000000000000001"
)

// newAccount makes an account that is not stored.
func (w *world) newAccount(owner domain.Principal, edit ...func(*domain.BrokerAccountSnapshot)) *domain.BrokerAccount {
	GinkgoHelper()
	s := domain.BrokerAccountSnapshot{
		ID: newID[domain.BrokerAccount](w.mint), UserID: owner.UserID, Name: "paper", Kind: domain.BrokerKindPaper,
		Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: w.mint.now(),
	}
	for _, e := range edit {
		e(&s)
	}
	a, err := domain.NewBrokerAccount(s)
	Expect(err).NotTo(HaveOccurred())
	return a
}

// account stores an account.
func (w *world) account(ctx context.Context, owner domain.Principal) *domain.BrokerAccount {
	GinkgoHelper()
	a := w.newAccount(owner)
	w.do(ctx, owner, func(ctx context.Context, r ports.Repositories) error { return r.BrokerAccounts.Add(ctx, a) })
	return a
}

// removeAccount marks an account removed, whatever hangs on it.
func (w *world) removeAccount(ctx context.Context, owner domain.Principal, id domain.BrokerAccountID) {
	GinkgoHelper()
	now := w.mint.now()
	w.do(ctx, owner, func(ctx context.Context, r ports.Repositories) error {
		_, err := r.BrokerAccounts.Update(ctx, id, func(a *domain.BrokerAccount) error { return a.Remove(0, 0, now) })
		return err
	})
}

func accountByID(id domain.BrokerAccountID) func(context.Context, ports.Repositories) (*domain.BrokerAccount, error) {
	return func(ctx context.Context, r ports.Repositories) (*domain.BrokerAccount, error) {
		return r.BrokerAccounts.ByID(ctx, id)
	}
}

// plainRules route to accounts and say nothing else.
func plainRules(accounts ...*domain.BrokerAccount) domain.WebhookRules {
	r := domain.DefaultWebhookRules()
	for _, a := range accounts {
		r.Routes = append(r.Routes, domain.Route{BrokerAccountID: a.ID(), Multiplier: domain.MustQuantity("1")})
	}
	return r
}

// fullRules say something in every field, extremes of numbers among them.
func fullRules(accounts ...*domain.BrokerAccount) domain.WebhookRules {
	GinkgoHelper()
	r := plainRules(accounts...)
	for i := range r.Routes {
		r.Routes[i].Multiplier = domain.MustQuantity(smallest)
	}
	r.Format, r.Mapping = domain.AlertFormatCustom, domain.Mapping{"action": "body.side", "symbol": `upper("Ω" + body.s)`}
	r.Symbols = []domain.Symbol{"MSFT", "AAPL", "BTC/USD"}
	r.SymbolMap = map[domain.Symbol]domain.Symbol{"BTCUSD": "BTC/USD", "ETHUSD": "ETH/USD"}
	r.Sizing = domain.Sizing{Type: domain.SizingNotional, Value: new(domain.MustQuantity("1500.25"))}
	r.QuantityMeans = domain.QuantityEntry
	r.PositionScope = domain.PositionScopeAccount
	r.Risk = domain.RiskLimits{
		MaxOrderQuantity:    new(domain.MustQuantity(smallest)),
		MaxOrderNotional:    new(domain.MustMoney(widest)),
		MaxPositionQuantity: new(domain.MustQuantity(widest)),
		MaxOpenOrders:       new(3), MaxOrdersPerMinute: new(60), MaxDailyLoss: new(domain.MustMoney(smallest)),
	}
	r.Sides = []domain.Side{domain.SideSell}
	r.Staleness = domain.Staleness{
		EntrySeconds: new(7), ExitSeconds: new(86400), MaxPriceDriftPercent: new(domain.MustQuantity(smallest)), BySender: true, Collapse: true,
	}
	r.Chain = domain.ChainRule{OnBreak: domain.ChainHold, HoldSeconds: 60}
	r.Protection = domain.ProtectionRule{OnRefusedLeg: domain.LegRetry}
	r.Dedupe = domain.Dedupe{KeyFields: []string{"id", `the "Ω" field`}, WindowSeconds: 86400}
	r.Senders = domain.Senders{
		AllowCIDRs: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")},
		Preset:     domain.SenderTradingView, Signing: true, Passphrase: true,
	}
	newYork, err := domain.ParseZone("America/New_York")
	Expect(err).NotTo(HaveOccurred())
	r.Session = domain.Session{
		Windows: []domain.TradingWindow{{Days: []time.Weekday{time.Sunday, time.Saturday}, From: 22 * 60, Until: 0}, {From: 0, Until: 1439}},
		Zone:    newYork, Market: domain.MarketNYSEExtended, BindsExits: true, Waits: true,
	}
	return r
}

// newConfig makes a config that is not stored.
func (w *world) newConfig(owner domain.Principal, rules domain.WebhookRules) *domain.WebhookConfig {
	GinkgoHelper()
	c, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
		ID: newID[domain.WebhookConfig](w.mint), UserID: owner.UserID, Name: "momentum", Rules: rules, CreatedAt: w.mint.now(),
	})
	Expect(err).NotTo(HaveOccurred())
	return c
}

// token gives the hash of a token nobody has.
func (w *world) token() ports.TokenHash {
	id := newID[domain.WebhookConfig](w.mint)
	return sha256.Sum256(id.UUID[:])
}

// config stores a config that routes to accounts and gives its token.
func (w *world) config(ctx context.Context, owner domain.Principal, accounts ...*domain.BrokerAccount) (*domain.WebhookConfig, ports.TokenHash) {
	GinkgoHelper()
	c, token := w.newConfig(owner, plainRules(accounts...)), w.token()
	w.addConfig(ctx, owner, c, token)
	return c, token
}

func (w *world) addConfig(ctx context.Context, owner domain.Principal, c *domain.WebhookConfig, token ports.TokenHash) {
	GinkgoHelper()
	w.do(ctx, owner, func(ctx context.Context, r ports.Repositories) error { return r.WebhookConfigs.Add(ctx, c, token) })
}

// change stores what fn makes of a config.
func (w *world) change(ctx context.Context, owner domain.Principal, id domain.WebhookConfigID, fn func(*domain.WebhookConfig) error) *domain.WebhookConfig {
	GinkgoHelper()
	return must(ctx, w, owner, func(ctx context.Context, r ports.Repositories) (*domain.WebhookConfig, error) {
		return r.WebhookConfigs.Update(ctx, id, fn)
	})
}

// revise puts other rules in force.
func (w *world) revise(ctx context.Context, owner domain.Principal, id domain.WebhookConfigID, rules domain.WebhookRules) *domain.WebhookConfig {
	GinkgoHelper()
	now := w.mint.now()
	return w.change(ctx, owner, id, func(c *domain.WebhookConfig) error { return c.Revise(rules, now) })
}

// removeConfig marks a config removed.
func (w *world) removeConfig(ctx context.Context, owner domain.Principal, id domain.WebhookConfigID) {
	GinkgoHelper()
	now := w.mint.now()
	w.change(ctx, owner, id, func(c *domain.WebhookConfig) error { return c.Remove(0, now) })
}

func configByID(id domain.WebhookConfigID) func(context.Context, ports.Repositories) (*domain.WebhookConfig, error) {
	return func(ctx context.Context, r ports.Repositories) (*domain.WebhookConfig, error) {
		return r.WebhookConfigs.ByID(ctx, id)
	}
}
