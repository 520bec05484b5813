package localpg_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gleak"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

var _ = Describe("A private cluster", func() {
	It("is made durable, in UTF-8 and with checksums", func(ctx SpecContext) {
		lasting := newDataDir()
		cluster := start(ctx, localpg.Config{DataDir: lasting})
		defer removeDurable(ctx, cluster, lasting)
		Expect(cluster.Adopted()).To(BeFalse())
		for setting, value := range map[string]string{
			"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
			"server_encoding": "UTF8", "lc_collate": "C", "TimeZone": "UTC", "max_connections": "100",
			"max_prepared_transactions": "0",
		} {
			Expect(query(ctx, cluster.URL("postgres"), "SHOW "+setting)).To(Equal(value), setting)
		}

		By("not being taken for one that is throwaway")
		cluster.Detach()
		_, err := localpg.Start(ctx, throwaway(lasting))
		Expect(err).To(MatchError(ContainSubstring("made to last")))
		Expect(localpg.Remove(ctx, throwaway(lasting))).To(MatchError(ContainSubstring("made to last")))
	})

	It("stops when asked, and keeps what was committed", func(ctx SpecContext) {
		first := start(ctx, throwaway(made))
		keep(ctx, first.URL("postgres"), "still here")
		Expect(first.Stop(ctx)).To(Succeed())
		Expect(first.Stop(ctx)).To(Succeed(), "a second time does nothing")
		Expect(first.SocketDir()).NotTo(BeADirectory())
		Expect(syscall.Kill(first.PID(), 0)).To(MatchError(syscall.ESRCH))

		second := start(ctx, throwaway(made))
		Expect(second.Adopted()).To(BeFalse())
		Expect(kept(ctx, second.URL("postgres"))).To(Equal("still here"))
	})

	It("is ready well within five seconds at its second start", func(ctx SpecContext) {
		began := time.Now()
		start(ctx, throwaway(made))
		took := time.Since(began)
		AddReportEntry("second start", took.String())
		Expect(took).To(BeNumerically("<", 2*time.Second))
	})

	It("is adopted as it runs once it was let go", func(ctx SpecContext) {
		first := start(ctx, throwaway(made))
		first.Detach()
		second := start(ctx, throwaway(made))
		Expect(second.Adopted()).To(BeTrue())
		Expect(second.PID()).To(Equal(first.PID()))
	})

	It("leaves no goroutine behind", func(ctx SpecContext) {
		before := gleak.Goroutines()
		first := start(ctx, throwaway(made))
		Eventually(gleak.Goroutines).WithContext(ctx).ShouldNot(gleak.HaveLeaked(before))
		first.Detach()
		start(ctx, throwaway(made))
		Eventually(gleak.Goroutines).WithContext(ctx).ShouldNot(gleak.HaveLeaked(before))
	})

	It("takes further settings from its next start on", func(ctx SpecContext) {
		cfg := throwaway(made)
		cfg.Settings = map[string]string{"work_mem": "7MB", "hookfill.note": `it's a "note" \ here`}
		cluster := start(ctx, cfg)
		Expect(query(ctx, cluster.URL("postgres"), "SHOW work_mem")).To(Equal("7MB"))
		Expect(query(ctx, cluster.URL("postgres"), "SHOW hookfill.note")).To(Equal(cfg.Settings["hookfill.note"]))
	})

	It("repeats what PostgreSQL says when it cannot start", func(ctx SpecContext) {
		cfg := throwaway(made)
		cfg.Settings = map[string]string{"work_mem": "plenty"}
		_, err := localpg.Start(ctx, cfg)
		Expect(err).To(MatchError(ContainSubstring(`invalid value for parameter "work_mem": "plenty"`)))

		start(ctx, throwaway(made)) // nothing stands in the way
	})

	It("names its databases in the URL", func(ctx SpecContext) {
		cluster := start(ctx, throwaway(made))
		execute(ctx, cluster.URL("postgres"), `DROP DATABASE IF EXISTS "odd name/ü?"`)
		execute(ctx, cluster.URL("postgres"), `CREATE DATABASE "odd name/ü?"`)
		Expect(query(ctx, cluster.URL("odd name/ü?"), "SELECT current_database()")).To(Equal("odd name/ü?"))
	})

	It("is not taken for durable when it is throwaway", func(ctx SpecContext) {
		_, err := localpg.Start(ctx, localpg.Config{DataDir: made})
		Expect(err).To(MatchError(ContainSubstring("may lose data")))
	})

	It("leaves nothing behind when it is removed", func(ctx SpecContext) {
		dataDir := newDataDir()
		cluster := start(ctx, throwaway(dataDir))
		Expect(localpg.Remove(ctx, throwaway(dataDir))).To(MatchError(localpg.ErrLocked))
		Expect(cluster.Remove(ctx)).To(Succeed())
		Expect(syscall.Kill(cluster.PID(), 0)).To(MatchError(syscall.ESRCH))
		Expect(cluster.Dir()).NotTo(BeADirectory())
		Expect(cluster.SocketDir()).NotTo(BeADirectory())
		Expect(filepath.Glob(filepath.Join(dataDir, "*"))).To(ConsistOf(HaveSuffix("/lock")))
		Expect(localpg.Remove(ctx, throwaway(dataDir))).To(Succeed(), "a second time does nothing")
		Expect(cluster.Remove(ctx)).To(MatchError(ContainSubstring("not this process's")))
	})

	Describe("whose start is called off", func() {
		It("leaves no half cluster", func(ctx SpecContext) {
			dataDir := newDataDir()
			ended, cancel := startAside(ctx, throwaway(dataDir))
			drafts := func() ([]string, error) {
				return filepath.Glob(filepath.Join(dataDir, "postgres", "init-*", "PG_VERSION"))
			}
			Eventually(drafts).WithContext(ctx).WithPolling(time.Millisecond).ShouldNot(BeEmpty())
			cancel()
			Eventually(ended).WithContext(ctx).Should(Receive(MatchError(context.Canceled)))
			Expect(filepath.Glob(filepath.Join(dataDir, "postgres", "*"))).To(BeEmpty())

			start(ctx, throwaway(dataDir))
		})

		It("leaves no process", func(ctx SpecContext) {
			cluster := start(ctx, throwaway(made))
			bin := realBinDir(ctx, cluster)
			Expect(cluster.Stop(ctx)).To(Succeed())

			slow := filepath.Dir(newDataDir())
			Expect(os.Symlink(filepath.Join(bin, "initdb"), filepath.Join(slow, "initdb"))).To(Succeed())
			program(slow, "postgres", `[ "$1" = --version ] && exec `+bin+`/postgres --version
				echo pid $$; exec sleep 60`)
			cfg := throwaway(made)
			cfg.BinDir = slow
			ended, cancel := startAside(ctx, cfg)
			Eventually(pidIn).WithArguments(cluster.LogFile()).WithContext(ctx).ShouldNot(BeZero())
			cancel()
			Eventually(ended).WithContext(ctx).Should(Receive(MatchError(context.Canceled)))
			Expect(syscall.Kill(pidIn(cluster.LogFile()), 0)).To(MatchError(syscall.ESRCH))
		})
	})
})

// startAside starts a cluster that is expected not to come up.
func startAside(ctx context.Context, cfg localpg.Config) (ended chan error, cancel context.CancelFunc) {
	ctx, cancel = context.WithCancel(ctx)
	ended = make(chan error, 1)
	go func() {
		_, err := localpg.Start(ctx, cfg)
		ended <- err
	}()
	return ended, cancel
}

// pidIn is the process that a log speaks of, or 0.
func pidIn(log string) int {
	text, _ := os.ReadFile(log)
	match := regexp.MustCompile(`(?m)^pid (\d+)$`).FindSubmatch(text)
	if match == nil {
		return 0
	}
	pid, _ := strconv.Atoi(string(match[1]))
	return pid
}
