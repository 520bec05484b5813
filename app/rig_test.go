package app_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/alerts"
	"github.com/hookfill/hookfill/adapters/expressions"
	"github.com/hookfill/hookfill/adapters/memory"
	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/adapters/seal"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// storage is what a house is built on.
type storage struct {
	work      ports.UnitOfWork
	directory ports.WebhookDirectory
	inbox     ports.SignalInbox
	queue     ports.WaitingDeliveries
	lanes     ports.Lanes
	ledger    ports.Ledger
	journal   ports.PaperJournal
	secrets   ports.SenderSecretReader
	clock     ports.Clock
	ids       ports.IDs
	// users may be nil where nobody has to be made known.
	users ports.Users
}

// house is the whole application, with doubles where specs interfere.
type house struct {
	storage
	inbox    *gatedInbox
	moment   *moment
	script   *paper.Scripted
	venue    *venue
	paper    *paper.Broker
	bell     *app.Doorbell
	tracker  *app.Tracker
	guard    *app.Guard
	bare     *atomic.Int64
	intake   *app.Intake
	usher    *app.Usher
	opener   *app.Opener
	webhooks *app.Webhooks
	accounts *app.Accounts
	desk     *app.Desk
	brokers  app.Brokers
	// stays is an executor that is not restarted.
	stays struct {
		executor *app.Executor
		lanes    *watchedLanes
	}
}

// stay keeps one executor from now on.
func (h *house) stay() {
	h.stays.lanes = watch(h.lanes)
	h.stays.executor = h.executor(h.stays.lanes, executorConfig())
}

func build(s storage, c app.IntakeConfig) *house {
	h := &house{storage: s, inbox: &gatedInbox{SignalInbox: s.inbox}, moment: &moment{}, bare: &atomic.Int64{}, bell: app.NewDoorbell()}
	h.paper = paper.New(s.journal, s.clock)
	h.script = paper.NewScripted(h.paper)
	h.venue = &venue{Broker: h.script, moment: h.moment}
	h.brokers = app.Brokers{domain.BrokerKindPaper: h.venue}
	h.ledger = steppedLedger{s.ledger, h.moment}
	parser := alerts.New().WithExpressions(expressions.New())
	log := quietLog()
	sealer, err := seal.New(make([]byte, seal.KeyLength), nil)
	Expect(err).NotTo(HaveOccurred())
	vault := app.NewSenderVault(s.secrets, sealer)
	h.guard = app.NewGuard(s.ledger, s.inbox, s.clock, h.bell, log, func() { h.bare.Add(1) })
	h.tracker = app.NewTracker(s.ledger, h.brokers, h.guard, s.clock, log, app.TrackerConfig{Every: time.Millisecond, Batch: 100, SendTimeout: time.Second})
	h.intake = app.NewIntake(s.directory, vault, parser, h.inbox, s.queue, s.clock, s.ids, h.bell, log, c)
	h.usher = app.NewUsher(s.directory, vault, parser, h.inbox, s.queue, s.ids, h.bell, log, app.DefaultUsherConfig())
	h.opener = h.openerOn(s.inbox)
	h.webhooks = app.NewWebhooks(s.work, parser, h.brokers, vault, s.clock, s.ids)
	h.accounts = app.NewAccounts(s.work, h.brokers, h.paper, h.tracker, nil, s.clock, s.ids)
	h.desk = app.NewDesk(s.work, s.inbox, h.ledger, h.tracker, s.clock, s.ids, h.bell)
	return h
}

func quietLog() *slog.Logger { return slog.New(slog.NewTextHandler(GinkgoWriter, nil)) }

// newHouseOf builds a house in memory that takes alerts until the spec ends.
func newHouseOf(c app.IntakeConfig) (*house, *memory.Clock) {
	s, clock := inMemory()
	h := build(s, c)
	h.open()
	return h, clock
}

