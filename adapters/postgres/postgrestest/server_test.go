package postgrestest_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
)

type uselessRow struct {
	url     string
	trouble string
}

var _ = Describe("A server", func() {
	// temporary is where this spec's clusters go.
	var temporary string

	BeforeEach(func() {
		GinkgoT().Setenv("HOOKFILL_TEST_DATABASE_URL", "")
		var err error
		temporary, err = os.MkdirTemp("", "postgrestest-*")
		Expect(err).NotTo(HaveOccurred())
		Expect(os.Chmod(temporary, 0o711)).To(Succeed())
		DeferCleanup(os.RemoveAll, temporary)
		GinkgoT().Setenv("TMPDIR", temporary)
	})

	It("is a private one that leaves nothing behind", func(ctx SpecContext) {
		server, err := postgrestest.Open(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(query[string](ctx, server.URL(), "SHOW listen_addresses")).To(BeEmpty())
		Expect(server.Close(ctx)).To(Succeed())
		_, err = pgx.Connect(ctx, server.URL())
		Expect(err).To(HaveOccurred())
		Expect(os.ReadDir(temporary)).To(BeEmpty())
	})

	It("is the one that the environment names, which stays", func(ctx SpecContext) {
		GinkgoT().Setenv("HOOKFILL_TEST_DATABASE_URL", db.Server().URL())
		server, err := postgrestest.Open(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(server.URL()).To(Equal(db.Server().URL()))
		Expect(server.Close(ctx)).To(Succeed())
		Expect(query[string](ctx, db.Server().URL(), "SELECT 'still here'")).To(Equal("still here"))
	})

	DescribeTable("is not one that is of no use",
		func(ctx SpecContext, row uselessRow) {
			GinkgoT().Setenv("HOOKFILL_TEST_DATABASE_URL", row.url)
			_, err := postgrestest.Open(ctx)
			Expect(err).To(MatchError(ContainSubstring(row.trouble)))
			Expect(err).NotTo(MatchError(ContainSubstring("sesame")), "no password")
			Expect(err).NotTo(MatchError(localpg.ErrNotInstalled), "it is not a reason to skip")
		},
		Entry("because it cannot be reached", uselessRow{
			url: "postgres://u:sesame@127.0.0.1:1/postgres", trouble: "cannot reach the test server",
		}),
		Entry("because it is not a URL", uselessRow{
			url: "host=127.0.0.1 password=sesame", trouble: "not a URL",
		}),
	)

	It("is not one in which we are an ordinary user", func(ctx SpecContext) {
		const create = "CREATE ROLE hookfill_test_ordinary LOGIN PASSWORD 'sesame'"
		for _, statement := range []string{"DROP ROLE IF EXISTS hookfill_test_ordinary", create} {
			execute(ctx, db.Server().URL(), statement)
		}
		DeferCleanup(execute, db.Server().URL(), "DROP ROLE hookfill_test_ordinary")
		ordinary, err := url.Parse(db.Server().URL())
		Expect(err).NotTo(HaveOccurred())
		ordinary.User = url.UserPassword("hookfill_test_ordinary", "sesame")
		parameters := ordinary.Query()
		parameters.Del("user")
		ordinary.RawQuery = parameters.Encode()
		GinkgoT().Setenv("HOOKFILL_TEST_DATABASE_URL", ordinary.String())
		_, err = postgrestest.Open(ctx)
		Expect(err).To(MatchError(ContainSubstring("they need a superuser")))
	})

	It("removes what killed test runs left, and nothing else", func(ctx SpecContext) {
		start := func(name string, age time.Duration) *localpg.Cluster {
			dir := filepath.Join(temporary, name)
			cluster, err := localpg.Start(ctx, localpg.Config{DataDir: dir, Throwaway: true})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(func(ctx context.Context) {
				cluster.Detach()
				Expect(localpg.Remove(ctx, localpg.Config{DataDir: dir, Throwaway: true})).To(Succeed())
			})
			then := time.Now().Add(-age)
			Expect(os.Chtimes(dir, then, then)).To(Succeed())
			return cluster
		}
		start("hookfill-test-abandoned", time.Hour).Detach()
		start("hookfill-test-held", time.Hour)
		start("hookfill-test-young", time.Second).Detach()

		server, err := postgrestest.Open(ctx)
		Expect(err).NotTo(HaveOccurred())
		Expect(server.Close(ctx)).To(Succeed())
		Expect(filepath.Glob(filepath.Join(temporary, "*"))).
			To(ConsistOf(HaveSuffix("-held"), HaveSuffix("-young")))
	})
})

var _ = Describe("Without PostgreSQL, a suite", func() {
	// runAlone runs one spec of this suite in a process that finds none.
	runAlone := func(ctx context.Context, require string) (string, error) {
		program, err := os.Executable()
		Expect(err).NotTo(HaveOccurred())
		cmd := exec.CommandContext(ctx, program, "-ginkgo.focus=include one of each process", "-ginkgo.v", "-ginkgo.no-color")
		cmd.Env = append(os.Environ(), "HOOKFILL_TEST_DATABASE_URL=", "HOOKFILL_TEST_POSTGRES_BIN="+GinkgoT().TempDir(),
			"HOOKFILL_TEST_REQUIRE_DATABASE="+require, "GORACE=atexit_sleep_ms=0")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	It("skips what needs a database, and says why", func(ctx SpecContext) {
		out, err := runAlone(ctx, "")
		Expect(err).NotTo(HaveOccurred(), out)
		Expect(out).To(ContainSubstring("[SKIPPED] no database: PostgreSQL is not installed"))
		Expect(out).To(ContainSubstring("apt-get install postgresql"))
	})

	It("fails where a database is required", func(ctx SpecContext) {
		out, err := runAlone(ctx, "1")
		Expect(err).To(MatchError("exit status 1"))
		Expect(out).To(ContainSubstring("PostgreSQL is not installed"))
	})
})
