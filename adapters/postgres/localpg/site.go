package localpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// elsewhere is where root keeps clusters whose data directory their user
// cannot enter.
const elsewhere = "/var/lib/hookfill"

// site is where a cluster lives and as whom. home is the directory around it,
// which belongs to whoever starts the cluster, so that root works in a
// directory of its own.
type site struct {
	dataDir string
	home    string
	account account
}

func (s site) data() string      { return filepath.Join(s.home, "data") }
func (s site) log() string       { return filepath.Join(s.dataDir, "postgres.log") }
func (s site) pointer() string   { return pointerIn(s.dataDir) }
func (s site) throwaway() string { return filepath.Join(s.home, "throwaway") }

// sockets is short, because a socket's path has 107 characters at most, and
// found again from the site alone.
func (s site) sockets() string { return filepath.Join("/tmp", "hookfill-"+shortHash(s.home)) }

func pointerIn(dataDir string) string { return filepath.Join(dataDir, "postgres.path") }

// openDataDir makes the data directory if it is missing, and gives it the one
// name that everybody derives the rest from.
func openDataDir(dir string, create bool) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("cannot find the data directory: %w", err)
	}
	if create {
		mode := fs.FileMode(0o700)
		if asRoot() {
			mode = 0o711
		}
		if err := os.MkdirAll(dir, mode); err != nil {
			return "", fmt.Errorf("cannot make the data directory: %w", err)
		}
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", fmt.Errorf("cannot open the data directory: %w", err)
	}
	return dir, nil
}

// findSite finds the cluster of a data directory; ok is false if there is none
// yet. A cluster is there once its data directory is, because initialise puts
// it there whole.
func findSite(dataDir string) (found site, ok bool, err error) {
	home, err := pointedHome(dataDir)
	switch {
	case err != nil:
		return site{}, false, err
	case home != "":
		if !exists(filepath.Join(home, "data")) {
			return site{}, false, fmt.Errorf("the cluster of %s lived in %s and is gone: put it back, "+
				"or remove %s to begin with an empty one", dataDir, home, pointerIn(dataDir))
		}
	default:
		home = filepath.Join(dataDir, "postgres")
		if away := awayHome(dataDir); asRoot() && !exists(filepath.Join(home, "data")) && exists(filepath.Join(away, "data")) {
			home = away // a crash came before the pointer
		}
	}
	found = site{dataDir: dataDir, home: home}
	if !exists(found.data()) {
		return site{}, false, nil
	}
	if found.account, err = ownerAccount(found.data()); err != nil {
		return site{}, false, err
	}
	return found, true, nil
}

// newSite chooses where a new cluster goes and makes its home: in the data
// directory if the cluster's user can get there, which only root has to ask.
func newSite(ctx context.Context, dataDir string, bin binaries) (site, error) {
	account, err := newAccount()
	if err != nil {
		return site{}, err
	}
	s := site{dataDir: dataDir, home: filepath.Join(dataDir, "postgres"), account: account}
	if !asRoot() {
		return s, s.makeHome(0o700)
	}
	if err := s.makeHome(0o711); err != nil {
		return site{}, err
	}
	if ok, err := account.canEnter(ctx, s.home, bin); ok || err != nil {
		return s, err
	}
	_ = os.Remove(s.home) // of no use; in nobody's way if it stays
	if err := (site{home: elsewhere}).makeHome(0o711); err != nil {
		return site{}, err
	}
	s.home = awayHome(dataDir)
	return s, s.makeHome(0o711)
}

// makeHome makes a home that nobody else can rearrange, whatever the umask.
func (s site) makeHome(mode fs.FileMode) error {
	if err := os.MkdirAll(s.home, mode); err != nil {
		return fmt.Errorf("cannot make a directory for PostgreSQL: %w", err)
	}
	info, err := os.Lstat(s.home)
	if err != nil {
		return fmt.Errorf("cannot look at the directory for PostgreSQL: %w", err)
	}
	if uid, _ := owner(info); !info.IsDir() || uid != uint32(os.Geteuid()) {
		return fmt.Errorf("%s should be a directory of the user %d and is not: remove it", s.home, os.Geteuid())
	}
	if err := os.Chmod(s.home, mode); err != nil {
		return fmt.Errorf("cannot open the directory for PostgreSQL: %w", err)
	}
	return nil
}

// isAway tells whether the cluster lives outside its data directory.
func (s site) isAway() bool { return s.home != filepath.Join(s.dataDir, "postgres") }

// point leaves the way to a cluster that lives elsewhere.
func (s site) point() error {
	if !s.isAway() || exists(s.pointer()) {
		return nil
	}
	draft, err := os.CreateTemp(s.dataDir, "postgres.path-*")
	if err != nil {
		return fmt.Errorf("cannot note where the cluster lives: %w", err)
	}
	_, err = draft.WriteString(s.home + "\n")
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Rename(draft.Name(), s.pointer())
	}
	if err != nil {
		return fmt.Errorf("cannot note where the cluster lives: %w", errors.Join(err, os.Remove(draft.Name())))
	}
	return nil
}

// pointedHome follows the pointer, if there is one. Root follows it only to
// where root puts clusters: the file may be in a directory that a user owns.
func pointedHome(dataDir string) (string, error) {
	text, err := os.ReadFile(pointerIn(dataDir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("cannot read where the cluster lives: %w", err)
	}
	home := strings.TrimSpace(string(text))
	if filepath.Dir(home) != elsewhere {
		return "", fmt.Errorf("%s does not name a directory in %s: remove it to begin with an empty cluster",
			pointerIn(dataDir), elsewhere)
	}
	return home, nil
}

// major is the version that made the cluster.
func (s site) major() (int, error) {
	text, err := os.ReadFile(filepath.Join(s.data(), "PG_VERSION"))
	if err != nil {
		return 0, fmt.Errorf("%s is not a PostgreSQL cluster: move it away to begin with an empty one: %w", s.data(), err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s does not say which version made it: move it away to begin with an empty one", s.data())
	}
	return major, nil
}

// checkKind keeps money out of throwaway clusters, and tests out of the others.
func (s site) checkKind(throwaway bool) error {
	switch is := exists(s.throwaway()); {
	case is && !throwaway:
		return fmt.Errorf("the cluster in %s was made for tests and may lose data: choose another data directory", s.home)
	case !is && throwaway:
		return fmt.Errorf("the cluster in %s was made to last: choose another data directory for tests", s.home)
	}
	return nil
}

func awayHome(dataDir string) string { return filepath.Join(elsewhere, shortHash(dataDir)) }

func shortHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
