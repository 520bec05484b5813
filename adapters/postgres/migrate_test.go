package postgres_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/domain"
	"github.com/hookfill/hookfill/migrations"
)

// migrationNames lists the files that there are, without the extension.
func migrationNames() []string {
	GinkgoHelper()
	files, err := fs.Glob(migrations.Files, "*.sql")
	Expect(err).NotTo(HaveOccurred())
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = strings.TrimSuffix(file, ".sql")
	}
	return names
}

// schemaOf describes what a database is made of: everything that migrations
// decide, and nothing that differs between two that are alike.
func schemaOf(ctx context.Context, conn *pgx.Conn) []string {
	GinkgoHelper()
	var all []string
	for _, query := range []string{
		`select 'relation', c.oid::regclass::text, c.relkind::text, c.relrowsecurity, c.relacl::text, c.reloptions::text
		 from pg_class as c where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)`,
		`select 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attacl::text, pg_get_expr(d.adbin, d.adrelid)
		 from pg_attribute
		 join pg_class as c on c.oid = attrelid
		 left join pg_attrdef as d on d.adrelid = attrelid and d.adnum = attnum
		 where attnum > 0 and not attisdropped and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)`,
		`select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
		 from pg_constraint where connamespace in ('public'::regnamespace, 'private'::regnamespace)`,
		`select 'index', indexdef from pg_indexes where schemaname in ('public', 'private')`,
		`select 'policy', tablename, policyname, permissive, roles::text, cmd, qual, with_check
		 from pg_policies where schemaname in ('public', 'private')`,
		`select 'function', oid::regprocedure::text, prosrc, prosecdef, proacl::text, proconfig::text
		 from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)`,
		`select 'schema', nspname, nspacl::text from pg_namespace where nspname in ('public', 'private')`,
	} {
		all = append(all, sqlRows(ctx, conn, query)...)
	}
	slices.Sort(all)
	return all
}

var _ = Describe("Migrate", func() {
	It("applies every migration to a PostgreSQL that is not Supabase, and then nothing", func(ctx SpecContext) {
		url := databases.Empty(ctx)
		Expect(postgres.Pending(ctx, url)).To(Equal(migrationNames()))
		Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(Equal(migrationNames()))
		schema := schemaOf(ctx, sqlConn(ctx, url))
		Expect(schema).NotTo(BeEmpty())

		Expect(postgres.Pending(ctx, url)).To(BeEmpty())
		Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(BeEmpty())
		Expect(postgres.Migrate(ctx, url, postgres.Options{})).To(BeEmpty())
		Expect(schemaOf(ctx, sqlConn(ctx, url))).To(Equal(schema))
	})

	It("says what to do where the roles of Supabase are not there", func(ctx SpecContext) {
		applied, err := postgres.Migrate(ctx, databases.Empty(ctx), postgres.Options{})
		Expect(err).To(MatchError(ContainSubstring("auth")))
		Expect(err).To(HaveField("Code", "migration_failed"))
		Expect(applied).To(HaveLen(1), "what came before the failure is applied and said")
	})

	It("lets two that migrate at once take turns", func(ctx SpecContext) {
		url := databases.Empty(ctx)
		var (
			wg      sync.WaitGroup
			applied [3][]string
		)
		for i := range applied {
			wg.Go(func() {
				defer GinkgoRecover()
				var err error
				applied[i], err = postgres.Migrate(ctx, url, postgres.Options{Plain: true})
				Expect(err).NotTo(HaveOccurred())
			})
		}
		wg.Wait()
		Expect(applied).To(ConsistOf(Equal(migrationNames()), BeEmpty(), BeEmpty()))
	})

	It("migrates several databases of one server at once", func(ctx SpecContext) {
		var wg sync.WaitGroup
		for range 4 {
			url := databases.Empty(ctx)
			wg.Go(func() {
				defer GinkgoRecover()
				Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(Equal(migrationNames()))
			})
		}
		wg.Wait()
	})

	It("grants the same where new tables are granted to everybody, as older projects do", func(ctx SpecContext) {
		url := databases.Empty(ctx)
		conn := sqlConn(ctx, url)
		sqlExec(ctx, conn, `
			alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
			alter default privileges in schema public grant all on functions to anon, authenticated, service_role`)
		Expect(postgres.Migrate(ctx, url, postgres.Options{Plain: true})).To(Equal(migrationNames()))
		Expect(schemaOf(ctx, conn)).To(Equal(schemaOf(ctx, sqlConn(ctx, databases.Fresh(ctx)))))
	})

	It("refuses a URL that is none without repeating it", func(ctx SpecContext) {
		_, err := postgres.Migrate(ctx, "postgres://user:hunter2@host:port/db", postgres.Options{})
		Expect(err).To(MatchError(domain.KindInvalid))
		Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
	})

	It("tells when the database is away", func(ctx SpecContext) {
		_, err := postgres.Migrate(ctx, "postgres://user:hunter2@127.0.0.1:1/db?connect_timeout=1", postgres.Options{})
		Expect(err).To(MatchError(domain.KindUnavailable))
		Expect(err.Error()).NotTo(ContainSubstring("hunter2"))
	})
})

