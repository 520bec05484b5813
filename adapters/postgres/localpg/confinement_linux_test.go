package localpg_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

var _ = Describe("A private cluster is confined", func() {
	var cluster *localpg.Cluster

	BeforeEach(func(ctx SpecContext) {
		GinkgoT().Setenv("HOOKFILL_MASTER_KEY", "the master key")
		cluster = start(ctx, throwaway(made))
	})

	It("to a socket that only its user can reach", func(ctx SpecContext) {
		info, err := os.Lstat(cluster.SocketDir())
		Expect(err).NotTo(HaveOccurred())
		Expect(info.Mode()).To(Equal(os.ModeDir | 0o700))
		Expect(len(cluster.SocketDir())).To(BeNumerically("<", 60))
		Expect(query(ctx, cluster.URL("postgres"), "SHOW listen_addresses")).To(BeEmpty())
		Expect(tcpListeners(cluster.PID())).To(BeEmpty())
	})

	It("to an environment without secrets", func() {
		environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", cluster.PID()))
		Expect(err).NotTo(HaveOccurred())
		Expect(string(environ)).To(ContainSubstring("LC_ALL=C"))
		Expect(string(environ)).NotTo(ContainSubstring("master key"))
	})

	It("to a log that repeats neither statements nor values", func(ctx SpecContext) {
		conn, err := pgx.Connect(ctx, cluster.URL("postgres"))
		Expect(err).NotTo(HaveOccurred())
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, "CREATE TEMPORARY TABLE keys (key text PRIMARY KEY); INSERT INTO keys VALUES ('sesame')")
		Expect(err).NotTo(HaveOccurred())
		_, err = conn.Exec(ctx, "INSERT INTO keys VALUES ('sesame')")
		Expect(err).To(HaveOccurred())
		Eventually(os.ReadFile).WithContext(ctx).WithArguments(cluster.LogFile()).
			Should(ContainSubstring("violates unique constraint"))
		Expect(os.ReadFile(cluster.LogFile())).NotTo(ContainSubstring("sesame"))
	})

	DescribeTable("and refuses a socket directory that somebody else may have made",
		func(ctx SpecContext, prepare func(dir string)) {
			Expect(cluster.Stop(ctx)).To(Succeed())
			prepare(cluster.SocketDir())
			DeferCleanup(os.RemoveAll, cluster.SocketDir())
			_, err := localpg.Start(ctx, throwaway(made))
			Expect(err).To(MatchError(ContainSubstring("somebody may be trying to listen in")))
		},
		Entry("open to others", func(dir string) {
			Expect(os.Mkdir(dir, 0o700)).To(Succeed())
			Expect(os.Chmod(dir, 0o755)).To(Succeed())
		}),
		Entry("a link", func(dir string) {
			Expect(os.Symlink(GinkgoT().TempDir(), dir)).To(Succeed())
		}),
		Entry("a file", func(dir string) {
			Expect(os.WriteFile(dir, nil, 0o700)).To(Succeed())
		}),
	)
})

