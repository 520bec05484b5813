package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Stop ends the server, without waiting for its clients to leave, and lets go
// of the data directory. Every committed transaction is kept. If ctx ends
// first, the server goes on stopping and the data directory is let go all the
// same. After Stop or Detach it does nothing. A cluster that was attached to
// is not stopped, which is an error.
func (c *Cluster) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.attached {
		return fmt.Errorf("the server in %s belongs to whoever started it: stop that process instead", c.site.dataDir)
	}
	if len(c.locks) == 0 {
		return nil
	}
	defer c.locks.release()
	if err := c.site.end(ctx, c.server.pid, syscall.SIGINT); err != nil {
		return err
	}
	return c.site.closeSockets(c.server.sockets)
}

// Detach lets go of the data directory and leaves the server running, for the
// next Start to adopt.
func (c *Cluster) Detach() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.locks.release()
}

// Remove ends a throwaway cluster at once, deletes it with its log and its
// traces elsewhere, and lets go of the data directory, whose other files stay.
// It deletes no cluster that was made to last.
func (c *Cluster) Remove(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.locks) == 0 {
		return fmt.Errorf("the cluster in %s is not this process's to remove", c.site.dataDir)
	}
	defer c.locks.release()
	return c.site.remove(ctx)
}

// Remove does what [Cluster.Remove] does with the cluster of cfg.DataDir that
// a process left behind, running or not. The error is [ErrLocked] if a process
// still holds it. Without a cluster it does nothing.
func Remove(ctx context.Context, cfg Config) error {
	if err := cfg.validate(); err != nil {
		return err
	}
	dataDir, err := openDataDir(cfg.DataDir, false)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !exists(lockIn(dataDir))) {
		return nil
	}
	if err != nil {
		return err
	}
	var held locks
	defer held.release()
	if err := held.acquire(ctx, dataDir); err != nil {
		return err
	}
	s, ok, err := findSite(dataDir)
	if err != nil || !ok {
		return err
	}
	return s.remove(ctx)
}

func (s site) remove(ctx context.Context) error {
	if err := s.checkKind(true); err != nil {
		return err
	}
	server, running, err := s.running()
	if err != nil {
		return err
	}
	if running {
		if err := s.end(ctx, server.pid, syscall.SIGQUIT); err != nil {
			return err
		}
	}
	return s.erase()
}

// erase leaves what says that the cluster was throwaway for last.
func (s site) erase() error {
	traces := []string{s.data(), s.home, s.pointer(), s.log(), s.log() + ".1"}
	if err := s.checkSockets(s.sockets()); err == nil {
		traces = append(traces, s.sockets())
	}
	for _, trace := range traces {
		if err := os.RemoveAll(trace); err != nil {
			return fmt.Errorf("cannot remove the cluster: %w", err)
		}
	}
	return nil
}

// closeSockets removes the directory of the sockets, once PostgreSQL has
// removed what was in it.
func (s site) closeSockets(dir string) error {
	if dir != s.sockets() {
		return nil
	}
	err := os.Remove(filepath.Clean(dir))
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTEMPTY) {
		return nil // not empty after a crash: the next start takes it over
	}
	return fmt.Errorf("cannot remove the directory of PostgreSQL's socket: %w", err)
}
