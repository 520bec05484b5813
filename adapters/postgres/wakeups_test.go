package postgres_test

import (
	"context"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

// randomIDs mark every process by another id.
type randomIDs struct{}

func (randomIDs) New() uuid.UUID { return uuid.New() }

var _ = Describe("Wake-ups by NOTIFY", func() {
	// listening starts a listener in another process and gives what it hears and
	// how it ended.
	listening := func(ctx context.Context, url string) (*postgres.Wakeups, <-chan struct{}, <-chan error) {
		GinkgoHelper()
		w := postgres.NewWakeups(openStore(ctx, url), randomIDs{})
		heard, over := make(chan struct{}, 100), make(chan error, 1)
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		go func() {
			defer close(done)
			over <- w.Listen(ctx, func() { heard <- struct{}{} })
		}()
		DeferCleanup(func() {
			cancel()
			<-done
		})
		Eventually(heard).WithContext(ctx).Should(Receive())
		return w, heard, over
	}

	It("are KindUnavailable to a listener whose connection is cut, who then listens anew", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		_, heard, over := listening(ctx, url)
		conn := sqlConn(ctx, url)
		Expect(sqlRows(ctx, conn, `
			select pg_terminate_backend(pid)::text from pg_stat_activity
			where datname = current_database() and query = 'listen hookfill_lanes'`)).To(Equal([]string{"true"}))
		var err error
		Eventually(over).WithContext(ctx).Should(Receive(&err))
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(heard).NotTo(Receive())

		_, again, _ := listening(ctx, url)
		Expect(postgres.NewWakeups(openStore(ctx, url), randomIDs{}).Wake(ctx)).To(Succeed())
		Eventually(again).WithContext(ctx).Should(Receive())
	})

	It("take no connection of the pools to listen", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: 2, Throwaway: true})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		heard := make(chan struct{}, 100)
		listening, cancel := context.WithCancel(ctx)
		over := make(chan error, 1)
		go func() { over <- postgres.NewWakeups(db, randomIDs{}).Listen(listening, func() { heard <- struct{}{} }) }()
		Eventually(heard).WithContext(ctx).Should(Receive())
		Expect(db.Ping(ctx)).To(Succeed())
		cancel()
		Eventually(over).WithContext(ctx).Should(Receive(MatchError(context.Canceled)))
	})

	It("are not heard by who sent them", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		w, heard, _ := listening(ctx, url)
		Expect(w.Wake(ctx)).To(Succeed())
		Consistently(heard).WithContext(ctx).ShouldNot(Receive())
	})
})
