package appfx_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"
	"go.uber.org/fx"

	"github.com/hookfill/hookfill/adapters/paper"
	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/app"
	"github.com/hookfill/hookfill/app/appfx"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("A profile", func() {
	DescribeTable("has everything that is needed",
		func(p appfx.Profile, role appfx.Role) {
			c := config()
			c.Role = role
			Expect(fx.ValidateApp(p.Options(c))).To(Succeed())
		},
		everyProfileInEveryRole(),
	)

	DescribeTableSubtree("that runs as", func(p appfx.Profile) {
		It("takes an alert in over a socket, fills it, and lets go of its ports", func(ctx SpecContext) {
			s := start(ctx, p)
			Expect(s.get(ctx, "http://"+s.at.Admin+"/readyz")).To(Equal(http.StatusOK))
			signal := s.post(ctx, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
			o := s.settled(ctx, signal)
			Expect(o.Status()).To(Equal(domain.StatusFilled))
			Expect(o.FilledQuantity()).To(Equal(domain.MustQuantity("10")))

			s.stop(ctx)
			_, err := http.Get("http://" + s.at.Admin + "/livez")
			Expect(err).To(MatchError(ContainSubstring("refused")))
		})

		It("leaves no goroutine behind when it stops", func(ctx SpecContext) {
			storage := storageOf(ctx, p)
			before := gleak.Goroutines()
			s := startOn(ctx, p, storage)
			s.settled(ctx, s.post(ctx, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`))
			s.stop(ctx)
			http.DefaultClient.CloseIdleConnections()
			Eventually(gleak.Goroutines).WithContext(ctx).WithTimeout(10 * time.Second).ShouldNot(gleak.HaveLeaked(before))
		})

		It("has one adapter replaced by fx.Replace", func(ctx SpecContext) {
			then := time.Now().UTC().Add(24 * time.Hour).Truncate(time.Microsecond)
			s := start(ctx, p, fx.Replace(fx.Annotate(stopped(then), fx.As(new(ports.Clock)))))
			id := s.post(ctx, `{"ticker":"AAPL","action":"buy","quantity":"10","price":"100"}`)
			Expect(s.signal(ctx, id).Snapshot().ReceivedAt).To(Equal(then))
		})

		It("has one adapter wrapped by fx.Decorate", func(ctx SpecContext) {
			s := start(ctx, p, fx.Decorate(func(p *paper.Broker) ports.Brokers {
				broker := paper.NewScripted(p)
				broker.RejectNext("the venue is closed")
				return app.Brokers{domain.BrokerKindPaper: broker}
			}))
			first := s.settled(ctx, s.post(ctx, `{"ticker":"AAPL","action":"buy","quantity":"1","price":"100"}`))
			Expect(first.Submission()).To(Equal(domain.SubmissionRefused))
			Expect(first.RejectReason()).To(Equal("the venue is closed"))
			second := s.settled(ctx, s.post(ctx, `{"ticker":"AAPL","action":"buy","quantity":"2","price":"100"}`))
			Expect(second.Status()).To(Equal(domain.StatusFilled))
		})

		It("fails its start where the port is in use", func(ctx SpecContext) {
			s := start(ctx, p)
			c := config()
			c.Listen = s.at.Public
			second := fx.New(p.Options(c), storageOf(ctx, p))
			Expect(second.Err()).To(MatchError(ContainSubstring("cannot listen on " + s.at.Public)))
		})
	}, everyProfile())
})

func everyProfile() []TableEntry {
	var entries []TableEntry
	for _, p := range appfx.Profiles() {
		entries = append(entries, Entry(p.Name, p))
	}
	return entries
}

func everyProfileInEveryRole() []TableEntry {
	var entries []TableEntry
	for _, p := range appfx.Profiles() {
		for _, role := range []appfx.Role{appfx.RoleAll, appfx.RoleIntake, appfx.RoleExecutor} {
			entries = append(entries, Entry(p.Name+" as "+string(role), p, role))
		}
	}
	return entries
}

func config() appfx.Config {
	return appfx.Config{
		Role: appfx.RoleAll, MaxConns: 8, Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0", Lease: 5 * time.Second,
		SigningKey: make([]byte, appfx.SigningKeyLength), Owner: "spec",
		Log: slog.New(slog.NewTextHandler(GinkgoWriter, nil)),
	}
}

// storageOf gives a profile in PostgreSQL a database. The server of the specs
// runs without fsync, which the product itself would refuse.
func storageOf(ctx context.Context, p appfx.Profile) fx.Option {
	GinkgoHelper()
	if p.Name != appfx.Live().Name {
		return fx.Options()
	}
	db, err := postgres.Open(ctx, postgres.Config{URL: databases.Fresh(ctx), MaxConns: 8, Throwaway: true})
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(db.Close)
	return fx.Replace(db)
}

// stopped is a clock that shows one time only.
type stopped time.Time

func (c stopped) Now() time.Time { return time.Time(c) }

// server is a profile at work, with a user who has a webhook to a paper account.
type server struct {
	app    *fx.App
	at     *appfx.Addresses
	work   ports.UnitOfWork
	caller domain.Principal
	hook   string
}

func start(ctx context.Context, p appfx.Profile, swaps ...fx.Option) *server {
	GinkgoHelper()
	return startOn(ctx, p, storageOf(ctx, p), swaps...)
}

func startOn(ctx context.Context, p appfx.Profile, storage fx.Option, swaps ...fx.Option) *server {
	GinkgoHelper()
	s := &server{caller: domain.Principal{UserID: domain.UserID{UUID: uuid.New()}}}
	var demo *appfx.Demo
	s.app = fx.New(p.Options(config()), storage, fx.Options(swaps...), fx.Populate(&s.at, &s.work, &demo))
	Expect(s.app.Start(ctx)).To(Succeed())
	DeferCleanup(s.stop)
	token, err := demo.Open(ctx, s.caller.UserID)
	Expect(err).NotTo(HaveOccurred())
	s.hook = s.at.PublicURL + "/hooks/" + token
	return s
}

func (s *server) stop(ctx context.Context) {
	GinkgoHelper()
	Expect(s.app.Stop(ctx)).To(Succeed())
}

func (s *server) get(ctx context.Context, url string) int {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	Expect(err).NotTo(HaveOccurred())
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	return response.StatusCode
}

// post sends an alert that is accepted and gives its signal.
func (s *server) post(ctx context.Context, alert string) domain.SignalID {
	GinkgoHelper()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.hook, strings.NewReader(alert))
	Expect(err).NotTo(HaveOccurred())
	response, err := http.DefaultClient.Do(request)
	Expect(err).NotTo(HaveOccurred())
	defer response.Body.Close()
	Expect(response).To(HaveHTTPStatus(http.StatusOK))
	var answered string
	_, err = fmt.Fscanf(response.Body, `{"result":"accepted","signal_id":%q}`, &answered)
	Expect(err).NotTo(HaveOccurred())
	id, err := domain.ParseID[domain.Signal](answered)
	Expect(err).NotTo(HaveOccurred())
	return id
}

func (s *server) signal(ctx context.Context, id domain.SignalID) *domain.Signal {
	GinkgoHelper()
	var signal *domain.Signal
	Expect(s.work.Do(ctx, s.caller, func(ctx context.Context, r ports.Repositories) (err error) {
		signal, err = r.Signals.ByID(ctx, id)
		return err
	})).To(Succeed())
	return signal
}

// settled waits for the one order of a signal to be over.
func (s *server) settled(ctx context.Context, id domain.SignalID) *domain.Order {
	GinkgoHelper()
	var orders []*domain.Order
	Eventually(func(g Gomega, ctx context.Context) {
		g.Expect(s.work.Do(ctx, s.caller, func(ctx context.Context, r ports.Repositories) error {
			page, err := r.Orders.List(ctx, ports.OrderQuery{SignalID: &id})
			orders = page.Items
			return err
		})).To(Succeed())
		g.Expect(orders).To(HaveLen(1))
		g.Expect(orders[0].IsSettled()).To(BeTrue())
	}).WithContext(ctx).WithTimeout(20 * time.Second).Should(Succeed())
	return orders[0]
}
