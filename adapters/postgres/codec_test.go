package postgres_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"pgregory.net/rapid"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

func draw[T any](t *rapid.T, name string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, name)
}

// maybe gives nil or one of the values.
func maybe[T any](t *rapid.T, name string, values ...T) *T {
	if rapid.Bool().Draw(t, name+" is nil") {
		return nil
	}
	v := draw(t, name, values...)
	return &v
}

func list[T any](t *rapid.T, name string, g *rapid.Generator[T]) []T {
	if rapid.Bool().Draw(t, name+" is nil") {
		return nil
	}
	return rapid.SliceOfN(g, 0, 4).Draw(t, name)
}

func someQuantities() []domain.Quantity {
	return []domain.Quantity{
		domain.MustQuantity("1"), domain.MustQuantity("0.000000000000000001"), domain.MustQuantity("999999999999999999999999.999999999999999999"),
	}
}

func somePrices() []domain.Price {
	return []domain.Price{domain.MustPrice("0.000000000000000001"), domain.MustPrice("189.98"), domain.MustPrice("1e23")}
}

func someMoney() []domain.Money {
	return []domain.Money{domain.MustMoney("0"), domain.MustMoney("-12.5"), domain.MustMoney("100000")}
}

func someNets() []domain.Net {
	return []domain.Net{domain.MustNet("0"), domain.MustNet("-10"), domain.MustNet("0.1")}
}

func someSymbols() []domain.Symbol { return []domain.Symbol{"AAPL", "BTC/USD", "NQ1!", "BRK.B"} }

func drawRules(t *rapid.T) domain.WebhookRules {
	r := domain.WebhookRules{
		Format:        draw(t, "format", domain.AlertFormatAuto, "traderspost"),
		Symbols:       list(t, "symbols", rapid.SampledFrom(someSymbols())),
		Sides:         list(t, "sides", rapid.SampledFrom(domain.Sides())),
		Sizing:        domain.Sizing{Type: draw(t, "sizing", domain.SizingTypes()...)},
		QuantityMeans: draw(t, "means", domain.QuantityOrderTotal, domain.QuantityEntry),
		PositionScope: draw(t, "scope", domain.PositionScopeWebhook, domain.PositionScopeAccount),
		Risk: domain.RiskLimits{
			MaxOrderQuantity:    maybe(t, "order quantity", someQuantities()...),
			MaxOrderNotional:    maybe(t, "order notional", someMoney()...),
			MaxPositionQuantity: maybe(t, "position quantity", someQuantities()...),
			MaxOpenOrders:       maybe(t, "open orders", 1, 60),
			MaxOrdersPerMinute:  maybe(t, "orders per minute", 1, 60),
			MaxDailyLoss:        maybe(t, "daily loss", someMoney()...),
		},
		Staleness: domain.Staleness{
			EntrySeconds: maybe(t, "entry seconds", 1, 60, 86400), ExitSeconds: maybe(t, "exit seconds", 1, 60, 86400),
			MaxPriceDriftPercent: maybe(t, "drift", someQuantities()...), BySender: rapid.Bool().Draw(t, "by sender"),
			Collapse: rapid.Bool().Draw(t, "collapse"),
		},
		Dedupe: domain.Dedupe{KeyFields: list(t, "key fields", rapid.String()), WindowSeconds: draw(t, "window", 1, 60, 86400)},
		Senders: domain.Senders{
			Preset: draw(t, "preset", "", domain.SenderTradingView), Signing: rapid.Bool().Draw(t, "signing"), Passphrase: rapid.Bool().Draw(t, "passphrase"),
		},
	}
	if rapid.Bool().Draw(t, "session") {
		zone, err := domain.ParseZone(draw(t, "zone", "UTC", "Europe/Berlin"))
		if err != nil {
			t.Fatal(err)
		}
		r.Session = domain.Session{
			Zone: zone, Market: draw(t, "market", "", domain.MarketNYSE), BindsExits: rapid.Bool().Draw(t, "binds exits"), Waits: rapid.Bool().Draw(t, "waits"),
			Windows: []domain.TradingWindow{{
				Days: []time.Weekday{draw(t, "day", time.Sunday, time.Friday)},
				From: domain.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "from")), Until: domain.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "until")),
			}},
		}
	}
	if r.Sizing.Type != domain.SizingAlert {
		value := draw(t, "value", someQuantities()...)
		r.Sizing.Value = &value
	}
	if rapid.Bool().Draw(t, "map") {
		r.SymbolMap = map[domain.Symbol]domain.Symbol{}
		for _, from := range list(t, "mapped", rapid.SampledFrom(someSymbols())) {
			r.SymbolMap[from] = draw(t, "to", someSymbols()...)
		}
	}
	return r
}

