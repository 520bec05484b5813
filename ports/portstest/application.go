package portstest

import (
	"context"
	"time"

	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Application is a whole hookfill behind its driving ports, with the paper
// broker and the format traderspost.
type Application struct {
	Intake   ports.SignalIntake
	Brokers  ports.BrokerAdmin
	Webhooks ports.WebhookAdmin
	Desk     ports.OrderDesk
	// UnitOfWork reads what came of it.
	UnitOfWork ports.UnitOfWork
	// Users may be nil where nobody has to be made known.
	Users ports.Users

	// Drain executes until no ticket can be taken further.
	Drain func(ctx context.Context) error
	// Advance makes every clock of the application show d more than it would.
	Advance func(ctx context.Context, d time.Duration) error
	// Stall keeps the storage from committing until resume is called.
	Stall func() (resume func())
}

// ApplicationHarness makes applications.
type ApplicationHarness struct {
	// New gives an application without rows that takes alerts and lasts until the
	// spec ends.
	New func(ctx context.Context) Application
}

// house is one spec's application with two people who know nothing of each
// other.
type house struct {
	Application
	mint     *mint
	ada, bob domain.Principal
}

// describeApplication registers specs that each find an empty house.
func describeApplication(text string, h ApplicationHarness, specs func(a *house)) bool {
	return Describe(text, Label(LabelContract), func() {
		a := &house{}
		BeforeEach(func(ctx SpecContext) {
			*a = house{Application: h.New(ctx), mint: &mint{}}
			a.ada, a.bob = a.person(ctx), a.person(ctx)
		})
		specs(a)
	})
}

func (a *house) person(ctx context.Context) domain.Principal {
	GinkgoHelper()
	p := domain.Principal{UserID: newID[domain.User](a.mint)}
	if a.Users != nil {
		Expect(a.Users.Ensure(ctx, p.UserID)).To(Succeed())
	}
	return p
}

// unmarked is a write without an idempotency key.
func unmarked() ports.Idempotency { return ports.Idempotency{} }

// marked is a write with a key of its own.
func (a *house) marked() ports.Idempotency {
	id := newID[domain.User](a.mint)
	return ports.Idempotency{Key: id.String(), Fingerprint: [32]byte{1}}
}

// reused gives the key of i to another request.
func reused(i ports.Idempotency) ports.Idempotency {
	i.Fingerprint[0]++
	return i
}

func (a *house) account(ctx context.Context, owner domain.Principal) *domain.BrokerAccount {
	GinkgoHelper()
	account, err := a.Brokers.OpenAccount(ctx, owner, newPaperAccount("paper"), unmarked())
	Expect(err).NotTo(HaveOccurred())
	return account
}

func newPaperAccount(name string) ports.NewBrokerAccount {
	return ports.NewBrokerAccount{Name: name, Kind: domain.BrokerKindPaper, Paper: domain.PaperSettings{Cash: domain.DefaultPaperCash()}}
}

func newWebhook(name string, accounts ...*domain.BrokerAccount) ports.NewWebhookConfig {
	return ports.NewWebhookConfig{Name: name, Rules: plainRules(accounts...)}
}

func (a *house) webhook(ctx context.Context, owner domain.Principal, accounts ...*domain.BrokerAccount) ports.IssuedWebhook {
	GinkgoHelper()
	issued, err := a.Webhooks.CreateWebhook(ctx, owner, newWebhook("momentum", accounts...), unmarked())
	Expect(err).NotTo(HaveOccurred())
	return issued
}

// receive posts an alert.
func (a *house) receive(ctx context.Context, token, body string) (ports.Receipt, error) {
	return a.Intake.Receive(ctx, ports.Alert{Token: token, Body: []byte(body), Source: "192.0.2.7"})
}

// send posts an alert that is taken.
func (a *house) send(ctx context.Context, token, body string) ports.Receipt {
	GinkgoHelper()
	receipt, err := a.receive(ctx, token, body)
	Expect(err).NotTo(HaveOccurred())
	return receipt
}

// The alerts of these suites: ten at the market, ten at 90 while the market is
// at 100, one that is not understood and one that makes no sense.
const (
	buyTen        = `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`
	sellFive      = `{"ticker":"AAPL","action":"sell","quantity":"5","price":"100"}`
	buyTenAt90    = `{"ticker":"AAPL","action":"buy","quantity":"10","orderType":"limit","limitPrice":"90","price":"100"}`
	notUnderstood = `{"ticker":"AAPL","action":"buy",`
	impossible    = `{"ticker":"AAPL","action":"buy","quantity":"0"}`
)

func (a *house) drain(ctx context.Context) {
	GinkgoHelper()
	Expect(a.Drain(ctx)).To(Succeed())
}

func (a *house) advance(ctx context.Context, d time.Duration) {
	GinkgoHelper()
	if a.Advance == nil {
		Skip("the harness has no Advance: its clock cannot be moved")
	}
	Expect(a.Advance(ctx, d)).To(Succeed())
}

// read asks a repository as owner.
func read[T any](ctx context.Context, a *house, owner domain.Principal, fn func(context.Context, ports.Repositories) (T, error)) T {
	GinkgoHelper()
	var got T
	Expect(a.UnitOfWork.Do(ctx, owner, func(ctx context.Context, r ports.Repositories) (err error) {
		got, err = fn(ctx, r)
		return err
	})).To(Succeed())
	return got
}

func (a *house) signal(ctx context.Context, owner domain.Principal, id domain.SignalID) domain.SignalSnapshot {
	GinkgoHelper()
	return read(ctx, a, owner, func(ctx context.Context, r ports.Repositories) (*domain.Signal, error) {
		return r.Signals.ByID(ctx, id)
	}).Snapshot()
}

// signals gives all signals of owner, newest first.
func (a *house) signals(ctx context.Context, owner domain.Principal) []*domain.Signal {
	GinkgoHelper()
	return read(ctx, a, owner, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.Signal], error) {
		return r.Signals.List(ctx, ports.SignalQuery{})
	}).Items
}

