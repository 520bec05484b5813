package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is a server as its postmaster.pid describes it.
type postmaster struct {
	pid     int
	sockets string
	status  string // starting, stopping, ready; empty before the first
}

const (
	glance = 20 * time.Millisecond // between two looks at a server
	// deafAfter is how long a server may claim to be ready without answering.
	deafAfter = 3 * time.Second
)

// errDeaf is a server that runs and cannot be reached, as when somebody
// emptied /tmp.
var errDeaf = errors.New("does not answer on its socket")

// running finds the server of the cluster. A file that a dead server left
// behind counts as none.
func (s site) running() (postmaster, bool, error) {
	p, err := s.readPidFile()
	if errors.Is(err, fs.ErrNotExist) {
		return postmaster{}, false, nil
	}
	if err != nil {
		return postmaster{}, false, fmt.Errorf("cannot tell whether PostgreSQL is running: %w", err)
	}
	if !alive(p.pid) {
		return postmaster{}, false, nil
	}
	if yes, known := worksIn(p.pid, s.data()); known && !yes {
		return postmaster{}, false, nil // its pid went to another process
	}
	return p, true, nil
}

// settle waits until the server of the cluster is ready, or is gone.
func (s site) settle(ctx context.Context) (postmaster, bool, error) {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	deaf := time.NewTimer(deafAfter)
	defer deaf.Stop()
	for {
		p, ok, err := s.running()
		if err != nil || !ok {
			return postmaster{}, false, err
		}
		if p.status != "ready" {
			deaf.Reset(deafAfter)
		} else if exists(p.sockets) {
			if err := s.checkSockets(p.sockets); err != nil {
				return p, false, err
			}
			if answers(ctx, p.sockets) {
				return p, true, nil
			}
		}
		select {
		case <-ctx.Done():
			return p, false, fmt.Errorf("PostgreSQL (process %d) did not get ready: %w", p.pid, context.Cause(ctx))
		case <-deaf.C:
			return p, false, fmt.Errorf("PostgreSQL (process %d) %w in %s: stop it, or remove %s if that process is another program",
				p.pid, errDeaf, p.sockets, s.pidFile())
		case <-ticker.C:
		}
	}
}

// end signals the server and waits until it is gone.
func (s site) end(ctx context.Context, pid int, signal syscall.Signal) error {
	if yes, known := worksIn(pid, s.data()); !alive(pid) || (known && !yes) {
		return nil
	}
	if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("cannot stop PostgreSQL (process %d): %w", pid, err)
	}
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for alive(pid) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL (process %d) is still stopping: %w", pid, context.Cause(ctx))
		case <-ticker.C:
		}
	}
	return nil
}

// forgetDead removes the traces of a server whose pid another process has
// now, which PostgreSQL would take for the server itself. Traces of a plainly
// dead one it clears itself.
func (s site) forgetDead() error {
	p, _ := s.readPidFile() // without one there are no traces
	yes, known := worksIn(p.pid, s.data())
	if impostor := known && !yes; p.pid <= 0 || !impostor && !defunct(p.pid) {
		return nil
	}
	for _, path := range []string{
		filepath.Join(s.sockets(), ".s.PGSQL."+port+".lock"),
		s.pidFile(),
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot clear what a dead PostgreSQL left: %w", err)
		}
	}
	return nil
}

func (s site) pidFile() string { return filepath.Join(s.data(), "postmaster.pid") }

// readPidFile reads what the server writes line by line: pid, data directory,
// start time, port, socket directory, TCP address, shared memory, status.
func (s site) readPidFile() (postmaster, error) {
	text, err := os.ReadFile(s.pidFile())
	if err != nil {
		return postmaster{}, err
	}
	lines := strings.Split(string(text), "\n")
	line := func(n int) string {
		if n >= len(lines) {
			return ""
		}
		return strings.TrimSpace(lines[n])
	}
	pid, _ := strconv.Atoi(line(0)) // 0: not written yet
	return postmaster{pid: pid, sockets: line(4), status: line(7)}, nil
}

// alive tells whether a process runs that this one may signal. The dead
// children of this process are reaped on the way.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	reap(pid)
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	if !defunct(pid) {
		return true
	}
	reap(pid) // it died between the two looks
	return false
}

func reap(pid int) {
	_, _ = syscall.Wait4(pid, nil, syscall.WNOHANG, nil) // not our child: nothing happens
}
