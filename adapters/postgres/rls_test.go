package postgres_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

// Of every table with an owner these put one row there, for the user $1. The
// rows of a user hang together: their ids are digests of the user and a word.
var ownedRows = map[string]string{
	"public.broker_accounts": `
		insert into public.broker_accounts (id, user_id, name, kind) values (md5($1 || 'account')::uuid, $1::uuid, 'paper', 'paper')`,
	"public.webhook_configs": `
		insert into public.webhook_configs (id, user_id, name) values (md5($1 || 'config')::uuid, $1::uuid, 'momentum')`,
	"public.webhook_config_versions": `
		insert into public.webhook_config_versions (user_id, webhook_config_id, version, rules)
		values ($1::uuid, md5($1 || 'config')::uuid, 1, '{}')`,
	"public.webhook_routes": `
		insert into public.webhook_routes (user_id, webhook_config_id, version, position, broker_account_id, multiplier)
		values ($1::uuid, md5($1 || 'config')::uuid, 1, 0, md5($1 || 'account')::uuid, 1)`,
	"public.refusals": `
		insert into public.refusals (user_id, webhook_config_id, received_at, reasons)
		values ($1::uuid, md5($1 || 'config')::uuid, now(), '[]')`,
	"private.webhook_tokens": `
		insert into private.webhook_tokens (token_hash, user_id, webhook_config_id)
		values (sha256($1::bytea), $1::uuid, md5($1 || 'config')::uuid)`,
	"private.api_requests": `
		insert into private.api_requests (user_id, key, fingerprint) values ($1::uuid, 'key', sha256($1::bytea))`,
	"private.deliveries": `
		insert into private.deliveries (id, user_id, webhook_config_id, received_at, source, outcome, body)
		values (gen_random_uuid(), $1::uuid, md5($1 || 'config')::uuid, now(), '127.0.0.1', 'stored', '')`,
	"public.signals": `
		insert into public.signals (id, user_id, source, webhook_config_id, action, symbol, intent, received_at, updated_at)
		values (md5($1 || 'signal')::uuid, $1::uuid, 'alert', md5($1 || 'config')::uuid, 'buy', 'AAPL', '{}', now(), now())`,
	"private.signal_keys": `
		insert into private.signal_keys (webhook_config_id, key, body, signal_id, expires_at)
		values (md5($1 || 'config')::uuid, sha256($1::bytea), sha256($1::bytea), md5($1 || 'signal')::uuid, now())`,
	"private.lanes": `
		insert into private.lanes (user_id, broker_account_id, symbol) values ($1::uuid, md5($1 || 'account')::uuid, 'AAPL')`,
	"public.tickets": `
		insert into public.tickets (id, user_id, signal_id, position, broker_account_id, symbol, multiplier, lane_id, lane_seq, created_at, updated_at)
		select md5($1 || 'ticket')::uuid, user_id, md5($1 || 'signal')::uuid, 0, broker_account_id, symbol, 1, lane_id, 1, now(), now()
		from private.lanes where user_id = $1::uuid`,
	"public.orders": `
		insert into public.orders (id, user_id, signal_id, ticket_id, broker_account_id, lane_seq, step, client_order_id, symbol, side, type,
		  time_in_force, order_class, quantity, submission, status, created_at, updated_at)
		values (md5($1 || 'order')::uuid, $1::uuid, md5($1 || 'signal')::uuid, md5($1 || 'ticket')::uuid, md5($1 || 'account')::uuid, 1, 1, $1,
		  'AAPL', 'buy', 'market', 'day', 'simple', 1, 'intent', 'pending_new', now(), now())`,
	"public.order_events": `
		insert into public.order_events (user_id, order_id, position, source_event_id, kind, at, recorded_at)
		values ($1::uuid, md5($1 || 'order')::uuid, 0, 'attempt:1', 'attempted', now(), now())`,
	"public.positions": `
		insert into public.positions (user_id, broker_account_id, scope, symbol, quantity, realized_profit, updated_at)
		values ($1::uuid, md5($1 || 'account')::uuid, 'account', 'AAPL', 1, 0, now())`,
	"private.order_attempts": `
		insert into private.order_attempts (order_id, number, epoch, deadline, at) values (md5($1 || 'order')::uuid, 1, 1, now(), now())`,
	"private.paper_journals": `
		insert into private.paper_journals (broker_account_id) values (md5($1 || 'account')::uuid)`,
	"private.paper_entries": `
		insert into private.paper_entries (broker_account_id, seq, entry) values (md5($1 || 'account')::uuid, 1, '{}')`,
}

// ownedTables is the order in which the rows can be put there.
var ownedTables = []string{
	"public.broker_accounts", "public.webhook_configs", "public.webhook_config_versions", "public.webhook_routes", "public.refusals",
	"private.webhook_tokens", "private.api_requests", "private.deliveries", "public.signals", "private.signal_keys", "private.lanes",
	"public.tickets", "public.orders", "public.order_events", "public.positions", "private.order_attempts", "private.paper_journals",
	"private.paper_entries",
}

