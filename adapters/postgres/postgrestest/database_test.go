package postgrestest_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
)

var _ = Describe("A suite's databases", func() {
	It("include one of each process", func(ctx SpecContext) {
		Expect(db.URL()).To(Equal(db.URL()))
		Expect(query[string](ctx, db.URL(), "SELECT note FROM notes LIMIT 1")).To(Equal("from the template"))
		Expect(query[bool](ctx, db.URL(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).To(BeTrue())
	})

	It("include fresh ones, which share nothing", func(ctx SpecContext) {
		one, other := db.Fresh(ctx), db.Fresh(ctx)
		Expect(one).NotTo(Equal(other))
		query[string](ctx, one, "UPDATE notes SET note = 'changed' RETURNING note")
		Expect(query[string](ctx, other, "SELECT note FROM notes")).To(Equal("from the template"))
	})

	It("include empty ones", func(ctx SpecContext) {
		empty := db.Empty(ctx)
		Expect(query[int64](ctx, empty, "SELECT count(*) FROM pg_class WHERE relname = 'notes'")).To(BeZero())
		Expect(query[string](ctx, empty, "SHOW server_encoding")).To(Equal("UTF8"))
	})

	It("are dropped with whoever is still connected", func(ctx SpecContext) {
		url, drop, err := db.Server().NewDatabase(ctx, "with_a_note")
		Expect(err).NotTo(HaveOccurred())
		forgotten, err := pgx.Connect(ctx, url)
		Expect(err).NotTo(HaveOccurred())
		defer forgotten.Close(ctx)
		Expect(drop(ctx)).To(Succeed())
		_, err = pgx.Connect(ctx, url)
		Expect(err).To(MatchError(ContainSubstring("does not exist")))
		Expect(drop(ctx)).To(Succeed(), "a second time does nothing")
	})

	It("are not copies of a template that nobody prepared", func(ctx SpecContext) {
		_, _, err := db.Server().NewDatabase(ctx, "unheard_of")
		Expect(err).To(MatchError(ContainSubstring("unheard_of")))
	})
})

var _ = Describe("A template", func() {
	var name string

	// On a server that lasts, an earlier run may have left a template of one
	// fixed name.
	BeforeEach(func(ctx SpecContext) {
		name = "spec_" + query[string](ctx, db.Server().URL(), "SELECT left(md5(random()::text), 12)")
		DeferCleanup(func(ctx context.Context) {
			conn, err := pgx.Connect(ctx, db.Server().URL())
			Expect(err).NotTo(HaveOccurred())
			defer conn.Close(ctx)
			for _, statement := range []string{
				"ALTER DATABASE hookfill_template_" + name + " IS_TEMPLATE false",
				"DROP DATABASE hookfill_template_" + name,
			} {
				if _, err := conn.Exec(ctx, statement); err != nil {
					Expect(err).To(MatchError(ContainSubstring("does not exist")))
				}
			}
		})
	})

	It("is prepared once, however many ask for it at once", func(ctx SpecContext) {
		var prepared atomic.Int32
		template := postgrestest.Template{Name: name, Prepare: func(ctx context.Context, url string) error {
			prepared.Add(1)
			return withNote(ctx, url)
		}}
		ended := make(chan error, 4)
		for range cap(ended) {
			go func() {
				server, err := postgrestest.Join(db.Server().URL())
				if err == nil {
					err = server.Prepare(ctx, template)
				}
				ended <- err
			}()
		}
		for range cap(ended) {
			Eventually(ctx, ended).Should(Receive(BeNil()))
		}
		Expect(prepared.Load()).To(BeEquivalentTo(1))

		url, drop, err := db.Server().NewDatabase(ctx, name)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(drop)
		Expect(query[string](ctx, url, "SELECT note FROM notes")).To(Equal("from the template"))
	})

	It("accepts no connections, so that it stays as it was prepared", func(ctx SpecContext) {
		Expect(db.Server().Prepare(ctx, postgrestest.Template{Name: name})).To(Succeed())
		Expect(query[bool](ctx, db.Server().URL(), "SELECT datistemplate AND NOT datallowconn FROM pg_database "+
			"WHERE datname = 'hookfill_template_"+name+"'")).To(BeTrue())
	})

	It("is made anew after it failed", func(ctx SpecContext) {
		broken := errors.New("the migration is broken")
		Expect(db.Server().Prepare(ctx, postgrestest.Template{Name: name, Prepare: func(ctx context.Context, url string) error {
			return errors.Join(withNote(ctx, url), broken)
		}})).To(MatchError(broken))
		Expect(query[int64](ctx, db.Server().URL(), "SELECT count(*) FROM pg_database "+
			"WHERE datname LIKE '%"+name+"'")).To(BeZero())

		Expect(db.Server().Prepare(ctx, postgrestest.Template{Name: name, Prepare: withNote})).To(Succeed())
	})

	It("is refused a name that does not fit", func(ctx SpecContext) {
		for _, unfit := range []string{"", strings.Repeat("x", 41)} {
			Expect(db.Server().Prepare(ctx, postgrestest.Template{Name: unfit, Prepare: withNote})).
				To(MatchError(ContainSubstring("1 to 40 characters")))
		}
	})
})