func drawIntent(t *rapid.T) domain.Intent {
	i := domain.Intent{
		Action:         draw(t, "action", domain.Actions()...),
		Symbol:         draw(t, "symbol", append(someSymbols(), "")...),
		Quantity:       maybe(t, "quantity", someQuantities()...),
		Notional:       maybe(t, "notional", someMoney()...),
		Sentiment:      draw(t, "sentiment", append(domain.Sentiments(), "")...),
		TargetPosition: maybe(t, "target", someNets()...),
		OrderType:      draw(t, "type", domain.OrderTypes()...),
		TimeInForce:    draw(t, "tif", domain.TimesInForce()...),
		LimitPrice:     maybe(t, "limit", somePrices()...),
		StopPrice:      maybe(t, "stop", somePrices()...),
		ReferencePrice: maybe(t, "reference", somePrices()...),
	}
	if rapid.Bool().Draw(t, "sent") {
		at := time.UnixMicro(rapid.Int64Range(0, 253402300799999999).Draw(t, "sender time")).UTC()
		i.SenderTime = &at
	}
	return i
}

var _ = Describe("stored JSON", func() {
	It("gives every rule back as it was, an absent list not as an empty one", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			want := drawRules(t)
			got, err := postgres.DecodeRules(postgres.EncodeRules(want), want.Routes)
			if err != nil {
				t.Fatal(err)
			}
			NewWithT(t).Expect(got).To(Equal(want))
		})
	})

	It("gives every intent back as it was", func() {
		rapid.Check(GinkgoT(), func(t *rapid.T) {
			want := drawIntent(t)
			got, err := postgres.DecodeIntent(postgres.EncodeIntent(want))
			if err != nil {
				t.Fatal(err)
			}
			NewWithT(t).Expect(got).To(Equal(want))
		})
	})

	It("that a newer hookfill wrote is refused rather than heeded in part", func() {
		rules := strings.Replace(postgres.EncodeRules(domain.DefaultWebhookRules()), "{", `{"session": "rth", `, 1)
		Expect(postgres.DecodeRules(rules, nil)).Error().To(And(MatchError(domain.KindInternal), MatchError(ContainSubstring("session"))))
		intent := strings.Replace(postgres.EncodeIntent(domain.Intent{Action: domain.ActionBuy}), "{", `{"take_profit": "1", `, 1)
		Expect(postgres.DecodeIntent(intent)).Error().To(And(MatchError(domain.KindInternal), MatchError(ContainSubstring("take_profit"))))
	})

	It("takes no window on a day that no week has, whoever wrote it", func() {
		rules := domain.DefaultWebhookRules()
		rules.Session.Windows = []domain.TradingWindow{{Days: []time.Weekday{time.Saturday}}}
		Expect(postgres.DecodeRules(postgres.EncodeRules(rules), nil)).Error().NotTo(HaveOccurred())
		rules.Session.Windows[0].Days[0]++
		Expect(postgres.DecodeRules(postgres.EncodeRules(rules), nil)).Error().To(And(MatchError(domain.KindInternal), MatchError(ContainSubstring("no week has"))))
	})

	It("leaves out the rules that came later where they are not set: an older hookfill goes on reading them", func() {
		Expect(postgres.EncodeRules(domain.DefaultWebhookRules())).NotTo(
			Or(ContainSubstring("sides"), ContainSubstring("max_open"), ContainSubstring("minute"), ContainSubstring("loss"),
				ContainSubstring("exit_"), ContainSubstring("drift"), ContainSubstring("by_sender"), ContainSubstring("collapse")))
	})

	It("is lists of words and strings of numbers, no float among them", func() {
		rules := domain.DefaultWebhookRules()
		rules.Sizing = domain.Sizing{Type: domain.SizingFixedQuantity, Value: &someQuantities()[1]}
		var tree map[string]any
		Expect(json.Unmarshal([]byte(postgres.EncodeRules(rules)), &tree)).To(Succeed())
		Expect(tree["sizing"]).To(Equal(map[string]any{"type": "fixed_quantity", "value": "0.000000000000000001"}))
	})
})

