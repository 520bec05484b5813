package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
	"github.com/hookfill/hookfill/adapters/postgres/postgrestest"
)

func TestHookfill(t *testing.T) {
	RegisterFailHandler(Fail)
	SetDefaultEventuallyTimeout(30 * time.Second)
	EnforceDefaultTimeoutsWhenUsingContexts()
	RunSpecs(t, "cmd/hookfill")
}

// Everything here is real: the binary, as it is built for users but for the race
// detector, its sockets, and PostgreSQL as it keeps money.
var (
	// program is the binary, built once; failing is the same with failpoints.
	program, failing string
	// databases are on one server for the whole suite, with everything a commit
	// promises. Empty names a migrated template.
	databases *postgrestest.Server
	// standing is a server of this process that specs share which leave it
	// running. Each has users of its own.
	standing *server
)

const migrated = "e2e"

// takesLong has a spec start before the others, so that no process waits for it at
// the end.
const takesLong = SpecPriority(1)

type prepared struct{ Program, Failing, Databases, Missing string }

var _ = SynchronizedBeforeSuite(func(ctx SpecContext) []byte {
	program = build()
	p := prepared{Program: program, Failing: build("-tags=failpoints")}
	var err error
	if p.Databases, err = openDatabases(ctx); errors.Is(err, localpg.ErrNotInstalled) && os.Getenv("HOOKFILL_TEST_REQUIRE_DATABASE") == "" {
		p.Missing = err.Error() + " (HOOKFILL_TEST_REQUIRE_DATABASE makes this a failure)"
	} else {
		Expect(err).NotTo(HaveOccurred())
	}
	data, err := json.Marshal(p)
	Expect(err).NotTo(HaveOccurred())
	return data
}, func(ctx SpecContext, data []byte) {
	var p prepared
	Expect(json.Unmarshal(data, &p)).To(Succeed())
	if p.Missing != "" {
		Skip("no database: " + p.Missing)
	}
	var err error
	program, failing = p.Program, p.Failing
	databases, err = postgrestest.Join(p.Databases)
	Expect(err).NotTo(HaveOccurred())
	standing = serve(ctx, newDataDir(), "HOOKFILL_DATABASE_URL="+newDatabase(ctx, migrated))
})

// build makes the binary, for users or with what a build tag adds.
func build(flags ...string) string {
	GinkgoHelper()
	path := newDataDir()
	flags = append(flags, "-o", path)
	if raced {
		flags = append(flags, "-race")
	}
	built, err := exec.Command("go", append(append([]string{"build"}, flags...), ".")...).CombinedOutput()
	Expect(err).NotTo(HaveOccurred(), "%s", built)
	return path
}

// openDatabases starts a throwaway cluster that is durable nevertheless, since
// the product takes no other, with a migrated template.
func openDatabases(ctx context.Context) (string, error) {
	GinkgoHelper()
	dir := newDataDir()
	cluster, err := localpg.Start(ctx, localpg.Config{
		DataDir: dir, BinDir: os.Getenv("HOOKFILL_TEST_POSTGRES_BIN"), Throwaway: true,
		Settings: map[string]string{"max_connections": "200", "fsync": "on", "full_page_writes": "on"},
	})
	if err != nil {
		return "", err
	}
	DeferCleanup(cluster.Remove)
	server, err := postgrestest.Join(cluster.URL("postgres"))
	if err != nil {
		return "", err
	}
	return server.URL(), server.Prepare(ctx, postgrestest.Template{Name: migrated, Prepare: func(ctx context.Context, url string) error {
		done := hookfillIn(ctx, dir, []string{"HOOKFILL_DATABASE_URL=" + url}, "migrate", "up", "--plain")
		if done.code != 0 {
			return errors.New(done.stderr)
		}
		return nil
	}})
}

// newDatabase gives a database of the running spec's own, copied from a template
// or empty.
func newDatabase(ctx context.Context, template string) string {
	GinkgoHelper()
	url, drop, err := databases.NewDatabase(ctx, template)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(drop)
	return url
}

// newDataDir gives a directory that the user PostgreSQL runs as can pass
// through, in case this is root.
func newDataDir() string {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "hookfill-e2e-*")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	Expect(os.Chmod(dir, 0o711)).To(Succeed())
	return filepath.Join(dir, "data")
}
