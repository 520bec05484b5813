package localpg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrLocked is in the error of a [Start] on a data directory that another
// process holds.
var ErrLocked = errors.New("the data directory is in use")

// locks are held together and let go together. The kernel lets them go when
// the process dies, however it dies.
type locks []*os.File

// bequest is how long the lock of a killed process may still be held: by a child
// it was just starting, until that becomes another program.
const bequest = 2 * time.Second

// acquire takes the lock of dir, or fails at once if a living process holds it.
func (l *locks) acquire(ctx context.Context, dir string) error {
	// NOFOLLOW: root may be opening this in a directory that a user owns.
	file, err := os.OpenFile(lockIn(dir), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot lock the data directory: %w", err)
	}
	if err := flock(ctx, file, dir); err != nil {
		return errors.Join(err, file.Close())
	}
	*l = append(*l, file)
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("cannot write the lock of %s: %w", dir, err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("cannot write the lock of %s: %w", dir, err)
	}
	return nil
}

func flock(ctx context.Context, file *os.File, dir string) error {
	giveUp := time.NewTimer(bequest)
	defer giveUp.Stop()
	again := time.NewTicker(glance)
	defer again.Stop()
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return fmt.Errorf("cannot lock the data directory %s: %w", dir, err)
		}
		pid := holder(file)
		inUse := fmt.Errorf("%w: %s is held by another process: stop that, or choose another data directory", ErrLocked, dir)
		if pid > 0 {
			inUse = fmt.Errorf("%w: %s is held by process %d: stop that, or choose another data directory", ErrLocked, dir, pid)
		}
		if pid <= 0 || !dead(pid) {
			return inUse
		}
		select {
		case <-ctx.Done():
			return inUse
		case <-giveUp.C:
			return inUse
		case <-again.C:
		}
	}
}

func lockIn(dir string) string { return filepath.Join(dir, "lock") }

func (l *locks) release() {
	for _, file := range *l {
		// Emptied first: a pid in there is always that of a holder.
		_ = file.Truncate(0)
		_ = file.Close()
	}
	*l = nil
}

// holder is the pid that the lock names, or 0.
func holder(file *os.File) int {
	text, _ := io.ReadAll(io.NewSectionReader(file, 0, 32))
	pid, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return pid
}

// dead tells whether a process, of whatever user, is surely gone.
func dead(pid int) bool {
	return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) || defunct(pid)
}
