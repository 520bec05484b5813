package appfx_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// What the executor costs by itself: real PostgreSQL that syncs, and a broker
// that fills at once and takes no time.
const (
	benchAccounts = 10
	benchLanes    = 1000
	benchOrders   = 5 * benchLanes
	benchIdle     = 300
)

// BenchmarkExecutedOrders lets one executor work off a backlog over 1,000 lanes of
// 10 accounts and reports orders a second, from its start to the last order's
// send, and as a ratio to single-row inserts from as many clients as one user
// has lanes, before and after, since machines differ.
func BenchmarkExecutedOrders(b *testing.B) {
	for range b.N {
		w := newExecutionWorld(b)
		w.while(b, appfx.RoleIntake, func(intake ports.SignalIntake) {
			w.backlog(b, intake)
		})
		inserts := w.insertsPerSecond(b)
		w.broker.expect(benchOrders)
		start := time.Now()
		w.while(b, appfx.RoleExecutor, func(ports.SignalIntake) {
			w.broker.wait(b, 5*time.Minute)
			orders := benchOrders / time.Since(start).Seconds()
			b.ReportMetric(orders, "orders/s")
			inserts = (inserts + w.insertsPerSecond(b)) / 2
			b.ReportMetric(inserts, "inserts/s")
			b.ReportMetric(orders/inserts, "ratio")
		})
	}
}

// BenchmarkFirstByte sends one alert at a time to an idle server and reports how
// long after its acknowledgement the broker, a server on loopback, has the first
// byte of its order, in milliseconds.
func BenchmarkFirstByte(b *testing.B) {
	for range b.N {
		w := newExecutionWorld(b)
		w.broker.listen(b)
		w.while(b, appfx.RoleAll, func(intake ports.SignalIntake) {
			var waits []float64
			for n := range benchIdle {
				w.broker.expect(1)
				w.alert(b, intake, n, n)
				acknowledged := time.Now()
				w.broker.wait(b, time.Minute)
				waits = append(waits, max(0, float64(w.broker.last().Sub(acknowledged).Microseconds())/1000))
			}
			slices.Sort(waits)
			b.ReportMetric(waits[len(waits)/2], "p50-ms")
			b.ReportMetric(waits[len(waits)*99/100], "p99-ms")
		})
	}
}

// executionWorld is a database with accounts, a webhook to each, and a broker.
type executionWorld struct {
	config appfx.Config
	broker *instantBroker
	hooks  []string
}

func newExecutionWorld(b *testing.B) *executionWorld {
	b.Helper()
	db, err := appfx.StartDatabase(b.Context(), "", b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Stop(context.Background()) })
	if _, err := db.Migrate(b.Context(), false); err != nil {
		b.Fatal(err)
	}
	w := &executionWorld{broker: &instantBroker{}, config: appfx.Config{
		DatabaseURL: db.URL, PublicURL: "http://127.0.0.1", MaxConns: 20, Lease: 15 * time.Second, SigningKey: make([]byte, appfx.SigningKeyLength),
		Owner: "bench", Log: slog.New(slog.DiscardHandler),
	}}
	w.open(b)
	return w
}

// while runs fn beside a server in a role.
func (w *executionWorld) while(b *testing.B, role appfx.Role, fn func(ports.SignalIntake)) {
	b.Helper()
	var intake ports.SignalIntake
	w.run(b, role, fx.Populate(&intake), func() { fn(intake) })
}

func (w *executionWorld) run(b *testing.B, role appfx.Role, populate fx.Option, fn func()) {
	b.Helper()
	c := w.config
	c.Role = role
	brokers := func(ports.Brokers) ports.Brokers { return app.Brokers{domain.BrokerKindPaper: w.broker} }
	server := fx.New(appfx.Live().Options(c), fx.Decorate(brokers), populate)
	if err := server.Start(b.Context()); err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := server.Stop(context.Background()); err != nil {
			b.Error(err)
		}
	}()
	fn()
}

func (w *executionWorld) open(b *testing.B) {
	b.Helper()
	var (
		users    ports.Users
		brokers  ports.BrokerAdmin
		webhooks ports.WebhookAdmin
	)
	w.run(b, appfx.RoleIntake, fx.Populate(&users, &brokers, &webhooks), func() {
		caller := domain.Principal{UserID: domain.UserID{UUID: uuid.New()}}
		if err := users.Ensure(b.Context(), caller.UserID); err != nil {
			b.Fatal(err)
		}
		for n := range benchAccounts {
			account, err := brokers.OpenAccount(b.Context(), caller, ports.NewBrokerAccount{
				Name: fmt.Sprint(n), Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()},
			}, ports.Idempotency{})
			if err != nil {
				b.Fatal(err)
			}
			rules := domain.DefaultWebhookRules()
			rules.Staleness.EntrySeconds = nil
			rules.Routes = []domain.Route{{BrokerAccountID: account.ID(), Multiplier: domain.MustQuantity("1")}}
			issued, err := webhooks.CreateWebhook(b.Context(), caller, ports.NewWebhookConfig{Name: fmt.Sprint(n), Rules: rules}, ports.Idempotency{})
			if err != nil {
				b.Fatal(err)
			}
			w.hooks = append(w.hooks, issued.Token)
		}
	})
}

