package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"sync"
	"syscall"
)

// ErrNotRunning is in the error of an [Attach] to a data directory whose
// cluster does not run, or does not exist.
var ErrNotRunning = errors.New("the private PostgreSQL is not running")

// Cluster is a running private PostgreSQL. It is safe for concurrent use.
type Cluster struct {
	site     site
	server   postmaster
	adopted  bool
	attached bool

	mu    sync.Mutex
	locks locks // empty once it is let go, and for one that was attached to
}

// Start opens the cluster of cfg.DataDir: it adopts a running server, else
// starts one, and makes the cluster first if there is none. When it returns,
// the server accepts connections and the data directory is locked until
// [Cluster.Stop], [Cluster.Detach] or the end of this process.
//
// The error is [ErrLocked] if another process holds the data directory, and
// [ErrNotInstalled] if no fitting PostgreSQL was found. A ctx that ends calls
// the start off and leaves neither a process nor half a cluster; later it has
// no effect. Without a deadline, recovery after a crash takes the time it
// takes.
func Start(ctx context.Context, cfg Config) (_ *Cluster, err error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.BinDir != "" {
		if cfg.BinDir, err = filepath.Abs(cfg.BinDir); err != nil {
			return nil, fmt.Errorf("cannot find the directory of PostgreSQL's programs: %w", err)
		}
	}
	dataDir, err := openDataDir(cfg.DataDir, true)
	if err != nil {
		return nil, err
	}
	c := &Cluster{}
	defer func() {
		if err != nil {
			c.locks.release()
		}
		if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
			err = fmt.Errorf("%w: %w", cause, err)
		}
	}()
	if err := c.locks.acquire(ctx, dataDir); err != nil {
		return nil, err
	}
	found, ok, err := findSite(dataDir)
	if err != nil {
		return nil, err
	}
	if ok {
		c.site = found
		err = c.reopen(ctx, cfg)
	} else {
		err = c.create(ctx, cfg, dataDir)
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// reopen adopts or starts the server of an existing cluster.
func (c *Cluster) reopen(ctx context.Context, cfg Config) error {
	if err := c.site.checkKind(cfg.Throwaway); err != nil {
		return err
	}
	if err := c.lockHome(ctx); err != nil {
		return err
	}
	if err := c.site.point(); err != nil {
		return err
	}
	major, err := c.site.major()
	if err != nil {
		return err
	}
	server, ok, err := c.site.settle(ctx)
	if ok {
		c.server, c.adopted = server, true
		return nil
	}
	if errors.Is(err, errDeaf) {
		// Only a process that surely is the server is stopped.
		if yes, known := worksIn(server.pid, c.site.data()); yes && known {
			err = c.site.end(ctx, server.pid, syscall.SIGINT)
		}
	}
	if err != nil {
		return err
	}
	bin, err := binariesFor(ctx, cfg.BinDir, major, c.site.data())
	if err != nil {
		return err
	}
	return c.launch(ctx, cfg, bin)
}

// create makes a cluster and starts its server.
func (c *Cluster) create(ctx context.Context, cfg Config, dataDir string) error {
	bin, err := newestBinaries(ctx, cfg.BinDir)
	if err != nil {
		return err
	}
	if c.site, err = newSite(ctx, dataDir, bin); err != nil {
		return err
	}
	if err := c.lockHome(ctx); err != nil {
		return err
	}
	if err := c.site.initialise(ctx, bin, cfg.Throwaway); err != nil {
		return err
	}
	if err := c.site.point(); err != nil {
		return err
	}
	return c.launch(ctx, cfg, bin)
}

func (c *Cluster) launch(ctx context.Context, cfg Config, bin binaries) error {
	if err := c.site.openSockets(); err != nil {
		return err
	}
	if err := c.site.forgetDead(); err != nil {
		return err
	}
	args, err := cfg.arguments(c.site.sockets())
	if err != nil {
		return err
	}
	c.server, c.adopted, err = c.site.launch(ctx, bin, args)
	return err
}

// lockHome keeps a copy of a data directory from sharing a cluster that lives
// elsewhere.
func (c *Cluster) lockHome(ctx context.Context) error {
	if !c.site.isAway() {
		return nil
	}
	return c.locks.acquire(ctx, c.site.home)
}

// Attach opens the running cluster of cfg.DataDir beside whoever started it:
// for client commands. It takes no lock, starts nothing and needs only
// cfg.DataDir; the error is [ErrNotRunning] if no server runs. One that is
// just starting is waited for until ctx ends.
func Attach(ctx context.Context, cfg Config) (*Cluster, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	dataDir, err := openDataDir(cfg.DataDir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no data directory %s: start the server first", ErrNotRunning, cfg.DataDir)
	}
	if err != nil {
		return nil, err
	}
	found, ok, err := findSite(dataDir)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: there is no cluster in %s: start the server first", ErrNotRunning, dataDir)
	}
	server, ok, err := found.settle(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w in %s: start the server first", ErrNotRunning, dataDir)
	}
	return &Cluster{site: found, server: server, adopted: true, attached: true}, nil
}

// URL is how a PostgreSQL client reaches a database of the cluster, as its
// superuser. It names a socket, carries no secret, and is good until the
// server stops. The database postgres always exists.
func (c *Cluster) URL(database string) string {
	u := url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: url.Values{
		"host": {c.server.sockets}, "port": {port}, "user": {superuser}, "sslmode": {"disable"},
	}.Encode()}
	return u.String()
}

// Adopted tells whether the server was already running.
func (c *Cluster) Adopted() bool { return c.adopted }

// PID is the server's process id.
func (c *Cluster) PID() int { return c.server.pid }

// Dir is where PostgreSQL keeps its files (its data_directory).
func (c *Cluster) Dir() string { return c.site.data() }

// SocketDir is the directory of the server's socket.
func (c *Cluster) SocketDir() string { return c.server.sockets }

// LogFile is where the server reports what went wrong. It carries neither
// statements nor row values.
func (c *Cluster) LogFile() string { return c.site.log() }
