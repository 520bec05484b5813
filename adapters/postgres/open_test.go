package postgres_test

import (
	"context"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("Open", func() {
	open := func(ctx context.Context, c postgres.Config) error {
		GinkgoHelper()
		db, err := postgres.Open(ctx, c)
		Expect(db).To(BeNil())
		return err
	}

	It("gives pools that are each one role", func(ctx SpecContext) {
		db := openStore(ctx, databases.URL())
		Expect(db.Ping(ctx)).To(Succeed())
		var api, worker, zone string
		Expect(db.API().QueryRowContext(ctx, "select current_user").Scan(&api)).To(Succeed())
		Expect(db.Worker().QueryRowContext(ctx, "select current_user, current_setting('timezone')").Scan(&worker, &zone)).To(Succeed())
		Expect([]string{api, worker, zone}).To(Equal([]string{"hookfill_api", "hookfill_worker", "UTC"}))
	})

	It("fails where the login cannot become the roles, and says what to do", func(ctx SpecContext) {
		login, password := newLogin(ctx, "")
		err := open(ctx, postgres.Config{URL: urlAs(databases.URL(), login, password), MaxConns: 2, Throwaway: true})
		Expect(err).To(And(MatchError(domain.KindUnavailable), HaveField("Code", "role_missing"), MatchError(ContainSubstring("hookfill migrate up"))))
		Expect(err.Error()).NotTo(ContainSubstring(password))
	})

	It("fails where the login can become only one of them", func(ctx SpecContext) {
		login, password := newLogin(ctx, "in role hookfill_api")
		err := open(ctx, postgres.Config{URL: urlAs(databases.URL(), login, password), MaxConns: 2, Throwaway: true})
		Expect(err).To(And(HaveField("Code", "role_missing"), MatchError(ContainSubstring("hookfill_worker"))))
	})

	It("takes a login of its own for each role", func(ctx SpecContext) {
		api, apiPassword := newLogin(ctx, "noinherit in role hookfill_api")
		worker, workerPassword := newLogin(ctx, "noinherit in role hookfill_worker")
		db, err := postgres.Open(ctx, postgres.Config{
			URL:       "postgres://nobody@127.0.0.1:1/none",
			APIURL:    urlAs(databases.URL(), api, apiPassword),
			WorkerURL: urlAs(databases.URL(), worker, workerPassword),
			MaxConns:  2, Throwaway: true,
		})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		p := storeUser(ctx, db)
		Expect(postgres.NewUnitOfWork(db).Do(ctx, p, func(ctx context.Context, r ports.Repositories) error {
			_, err := r.Requests.Begin(ctx, "key", [32]byte{})
			return err
		})).To(Succeed())
	})

	It("refuses a server that would lose what it has committed", func(ctx SpecContext) {
		var fsync string
		Expect(sqlConn(ctx, databases.URL()).QueryRow(ctx, "show fsync").Scan(&fsync)).To(Succeed())
		if fsync == "on" {
			db, err := postgres.Open(ctx, postgres.Config{URL: databases.URL(), MaxConns: 2})
			Expect(err).NotTo(HaveOccurred())
			Expect(db.Close()).To(Succeed())
			return
		}
		Expect(open(ctx, postgres.Config{URL: databases.URL(), MaxConns: 2})).
			To(And(MatchError(domain.KindInvalid), HaveField("Code", "fsync_off")))
	})

	It("refuses fewer connections than pools", func(ctx SpecContext) {
		Expect(open(ctx, postgres.Config{URL: databases.URL(), MaxConns: 1, Throwaway: true})).
			To(And(MatchError(domain.KindInvalid), HaveField("Code", "too_few_connections")))
	})

	It("refuses a URL that is none without repeating it", func(ctx SpecContext) {
		err := open(ctx, postgres.Config{URL: "postgres://user:hunter2@host:port/db", MaxConns: 2})
		Expect(err).To(And(MatchError(domain.KindInvalid), HaveField("Code", "invalid_database_url")))
		Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
	})

	It("is KindUnavailable where nobody listens, and keeps the password to itself", func(ctx SpecContext) {
		err := open(ctx, postgres.Config{URL: "postgres://user:hunter2@127.0.0.1:1/db", MaxConns: 2})
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
	})
})