// backlog takes in as many alerts a lane, and executes none.
func (w *executionWorld) backlog(b *testing.B, intake ports.SignalIntake) {
	b.Helper()
	var senders sync.WaitGroup
	for sender := range 64 {
		senders.Go(func() {
			for n := sender; n < benchOrders; n += 64 {
				lane := n % benchLanes
				w.alert(b, intake, lane, n)
			}
		})
	}
	senders.Wait()
}

func (w *executionWorld) alert(b *testing.B, intake ports.SignalIntake, lane, n int) {
	body := fmt.Appendf(nil, `{"id":"%d","ticker":"SYM%d","action":"buy","quantity":"1","price":"100"}`, n, lane/benchAccounts)
	receipt, err := intake.Receive(b.Context(), ports.Alert{Token: w.hooks[lane%benchAccounts], Body: body})
	if err != nil || receipt.Result != ports.ReceiptAccepted {
		b.Error(receipt, err)
	}
}

// instantBroker fills every order at once.
type instantBroker struct {
	// url is that of the broker's server, where it has one.
	url string

	mu     sync.Mutex
	left   int
	done   chan struct{}
	lastAt time.Time
	taken  atomic.Int64
}

var _ ports.Broker = (*instantBroker)(nil)

func (i *instantBroker) expect(orders int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.left, i.done = orders, make(chan struct{})
}

func (i *instantBroker) wait(b *testing.B, within time.Duration) {
	b.Helper()
	select {
	case <-i.done:
	case <-time.After(within):
		b.Fatal("orders are missing")
	}
}

// listen makes the broker a server on loopback that orders are posted to.
func (i *instantBroker) listen(b *testing.B) {
	b.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { i.take() }))
	b.Cleanup(server.Close)
	i.url = server.URL
}

// take notes that an order is here.
func (i *instantBroker) take() {
	now := time.Now()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lastAt = now
	if i.left--; i.left == 0 {
		close(i.done)
	}
}

func (i *instantBroker) post(ctx context.Context, r ports.OrderRequest) error {
	order, err := http.NewRequestWithContext(ctx, http.MethodPost, i.url, strings.NewReader(r.ClientOrderID))
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(order)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

func (i *instantBroker) last() time.Time {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.lastAt
}

// Capabilities implements ports.Broker.
func (*instantBroker) Capabilities() ports.Capabilities {
	return ports.Capabilities{
		OrderTypes: []domain.OrderType{domain.OrderTypeMarket}, TimesInForce: []domain.TimeInForce{domain.TimeInForceDay},
		Duplicates: ports.DuplicatesRejectedForever, Lookup: ports.LookupDirect,
	}
}

// Instrument implements ports.Broker.
func (*instantBroker) Instrument(_ context.Context, _ *domain.BrokerAccount, symbol domain.Symbol) (domain.Instrument, error) {
	return domain.Instrument{Symbol: symbol, AssetClass: domain.AssetClassUnknown, Tradable: true}, nil
}

// Submit implements ports.Broker.
func (i *instantBroker) Submit(ctx context.Context, _ *domain.BrokerAccount, r ports.OrderRequest) (domain.OrderReport, error) {
	if i.url == "" {
		i.take()
	} else if err := i.post(ctx, r); err != nil {
		return domain.OrderReport{}, err
	}
	id := fmt.Sprint(i.taken.Add(1))
	at := time.Now().UTC().Truncate(time.Microsecond)
	return domain.OrderReport{
		ClientOrderID: r.ClientOrderID, BrokerOrderID: id, Status: domain.StatusFilled, At: at,
		Fills: []domain.Fill{{ExecutionID: id, Quantity: *r.Quantity, Price: *r.ReferencePrice, At: at}},
	}, nil
}

// ByClientOrderID implements ports.Broker.
func (*instantBroker) ByClientOrderID(context.Context, *domain.BrokerAccount, string) (domain.OrderReport, error) {
	return domain.OrderReport{}, domain.NotFound("order")
}

// Cancel implements ports.Broker.
func (*instantBroker) Cancel(context.Context, *domain.BrokerAccount, string) (domain.OrderReport, error) {
	return domain.OrderReport{}, domain.NotFound("order")
}

// Summary implements ports.Broker.
func (*instantBroker) Summary(context.Context, *domain.BrokerAccount) (ports.AccountSummary, error) {
	return ports.AccountSummary{}, nil
}
