package postgres_test

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
)

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
