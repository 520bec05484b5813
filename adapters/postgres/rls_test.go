package postgres_test

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/domain"
)

const (
	insufficientPrivilege = "42501"
	everyTable            = `
		select n.nspname || '.' || c.relname
		from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
		where n.nspname in ('public', 'private') and c.relkind in ('r', 'p')`
)

var _ = Describe("row-level security", func() {
	var conn *pgx.Conn
	BeforeEach(func(ctx SpecContext) { conn = sqlConn(ctx, databases.URL()) })

	It("is on for every table, partitions too", func(ctx SpecContext) {
		Expect(sqlRows(ctx, conn, everyTable)).NotTo(BeEmpty())
		Expect(sqlRows(ctx, conn, everyTable+" and not c.relrowsecurity")).To(BeEmpty())
	})

	It("names the roles of every policy", func(ctx SpecContext) {
		Expect(sqlRows(ctx, conn, "select tablename, policyname from pg_policies where schemaname in ('public', 'private') and 'public' = any(roles)")).
			To(BeEmpty())
	})

	It("leads an index with every column a client's policy looks at", func(ctx SpecContext) {
		Expect(sqlRows(ctx, conn, `
			select c.oid::regclass::text
			from pg_class as c
			where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
			  and not exists (
			    select from pg_index as i
			    join pg_attribute as a on a.attrelid = c.oid and a.attnum = i.indkey[0]
			    where i.indrelid = c.oid and a.attname = 'user_id')`)).To(BeEmpty())
	})

	It("is proven by these specs for every table there is", func(ctx SpecContext) {
		Expect(sqlRows(ctx, conn, everyTable+" and not c.relispartition")).To(ConsistOf(append([]string{"private.installation"}, ownedTables()...)))
	})

	Describe("for a signed-in user", func() {
		var ada, bob *domain.UserID
		BeforeEach(func(ctx SpecContext) { ada, bob = putOwnedRows(ctx, conn), putOwnedRows(ctx, conn) })

		It("shows what is theirs and nothing of anybody else's", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				for _, table := range ownedTablesOf("public") {
					var mine, others int
					Expect(tx.QueryRow(ctx, "select count(*) filter (where user_id = $1), count(*) filter (where user_id <> $1) from "+table, ada.String()).
						Scan(&mine, &others)).To(Succeed())
					Expect(table + fmt.Sprint(": ", mine, others)).To(Equal(table + ": 1 0"))
				}
			})
		})

		It("changes nothing of anybody else's", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				for table, statement := range map[string]string{
					"public.broker_accounts": "update public.broker_accounts set name = 'taken' where user_id = $1::uuid",
					"public.webhook_configs": "update public.webhook_configs set status = 'paused' where user_id = $1::uuid",
				} {
					rows, err := sqlTry(ctx, tx, statement, ada.String())
					Expect(err).NotTo(HaveOccurred(), table)
					Expect(rows).To(BeEquivalentTo(1), table)
					rows, err = sqlTry(ctx, tx, statement, bob.String())
					Expect(err).NotTo(HaveOccurred(), table)
					Expect(rows).To(BeZero(), table)
				}
			})
		})

		It("adds nothing in anybody else's name", func(ctx SpecContext) {
			carol := domain.UserID{UUID: uuid.Must(uuid.NewV7())}
			sqlExec(ctx, conn, "insert into auth.users (id) values ($1)", carol.String())
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				for _, table := range ownedTablesOf("public") {
					_, err := sqlTry(ctx, tx, ownedRows()[table], pgx.QueryExecModeSimpleProtocol, carol.String())
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
			})
		})

		It("routes to nobody else's account", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				_, err := sqlTry(ctx, tx, `
					insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier)
					values ($1::uuid, md5($1 || 'config')::uuid, 1, 1, md5($2 || 'account')::uuid, 1)`, ada.String(), bob.String())
				Expect(err).To(beSQLState("23503"))
			})
		})

		It("deletes nothing, and writes nothing that trades", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				for _, table := range ownedTablesOf("public") {
					_, err := sqlTry(ctx, tx, "delete from "+table+" where user_id = $1", ada.String())
					Expect(err).To(beSQLState(insufficientPrivilege), table)
					_, err = sqlTry(ctx, tx, "update "+table+" set user_id = $1", bob.String())
					Expect(err).To(beSQLState(insufficientPrivilege), table)
					_, err = sqlTry(ctx, tx, "update "+table+" set id = gen_random_uuid()")
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
				for _, table := range []string{"public.signals", "public.tickets", "public.orders", "public.order_events", "public.positions", "public.refusals", "public.halts"} {
					_, err := sqlTry(ctx, tx, ownedRows()[table], pgx.QueryExecModeSimpleProtocol, ada.String())
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
			})
		})

		It("hides everything where the claims name nobody", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", nil, func(tx pgx.Tx) {
				for _, table := range ownedTablesOf("public") {
					var rows int
					Expect(tx.QueryRow(ctx, "select count(*) from "+table).Scan(&rows)).To(Succeed())
					Expect(rows).To(BeZero(), table)
				}
			})
		})

		It("finds rows through the owner's index, asking who that is once", func(ctx SpecContext) {
			sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
				_, err := tx.Exec(ctx, "set local enable_seqscan = off")
				Expect(err).NotTo(HaveOccurred())
				for _, table := range ownedTablesOf("public") {
					// Without an order: among a handful of rows the primary key's would be as
					// cheap to read, and statistics that come late decide.
					rows, err := tx.Query(ctx, "explain select id from "+table)
					Expect(err).NotTo(HaveOccurred())
					plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
					Expect(err).NotTo(HaveOccurred())
					Expect(strings.Join(plan, "\n")).To(And(ContainSubstring("InitPlan"), MatchRegexp(`Index Cond: \(user_id = `)), table)
				}
			})
		})
	})

	DescribeTable("refuses every table to", func(ctx SpecContext, role string, tables func() []string) {
		user := putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, role, user, func(tx pgx.Tx) {
			for _, table := range tables() {
				_, err := sqlTry(ctx, tx, "select from "+table)
				Expect(err).To(beSQLState(insufficientPrivilege), table)
				_, err = sqlTry(ctx, tx, "delete from "+table)
				Expect(err).To(beSQLState(insufficientPrivilege), table)
				_, err = sqlTry(ctx, tx, ownedRows()[table], pgx.QueryExecModeSimpleProtocol, user.String())
				Expect(err).To(beSQLState(insufficientPrivilege), table)
			}
		})
	},
		Entry("somebody who is not signed in", "anon", ownedTables),
		Entry("the service role", "service_role", ownedTables),
		Entry("a signed-in user, of those that are private", "authenticated", func() []string { return ownedTablesOf("private") }),
	)

	It("shows hookfill_api nothing by itself", func(ctx SpecContext) {
		putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "hookfill_api", nil, func(tx pgx.Tx) {
			for _, table := range append([]string{"private.installation"}, ownedTables()...) {
				rows, err := sqlTry(ctx, tx, "select from "+table)
				if err != nil {
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
				Expect(rows).To(BeZero(), table)
			}
		})
	})

	It("lets hookfill_api store and forget the caller's credentials, and read none", func(ctx SpecContext) {
		ada, bob := putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "hookfill_api", ada, func(tx pgx.Tx) {
			_, err := sqlTry(ctx, tx, "select sealed from private.broker_credentials")
			Expect(err).To(beSQLState(insufficientPrivilege))
			_, err = sqlTry(ctx, tx, "update private.broker_credentials set version = 2")
			Expect(err).To(beSQLState(insufficientPrivilege))
			rows, err := sqlTry(ctx, tx, "delete from private.broker_credentials where user_id = $1", bob.String())
			Expect(err).NotTo(HaveOccurred())
			Expect(rows).To(BeZero())
			rows, err = sqlTry(ctx, tx, "update public.broker_accounts set trouble = null where user_id = $1", bob.String())
			Expect(err).NotTo(HaveOccurred())
			Expect(rows).To(BeZero())
			rows, err = sqlTry(ctx, tx, "delete from private.broker_credentials")
			Expect(err).NotTo(HaveOccurred())
			Expect(rows).To(BeEquivalentTo(1))
		})
		sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
			for _, change := range []string{"credentials_version = 9", "trouble = null", "settings = '{}'", "kind = 'paper'"} {
				_, err := sqlTry(ctx, tx, "update public.broker_accounts set "+change)
				Expect(err).To(beSQLState(insufficientPrivilege), change)
			}
		})
	})

	It("lets hookfill_api settle the caller's unmatched orders, and tell nothing of them", func(ctx SpecContext) {
		ada, bob := putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
		const settle = "update public.unmatched_orders set settled_at = now(), settled_by = $1::uuid, verdict = 'acknowledge', note = 'known' where user_id = $1::uuid"
		sqlAs(ctx, conn, "hookfill_api", ada, func(tx pgx.Tx) {
			rows, err := sqlTry(ctx, tx, settle, ada.String())
			Expect(err).NotTo(HaveOccurred())
			Expect(rows).To(BeEquivalentTo(1))
			rows, err = sqlTry(ctx, tx, settle, bob.String())
			Expect(err).NotTo(HaveOccurred())
			Expect(rows).To(BeZero())
			for _, change := range []string{"status = 'filled'", "filled_quantity = 1", "outcome = 'over'", "ended_at = now()", "user_id = gen_random_uuid()"} {
				_, err := sqlTry(ctx, tx, "update public.unmatched_orders set "+change)
				Expect(err).To(beSQLState(insufficientPrivilege), change)
			}
		})
		sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
			_, err := sqlTry(ctx, tx, settle, ada.String())
			Expect(err).To(beSQLState(insufficientPrivilege))
		})
	})

	It("shows hookfill_api only the caller's tokens and requests", func(ctx SpecContext) {
		ada, bob := putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "hookfill_api", ada, func(tx pgx.Tx) {
			for _, table := range []string{"private.webhook_tokens", "private.api_requests"} {
				rows, err := sqlTry(ctx, tx, "select from "+table)
				Expect(err).NotTo(HaveOccurred())
				Expect(rows).To(BeEquivalentTo(1), table)
				rows, err = sqlTry(ctx, tx, "update "+table+" set created_at = now() where user_id = $1", bob.String())
				Expect(err).NotTo(HaveOccurred())
				Expect(rows).To(BeZero(), table)
				_, err = sqlTry(ctx, tx, "update "+table+" set user_id = $1", bob.String())
				Expect(err).To(beSQLState(insufficientPrivilege), table)
			}
		})
	})
})