// An owner can write rules past the API: whatever they say, planning by them
// must not take the worker down.
func FuzzDecodeRules(f *testing.F) {
	full := domain.DefaultWebhookRules()
	full.Sizing = domain.Sizing{Type: domain.SizingNotional, Value: &someQuantities()[0]}
	full.Risk = domain.RiskLimits{MaxOrderQuantity: &someQuantities()[0], MaxOrderNotional: &someMoney()[2]}
	for _, seed := range []string{
		postgres.EncodeRules(domain.DefaultWebhookRules()), postgres.EncodeRules(full), "{}", "null", "[]", `{"sizing":{"type":"fixed_quantity"}}`,
		`{"sizing":{"type":"notional","value":"1e999999999"},"dedupe":{"window_seconds":60}}`, `{"dedupe":{"window_seconds":-1}}`,
		`{"sizing":{"type":"alert"},"dedupe":{"window_seconds":60},"session":{"windows":[{"days":[7],"from":"09:30","until":"16:00"}],"zone":"Mars/Olympus"}}`,
	} {
		f.Add(seed)
	}
	instrument := domain.Instrument{Symbol: "AAPL", Tradable: true}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := postgres.DecodeRules(text, nil)
		if err != nil {
			if domain.KindOf(err) != domain.KindInternal {
				t.Fatalf("not told as a corrupt row: %v", err)
			}
			return
		}
		if rules.Dedupe.WindowSeconds < 1 {
			t.Fatal("no window")
		}
		for _, action := range domain.Actions() {
			intent := domain.Intent{
				Action: action, Symbol: "AAPL", Quantity: &someQuantities()[0], ReferencePrice: &somePrices()[1],
				OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, TargetPosition: &someNets()[1],
			}
			domain.PlanOrders(intent, rules, domain.Situation{Instrument: instrument, Multiplier: someQuantities()[0], Position: someNets()[2], Account: someNets()[2]})
		}
	})
}

var _ = Describe("rules that an owner wrote past the API", func() {
	It("stop that config alone, as an error and not as a panic", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		conn := sqlConn(ctx, url)
		db := openStore(ctx, url)
		u, ada := postgres.NewUnitOfWork(db), storeUser(ctx, db)
		a := paperAccount(ada)
		tokens := []ports.TokenHash{{1}, {2}}
		var ids []domain.WebhookConfigID
		Expect(u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			if err := r.BrokerAccounts.Add(ctx, a); err != nil {
				return err
			}
			for _, token := range tokens {
				c := routedConfig(ada, a)
				ids = append(ids, c.ID())
				if err := r.WebhookConfigs.Add(ctx, c, token); err != nil {
					return err
				}
			}
			return nil
		})).To(Succeed())
		sqlExec(ctx, conn, `update public.webhook_config_versions set rules = '{"sizing":{"type":"fixed_quantity"}}' where webhook_config_id = $1`, ids[0].String())

		_, err := postgres.NewDirectory(db).ByToken(ctx, tokens[0])
		Expect(err).To(And(MatchError(domain.KindInternal), HaveField("Code", "corrupt_row")))
		Expect(postgres.NewDirectory(db).ByToken(ctx, tokens[1])).To(HaveField("ID()", ids[1]))
	})
})

// routedConfig makes a config of p's that is not stored.
func routedConfig(p domain.Principal, accounts ...*domain.BrokerAccount) *domain.WebhookConfig {
	GinkgoHelper()
	rules := domain.DefaultWebhookRules()
	for _, a := range accounts {
		rules.Routes = append(rules.Routes, domain.Route{BrokerAccountID: a.ID(), Multiplier: domain.MustQuantity("1")})
	}
	c, err := domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
		ID: domain.WebhookConfigID{UUID: uuid.Must(uuid.NewV7())}, UserID: p.UserID, Name: "momentum", Rules: rules,
	})
	Expect(err).NotTo(HaveOccurred())
	return c
}
