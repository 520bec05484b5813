package postgres_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

// paperAccount makes an account of p's that is not stored.
func paperAccount(p domain.Principal) *domain.BrokerAccount {
	GinkgoHelper()
	a, err := domain.NewBrokerAccount(domain.BrokerAccountSnapshot{
		ID: domain.BrokerAccountID{UUID: uuid.Must(uuid.NewV7())}, UserID: p.UserID, Name: "paper", Kind: domain.BrokerKindPaper,
	})
	Expect(err).NotTo(HaveOccurred())
	return a
}

var _ = Describe("UnitOfWork", func() {
	It("runs what the caller does as authenticated, with the caller's claims and 8 seconds a statement", func(ctx SpecContext) {
		// A trigger of the table sees what its writer is.
		url := databases.Fresh(ctx)
		conn := sqlConn(ctx, url)
		sqlExec(ctx, conn, `
			create table private.seen (role text, sub text, claimed text, timeout text);
			grant insert on private.seen to authenticated;
			grant usage on schema private to authenticated;
			create function private.see() returns trigger language plpgsql as $f$
			begin
			  insert into private.seen values (current_user, auth.uid()::text, auth.role(), current_setting('statement_timeout'));
			  return new;
			end $f$;
			create trigger see before insert on public.broker_accounts for each row execute function private.see()`)
		db := openStore(ctx, url)
		ada := storeUser(ctx, db)
		Expect(postgres.NewUnitOfWork(db).Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			return r.BrokerAccounts.Add(ctx, paperAccount(ada))
		})).To(Succeed())
		Expect(sqlRows(ctx, conn, "select * from private.seen")).
			To(Equal([]string{"authenticated " + ada.UserID.String() + " authenticated 8s"}))
	})

	It("leaves nothing of the caller behind on the connection", func(ctx SpecContext) {
		db, err := postgres.Open(ctx, postgres.Config{URL: databases.URL(), MaxConns: 2, Throwaway: true}) // one each
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(db.Close)
		u, ada := postgres.NewUnitOfWork(db), storeUser(ctx, db)
		for _, outcome := range []error{nil, errors.New("boom")} {
			err := u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
				_, err := r.Requests.Begin(ctx, "key", [32]byte{})
				return errors.Join(err, outcome)
			})
			Expect(err == nil).To(Equal(outcome == nil))
			var role, claims, timeout string
			Expect(db.API().QueryRowContext(ctx,
				"select current_user, coalesce(current_setting('request.jwt.claims', true), ''), current_setting('statement_timeout')").
				Scan(&role, &claims, &timeout)).To(Succeed())
			Expect([]string{role, claims, timeout}).To(Equal([]string{"hookfill_api", "", "0"}))
		}
	})

	It("is the caller again after what only hookfill_api may, also where that was refused", func(ctx SpecContext) {
		db := openStore(ctx, databases.URL())
		u, ada := postgres.NewUnitOfWork(db), storeUser(ctx, db)
		Expect(u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			if _, err := r.Requests.Begin(ctx, "key", [32]byte{1}); err != nil {
				return err
			}
			_, err := r.Requests.Begin(ctx, "key", [32]byte{2})
			Expect(err).To(HaveField("Code", "idempotency_key_reused"))
			Expect(r.Requests.Finish(ctx, "another", "id")).To(MatchError(domain.KindNotFound))
			return r.BrokerAccounts.Add(ctx, paperAccount(ada)) // hookfill_api may not
		})).To(Succeed())
	})

	DescribeTable("runs a transaction that lost a race again", func(ctx SpecContext, code string) {
		db := openStore(ctx, databases.URL())
		ada, runs := storeUser(ctx, db), 0
		a := paperAccount(ada)
		Expect(postgres.NewUnitOfWork(db).Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			runs++
			if err := r.BrokerAccounts.Add(ctx, a); err != nil {
				return err
			}
			if runs < 3 {
				return postgres.Translate(fmt.Errorf("commit: %w", &pgconn.PgError{Code: code}))
			}
			return nil
		})).To(Succeed())
		Expect(runs).To(Equal(3))
	},
		Entry("of serialization", "40001"),
		Entry("of locks", "40P01"),
	)

	It("gives up on a race that is always lost, as KindUnavailable", func(ctx SpecContext) {
		db := openStore(ctx, databases.URL())
		ada, runs := storeUser(ctx, db), 0
		err := postgres.NewUnitOfWork(db).Do(ctx, ada, func(context.Context, ports.Repositories) error {
			runs++
			return postgres.Translate(&pgconn.PgError{Code: "40001"})
		})
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(runs).To(Equal(6))
	})

	It("keeps nothing, and says so, where fn goes on after a statement that failed", func(ctx SpecContext) {
		db := openStore(ctx, databases.URL())
		u, ada, bob := postgres.NewUnitOfWork(db), storeUser(ctx, db), storeUser(ctx, db)
		a := paperAccount(ada)
		err := u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			Expect(r.BrokerAccounts.Add(ctx, a)).To(Succeed())
			Expect(r.BrokerAccounts.Add(ctx, paperAccount(bob))).To(MatchError(domain.KindForbidden))
			return nil
		})
		Expect(err).To(And(MatchError(domain.KindInternal), HaveField("Code", "transaction_failed")))
		Expect(u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
			_, err := r.BrokerAccounts.ByID(ctx, a.ID())
			return err
		})).To(MatchError(domain.KindNotFound))
	})
})
