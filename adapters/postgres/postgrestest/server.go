package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

const (
	urlVariable = "HOOKFILL_TEST_DATABASE_URL"
	binVariable = "HOOKFILL_TEST_POSTGRES_BIN"

	clusterPrefix = "hookfill-test-"
	// settled is the age at which a cluster that nobody holds is certainly
	// abandoned rather than about to be opened.
	settled = time.Minute
)

// Server is a PostgreSQL server in which tests may do as they please. It is
// safe for concurrent use, and by several processes at once.
type Server struct {
	url     url.URL
	cluster *localpg.Cluster // of whoever opened a private one
	dir     string
}

// Open opens the server that the environment names, else starts a private one.
// The error is [localpg.ErrNotInstalled] where there is neither.
func Open(ctx context.Context) (*Server, error) {
	if given := os.Getenv(urlVariable); given != "" {
		s, err := Join(given)
		if err != nil {
			return nil, err
		}
		if err := s.checkSuperuser(ctx); err != nil {
			return nil, fmt.Errorf("the server in %s: %w", urlVariable, err)
		}
		return s, nil
	}
	removeAbandoned(ctx)
	dir, err := os.MkdirTemp(clusterParent(), clusterPrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("cannot make a directory for the test cluster: %w", err)
	}
	s, err := startPrivate(ctx, dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// Join opens a server that another process opened, by its [Server.URL].
func Join(serverURL string) (*Server, error) {
	parsed, err := url.Parse(serverURL)
	if err != nil || (parsed.Scheme != "postgres" && parsed.Scheme != "postgresql") {
		// The text itself stays out of the error: it may hold a password.
		return nil, errors.New("the test server's address is not a URL of the form postgres://user:password@host/database")
	}
	return &Server{url: *parsed}, nil
}

// URL is the server's maintenance database, as a superuser.
func (s *Server) URL() string { return s.url.String() }

// Close removes a private server with everything in it; it leaves one that was
// named or joined as it is. Who opened it closes it, after everybody else.
func (s *Server) Close(ctx context.Context) error {
	if s.cluster == nil {
		return nil
	}
	if err := s.cluster.Remove(ctx); err != nil {
		return fmt.Errorf("cannot remove the test cluster: %w", err)
	}
	return os.RemoveAll(s.dir)
}

func startPrivate(ctx context.Context, dir string) (*Server, error) {
	// PostgreSQL's user passes through, in case this is root.
	if err := os.Chmod(dir, 0o711); err != nil {
		return nil, err
	}
	cluster, err := localpg.Start(ctx, localpg.Config{
		DataDir:   dir,
		BinDir:    os.Getenv(binVariable),
		Throwaway: true,
		Settings:  map[string]string{"max_connections": "200", "max_wal_size": "128MB"},
	})
	if err != nil {
		return nil, err
	}
	s, err := Join(cluster.URL("postgres"))
	if err != nil {
		return nil, errors.Join(err, cluster.Remove(ctx))
	}
	s.cluster, s.dir = cluster, dir
	return s, nil
}

// removeAbandoned removes what killed test runs left. Whatever cannot be
// removed is in nobody's way.
func removeAbandoned(ctx context.Context) {
	var dirs []string
	for _, parent := range []string{os.TempDir(), clusterParent()} {
		if parent != "" {
			left, _ := filepath.Glob(filepath.Join(parent, clusterPrefix+"*")) // the pattern is well-formed
			dirs = append(dirs, left...)
		}
	}
	for _, dir := range dirs {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < settled {
			continue
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != uint32(os.Geteuid()) {
			continue
		}
		if localpg.Remove(ctx, localpg.Config{DataDir: dir, Throwaway: true}) == nil {
			_ = os.RemoveAll(dir)
		}
	}
}

func (s *Server) checkSuperuser(ctx context.Context) error {
	conn, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var super bool
	var version int
	if err := conn.QueryRow(ctx, `SELECT rolsuper, current_setting('server_version_num')::int
		FROM pg_roles WHERE rolname = current_user`).Scan(&super, &version); err != nil {
		return fmt.Errorf("cannot be asked who we are: %w", err)
	}
	if !super || version < 150000 {
		return errors.New("is of no use for tests: they need a superuser of PostgreSQL 15 or newer")
	}
	return nil
}

func (s *Server) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return nil, fmt.Errorf("cannot reach the test server: %w", err)
	}
	return conn, nil
}

// database is the URL of another database of the server.
func (s *Server) database(name string) string {
	u := s.url
	u.Path, u.RawPath = "/"+name, ""
	return u.String()
}
