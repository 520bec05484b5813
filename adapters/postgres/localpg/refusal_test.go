package localpg_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

var _ = Describe("A second server on one data directory", func() {
	It("is refused at once and told who is there", func(ctx SpecContext) {
		first := startHolder(ctx, made, nil)
		Expect(first.Error).To(BeEmpty())

		began := time.Now()
		_, err := localpg.Start(ctx, throwaway(made))
		Expect(time.Since(began)).To(BeNumerically("<", time.Second))
		Expect(err).To(MatchError(localpg.ErrLocked))
		Expect(err).To(MatchError(And(
			ContainSubstring(made),
			ContainSubstring("process %d", first.cmd.Process.Pid),
		)))
		first.kill()
		Expect(start(ctx, throwaway(made)).Adopted()).To(BeTrue(), "the lock died with its holder")
	})

	It("is refused under another name of the directory", func(ctx SpecContext) {
		start(ctx, throwaway(made))
		alias := filepath.Join(GinkgoT().TempDir(), "alias")
		Expect(os.Symlink(made, alias)).To(Succeed())
		_, err := localpg.Start(ctx, throwaway(alias))
		Expect(err).To(MatchError(localpg.ErrLocked))
	})
})

var _ = Describe("Attach", func() {
	It("joins a running server without its lock", func(ctx SpecContext) {
		cluster := start(ctx, throwaway(made))
		attached, err := localpg.Attach(ctx, localpg.Config{DataDir: made})
		Expect(err).NotTo(HaveOccurred())
		Expect(attached.URL("postgres")).To(Equal(cluster.URL("postgres")))
		Expect(query(ctx, attached.URL("postgres"), "SELECT 'here'")).To(Equal("here"))
		Expect(attached.Stop(ctx)).To(MatchError(ContainSubstring("whoever started it")))
		attached.Detach()
		_, err = localpg.Start(ctx, throwaway(made))
		Expect(err).To(MatchError(localpg.ErrLocked), "the holder still holds it")
	})

	It("reports a server that does not run", func(ctx SpecContext) {
		dataDir := newDataDir()
		_, err := localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
		Expect(err).To(MatchError(localpg.ErrNotRunning), "no data directory")
		Expect(dataDir).NotTo(BeADirectory())

		Expect(os.Mkdir(dataDir, 0o711)).To(Succeed())
		_, err = localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
		Expect(err).To(MatchError(localpg.ErrNotRunning), "no cluster")

		cluster := start(ctx, throwaway(made))
		Expect(syscall.Kill(cluster.PID(), syscall.SIGKILL)).To(Succeed())
		Eventually(func(ctx context.Context) error {
			_, err := localpg.Attach(ctx, localpg.Config{DataDir: made})
			return err
		}).WithContext(ctx).Should(MatchError(localpg.ErrNotRunning), "a dead server's pid file")
	})
})

var _ = Describe("PostgreSQL's programs", func() {
	var dataDir, bin string

	BeforeEach(func() {
		dataDir = newDataDir()
		bin = filepath.Dir(dataDir)
	})

	It("must be there", func(ctx SpecContext) {
		_, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir, BinDir: bin})
		Expect(err).To(MatchError(localpg.ErrNotInstalled))
		Expect(err).To(MatchError(ContainSubstring("apt-get install postgresql")))
	})

	It("must be new enough", func(ctx SpecContext) {
		program(bin, "initdb", "exit 1")
		program(bin, "postgres", "echo 'postgres (PostgreSQL) 14.9 (Debian)'")
		_, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir, BinDir: bin})
		Expect(err).To(MatchError(localpg.ErrNotInstalled))
		Expect(err).To(MatchError(ContainSubstring("15 or newer is needed, found only 14 in " + bin)))
	})

	It("must be of the version that made the cluster", func(ctx SpecContext) {
		version := filepath.Join(made, "postgres", "data", "PG_VERSION")
		before, err := os.ReadFile(version)
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(os.WriteFile, version, before, os.FileMode(0o600))
		Expect(os.WriteFile(version, []byte("12\n"), 0o600)).To(Succeed())
		_, err = localpg.Start(ctx, throwaway(made))
		Expect(err).To(MatchError(localpg.ErrNotInstalled))
		Expect(err).To(MatchError(ContainSubstring("install PostgreSQL 12")))
	})

	It("are taken from PATH when they are the newest, but for an existing cluster only if they fit", func(ctx SpecContext) {
		program(bin, "initdb", "echo this is version 99; exit 1")
		program(bin, "postgres", "echo 'postgres (PostgreSQL) 99devel'")
		GinkgoT().Setenv("PATH", bin+":"+os.Getenv("PATH"))

		_, err := localpg.Start(ctx, throwaway(dataDir))
		Expect(err).To(MatchError(ContainSubstring("this is version 99")))
		start(ctx, throwaway(made))
	})
})

type settingRow struct {
	name, value string
	refused     string
}

var _ = DescribeTable("A setting is refused by name",
	func(ctx SpecContext, row settingRow) {
		dataDir := newDataDir()
		_, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir, Settings: map[string]string{row.name: row.value}})
		Expect(err).To(MatchError(And(ContainSubstring(fmt.Sprintf("%q", row.name)), ContainSubstring(row.refused))))
		Expect(dataDir).NotTo(BeADirectory(), "nothing was made")
	},
	Entry("if it would listen on TCP", settingRow{name: "listen_addresses", value: "*", refused: "belongs to the private cluster"}),
	Entry("if it would move the socket", settingRow{name: "unix_socket_directories", value: "/tmp", refused: "belongs to the private cluster"}),
	Entry("if it would move files", settingRow{name: "hba_file", value: "/tmp/x", refused: "belongs to the private cluster"}),
	Entry("if it would lose data", settingRow{name: "fsync", value: "off", refused: "what survives a crash"}),
	Entry("if it would lose commits", settingRow{name: "synchronous_commit", value: "off", refused: "what survives a crash"}),
	Entry("if it is malformed", settingRow{name: "Work Mem", value: "1MB", refused: "malformed"}),
)

var _ = It("refuses to start without a data directory", func(ctx SpecContext) {
	_, err := localpg.Start(ctx, localpg.Config{})
	Expect(err).To(MatchError(ContainSubstring("data directory")))
})
