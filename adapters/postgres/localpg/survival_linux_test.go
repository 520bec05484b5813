package localpg_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// Both need to know what a process is, which can be told on Linux only.
var _ = Describe("A private cluster survives", func() {
	It("a pid that went to another process of its user", func(ctx SpecContext) {
		cluster := start(ctx, throwaway(made))
		info, err := os.Stat(cluster.Dir())
		Expect(err).NotTo(HaveOccurred())
		pidFile := filepath.Join(cluster.Dir(), "postmaster.pid")
		text, err := os.ReadFile(pidFile)
		Expect(err).NotTo(HaveOccurred())
		Expect(cluster.Stop(ctx)).To(Succeed())

		other := exec.CommandContext(ctx, "sleep", "60")
		owner := info.Sys().(*syscall.Stat_t)
		other.SysProcAttr = &syscall.SysProcAttr{}
		if os.Geteuid() == 0 {
			other.SysProcAttr.Credential = &syscall.Credential{Uid: owner.Uid, Gid: owner.Gid}
		}
		Expect(other.Start()).To(Succeed())
		defer func() {
			_ = other.Process.Kill()
			_ = other.Wait()
		}()
		text = append([]byte(strconv.Itoa(other.Process.Pid)), text[len(strconv.Itoa(cluster.PID())):]...)
		Expect(os.WriteFile(pidFile, text, 0o600)).To(Succeed())

		again := start(ctx, throwaway(made))
		Expect(again.Adopted()).To(BeFalse())
		Expect(other.Process.Signal(syscall.Signal(0))).To(Succeed(), "the other process is left alone")
	})

	It("the loss of its socket", func(ctx SpecContext) {
		cluster := start(ctx, throwaway(made))
		keep(ctx, cluster.URL("postgres"), "committed")
		cluster.Detach()
		Expect(os.RemoveAll(cluster.SocketDir())).To(Succeed())

		again := start(ctx, throwaway(made))
		Expect(again.PID()).NotTo(Equal(cluster.PID()))
		Expect(kept(ctx, again.URL("postgres"))).To(Equal("committed"))
	})
})
