package filejournal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"syscall"
)

// history is one account's file. Who holds turn may add to it.
type history struct {
	path string
	turn chan struct{}

	mu   sync.Mutex
	file *os.File // nil until there is one
	// lines are those known to be whole, entries how many entries they hold, size
	// where they end.
	lines   []line
	entries int64
	size    int64
}

// line is where an append begins, and how many entries come before it.
type line struct{ offset, before int64 }

// append runs with the turn of this process, and takes that of all others by the
// file's lock.
func (h *history) append(ctx context.Context, after int64, fn func([][]byte) ([][]byte, error)) (int64, error) {
	file, err := h.create()
	if err != nil {
		return 0, unavailable(err)
	}
	if err := lock(file); err != nil {
		return 0, unavailable(err)
	}
	defer func() { _ = syscall.Flock(int(file.Fd()), syscall.LOCK_UN) }() //nolint:gosec // a file descriptor is an int
	entries, last, err := h.read(after)
	if err != nil {
		return 0, err
	}
	made, err := fn(entries)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, unavailable(err)
	}
	if len(made) == 0 {
		return last, nil
	}
	text, err := encode(made)
	if err != nil {
		return 0, err
	}
	return last + int64(len(made)), h.write(file, text)
}

// write adds a line where the whole ones end. What a dead process left behind
// them goes first. What was written but not confirmed is taken back.
func (h *history) write(file *os.File, text []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := file.Truncate(h.size); err != nil {
		return unavailable(err)
	}
	_, err := file.WriteAt(text, h.size)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		return h.scan()
	}
	if undone := file.Truncate(h.size); undone != nil {
		return unconfirmed(errors.Join(err, undone))
	}
	return unavailable(err)
}

// read gives the entries after a sequence number, and the number of the last.
func (h *history) read(after int64) ([][]byte, int64, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.open(); err != nil {
		return nil, 0, unavailable(err)
	}
	if h.file == nil {
		return nil, 0, nil
	}
	if err := h.scan(); err != nil {
		return nil, 0, err
	}
	after = max(after, 0)
	if after >= h.entries {
		return nil, h.entries, nil
	}
	// The last line that begins at or before the first entry asked for.
	i := sort.Search(len(h.lines), func(i int) bool { return h.lines[i].before > after }) - 1
	var found [][]byte
	_, err := h.each(h.lines[i].offset, h.size, func(_ int64, entries [][]byte) { found = append(found, entries...) })
	if err != nil {
		return nil, 0, err
	}
	return found[after-h.lines[i].before:], h.entries, nil
}

// scan takes note of the lines that were added since.
func (h *history) scan() error {
	info, err := h.file.Stat()
	if err != nil {
		return unavailable(err)
	}
	if info.Size() == h.size {
		return nil
	}
	if info.Size() < h.size { // another process took back what the disk did not confirm
		h.lines, h.entries, h.size = nil, 0, 0
	}
	end, err := h.each(h.size, info.Size(), func(offset int64, entries [][]byte) {
		h.lines = append(h.lines, line{offset, h.entries})
		h.entries += int64(len(entries))
	})
	h.size = end
	return err
}

// open opens the file where there is one.
func (h *history) open() error {
	if h.file != nil {
		return nil
	}
	file, err := os.OpenFile(h.path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	h.file = file
	return err
}

// create opens the file, makes it where there is none, and has the disk remember
// its name.
func (h *history) create() (*os.File, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.open(); err != nil || h.file != nil {
		return h.file, err
	}
	file, err := os.OpenFile(h.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	h.file = file
	dir, err := os.Open(filepath.Dir(h.path))
	if err != nil {
		return nil, err
	}
	return file, errors.Join(dir.Sync(), dir.Close())
}

func (h *history) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return nil
	}
	return h.file.Close()
}

// lock waits for every other process to let go of the file.
func lock(file *os.File) error {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX) //nolint:gosec // a file descriptor is an int
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
