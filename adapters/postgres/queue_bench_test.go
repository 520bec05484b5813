package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// benchStore is a database of a benchmark's own with one person, who has one
// account and one config that routes to it.
type benchStore struct {
	db      *postgres.DB
	user    domain.UserID
	account domain.BrokerAccountID
	config  *domain.WebhookConfig
}

func newBenchStore(b *testing.B) *benchStore {
	b.Helper()
	ctx := b.Context()
	server, err := postgrestest.Open(ctx)
	check(b, err)
	b.Cleanup(func() { _ = server.Close(context.Background()) })
	template := postgrestest.Template{Name: "migrated_" + schemaDigest(), Prepare: migrated}
	check(b, server.Prepare(ctx, template))
	url, drop, err := server.NewDatabase(ctx, template.Name)
	check(b, err)
	b.Cleanup(func() { _ = drop(context.Background()) })
	s := &benchStore{user: newUUID[domain.User]()}
	s.db, err = postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 40, Throwaway: true})
	check(b, err)
	b.Cleanup(func() { _ = s.db.Close() })
	s.setUp(b)
	return s
}

func (s *benchStore) setUp(b *testing.B) {
	b.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	check(b, postgres.NewUsers(s.db).Ensure(b.Context(), s.user))
	account, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: newUUID[domain.BrokerAccount](), UserID: s.user, Name: "paper", Kind: domain.BrokerKindPaper,
		Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: now,
	})
	check(b, err)
	s.account = account.ID()
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: s.account, Multiplier: domain.MustQuantity("1")}}
	s.config, err = domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
		ID: newUUID[domain.WebhookConfig](), UserID: s.user, Name: "bench", Rules: rules, CreatedAt: now,
	})
	check(b, err)
	check(b, postgres.NewUnitOfWork(s.db).Do(b.Context(), domain.Principal{UserID: s.user}, func(ctx context.Context, r ports.Repositories) error {
		if err := r.BrokerAccounts.Add(ctx, account); err != nil {
			return err
		}
		return r.WebhookConfigs.Add(ctx, s.config, sha256.Sum256([]byte("bench")))
	}))
}

func check(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func newUUID[E any]() domain.ID[E] { return domain.ID[E]{UUID: uuid.Must(uuid.NewV7())} }

// alert is what TradingView's strategy template comes to.
func (s *benchStore) alert(n int, symbol domain.Symbol) ports.Arrival {
	now := time.Now().UTC().Truncate(time.Microsecond)
	body := fmt.Appendf(nil, `{"ticker":"NASDAQ:%s","action":"buy","quantity":"10","price":"189.98","sentiment":"long",`+
		`"time":"2026-11-22T14:30:00Z","interval":"5","strategy":"momentum","orderId":"%d"}`, symbol, n)
	quantity, price := domain.MustQuantity("10"), domain.MustPrice("189.98")
	d := domain.Delivery{
		ID: newUUID[domain.Delivery](), UserID: s.user, WebhookConfigID: s.config.ID(), ReceivedAt: now, Body: body, Source: "192.0.2.7",
	}
	config := s.config.ID()
	signal, err := domain.NewSignal(domain.SignalSnapshot{
		ID: newUUID[domain.Signal](), UserID: s.user, Source: domain.SourceAlert, WebhookConfigID: &config,
		WebhookConfigVersion: 1, DeliveryID: &d.ID, Payload: body, ReceivedAt: now,
		Intent: domain.Intent{
			Action: domain.ActionBuy, Symbol: symbol, Quantity: &quantity, Sentiment: domain.SentimentLong,
			OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, ReferencePrice: &price,
		},
		Decisions: []domain.Decision{{Rule: "status", Verdict: domain.VerdictPass}, {Rule: "symbols", Verdict: domain.VerdictPass}},
		Tickets: []domain.Ticket{{
			ID: newUUID[domain.Ticket](), BrokerAccountID: s.account, Symbol: symbol, Multiplier: domain.MustQuantity("1"),
		}},
	}, nil)
	if err != nil {
		panic(err)
	}
	return ports.Arrival{
		Delivery: d, ConfigVersion: 1, ConfigStatus: domain.WebhookActive, Signals: []*domain.Signal{signal},
		Dedupe: ports.DedupeKey{Key: sha256.Sum256(body), Body: sha256.Sum256(body), Window: time.Minute},
	}
}

// BenchmarkAppend stores b.N alerts over 20 lanes from two callers, each with its
// own, as the intake's two flushers do.
func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			s := newBenchStore(b)
			inbox := postgres.NewInbox(s.db)
			for caller := range 2 {
				_, err := inbox.Append(b.Context(), s.batch(caller, -1000, 256))
				check(b, err)
			}
			b.ResetTimer()
			var callers sync.WaitGroup
			for caller := range 2 {
				callers.Go(func() {
					for done := caller * batch; done < b.N; done += 2 * batch {
						results, err := inbox.Append(b.Context(), s.batch(caller, done, min(batch, b.N-done)))
						if err != nil || results[0].Outcome != ports.ArrivalStored {
							b.Error(err, results)
							return
						}
					}
				})
			}
			callers.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// batch gives n alerts of a caller's over its 10 lanes.
func (s *benchStore) batch(caller, from, n int) []ports.Arrival {
	arrivals := make([]ports.Arrival, n)
	for i := range arrivals {
		arrivals[i] = s.alert(from+i, domain.Symbol(fmt.Sprintf("SYM%d", 10*caller+i%10)))
	}
	return arrivals
}
