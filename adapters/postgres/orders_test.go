package postgres_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/ports"
)

var _ = Describe("the orders of which more is to come", func() {
	It("are those the domain does not call settled, in every state there is", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		for _, submission := range domain.Submissions() {
			for _, status := range domain.OrderStatuses() {
				settled := submission.NeverReached() || submission == domain.SubmissionAcknowledged && status.IsTerminal()
				var unsettled bool
				Expect(conn.QueryRow(ctx, "select "+postgres.OrderIsUnsettled+" from (values ($1::text, $2::text)) as o (submission, status)",
					string(submission), string(status)).Scan(&unsettled)).To(Succeed())
				Expect(unsettled).To(Equal(!settled), fmt.Sprint(submission, " ", status))
			}
		}
	})

	It("are counted through their own index, however long the history", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		user := putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "authenticated", user, func(tx pgx.Tx) {
			_, err := tx.Exec(ctx, "set local enable_seqscan = off; set local enable_bitmapscan = off")
			Expect(err).NotTo(HaveOccurred())
			rows, err := tx.Query(ctx, "explain select count(*) from public.orders as o where o.broker_account_id = md5($1 || 'account')::uuid and "+postgres.OrderIsUnsettled,
				pgx.QueryExecModeSimpleProtocol, user.String())
			Expect(err).NotTo(HaveOccurred())
			plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
			Expect(err).NotTo(HaveOccurred())
			Expect(strings.Join(plan, "\n")).To(ContainSubstring("orders_unsettled"))
		})
	})
})

var _ = Describe("an account that is removed while a config routes to it", func() {
	It("is either removed or routed to", func(ctx SpecContext) {
		db := openStore(ctx, databases.URL())
		u, ada := postgres.NewUnitOfWork(db), storeUser(ctx, db)
		for range 5 {
			a := paperAccount(ada)
			Expect(u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error { return r.BrokerAccounts.Add(ctx, a) })).To(Succeed())
			results := make(chan error, 2)
			go func() {
				results <- u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
					_, err := r.BrokerAccounts.Update(ctx, a.ID(), func(a *domain.BrokerAccount) error {
						// Counted under the lock of the account.
						orders, routes, err := r.BrokerAccounts.Usage(ctx, a.ID())
						if err != nil {
							return err
						}
						return a.Remove(orders, routes, a.Snapshot().CreatedAt)
					})
					return err
				})
			}()
			go func() {
				c, token := routedConfig(ada, a), ports.TokenHash{}
				id := c.ID()
				copy(token[:], id.UUID[:])
				results <- u.Do(ctx, ada, func(ctx context.Context, r ports.Repositories) error {
					return r.WebhookConfigs.Add(ctx, c, token)
				})
			}()
			var failures []error
			for range 2 {
				var err error
				Eventually(results).WithContext(ctx).Should(Receive(&err))
				if err != nil {
					failures = append(failures, err)
				}
			}
			Expect(failures).To(HaveExactElements(Or(
				HaveField("Code", "account_in_use"), HaveField("Code", "broker_account_not_found"))), "one of the two")
		}
	})
})