// orders gives all orders of owner, newest first.
func (a *house) orders(ctx context.Context, owner domain.Principal) []*domain.Order {
	GinkgoHelper()
	return read(ctx, a, owner, func(ctx context.Context, r ports.Repositories) (ports.Page[*domain.Order], error) {
		return r.Orders.List(ctx, ports.OrderQuery{})
	}).Items
}

// only gives the one order there is.
func (a *house) only(ctx context.Context, owner domain.Principal) *domain.Order {
	GinkgoHelper()
	orders := a.orders(ctx, owner)
	Expect(orders).To(HaveLen(1))
	return orders[0]
}

// resting executes an alert whose order the market does not fill.
func (a *house) resting(ctx context.Context, owner domain.Principal, token string) *domain.Order {
	GinkgoHelper()
	a.send(ctx, token, buyTenAt90)
	a.drain(ctx)
	o := a.only(ctx, owner)
	Expect(o.IsWorking()).To(BeTrue())
	return o
}

func (a *house) refusals(ctx context.Context, owner domain.Principal, id domain.WebhookConfigID) []ports.Refusal {
	GinkgoHelper()
	return read(ctx, a, owner, func(ctx context.Context, r ports.Repositories) (ports.Page[ports.Refusal], error) {
		return r.WebhookConfigs.Refusals(ctx, id, ports.PageRequest{})
	}).Items
}

// sameNotFound expects KindNotFound from every call, with the same error.
func sameNotFound(calls ...func() error) {
	GinkgoHelper()
	var said []string
	for _, call := range calls {
		err := call()
		Expect(err).To(failAs(domain.KindNotFound))
		said = append(said, shown(err))
	}
	Expect(said).To(HaveEach(said[0]))
}
