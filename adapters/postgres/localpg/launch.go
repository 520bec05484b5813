package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// inheritance is how long what is left of a killed server may take to go:
	// until then PostgreSQL refuses to start, to protect the data.
	inheritance = 10 * time.Second
	// patience is how long a server whose start was called off may take to go.
	patience  = 5 * time.Second
	logLimit  = 8 << 20 // bytes; a longer log is set aside at the next start
	tailLimit = 2 << 10 // bytes of the log that an error repeats
)

// launch starts the server and waits until it is ready. It may find that it is
// already there, started by a process that was killed a moment ago.
func (s site) launch(ctx context.Context, bin binaries, args []string) (server postmaster, adopted bool, err error) {
	giveUp := time.NewTimer(inheritance)
	defer giveUp.Stop()
	again := time.NewTicker(10 * glance)
	defer again.Stop()
	for {
		server, err = s.tryLaunch(ctx, bin, args)
		var early *earlyExit
		if !errors.As(err, &early) || !early.inherited() {
			return server, false, err
		}
		if server, ok, settleErr := s.settle(ctx); ok || settleErr != nil {
			return server, ok, settleErr
		}
		select {
		case <-ctx.Done():
			return postmaster{}, false, fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-giveUp.C:
			return postmaster{}, false, err
		case <-again.C:
		}
	}
}

func (s site) tryLaunch(ctx context.Context, bin binaries, args []string) (postmaster, error) {
	log, start, err := s.openLog()
	if err != nil {
		return postmaster{}, err
	}
	defer log.Close()

	cmd := exec.Command(bin.postgres(), append([]string{"-D", s.data()}, args...)...) //nolint:noctx // the server outlives ctx
	cmd.Dir, cmd.Env = s.data(), environment()
	cmd.Stdout, cmd.Stderr = log, log
	s.account.become(cmd)
	if err := cmd.Start(); err != nil {
		return postmaster{}, fmt.Errorf("cannot start %s as the user %s: %w", bin.postgres(), s.account.name, err)
	}
	pid := cmd.Process.Pid
	if err := cmd.Process.Release(); err != nil { // alive reaps it instead
		return postmaster{}, fmt.Errorf("cannot let go of PostgreSQL: %w", err)
	}

	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		if !alive(pid) {
			return postmaster{}, &earlyExit{log: s.log(), tail: tail(log, start)}
		}
		if p, err := s.readPidFile(); err == nil && p.pid == pid && p.status == "ready" && answers(ctx, p.sockets) {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return postmaster{}, fmt.Errorf("PostgreSQL did not get ready: %w", errors.Join(context.Cause(ctx), s.callOff(ctx, pid)))
		case <-ticker.C:
		}
	}
}

// callOff ends a server that nobody waits for any more.
func (s site) callOff(ctx context.Context, pid int) error {
	var err error
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		patient, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		err = s.end(patient, pid, signal)
		cancel()
		if err == nil {
			return nil
		}
	}
	return err
}

// openLog opens the log for adding, and tells where what is added will begin.
func (s site) openLog() (log *os.File, start int64, err error) {
	if info, err := os.Lstat(s.log()); err == nil && info.Size() > logLimit {
		if err := os.Rename(s.log(), s.log()+".1"); err != nil {
			return nil, 0, fmt.Errorf("cannot set PostgreSQL's log aside: %w", err)
		}
	}
	// NOFOLLOW: root may be opening this in a directory that a user owns.
	log, err = os.OpenFile(s.log(), os.O_RDWR|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot open PostgreSQL's log: %w", err)
	}
	info, err := log.Stat()
	if err != nil {
		_ = log.Close()
		return nil, 0, fmt.Errorf("cannot open PostgreSQL's log: %w", err)
	}
	return log, info.Size(), nil
}

// earlyExit is a server that ended before it was ready.
type earlyExit struct{ log, tail string }

func (e *earlyExit) Error() string {
	if e.tail == "" {
		return "PostgreSQL ended before it was ready: see " + e.log
	}
	return "PostgreSQL ended before it was ready: " + e.tail + " (more in " + e.log + ")"
}

// inherited tells whether something of an earlier server stood in the way: the
// processes that a killed one left, or one whose start went unseen.
func (e *earlyExit) inherited() bool {
	return strings.Contains(e.tail, "pre-existing shared memory block") ||
		strings.Contains(e.tail, "lock file") && strings.Contains(e.tail, "already exists")
}

// tail is what the server said since start, in one line.
func tail(log *os.File, start int64) string {
	text, err := io.ReadAll(io.NewSectionReader(log, start, 1<<20))
	if err != nil {
		return ""
	}
	if len(text) > tailLimit {
		text = text[len(text)-tailLimit:]
	}
	return string(bytes.ReplaceAll(bytes.TrimSpace(text), []byte("\n"), []byte("; ")))
}