var _ = Describe("the history of migrations", func() {
	It("is the Supabase CLI's: version, name and statements", func(ctx SpecContext) {
		conn := sqlConn(ctx, databases.Fresh(ctx))
		Expect(sqlRows(ctx, conn, "select version || '_' || name from supabase_migrations.schema_migrations order by version")).
			To(Equal(migrationNames()))
		Expect(sqlRows(ctx, conn, "select column_name, data_type from information_schema.columns where table_schema = 'supabase_migrations' order by 1")).
			To(Equal([]string{"name text", "statements ARRAY", "version text"}))
	})

	It("holds statements that make the same schema, run one by one", func(ctx SpecContext) {
		migrated := sqlConn(ctx, databases.Fresh(ctx))
		rows, err := migrated.Query(ctx, "select unnest(statements) from supabase_migrations.schema_migrations order by version")
		Expect(err).NotTo(HaveOccurred())
		statements, err := pgx.CollectRows(rows, pgx.RowTo[string])
		Expect(err).NotTo(HaveOccurred())

		url := databases.Empty(ctx)
		_, err = postgres.Migrate(ctx, url, postgres.Options{Plain: true})
		Expect(err).NotTo(HaveOccurred())
		again := sqlConn(ctx, url)
		sqlExec(ctx, again, "drop schema private cascade; drop schema public cascade; create schema public; grant usage on schema public to public, anon, authenticated, service_role")
		for _, statement := range statements {
			// The extended protocol takes one statement at a time.
			sqlExec(ctx, again, statement, pgx.QueryExecModeExec)
		}
		Expect(withoutSchemas(schemaOf(ctx, again))).To(Equal(withoutSchemas(schemaOf(ctx, migrated))))
	})

	DescribeTable("holds statements as the CLI splits them", func(text string, statements ...string) {
		Expect(postgres.SplitStatements(text)).To(HaveExactElements(statements))
	},
		Entry("one", "select 1;\n", "select 1"),
		Entry("several lines", "create table t (\n  a int\n);\nselect 1;\n", "create table t (\n  a int\n)", "select 1"),
		Entry("with what stands before", "-- +goose Up\n-- Why.\n\nselect 1;\n", "-- +goose Up\n-- Why.\n\nselect 1"),
		Entry("with semicolons within", "-- +goose StatementBegin\ndo $$ begin\n  null;\nend $$;\n-- +goose StatementEnd\nselect 1;\n",
			"-- +goose StatementBegin\ndo $$ begin\n  null;\nend $$", "-- +goose StatementEnd\nselect 1"),
		Entry("without a semicolon at the end", "select 1;\nselect 2", "select 1", "select 2"),
		Entry("of a comment alone", "select 1;\n-- That is all;\n", "select 1"),
	)

	It("is taken up where the CLI left it", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		conn := sqlConn(ctx, url)
		names := migrationNames()
		last := names[len(names)-1]
		// The CLI of long ago kept versions alone.
		sqlExec(ctx, conn, `
			drop schema public, private cascade;
			create schema public;
			alter table supabase_migrations.schema_migrations drop column statements, drop column name`)
		sqlExec(ctx, conn, "delete from supabase_migrations.schema_migrations where version = $1", strings.Split(last, "_")[0])
		for _, name := range names[:len(names)-1] {
			text, err := fs.ReadFile(migrations.Files, name+".sql")
			Expect(err).NotTo(HaveOccurred())
			sqlExec(ctx, conn, string(text))
		}

		Expect(postgres.Pending(ctx, url)).To(Equal([]string{last}))
		Expect(postgres.Migrate(ctx, url, postgres.Options{})).To(Equal([]string{last}))
		Expect(withoutSchemas(schemaOf(ctx, conn))).To(Equal(withoutSchemas(schemaOf(ctx, sqlConn(ctx, databases.Fresh(ctx))))))
	})

	It("is refused where it skips a migration", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		first, _, _ := strings.Cut(migrationNames()[0], "_")
		sqlExec(ctx, sqlConn(ctx, url), "delete from supabase_migrations.schema_migrations where version = $1", first)
		_, err := postgres.Migrate(ctx, url, postgres.Options{})
		Expect(err).To(MatchError(ContainSubstring(first)))
	})
})

