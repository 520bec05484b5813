package localpg

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNotInstalled is in every error that installing PostgreSQL would cure.
var ErrNotInstalled = errors.New("PostgreSQL is not installed")

const (
	oldestMajor = 15
	howToGet    = "install it (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; " +
		"Alpine: apk add postgresql; macOS: brew install postgresql@17) or name a database of your own"
)

// binaries is one installed PostgreSQL.
type binaries struct {
	dir   string
	major int
}

func (b binaries) initdb() string   { return filepath.Join(b.dir, "initdb") }
func (b binaries) postgres() string { return filepath.Join(b.dir, "postgres") }

// newestBinaries finds what a new cluster is made with.
func newestBinaries(ctx context.Context, binDir string) (binaries, error) {
	found, err := installed(ctx, binDir)
	if err != nil {
		return binaries{}, err
	}
	if len(found) == 0 {
		return binaries{}, fmt.Errorf("%w%s: PostgreSQL %d or newer is needed: %s",
			ErrNotInstalled, in(binDir), oldestMajor, howToGet)
	}
	if found[0].major < oldestMajor {
		return binaries{}, fmt.Errorf("%w in a version that will do: %d or newer is needed, found only %s: %s",
			ErrNotInstalled, oldestMajor, describe(found), howToGet)
	}
	return found[0], nil
}

// binariesFor finds what can run an existing cluster: its own major version,
// since no other understands its files.
func binariesFor(ctx context.Context, binDir string, major int, data string) (binaries, error) {
	found, err := installed(ctx, binDir)
	if err != nil {
		return binaries{}, err
	}
	i := slices.IndexFunc(found, func(b binaries) bool { return b.major == major })
	if i < 0 {
		return binaries{}, fmt.Errorf("%w as version %d, which made the cluster in %s: found %s%s; "+
			"install PostgreSQL %d, or dump the cluster with it and start on a new data directory",
			ErrNotInstalled, major, data, describe(found), in(binDir), major)
	}
	return found[i], nil
}

// installed lists what can be found, the newest first and what is on PATH
// before what is not.
func installed(ctx context.Context, binDir string) ([]binaries, error) {
	dirs := []string{binDir}
	if binDir == "" {
		dirs = append(onPath(), usualPlaces()...)
	}
	var found []binaries
	for i, dir := range dirs {
		if slices.Contains(dirs[:i], dir) {
			continue
		}
		b := binaries{dir: dir}
		if _, err := exec.LookPath(b.initdb()); err != nil {
			continue
		}
		version := exec.CommandContext(ctx, b.postgres(), "--version")
		version.Env = environment()
		out, err := version.Output()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("the search for PostgreSQL was called off: %w", context.Cause(ctx))
		}
		if err != nil {
			continue
		}
		if b.major = majorOf(string(out)); b.major > 0 {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int { return b.major - a.major })
	return found, nil
}

// onPath follows links, because a link to initdb may stand where postgres
// does not.
func onPath() []string {
	var dirs []string
	for _, name := range []string{"postgres", "initdb"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		dirs = append(dirs, filepath.Dir(path))
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !filepath.IsAbs(dir) })
}

func usualPlaces() []string {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",                          // Debian, Ubuntu, SUSE
		"/usr/pgsql-*/bin",                                   // Red Hat, from postgresql.org
		"/usr/libexec/postgresql*",                           // Alpine
		"/usr/lib*/postgresql-*/bin",                         // Gentoo
		"/usr/local/pgsql/bin",                               // built from source
		"/opt/homebrew/opt/postgresql*/bin",                  // macOS
		"/usr/local/opt/postgresql*/bin",                     // macOS on Intel
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",     // Homebrew on Linux
		"/opt/local/lib/postgresql*/bin",                     // MacPorts
		"/Applications/Postgres.app/Contents/Versions/*/bin", // Postgres.app
	} {
		matches, _ := filepath.Glob(pattern) // the patterns are well-formed
		dirs = append(dirs, matches...)
	}
	return dirs
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// majorOf reads `postgres --version`; 0 means that it is something else.
func majorOf(version string) int {
	match := versionLine.FindStringSubmatch(version)
	if match == nil {
		return 0
	}
	major, _ := strconv.Atoi(match[1])
	return major
}

func describe(found []binaries) string {
	if len(found) == 0 {
		return "none"
	}
	var names []string
	for _, b := range found {
		names = append(names, fmt.Sprintf("%d in %s", b.major, b.dir))
	}
	return strings.Join(names, ", ")
}

func in(binDir string) string {
	if binDir == "" {
		return ""
	}
	return " in " + binDir
}

// environment is all that PostgreSQL's programs get to see: what belongs to
// the starting process, secrets above all, stays there.
func environment() []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C", "HOME=/"}
}
