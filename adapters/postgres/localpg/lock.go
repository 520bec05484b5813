package localpg

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrLocked is in the error of a [Start] on a data directory that another
// process holds.
var ErrLocked = errors.New("the data directory is in use")

// locks are held together and let go together. The kernel lets them go when
// the process dies, however it dies.
type locks []*os.File

// acquire takes the lock of dir, or fails at once.
func (l *locks) acquire(dir string) error {
	// NOFOLLOW: root may be opening this in a directory that a user owns.
	file, err := os.OpenFile(lockIn(dir), os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot lock the data directory: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("%w: %s is held by %s: stop that, or choose another data directory",
				ErrLocked, dir, holder(file))
		}
		return fmt.Errorf("cannot lock the data directory %s: %w", dir, err)
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

func lockIn(dir string) string { return filepath.Join(dir, "lock") }

func (l *locks) release() {
	for _, file := range *l {
		// Emptied first: a pid in there is always that of a holder.
		_ = file.Truncate(0)
		_ = file.Close()
	}
	*l = nil
}

func holder(file *os.File) string {
	text, _ := io.ReadAll(io.LimitReader(file, 32))
	if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
		return fmt.Sprintf("process %d", pid)
	}
	return "another process"
}
