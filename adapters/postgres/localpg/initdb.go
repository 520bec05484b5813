package localpg

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// initialise makes the cluster. It appears under its name whole or not at all:
// what a crash left half done is swept away and begun again.
func (s site) initialise(ctx context.Context, bin binaries, throwaway bool) error {
	s.sweepDrafts()
	draft, err := os.MkdirTemp(s.home, "init-*")
	if err != nil {
		return fmt.Errorf("cannot make a directory for PostgreSQL: %w", err)
	}
	defer s.sweepDrafts()
	if err := s.account.own(draft); err != nil {
		return fmt.Errorf("cannot give %s to the user %s: %w", draft, s.account.name, err)
	}
	if err := s.runInitdb(ctx, bin, draft, throwaway); err != nil {
		return err
	}
	if throwaway {
		if err := os.WriteFile(s.throwaway(), nil, 0o600); err != nil {
			return fmt.Errorf("cannot mark the cluster as throwaway: %w", err)
		}
	}
	if err := os.Rename(draft, s.data()); err != nil {
		return fmt.Errorf("cannot put the new cluster in its place: %w", err)
	}
	return syncDir(s.home)
}

// sweepDrafts removes what is not finished. An initdb whose parent was killed
// may still be writing; it fails once its files are gone, and what it wrote
// meanwhile goes the next time.
func (s site) sweepDrafts() {
	drafts, _ := filepath.Glob(filepath.Join(s.home, "init-*")) // the pattern is well-formed
	for _, draft := range drafts {
		_ = os.RemoveAll(draft)
	}
}

func (s site) runInitdb(ctx context.Context, bin binaries, dir string, throwaway bool) error {
	args := []string{
		"--pgdata", dir, "--username", superuser,
		// Bytewise order: the same on every system, and no index breaks when
		// the system's C library learns new collations.
		"--encoding", "UTF8", "--locale", "C",
		"--data-checksums",
		// The socket's directory decides who may connect.
		"--auth-local", "trust", "--auth-host", "reject",
		"--no-instructions",
	}
	if throwaway {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, bin.initdb(), args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Dir, cmd.Env = "/", environment()
	s.account.become(cmd)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("the new cluster was not finished: %w", context.Cause(ctx))
		}
		return fmt.Errorf("initdb could not make a cluster in %s: %w: %s", s.home, err, bytes.TrimSpace(out.Bytes()))
	}
	return nil
}

// syncDir makes a rename in dir survive a power cut.
func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot sync %s: %w", path, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return fmt.Errorf("cannot sync %s: %w", path, err)
	}
	return nil
}