// withoutSchemas leaves out the grants on whole schemas, which are not a
// migration's alone.
func withoutSchemas(schema []string) []string {
	var rest []string
	for _, line := range schema {
		if !strings.HasPrefix(line, "schema ") {
			rest = append(rest, line)
		}
	}
	return rest
}

var _ = Describe("a database with a migration that nobody knows", func() {
	var url string
	BeforeEach(func(ctx SpecContext) {
		url = databases.Fresh(ctx)
		sqlExec(ctx, sqlConn(ctx, url), "insert into supabase_migrations.schema_migrations (version, name) values ('20990101000000', 'future')")
	})

	It("is refused by Migrate, by name, and stays as it is", func(ctx SpecContext) {
		conn := sqlConn(ctx, url)
		before := schemaOf(ctx, conn)
		applied, err := postgres.Migrate(ctx, url, postgres.Options{Plain: true})
		Expect(applied).To(BeEmpty())
		Expect(err).To(And(MatchError(domain.KindConflict), HaveField("Code", "unknown_migrations"), MatchError(ContainSubstring("20990101000000"))))
		Expect(schemaOf(ctx, conn)).To(Equal(before))
	})

	It("shows in Status", func(ctx SpecContext) {
		status, err := postgres.Status(ctx, url)
		Expect(err).NotTo(HaveOccurred())
		Expect(status).To(HaveLen(len(migrationNames()) + 1))
		Expect(status[len(status)-1]).To(Equal(postgres.MigrationStatus{Version: "20990101000000", Applied: true}))
		for _, m := range status[:len(status)-1] {
			Expect(m).To(And(HaveField("Applied", true), HaveField("Known", true)))
		}
	})

	It("is refused by CheckSchema", func(ctx SpecContext) {
		Expect(openStore(ctx, url).CheckSchema(ctx)).To(And(MatchError(domain.KindConflict), HaveField("Code", "unknown_migrations")))
	})
})

var _ = Describe("CheckSchema", func() {
	It("admits a database that is migrated", func(ctx SpecContext) {
		Expect(openStore(ctx, databases.URL()).CheckSchema(ctx)).To(Succeed())
	})

	It("refuses one that lacks a migration, by name", func(ctx SpecContext) {
		url := databases.Fresh(ctx)
		last := migrationNames()[len(migrationNames())-1]
		sqlExec(ctx, sqlConn(ctx, url), "delete from supabase_migrations.schema_migrations where version = $1", strings.Split(last, "_")[0])
		Expect(openStore(ctx, url).CheckSchema(ctx)).
			To(And(MatchError(domain.KindConflict), HaveField("Code", "schema_outdated"), MatchError(ContainSubstring(last))))
	})

	It("refuses one that was never migrated", func(ctx SpecContext) {
		Expect(openStore(ctx, databases.Empty(ctx)).CheckSchema(ctx)).To(HaveField("Code", "schema_outdated"))
	})
})