func inMemory() (storage, *memory.Clock) {
	clock := memory.NewClock(time.Date(2026, 3, 2, 14, 30, 0, 0, time.UTC))
	ids := memory.NewSequentialIDs()
	store := memory.NewStore(clock, ids)
	return storage{
		work: store, directory: store, inbox: store, queue: store, lanes: store, ledger: store,
		journal: memory.NewJournal(), secrets: store, clock: clock, ids: ids,
	}, clock
}

// open takes alerts until the spec ends.
func (h *house) open() { DeferCleanup(running(h.intake.Run)) }

// running starts fn and gives what ends it and waits for it.
func running(fn func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

func executorConfig() app.ExecutorConfig {
	c := app.DefaultExecutorConfig("spec", 15*time.Second)
	c.Poll = time.Millisecond
	return c
}

func (h *house) executor(lanes ports.Lanes, c app.ExecutorConfig) *app.Executor {
	return h.executorOf(lanes, h.ledger, c)
}

func (h *house) executorOn(ledger ports.Ledger, c app.ExecutorConfig) *app.Executor {
	return h.executorOf(h.lanes, ledger, c)
}

func (h *house) executorOf(lanes ports.Lanes, ledger ports.Ledger, c app.ExecutorConfig) *app.Executor {
	return app.NewExecutor(lanes, ledger, h.brokers, h.clock, h.ids, h.bell, quietLog(), c)
}

// drain runs an executor until no ticket can be taken further now: a new one, as
// after a restart, unless one stays.
func (h *house) drain(ctx context.Context) error {
	lanes, executor := h.stays.lanes, h.stays.executor
	if executor == nil {
		lanes = watch(h.lanes)
		executor = h.executor(lanes, executorConfig())
	}
	select {
	case <-lanes.quiet: // of the last time
	default:
	}
	stop := running(executor.Run)
	defer stop()
	select {
	case <-lanes.quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// trader is a person with an account in a house.
type trader struct {
	*house
	clock   *memory.Clock
	who     domain.Principal
	account *domain.BrokerAccount
}

func newTrader(ctx context.Context) *trader {
	GinkgoHelper()
	return traderOf(ctx, app.DefaultIntakeConfig())
}

func traderOf(ctx context.Context, c app.IntakeConfig) *trader {
	GinkgoHelper()
	h, clock := newHouseOf(c)
	return moveIn(ctx, h, clock)
}

// tenant is a trader in a house whose intake the caller runs.
func tenant(ctx context.Context, s storage, clock *memory.Clock) *trader {
	GinkgoHelper()
	return moveIn(ctx, build(s, app.DefaultIntakeConfig()), clock)
}

func moveIn(ctx context.Context, h *house, clock *memory.Clock) *trader {
	GinkgoHelper()
	t := &trader{house: h, clock: clock, who: domain.Principal{UserID: domain.UserID{UUID: h.ids.New()}}}
	if h.users != nil {
		Expect(h.users.Ensure(ctx, t.who.UserID)).To(Succeed())
	}
	account, err := h.accounts.OpenAccount(ctx, t.who, ports.NewBrokerAccount{
		Name: "paper", Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.MustMoney("1000000")},
	}, ports.Idempotency{})
	Expect(err).NotTo(HaveOccurred())
	t.account = account
	return t
}

// hook makes a webhook to the account, its rules changed by fns.
func (t *trader) hook(ctx context.Context, fns ...func(*domain.WebhookRules)) ports.IssuedWebhook {
	GinkgoHelper()
	rules := domain.DefaultWebhookRules()
	rules.Routes = []domain.Route{{BrokerAccountID: t.account.ID(), Multiplier: domain.MustQuantity("1")}}
	for _, fn := range fns {
		fn(&rules)
	}
	issued, err := t.webhooks.CreateWebhook(ctx, t.who, ports.NewWebhookConfig{Name: "momentum", Rules: rules}, ports.Idempotency{})
	Expect(err).NotTo(HaveOccurred())
	return issued
}

func (t *trader) post(ctx context.Context, hook ports.IssuedWebhook, body string) (ports.Receipt, error) {
	return t.intake.Receive(ctx, ports.Alert{Token: hook.Token, Body: []byte(body), Source: "192.0.2.7"})
}

// send posts an alert that is accepted and gives its first signal.
func (t *trader) send(ctx context.Context, hook ports.IssuedWebhook, body string) domain.SignalID {
	GinkgoHelper()
	receipt, err := t.post(ctx, hook, body)
	Expect(err).NotTo(HaveOccurred())
	Expect(receipt.Result).To(Equal(ports.ReceiptAccepted), "%v", receipt.Reasons)
	return receipt.SignalIDs[0]
}

// settle executes until nothing can be taken further now.
func (t *trader) settle(ctx context.Context) {
	GinkgoHelper()
	Expect(t.drain(ctx)).To(Succeed())
}

// later lets d pass and then executes.
func (t *trader) later(ctx context.Context, d time.Duration) {
	GinkgoHelper()
	t.clock.Advance(d)
	t.settle(ctx)
}

func (t *trader) read(ctx context.Context, fn func(context.Context, ports.Repositories) error) {
	GinkgoHelper()
	Expect(t.work.Do(ctx, t.who, fn)).To(Succeed())
}

func (t *trader) signal(ctx context.Context, id domain.SignalID) (s domain.SignalSnapshot) {
	GinkgoHelper()
	t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
		found, err := r.Signals.ByID(ctx, id)
		if err == nil {
			s = found.Snapshot()
		}
		return err
	})
	return s
}

