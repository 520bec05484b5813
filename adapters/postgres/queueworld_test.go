package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// queueWorld is one person with accounts and a config that routes to all of
// them, in one database.
type queueWorld struct {
	db       *postgres.DB
	inbox    *postgres.Inbox
	lanes    *postgres.Lanes
	ledger   *postgres.Ledger
	user     domain.UserID
	accounts []domain.BrokerAccountID
	config   *domain.WebhookConfig
}

// newQueueWorld makes somebody new in this process's database.
func newQueueWorld(ctx context.Context, accounts int) *queueWorld {
	GinkgoHelper()
	w, err := makeQueueWorld(ctx, openStore(ctx, databases.URL()), accounts)
	Expect(err).NotTo(HaveOccurred())
	return w
}

func makeQueueWorld(ctx context.Context, db *postgres.DB, accounts int) (*queueWorld, error) {
	w := queueWorldOf(db)
	w.user = newUUID[domain.User]()
	if err := postgres.NewUsers(db).Ensure(ctx, w.user); err != nil {
		return nil, err
	}
	now := microseconds(time.Now())
	rules := domain.DefaultWebhookRules()
	err := postgres.NewUnitOfWork(db).Do(ctx, domain.Principal{UserID: w.user}, func(ctx context.Context, r ports.Repositories) error {
		for range accounts {
			a, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
				ID: newUUID[domain.BrokerAccount](), UserID: w.user, Name: "paper", Kind: domain.BrokerKindPaper,
				Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}, CreatedAt: now,
			})
			if err != nil {
				return err
			}
			if err := r.BrokerAccounts.Add(ctx, a); err != nil {
				return err
			}
			w.accounts = append(w.accounts, a.ID())
			rules.Routes = append(rules.Routes, domain.Route{BrokerAccountID: a.ID(), Multiplier: domain.MustQuantity("1")})
		}
		var err error
		w.config, err = domain.NewWebhookConfig(domain.WebhookConfigSnapshot{
			ID: newUUID[domain.WebhookConfig](), UserID: w.user, Name: "momentum", Rules: rules, CreatedAt: now,
		})
		if err != nil {
			return err
		}
		return r.WebhookConfigs.Add(ctx, w.config, sha256.Sum256([]byte(w.config.ID().String())))
	})
	return w, err
}

// through is the same world as another process sees it.
func (w *queueWorld) through(db *postgres.DB) *queueWorld {
	other := queueWorldOf(db)
	other.user, other.accounts, other.config = w.user, w.accounts, w.config
	return other
}

func queueWorldOf(db *postgres.DB) *queueWorld {
	return &queueWorld{db: db, inbox: postgres.NewInbox(db), lanes: postgres.NewLanes(db), ledger: postgres.NewLedger(db)}
}

func newUUID[E any]() domain.ID[E] { return domain.ID[E]{UUID: uuid.Must(uuid.NewV7())} }

