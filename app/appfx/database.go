package appfx

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/hookfill/hookfill/adapters/postgres"
	"github.com/hookfill/hookfill/adapters/postgres/localpg"
)

// databaseName is the database of a private cluster.
const databaseName = "hookfill"

// Database is the one a program was told of, or the private cluster of its data
// directory.
type Database struct {
	// URL is a direct connection of the owner.
	URL     string
	cluster *localpg.Cluster
	owned   bool
}

// StartDatabase gives the database at url, or, where that is empty, starts the
// private cluster of a data directory and holds it against any other server of
// the same directory.
func StartDatabase(ctx context.Context, url, dataDir string) (*Database, error) {
	if url != "" {
		return &Database{URL: url}, nil
	}
	cluster, err := localpg.Start(ctx, localpg.Config{DataDir: dataDir})
	if err != nil {
		return nil, err
	}
	if err := ensureDatabase(ctx, cluster); err != nil {
		return nil, errors.Join(err, cluster.Stop(ctx))
	}
	return &Database{URL: cluster.URL(databaseName), cluster: cluster, owned: true}, nil
}

// AttachDatabase is StartDatabase beside a server that may be running: a
// private cluster is used as it runs, and started only where none does.
func AttachDatabase(ctx context.Context, url, dataDir string) (*Database, error) {
	if url != "" {
		return &Database{URL: url}, nil
	}
	cluster, err := localpg.Attach(ctx, localpg.Config{DataDir: dataDir})
	if errors.Is(err, localpg.ErrNotRunning) {
		return StartDatabase(ctx, url, dataDir)
	}
	if err != nil {
		return nil, err
	}
	return &Database{URL: cluster.URL(databaseName), cluster: cluster}, nil
}

// IsPrivate reports a cluster of ours, which is never Supabase.
func (d *Database) IsPrivate() bool { return d.cluster != nil }

// Stop ends a cluster that was started here and leaves any other as it is.
func (d *Database) Stop(ctx context.Context) error {
	if !d.owned {
		return nil
	}
	return d.cluster.Stop(ctx)
}

// Migrate applies every missing migration and gives their names. A private
// cluster is prepared first, as plain does for another PostgreSQL that is not
// Supabase.
func (d *Database) Migrate(ctx context.Context, plain bool) ([]string, error) {
	return postgres.Migrate(ctx, d.URL, postgres.Options{Plain: plain || d.IsPrivate()})
}

// Migration is one migration and whether it is applied.
type Migration = postgres.MigrationStatus

// Migrations lists the migrations known here and those the database has.
func (d *Database) Migrations(ctx context.Context) ([]Migration, error) {
	return postgres.Status(ctx, d.URL)
}

func ensureDatabase(ctx context.Context, cluster *localpg.Cluster) error {
	conn, err := pgx.Connect(ctx, cluster.URL("postgres"))
	if err != nil {
		return fmt.Errorf("cannot reach the private PostgreSQL; its log is %s: %w", cluster.LogFile(), err)
	}
	defer func() { _ = conn.Close(ctx) }()
	var exists bool
	if err := conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", databaseName).Scan(&exists); err != nil {
		return fmt.Errorf("cannot read the private PostgreSQL: %w", err)
	}
	if exists {
		return nil
	}
	if _, err := conn.Exec(ctx, "create database "+databaseName); err != nil {
		return fmt.Errorf("cannot create the database %s: %w", databaseName, err)
	}
	return nil
}