// signals gives every signal, oldest first.
func (t *trader) signals(ctx context.Context) (all []domain.SignalSnapshot) {
	GinkgoHelper()
	t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
		page, err := r.Signals.List(ctx, ports.SignalQuery{Page: ports.PageRequest{Limit: ports.MaxPageLimit}})
		for _, s := range page.Items {
			all = append([]domain.SignalSnapshot{s.Snapshot()}, all...)
		}
		return err
	})
	return all
}

// orders gives every order, oldest first.
func (t *trader) orders(ctx context.Context) (all []*domain.Order) {
	GinkgoHelper()
	t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
		page, err := r.Orders.List(ctx, ports.OrderQuery{Page: ports.PageRequest{Limit: ports.MaxPageLimit}})
		for _, o := range page.Items {
			all = append([]*domain.Order{o}, all...)
		}
		return err
	})
	return all
}

// only gives the one order there is.
func (t *trader) only(ctx context.Context) *domain.Order {
	GinkgoHelper()
	orders := t.orders(ctx)
	Expect(orders).To(HaveLen(1))
	return orders[0]
}

// held gives the position by the broker's own books.
func (t *trader) held(ctx context.Context, symbol domain.Symbol) string {
	GinkgoHelper()
	summary, err := t.paper.Summary(ctx, t.account)
	Expect(err).NotTo(HaveOccurred())
	for _, p := range summary.Positions {
		if p.Symbol == symbol {
			return p.Position.Quantity.String()
		}
	}
	return "0"
}

// booked gives the positions of a scope by the ledger, added up.
func (t *trader) booked(ctx context.Context, scope ports.PositionScope, symbol domain.Symbol) string {
	GinkgoHelper()
	var net domain.Net
	t.read(ctx, func(ctx context.Context, r ports.Repositories) error {
		list, err := r.Positions.List(ctx, scope)
		for _, p := range list {
			if p.Symbol == symbol {
				net = net.Plus(p.Position.Quantity)
			}
		}
		return err
	})
	return net.String()
}

func (t *trader) quote(ctx context.Context, symbol domain.Symbol, price string) {
	GinkgoHelper()
	Expect(t.accounts.PushQuote(ctx, t.who, t.account.ID(), ports.Quote{Symbol: symbol, LastPrice: new(domain.MustPrice(price))})).To(Succeed())
}

func (h *house) deskOn(inbox ports.SignalInbox) *app.Desk {
	return app.NewDesk(h.work, inbox, h.ledger, h.tracker, h.clock, h.ids, h.bell)
}