func microseconds(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// alert is what TradingView's strategy template comes to: an alert nobody sent
// before.
func (w *queueWorld) alert(symbol domain.Symbol, edit ...func(*domain.SignalSnapshot)) ports.Arrival {
	now := microseconds(time.Now())
	delivery := newUUID[domain.Delivery]()
	body := fmt.Appendf(nil, `{"ticker":"NASDAQ:%s","action":"buy","quantity":"10","price":"189.98","sentiment":"long",`+
		`"time":"2026-11-22T14:30:00Z","interval":"5","strategy":"momentum","orderId":"%s"}`, symbol, delivery)
	quantity, price := domain.MustQuantity("10"), domain.MustPrice("189.98")
	config := w.config.ID()
	s := domain.SignalSnapshot{
		ID: newUUID[domain.Signal](), UserID: w.user, Source: domain.SourceAlert, WebhookConfigID: &config,
		WebhookConfigVersion: 1, DeliveryID: &delivery, Payload: body, ReceivedAt: now,
		Intent: domain.Intent{
			Action: domain.ActionBuy, Symbol: symbol, Quantity: &quantity, Sentiment: domain.SentimentLong,
			OrderType: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay, ReferencePrice: &price,
		},
		Decisions: []domain.Decision{{Rule: "status", Verdict: domain.VerdictPass}, {Rule: "symbols", Verdict: domain.VerdictPass}},
	}
	for _, account := range w.accounts {
		s.Tickets = append(s.Tickets, domain.Ticket{
			ID: newUUID[domain.Ticket](), BrokerAccountID: account, Symbol: symbol, Multiplier: domain.MustQuantity("1"),
		})
	}
	for _, e := range edit {
		e(&s)
	}
	signal, err := domain.NewSignal(s, nil)
	if err != nil {
		panic(err)
	}
	return ports.Arrival{
		Delivery: domain.Delivery{
			ID: delivery, UserID: w.user, WebhookConfigID: config, ReceivedAt: now, Body: body, Source: "192.0.2.7",
		},
		ConfigVersion: 1, ConfigStatus: domain.WebhookActive, Signals: []*domain.Signal{signal},
		Dedupe: ports.DedupeKey{Key: sha256.Sum256(body), Body: sha256.Sum256(body), Window: time.Minute},
	}
}

// queue stores alerts in one call.
func (w *queueWorld) queue(ctx context.Context, symbols ...domain.Symbol) []ports.Arrival {
	GinkgoHelper()
	arrivals := make([]ports.Arrival, len(symbols))
	for i, symbol := range symbols {
		arrivals[i] = w.alert(symbol)
	}
	results, err := w.inbox.Append(ctx, arrivals)
	Expect(err).NotTo(HaveOccurred())
	Expect(results).To(HaveEach(ports.ArrivalResult{Outcome: ports.ArrivalStored}))
	return arrivals
}

// The lease that specs hold lanes with: longer than any takes.
const longLease = time.Minute

// claim leases the lanes of this person that are ready and gives the others
// back.
func (w *queueWorld) claim(ctx context.Context) []ports.ClaimedLane {
	GinkgoHelper()
	lanes, err := w.lanes.Claim(ctx, ports.LaneRequest{Owner: "spec", Lanes: 1000, Tickets: 1000, Lease: longLease})
	Expect(err).NotTo(HaveOccurred())
	var mine []ports.ClaimedLane
	for _, lane := range lanes {
		if lane.UserID == w.user {
			mine = append(mine, lane)
		} else {
			Expect(w.lanes.Release(ctx, lane.Lease, time.Hour)).To(Succeed())
		}
	}
	return mine
}

// order is a first order of a ticket.
func (w *queueWorld) order(mark domain.Installation, t domain.Ticket) (*domain.Order, error) {
	quantity := domain.MustQuantity("10")
	config := w.config.ID()
	return domain.NewOrder(domain.OrderTerms{
		ID: newUUID[domain.Order](), UserID: t.UserID, SignalID: t.SignalID, TicketID: t.ID, BrokerAccountID: t.BrokerAccountID,
		WebhookConfigID: &config, LaneSeq: t.LaneSeq, Step: 1, ClientOrderID: domain.NewClientOrderID(mark, t.ID, 1, 0),
		Symbol: t.Symbol, Side: domain.SideBuy, Type: domain.OrderTypeMarket, TimeInForce: domain.TimeInForceDay,
		Class: domain.OrderClassSimple, Quantity: &quantity, CreatedAt: microseconds(time.Now()),
	})
}

// intend writes a ticket's first order down.
func (w *queueWorld) intend(ctx context.Context, lease ports.Lease, t domain.Ticket) (*domain.Order, error) {
	mark, err := w.ledger.Installation(ctx)
	if err != nil {
		return nil, err
	}
	o, err := w.order(mark, t)
	if err != nil {
		return nil, err
	}
	now := microseconds(time.Now())
	return o, w.ledger.Intend(ctx, lease, o,
		ports.Attempt{Number: 1, At: now, Deadline: now.Add(8 * time.Second)}, ports.TicketPlan{Target: domain.MustNet("10")})
}

// filled is what a broker that fills at once tells of an order.
func filled(o *domain.Order) ports.OrderFacts {
	now := microseconds(time.Now())
	return ports.OrderFacts{OrderID: o.ID(), Events: []domain.OrderEvent{
		{
			SourceID: domain.SubmissionSourceID(1, domain.EventAcknowledged), Kind: domain.EventAcknowledged,
			At: now, Attempt: 1, BrokerOrderID: "b-" + o.ID().String(),
		},
		{SourceID: "new", Kind: domain.EventNew, At: now},
		{
			SourceID: "fill:1", Kind: domain.EventFill, At: now, ExecutionID: "1",
			Quantity: *o.Terms().Quantity, Price: domain.MustPrice("189.98"), Completes: true,
		},
	}}
}

// finish ends a ticket.
func (w *queueWorld) finish(ctx context.Context, lease ports.Lease, t domain.Ticket, state domain.State, facts ...ports.OrderFacts) error {
	return w.ledger.Finish(ctx, lease, ports.TicketEnd{TicketID: t.ID, LaneSeq: t.LaneSeq, State: state}, facts, microseconds(time.Now()))
}

// execute takes a ticket from its lease to its end, as the executor does with a
// broker that fills at once.
func (w *queueWorld) execute(ctx context.Context, lease ports.Lease, t domain.Ticket) error {
	if _, err := w.ledger.Brief(ctx, t.ID); err != nil {
		return err
	}
	o, err := w.intend(ctx, lease, t)
	if err != nil {
		return err
	}
	return w.finish(ctx, lease, t, domain.StateDone, filled(o))
}