func ownedTablesOf(schema string) []string {
	var tables []string
	for _, table := range ownedTables {
		if strings.HasPrefix(table, schema+".") {
			tables = append(tables, table)
		}
	}
	return tables
}

// putOwnedRows gives a new user one row in every table.
func putOwnedRows(ctx context.Context, conn *pgx.Conn) *domain.UserID {
	GinkgoHelper()
	user := domain.UserID{UUID: uuid.Must(uuid.NewV7())}
	sqlExec(ctx, conn, "insert into auth.users (id) values ($1)", user.String())
	for _, table := range ownedTables {
		sqlExec(ctx, conn, ownedRows[table], pgx.QueryExecModeSimpleProtocol, user.String())
	}
	return &user
}

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
		Expect(sqlRows(ctx, conn, everyTable+" and not c.relispartition")).To(ConsistOf(append([]string{"private.installation"}, ownedTables...)))
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
					_, err := sqlTry(ctx, tx, ownedRows[table], pgx.QueryExecModeSimpleProtocol, carol.String())
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
				for _, table := range []string{"public.signals", "public.tickets", "public.orders", "public.order_events", "public.positions", "public.refusals"} {
					_, err := sqlTry(ctx, tx, ownedRows[table], pgx.QueryExecModeSimpleProtocol, ada.String())
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
					rows, err := tx.Query(ctx, "explain select id from "+table+" order by id desc limit 51")
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
				_, err = sqlTry(ctx, tx, ownedRows[table], pgx.QueryExecModeSimpleProtocol, user.String())
				Expect(err).To(beSQLState(insufficientPrivilege), table)
			}
		})
	},
		Entry("somebody who is not signed in", "anon", func() []string { return ownedTables }),
		Entry("the service role", "service_role", func() []string { return ownedTables }),
		Entry("a signed-in user, of those that are private", "authenticated", func() []string { return ownedTablesOf("private") }),
	)

	It("shows hookfill_api nothing by itself", func(ctx SpecContext) {
		putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "hookfill_api", nil, func(tx pgx.Tx) {
			for _, table := range append([]string{"private.installation"}, ownedTables...) {
				rows, err := sqlTry(ctx, tx, "select from "+table)
				if err != nil {
					Expect(err).To(beSQLState(insufficientPrivilege), table)
				}
				Expect(rows).To(BeZero(), table)
			}
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

var _ = Describe("the grants", func() {
	granted := func(ctx context.Context, role string) []string {
		GinkgoHelper()
		return sqlRows(ctx, sqlConn(ctx, databases.URL()), `
			select table_schema || '.' || table_name || ' ' || string_agg(lower(privilege_type), ',' order by privilege_type)
			from (
			  select table_schema, table_name, privilege_type
			  from information_schema.table_privileges where grantee = $1
			  union
			  select table_schema, table_name, privilege_type || '(' || string_agg(column_name, ',' order by column_name) || ')'
			  from information_schema.column_privileges as c
			  where grantee = $1 and not exists (
			    select from information_schema.table_privileges as t
			    where t.grantee = $1 and t.table_schema = c.table_schema and t.table_name = c.table_name and t.privilege_type = c.privilege_type)
			  group by table_schema, table_name, privilege_type
			) as privileges
			where table_schema in ('public', 'private', 'auth', 'supabase_migrations')
			group by table_schema, table_name
			order by 1`, role)
	}

	It("let a signed-in user read everything public, add what is set up, and change what may change", func(ctx SpecContext) {
		Expect(granted(ctx, "authenticated")).To(Equal([]string{
			"public.broker_accounts insert,select,update(deleted_at,name,updated_at,version)",
			"public.order_events select",
			"public.orders select",
			"public.positions select",
			"public.refusals select",
			"public.signals select",
			"public.tickets select",
			"public.webhook_config_versions insert,select",
			"public.webhook_configs insert,select,update(deleted_at,name,status,updated_at,version)",
			"public.webhook_routes insert,select",
		}))
	})

	It("let hookfill_api touch tokens and requests", func(ctx SpecContext) {
		Expect(granted(ctx, "hookfill_api")).To(Equal([]string{
			"private.api_requests delete,insert,select,update",
			"private.webhook_tokens insert,select,update",
		}))
	})

	It("let hookfill_worker admit alerts and execute orders, and no more", func(ctx SpecContext) {
		Expect(granted(ctx, "hookfill_worker")).To(Equal([]string{
			"auth.users insert(id),select(id)",
			"private.api_requests delete,select",
			"private.deliveries insert,select",
			"private.installation select",
			"private.lanes insert,select,update",
			"private.order_attempts insert,select",
			"private.paper_entries insert,select",
			"private.paper_journals insert,select,update",
			"private.signal_keys delete,insert,select,update",
			"private.webhook_tokens select",
			"public.broker_accounts select",
			"public.order_events insert,select",
			"public.orders insert,select,update",
			"public.positions insert,select,update",
			"public.refusals insert",
			"public.signals insert,select,update",
			"public.tickets insert,select,update",
			"public.webhook_config_versions select",
			"public.webhook_configs select",
			"public.webhook_routes select",
			"supabase_migrations.schema_migrations select(version)",
		}))
	})

	DescribeTable("leave nothing to", func(ctx SpecContext, role string) {
		Expect(granted(ctx, role)).To(BeEmpty())
	},
		Entry("everybody", "PUBLIC"),
		Entry("somebody who is not signed in", "anon"),
		Entry("the service role", "service_role"),
		Entry("the login of the data API", "authenticator"),
	)

	It("let nobody but the worker call functions that run as the owner, whose search path is empty", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.URL())
		Expect(sqlRows(ctx, conn, `
			select p.oid::regprocedure::text, r.rolname, p.proconfig::text
			from pg_proc as p, pg_roles as r
			where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosecdef
			  and not r.rolsuper and r.rolname ~ '^(anon|authenticated|service_role|authenticator|hookfill_(api|worker))$'
			  and has_function_privilege(r.oid, p.oid, 'execute')`)).
			To(Equal([]string{`private.prepare_deliveries(date,integer) hookfill_worker {"search_path=\"\""}`}))
	})
})

var _ = Describe("an owner as Supabase has it", func() {
	// A role that may create roles and pass its own row-level security, and is
	// no superuser; auth belongs to somebody else.
	var owner, url string
	BeforeEach(func(ctx SpecContext) {
		databases.URL() // the roles of Supabase are made with the template
		login, password := newLogin(ctx, "createdb createrole bypassrls")
		super := databases.Empty(ctx)
		conn := sqlConn(ctx, super)
		sqlExec(ctx, conn, "grant anon, authenticated, service_role to "+login+" with admin option")
		var major int
		Expect(conn.QueryRow(ctx, "select current_setting('server_version_num')::int / 10000").Scan(&major)).To(Succeed())
		if major >= 16 {
			// Other databases' specs made these roles; since 16 only their admins may
			// grant them on.
			sqlExec(ctx, conn, "grant hookfill_api, hookfill_worker to "+login+" with admin option")
		}
		sqlExec(ctx, conn, `
			create schema auth;
			create table auth.users (id uuid primary key, email text);
			create table auth.instances (id uuid primary key);
			alter table auth.users enable row level security;
			create function auth.uid() returns uuid language sql stable as $f$
			  select coalesce(
			    nullif(current_setting('request.jwt.claim.sub', true), ''),
			    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid
			$f$;
			grant usage on schema auth to anon, authenticated, service_role;
			grant create, usage on schema auth to `+login+`;
			grant all on auth.users to `+login+`;
			grant usage on schema public to anon, authenticated, service_role;
			grant all on schema public to `+login)
		sqlExec(ctx, conn, "do $$ begin execute format('grant create on database %I to "+login+"', current_database()); end $$")
		owner, url = login, urlAs(super, login, password)
	})

	It("migrates, becomes the roles, and serves users apart", func(ctx SpecContext) {
		Expect(postgres.Migrate(ctx, url, postgres.Options{})).To(Equal(migrationNames()))
		Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(BeEmpty(), "what is there stays as it is")

		conn := sqlConn(ctx, url)
		Expect(sqlRows(ctx, conn, "select current_user, rolsuper from pg_roles where rolname = current_user")).To(Equal([]string{owner + " false"}))
		ada, bob := putOwnedRows(ctx, conn), putOwnedRows(ctx, conn)
		sqlAs(ctx, conn, "authenticated", ada, func(tx pgx.Tx) {
			for _, table := range ownedTablesOf("public") {
				rows, err := sqlTry(ctx, tx, "select from "+table)
				Expect(err).NotTo(HaveOccurred())
				Expect(rows).To(BeEquivalentTo(1), table)
				rows, err = sqlTry(ctx, tx, "select from "+table+" where user_id = $1", bob.String())
				Expect(err).NotTo(HaveOccurred())
				Expect(rows).To(BeZero(), table)
			}
		})

		db := openStore(ctx, url)
		Expect(db.CheckSchema(ctx)).To(Succeed())
		Expect(postgres.NewHousekeeper(db).Sweep(ctx, 10)).Error().NotTo(HaveOccurred())
		err := postgres.NewUsers(db).Ensure(ctx, domain.UserID{UUID: uuid.Must(uuid.NewV7())})
		Expect(err).To(And(MatchError(domain.KindForbidden), MatchError(ContainSubstring("sign-in service"))))
	})
})