// Root has further duties; nobody else can be tested for them.
var _ = func() bool {
	if os.Geteuid() != 0 {
		return false
	}
	stranger := &syscall.Credential{Uid: 65534, Gid: 65534} // nobody, whom initdb wants to know by name
	return Describe("Started by root, a private cluster", func() {
		It("runs as a user without privileges and is open to root", func(ctx SpecContext) {
			cluster := start(ctx, throwaway(made))
			info, err := os.Stat(fmt.Sprintf("/proc/%d", cluster.PID()))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Sys().(*syscall.Stat_t).Uid).NotTo(BeZero())
			Expect(query(ctx, cluster.URL("postgres"), "SELECT session_user")).To(Equal("postgres"))
		})

		It("lives elsewhere if that user cannot enter the data directory", func(ctx SpecContext) {
			dataDir := newDataDir()
			Expect(os.Chmod(filepath.Dir(dataDir), 0o700)).To(Succeed())
			cluster := start(ctx, throwaway(dataDir))
			Expect(cluster.Dir()).To(HavePrefix("/var/lib/hookfill/"))
			Expect(os.ReadFile(filepath.Join(dataDir, "postgres.path"))).To(ContainSubstring(filepath.Dir(cluster.Dir())))
			keep(ctx, cluster.URL("postgres"), "found again")
			Expect(cluster.Stop(ctx)).To(Succeed())

			By("finding it again after the data directory moved")
			moved := filepath.Join(filepath.Dir(dataDir), "moved")
			Expect(os.Rename(dataDir, moved)).To(Succeed())
			again := start(ctx, throwaway(moved))
			Expect(kept(ctx, again.URL("postgres"))).To(Equal("found again"))

			By("refusing a copy of the data directory meanwhile")
			copied := filepath.Join(filepath.Dir(dataDir), "copied")
			Expect(os.CopyFS(copied, os.DirFS(moved))).To(Succeed())
			_, err := localpg.Start(ctx, throwaway(copied))
			Expect(err).To(MatchError(localpg.ErrLocked))

			By("leaving no trace once removed")
			again.Detach()
			Expect(localpg.Remove(ctx, throwaway(moved))).To(Succeed())
			Expect(filepath.Dir(cluster.Dir())).NotTo(BeADirectory())
		})

		It("does not begin anew where its files have gone", func(ctx SpecContext) {
			dataDir := newDataDir()
			Expect(os.Mkdir(dataDir, 0o711)).To(Succeed())
			pointer := filepath.Join(dataDir, "postgres.path")
			DeferCleanup(os.Remove, pointer)
			Expect(os.WriteFile(pointer, []byte("/var/lib/hookfill/gone\n"), 0o600)).To(Succeed())
			_, err := localpg.Start(ctx, throwaway(dataDir))
			Expect(err).To(MatchError(ContainSubstring("put it back")))

			Expect(os.WriteFile(pointer, []byte("/etc\n"), 0o600)).To(Succeed())
			_, err = localpg.Start(ctx, throwaway(dataDir))
			Expect(err).To(MatchError(ContainSubstring("does not name a directory in /var/lib/hookfill")))
		})

		It("refuses a socket directory of another user", func(ctx SpecContext) {
			cluster := start(ctx, throwaway(made))
			Expect(cluster.Stop(ctx)).To(Succeed())
			Expect(os.Mkdir(cluster.SocketDir(), 0o700)).To(Succeed())
			DeferCleanup(os.RemoveAll, cluster.SocketDir())
			Expect(os.Chown(cluster.SocketDir(), int(stranger.Uid), int(stranger.Gid))).To(Succeed())
			_, err := localpg.Start(ctx, throwaway(made))
			Expect(err).To(MatchError(ContainSubstring("somebody may be trying to listen in")))
		})

		It("runs as the ordinary user who made it", func(ctx SpecContext) {
			dataDir := newDataDir()
			Expect(os.Mkdir(dataDir, 0o700)).To(Succeed())
			Expect(os.Chown(dataDir, int(stranger.Uid), int(stranger.Gid))).To(Succeed())
			Expect(os.Chmod(filepath.Dir(dataDir), 0o711)).To(Succeed())
			first := startHolder(ctx, dataDir, stranger)
			Expect(first.Error).To(BeEmpty())
			Expect(first.Dir).To(Equal(filepath.Join(dataDir, "postgres", "data")))
			first.kill()

			By("adopting it")
			cluster := start(ctx, throwaway(dataDir))
			Expect(cluster.Adopted()).To(BeTrue())
			Expect(cluster.Stop(ctx)).To(Succeed())

			By("starting it")
			cluster = start(ctx, throwaway(dataDir))
			info, err := os.Stat(fmt.Sprintf("/proc/%d", cluster.PID()))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Sys().(*syscall.Stat_t).Uid).To(Equal(stranger.Uid))
		})

		It("is refused to another user", func(ctx SpecContext) {
			cluster := start(ctx, throwaway(made))
			Expect(cluster.Stop(ctx)).To(Succeed())
			lock := filepath.Join(made, "lock")
			DeferCleanup(os.Chmod, lock, os.FileMode(0o600))
			Expect(os.Chmod(lock, 0o666)).To(Succeed())
			other := startHolder(ctx, made, stranger)
			Expect(other.Error).To(ContainSubstring("start as that user or as root"))
		})
	})
}()

// tcpListeners are the TCP sockets on which a process accepts connections.
func tcpListeners(pid int) []string {
	GinkgoHelper()
	listening := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile("/proc/net/" + table)
		Expect(err).NotTo(HaveOccurred())
		for line := range strings.SplitSeq(string(text), "\n") {
			if fields := strings.Fields(line); len(fields) > 9 && fields[3] == "0A" {
				listening["socket:["+fields[9]+"]"] = true
			}
		}
	}
	descriptors, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	Expect(err).NotTo(HaveOccurred())
	Expect(descriptors).NotTo(BeEmpty())
	var found []string
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(descriptor); err == nil && listening[target] {
			found = append(found, target)
		}
	}
	return found
}
