package localpg_test

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// newDataDir is a directory that an unprivileged user can pass through. What a
// spec leaves running in it is removed.
func newDataDir() string {
	GinkgoHelper()
	parent, err := os.MkdirTemp("", "localpg-*")
	Expect(err).NotTo(HaveOccurred())
	Expect(os.Chmod(parent, 0o711)).To(Succeed())
	dataDir := filepath.Join(parent, "data")
	DeferCleanup(func(ctx context.Context) {
		Expect(localpg.Remove(ctx, localpg.Config{DataDir: dataDir, Throwaway: true})).To(Succeed())
		Expect(os.RemoveAll(parent)).To(Succeed())
	})
	return dataDir
}

func throwaway(dataDir string) localpg.Config {
	return localpg.Config{DataDir: dataDir, Throwaway: true}
}

// start opens a cluster that is stopped at the end of the spec, unless the spec
// stopped it or let it go.
func start(ctx context.Context, cfg localpg.Config) *localpg.Cluster {
	GinkgoHelper()
	cluster, err := localpg.Start(ctx, cfg)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(cluster.Stop)
	return cluster
}

// query reads one text from the cluster.
func query(ctx context.Context, url, sql string) string {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	var text string
	Expect(conn.QueryRow(ctx, sql).Scan(&text)).To(Succeed())
	return text
}

// keep commits a text, which kept reads.
func keep(ctx context.Context, url, text string) {
	GinkgoHelper()
	execute(ctx, url, "CREATE TABLE IF NOT EXISTS kept (text text)")
	execute(ctx, url, "TRUNCATE kept")
	execute(ctx, url, "INSERT INTO kept VALUES ('"+text+"')")
}

func kept(ctx context.Context, url string) string {
	GinkgoHelper()
	return query(ctx, url, "SELECT text FROM kept")
}

func execute(ctx context.Context, url, sql string) {
	GinkgoHelper()
	conn, err := pgx.Connect(ctx, url)
	Expect(err).NotTo(HaveOccurred())
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	Expect(err).NotTo(HaveOccurred())
}

// holder is another process that opened the data directory, or tried to.
type holder struct {
	held
	cmd    *exec.Cmd
	output io.Reader
}

// startHolder runs this test binary as that process, as another user if there
// is one, and waits until it is done opening.
func startHolder(ctx context.Context, dataDir string, as *syscall.Credential) *holder {
	GinkgoHelper()
	h := launchHolder(ctx, dataDir, as)
	Expect(json.NewDecoder(h.output).Decode(&h.held)).To(Succeed())
	return h
}

// launchHolder is startHolder without waiting.
func launchHolder(ctx context.Context, dataDir string, as *syscall.Credential) *holder {
	GinkgoHelper()
	program, err := os.Executable()
	Expect(err).NotTo(HaveOccurred())
	if as != nil {
		program = copyForOthers(program)
	}
	h := &holder{cmd: exec.CommandContext(ctx, program)}
	h.cmd.Env = append(os.Environ(), holdVariable+"="+dataDir, "GORACE=atexit_sleep_ms=0")
	h.cmd.Stderr = GinkgoWriter
	h.cmd.Dir = "/"
	h.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	stdin, err := h.cmd.StdinPipe()
	Expect(err).NotTo(HaveOccurred())
	h.output, err = h.cmd.StdoutPipe()
	Expect(err).NotTo(HaveOccurred())
	Expect(h.cmd.Start()).To(Succeed())
	DeferCleanup(func() {
		_ = stdin.Close()
		_ = h.cmd.Wait()
	})
	return h
}

// kill is kill -9.
func (h *holder) kill() {
	GinkgoHelper()
	Expect(h.cmd.Process.Kill()).To(Succeed())
	Expect(h.cmd.Wait()).To(MatchError(ContainSubstring("killed")))
}

// copyForOthers puts a program where any user can run it.
func copyForOthers(program string) string {
	GinkgoHelper()
	dir, err := os.MkdirTemp("", "localpg-bin-*")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(os.RemoveAll, dir)
	Expect(os.Chmod(dir, 0o711)).To(Succeed())
	from, err := os.Open(program)
	Expect(err).NotTo(HaveOccurred())
	defer from.Close()
	copied := filepath.Join(dir, "program")
	to, err := os.OpenFile(copied, os.O_CREATE|os.O_WRONLY, 0o755)
	Expect(err).NotTo(HaveOccurred())
	_, err = io.Copy(to, from)
	Expect(err).NotTo(HaveOccurred())
	Expect(to.Close()).To(Succeed())
	return copied
}

// realBinDir is where the installed PostgreSQL's programs are.
func realBinDir(ctx context.Context, cluster *localpg.Cluster) string {
	GinkgoHelper()
	return query(ctx, cluster.URL("postgres"), "SELECT setting FROM pg_config WHERE name = 'BINDIR'")
}

// program writes a shell script that stands in for one of PostgreSQL's.
func program(dir, name, script string) {
	GinkgoHelper()
	Expect(os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755)).To(Succeed())
}

// removeDurable clears a cluster that Remove would rightly spare.
func removeDurable(ctx context.Context, cluster *localpg.Cluster, dataDir string) {
	GinkgoHelper()
	cluster.Detach()
	held, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir})
	Expect(err).NotTo(HaveOccurred())
	Expect(held.Stop(ctx)).To(Succeed())
	Expect(os.RemoveAll(cluster.Dir())).To(Succeed())
}
