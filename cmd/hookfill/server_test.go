package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/gexec"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// server is a process of `hookfill serve`.
type server struct {
	dataDir string
	// database is the one it was given; empty is a private cluster.
	database string
	session  *gexec.Session
	// url and admin are where it listens.
	url, admin string
}

// serve starts a server of a data directory and waits until it is ready. What it
// leaves running is ended with the spec.
func serve(ctx context.Context, dataDir string, env ...string) *server {
	GinkgoHelper()
	s := launch(ctx, dataDir, env)
	s.waitUntilStarted(ctx)
	Eventually(s.readiness).WithContext(ctx).Should(Equal(http.StatusOK))
	return s
}

// launch starts a server and waits for nothing.
func launch(ctx context.Context, dataDir string, env []string, args ...string) *server {
	GinkgoHelper()
	return launchProgram(ctx, program, dataDir, env, args...)
}

// launchProgram is launch for another build of the program.
func launchProgram(ctx context.Context, build, dataDir string, env []string, args ...string) *server {
	GinkgoHelper()
	env = append([]string{"HOOKFILL_LISTEN=127.0.0.1:0", "HOOKFILL_ADMIN_LISTEN=127.0.0.1:0", "HOOKFILL_LOG_FORMAT=json"}, env...)
	// The process ends by what specs do to it, not with the context of its start.
	cmd := command(context.WithoutCancel(ctx), dataDir, env, append([]string{"serve"}, args...)...)
	cmd.Path = build
	session, err := gexec.Start(cmd, GinkgoWriter, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	s := &server{dataDir: dataDir, session: session}
	for _, setting := range env {
		if url, given := strings.CutPrefix(setting, "HOOKFILL_DATABASE_URL="); given {
			s.database = url
		}
	}
	DeferCleanup(s.end)
	return s
}

// waitUntilStarted reads in the log where the server listens.
func (s *server) waitUntilStarted(ctx context.Context) {
	GinkgoHelper()
	Eventually(func() (bool, error) {
		for line := range bytes.Lines(s.session.Err.Contents()) {
			var entry struct {
				Msg         string `json:"msg"`
				Listen      string `json:"listen"`
				AdminListen string `json:"admin_listen"`
			}
			if json.Unmarshal(line, &entry) == nil && entry.Msg == "started" {
				s.url, s.admin = "http://"+entry.Listen, "http://"+entry.AdminListen
				return true, nil
			}
		}
		if code := s.session.ExitCode(); code >= 0 {
			return false, StopTrying("the server ended: " + s.log())
		}
		return false, nil
	}).WithContext(ctx).Should(BeTrue())
}

func (s *server) log() string { return string(s.session.Err.Contents()) }

func (s *server) readiness(ctx context.Context) (int, error) {
	return statusOf(ctx, s.admin+"/readyz")
}

// kill ends the process as kill -9 does.
func (s *server) kill(ctx context.Context) {
	GinkgoHelper()
	Eventually(s.session.Kill()).WithContext(ctx).Should(gexec.Exit())
}

// stop ends the server as a supervisor does; it drains and exits with 0.
func (s *server) stop(ctx context.Context) {
	GinkgoHelper()
	Eventually(s.session.Terminate()).WithContext(ctx).Should(gexec.Exit(0), s.log)
}

// end leaves no process behind, neither the server nor a private cluster that
// outlived it.
func (s *server) end(ctx context.Context) {
	GinkgoHelper()
	if s.session.ExitCode() < 0 {
		s.stop(ctx)
	}
	endCluster(ctx, s.dataDir)
}

func endCluster(ctx context.Context, dataDir string) {
	GinkgoHelper()
	_, err := localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
	if errors.Is(err, localpg.ErrNotRunning) {
		return
	}
	Expect(err).NotTo(HaveOccurred())
	cluster, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir})
	if errors.Is(err, localpg.ErrLocked) {
		return // a later server of the same directory has it, and ends it
	}
	Expect(err).NotTo(HaveOccurred())
	Expect(cluster.Stop(ctx)).To(Succeed())
}

// killCluster ends the private PostgreSQL of a data directory as kill -9 does.
func killCluster(ctx context.Context, dataDir string) {
	GinkgoHelper()
	cluster, err := localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
	Expect(err).NotTo(HaveOccurred())
	Expect(syscall.Kill(cluster.PID(), syscall.SIGKILL)).To(Succeed())
}

// at gives the same path on this server: after a start the port is another.
func (s *server) at(hook string) string {
	GinkgoHelper()
	_, token, found := strings.Cut(hook, "/hooks/")
	Expect(found).To(BeTrue(), hook)
	return s.url + "/hooks/" + token
}

func (s *server) file(name string) string { return filepath.Join(s.dataDir, name) }

// shortLease is for servers whose lanes are left to nobody on purpose.
const shortLease = "HOOKFILL_LEASE=2s"
